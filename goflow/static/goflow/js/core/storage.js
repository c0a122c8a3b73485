/**
 * What this browser remembers for a page. People may forbid it, and it may be full: then nothing is remembered,
 * and the page goes on.
 */

/** @param {string} name @param {string} text */
export function remember(name, text) {
  attempt(() => window.localStorage.setItem(name, text));
}

/** @param {string} name @returns {string | null} */
export function remembered(name) {
  return attempt(() => window.localStorage.getItem(name));
}

/** @param {string} name */
export function forget(name) {
  attempt(() => window.localStorage.removeItem(name));
}

/**
 * @template T
 * @param {() => T} work
 * @returns {T | null} nothing when the storage is forbidden or full
 */
function attempt(work) {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}
