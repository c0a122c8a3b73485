// What the view uses of the library; its own file is not checked.
export function newInstance(defaults: Record<string, unknown>): any;
