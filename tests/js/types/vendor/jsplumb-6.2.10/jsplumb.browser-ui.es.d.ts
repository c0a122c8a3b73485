// What the view uses of the library; its own file is not checked.
export function newInstance(defaults: Record<string, unknown>): any;
export const AbstractConnector: any;
export const Connectors: {register(name: string, connector: any): void};
