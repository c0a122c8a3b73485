/* What a person has chosen for this browser; nothing of it goes to the server. */

const SINGLE_KEYS = "goflow-designer-single-keys";

/** Whether letters and signs alone act on the canvas; they do until somebody switches them off. */
export function hasSingleKeys() {
  return read(SINGLE_KEYS) !== "off";
}

/** @param {boolean} isOn */
export function setSingleKeys(isOn) {
  write(SINGLE_KEYS, isOn ? "on" : "off");
}

/** What was chosen on this page, for browsers that let it store nothing. @type {Map<string, string>} */
const chosen = new Map();

/** @param {string} name @returns {string | null} */
function read(name) {
  if (chosen.has(name)) return chosen.get(name) ?? null;
  try {
    return window.localStorage.getItem(name);
  } catch (error) {
    // A forbidden storage remembers nothing; the usual holds.
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}

/** @param {string} name @param {string} value */
function write(name, value) {
  chosen.set(name, value);
  try {
    window.localStorage.setItem(name, value);
  } catch (error) {
    // It then holds until the page is left.
    if (!(error instanceof DOMException)) throw error;
  }
}
