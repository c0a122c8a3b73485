/** @param {string} text */
export function isTimeout(text) {
  return /^\s*timeout\s*:/i.test(text);
}
