/* What a person has chosen for this browser; nothing of it goes to the server. */

import { remember, remembered } from "../core/storage.js";

const SINGLE_KEYS = "goflow-designer-single-keys";

/** What was chosen on this page, for browsers that remember nothing. @type {Map<string, string>} */
const chosen = new Map();

/** Whether letters and signs alone act on the canvas; they do until somebody switches them off. */
export function hasSingleKeys() {
  return (chosen.get(SINGLE_KEYS) ?? remembered(SINGLE_KEYS)) !== "off";
}

/** @param {boolean} isOn */
export function setSingleKeys(isOn) {
  const choice = isOn ? "on" : "off";
  chosen.set(SINGLE_KEYS, choice);
  remember(SINGLE_KEYS, choice);
}
