/* Messages between the header and the canvas that ask for a decision and do not take the canvas away. */

import { el, button } from "./parts.js";

/** @param {HTMLElement} place */
export function createBars(place) {
  /** @type {Map<string, HTMLElement>} */
  const shown = new Map();
  return {
    /** @param {string} name @param {"info" | "warn" | "bad"} look @param {string} words @param {[string, () => void][]} actions */
    show(name, look, words, actions = []) {
      this.hide(name);
      const bar = el("div", { class: `ds-notice ds-notice-${look}`, role: "status", "data-bar": name },
        el("span", {}, words), ...actions.map(([label, run]) => button(label, run)));
      shown.set(name, bar);
      place.append(bar);
      return bar;
    },
    /** @param {string} name */
    hide(name) {
      shown.get(name)?.remove();
      shown.delete(name);
    },
  };
}
