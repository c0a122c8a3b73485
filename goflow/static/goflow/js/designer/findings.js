/* What the server finds wrong, by the element it is about. */

/**
 * @typedef {{severity: string, message: string, elements: string[]}} Finding
 */

/** @param {readonly Finding[]} findings @returns {Map<string, Finding[]>} */
export function byElement(findings) {
  /** @type {Map<string, Finding[]>} */
  const found = new Map();
  for (const finding of findings) for (const key of finding.elements) found.set(key, [...(found.get(key) ?? []), finding]);
  return found;
}

/** Whether something is wrong, not only to be done. @param {readonly Finding[]} [findings] */
export function isBad(findings = []) {
  return findings.some(({ severity }) => severity !== "todo");
}

/** Elements about which something else is said now. @param {Map<string, Finding[]>} before @param {Map<string, Finding[]>} after */
export function changed(before, after) {
  const told = (/** @type {Finding[]} */ found = []) => JSON.stringify(found.map(({ severity, message }) => [severity, message]));
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => told(before.get(key)) !== told(after.get(key)));
}
