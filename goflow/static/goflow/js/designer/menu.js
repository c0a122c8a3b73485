/* The menu of rarer things, in groups, with the keys that do the same. */

import { gettext } from "../core/i18n.js";
import { bindings, shown } from "./keys.js";
import { el, tool } from "./parts.js";
import { hasSingleKeys } from "./preferences.js";

/**
 * @import { Theme } from "./appearance.js"
 * @import { Action } from "./keys.js"
 */

/**
 * @typedef {{words: string, run: () => void, action?: Action, more?: Record<string, any>}} Entry
 *   `action`: what the key table calls the same
 */

/** @param {any} does */
export function createMenu(does) {
  const list = el("div", { class: "ds-menu", role: "menu", "aria-label": gettext("More"), hidden: true });
  const press = tool("more", gettext("More"), () => set(list.hidden), { "aria-haspopup": "menu", "aria-expanded": "false", "data-tool": "more" });
  const set = (/** @type {boolean} */ isOpen) => {
    if (isOpen) list.replaceChildren(...groupsOf(does).map(([title, entries]) => group(title, entries, leave)));
    list.hidden = !isOpen;
    press.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) itemsOf(list)[0].focus();
  };
  const leave = () => {
    set(false);
    press.focus();
  };
  const whole = el("span", { class: "ds-more" }, press, list);
  whole.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) leave();
    else if (!list.hidden && walk(list, event.key)) event.preventDefault();
  });
  whole.addEventListener("focusout", (event) => {
    if (!whole.contains(/** @type {Node | null} */ (event.relatedTarget))) set(false);
  });
  return whole;
}

/** @param {any} does @returns {[string, Entry[]][]} */
function groupsOf({ sharing, appearance, versions, minimap, lasso }) {
  return [
    [gettext("File"), [
      { words: gettext("Export as JSON"), run: sharing.json }, { words: gettext("Export as SVG"), run: sharing.svg },
      { words: gettext("Export as PNG"), run: sharing.png }, { words: gettext("Import…"), run: sharing.import },
    ]],
    [gettext("Clipboard"), [
      { words: gettext("Copy"), run: sharing.copy, action: "copy" }, { words: gettext("Paste"), run: sharing.paste, action: "paste" },
    ]],
    [gettext("View"), [
      { words: gettext("Versions"), run: versions }, { words: gettext("Overview"), run: minimap, action: "minimap" },
      { words: gettext("Select with a frame"), run: lasso, action: "lasso" },
    ]],
    [gettext("Appearance"), appearance.themes.map((/** @type {Theme} */ { value, label }) => ({
      words: label, run: () => appearance.choose(value),
      more: { role: "menuitemradio", "data-theme-choice": value, "aria-checked": String(value === appearance.current) },
    }))],
  ];
}

/** @param {string} title @param {Entry[]} entries @param {() => void} leave */
function group(title, entries, leave) {
  return el("div", { role: "group", "aria-label": title },
    el("span", { class: "ds-menu-title", "aria-hidden": "true" }, title), ...entries.map((entry) => item(entry, leave)));
}

/** @param {Entry} entry @param {() => void} leave */
function item({ words, run, action, more = {} }, leave) {
  const keys = keyOf(action);
  return el("button", {
    type: "button", role: "menuitem", tabindex: "-1", "aria-keyshortcuts": keys && shortcut(keys), ...more,
    onclick: () => { leave(); run(); },
  }, el("span", {}, words), keys ? el("kbd", { "aria-hidden": "true" }, shown(keys, isMac())) : null);
}

/** The keys that do the same, unless they are switched off. @param {Action | undefined} action */
function keyOf(action) {
  const keys = bindings().find((binding) => binding.action === action)?.keys[0] ?? "";
  return keys.length === 1 && !hasSingleKeys() ? "" : keys;
}

/** As assistive programs read it. @param {string} keys */
function shortcut(keys) {
  return keys.replace("Mod", isMac() ? "Meta" : "Control");
}

function isMac() {
  return /Mac/.test(navigator.platform);
}

/** @param {HTMLElement} list @returns {HTMLElement[]} */
function itemsOf(list) {
  return [...list.querySelectorAll("button")];
}

/** @param {HTMLElement} list @param {string} key @returns {boolean} whether it is one of the menu */
function walk(list, key) {
  const items = itemsOf(list);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 };
  const next = /** @type {Record<string, number>} */ (to)[key];
  if (next === undefined) return false;
  items[next].focus();
  return true;
}
