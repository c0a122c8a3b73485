/* The red bar that nobody overlooks: the drawing is not saved, why, and what to do. It stays until it is saved. */

import { gettext } from "../core/i18n.js";
import { icon } from "./icons.js";
import { button, el } from "./parts.js";

/** @typedef {{label: string, run: () => void}} Way  what a button does about it */

/**
 * The elements stay the same as long as the bar is there, so that no answer takes the focus from its buttons.
 * @param {HTMLElement} place
 */
export function createUnsaved(place) {
  const reason = el("strong", {});
  /** @type {Way[]} */
  let ways = [];
  const buttons = [0, 1].map((index) => button("", () => ways[index]?.run()));
  const bar = el("div", { class: "ds-notice ds-unsaved", role: "alert", "data-bar": "unsaved", hidden: true },
    icon("alert"), el("span", {}, reason, " ", gettext("Your changes are kept in this browser.")), ...buttons);
  /** @type {HTMLElement | null} where the person was before they came to the bar */
  let before = null;
  bar.addEventListener("focusin", (event) => {
    const from = event.relatedTarget;
    if (from instanceof HTMLElement && !bar.contains(from)) before = from;
  });
  place.prepend(bar);
  return {
    /** @param {string} text @param {Way[]} wanted at most two, the first one first */
    show(text, wanted) {
      ways = wanted;
      // The same words again would be read aloud again.
      if (reason.textContent !== text) reason.textContent = text;
      buttons.forEach((each, index) => {
        const label = ways[index]?.label ?? "";
        if (each.textContent !== label) each.textContent = label;
        each.hidden = !label;
      });
      bar.hidden = false;
    },
    hide() {
      const hadFocus = bar.contains(document.activeElement);
      bar.hidden = true;
      if (hadFocus) (before?.isConnected ? before : document.querySelector("main"))?.focus();
    },
  };
}
