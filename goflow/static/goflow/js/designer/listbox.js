/* What one can choose from beside a box to type in: the list of a combobox (WAI-ARIA), without a will of its own. */

import { el } from "../core/dom.js";
import { gettext } from "../core/i18n.js";
import { icon } from "./icons.js";

/**
 * @typedef {{value: string, words: string, picture?: string, note?: string}} Choice
 */

/** @param {readonly Choice[]} choices @param {string} text @returns {Choice[]} those that have it in their words */
export function matching(choices, text) {
  const wanted = text.trim().toLocaleLowerCase();
  return choices.filter((each) => each.words.toLocaleLowerCase().includes(wanted));
}

export class Listbox {
  /** @param {string} id @param {string} label @param {(chosen: Choice) => void} onPick */
  constructor(id, label, onPick) {
    this.id = id;
    this.onPick = onPick;
    /** @type {readonly Choice[]} */
    this.choices = [];
    this.at = -1;
    this.list = el("ul", { role: "listbox", id, "aria-label": label });
    this.empty = el("p", { class: "meta", role: "status" });
    this.element = el("div", {
      class: "ds-listbox",
      // The focus stays in the box to type in.
      onpointerdown: (/** @type {Event} */ event) => event.preventDefault(),
      onclick: (/** @type {Event} */ { target }) => {
        const option = /** @type {HTMLElement} */ (target).closest("[role=option]");
        if (option) this.pick(this.choices[[...this.list.children].indexOf(option)]);
      },
    }, this.list, this.empty);
  }

  /** @returns {Choice | undefined} the one that Enter takes */
  get active() { return this.choices[this.at]; }

  /** @returns {string | null} for `aria-activedescendant` */
  get activeId() { return this.active ? `${this.id}-${this.at}` : null; }

  /** @param {Choice | undefined} chosen */
  pick(chosen) {
    if (chosen) this.onPick(chosen);
  }

  /** @param {readonly Choice[]} choices @param {number} at which of them is active, -1 for none */
  show(choices, at) {
    this.choices = choices;
    this.at = Math.min(at, choices.length - 1);
    this.list.replaceChildren(...choices.map((each, index) => el("li", {
      role: "option", id: `${this.id}-${index}`, "aria-selected": String(index === this.at), "data-value": each.value,
    }, each.picture ? icon(each.picture) : null, el("span", {}, each.words), each.note ? el("span", { class: "meta" }, each.note) : null)));
    this.empty.textContent = choices.length ? "" : gettext("Nothing found.");
    this.reveal();
  }

  /** To the next one or the one before, around the ends. @param {1 | -1} step */
  move(step) {
    const count = this.choices.length;
    if (!count) return;
    const from = this.at < 0 && step < 0 ? 0 : this.at;
    this.list.children[this.at]?.setAttribute("aria-selected", "false");
    this.at = (from + step + count) % count;
    this.list.children[this.at].setAttribute("aria-selected", "true");
    this.reveal();
  }

  reveal() {
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }
}
