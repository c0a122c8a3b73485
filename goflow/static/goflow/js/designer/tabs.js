/* The side panel: one of several at a time, as wide as one likes. */

import { gettext } from "../core/i18n.js";
import { el, newId } from "./parts.js";

const NARROWEST = 320;
const WIDEST = 480;

/** @param {HTMLElement} place */
export function createTabs(place) {
  place.classList.add("ds-side");
  const list = el("div", { class: "ds-tabs", role: "tablist", "aria-label": gettext("Panels") });
  place.append(list, handle(place));
  /** @type {Map<string, {tab: HTMLButtonElement, panel: HTMLElement, words: string, shown: (() => void)[]}>} */
  const all = new Map();
  const show = (/** @type {string} */ name) => {
    for (const [each, { tab, panel }] of all) {
      tab.setAttribute("aria-selected", String(each === name));
      tab.tabIndex = each === name ? 0 : -1;
      panel.hidden = each !== name;
    }
    for (const listener of all.get(name)?.shown ?? []) listener();
  };
  list.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const names = [...all.keys()];
    const at = names.findIndex((name) => all.get(name)?.tab === document.activeElement);
    const next = names[(at + (event.key === "ArrowRight" ? 1 : names.length - 1)) % names.length];
    show(next);
    all.get(next)?.tab.focus();
    event.preventDefault();
  });
  return {
    show,
    /** @param {string} name @param {string} words */
    add(name, words) {
      const id = newId();
      const panel = el("div", { class: "ds-panel", role: "tabpanel", id, "aria-label": words, "data-panel": name, tabindex: "0" });
      const tab = el("button", { type: "button", role: "tab", "aria-controls": id, "data-tab": name, onclick: () => show(name) }, words);
      list.append(tab);
      place.append(panel);
      all.set(name, { tab, panel, words, shown: [] });
      if (all.size === 1) show(name);
      else show([...all.keys()][0]);
      return panel;
    },
    /** @param {string} name @param {number} count */
    count(name, count) {
      const found = all.get(name);
      if (found) found.tab.textContent = count ? `${found.words} (${count})` : found.words;
    },
    /** @param {string} name @param {() => void} listener */
    onShow(name, listener) {
      all.get(name)?.shown.push(listener);
    },
  };
}

/** @param {HTMLElement} place */
function handle(place) {
  const grip = el("div", { class: "ds-resize", role: "separator", "aria-orientation": "vertical", "aria-label": gettext("Width of the panel"),
    tabindex: "0", "aria-valuemin": NARROWEST, "aria-valuemax": WIDEST, "aria-valuenow": 360 });
  const set = (/** @type {number} */ width) => {
    const wanted = Math.round(Math.max(NARROWEST, Math.min(WIDEST, width)));
    place.style.inlineSize = `${wanted}px`;
    grip.setAttribute("aria-valuenow", String(wanted));
  };
  grip.addEventListener("pointerdown", (event) => grip.setPointerCapture(event.pointerId));
  grip.addEventListener("pointermove", (event) => {
    if (event.buttons) set(place.getBoundingClientRect().right - event.clientX);
  });
  grip.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: 16, ArrowRight: -16 }[event.key];
    if (step) set(place.offsetWidth + step);
  });
  return grip;
}
