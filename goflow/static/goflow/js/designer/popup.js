/* A list to search and choose from with the keyboard, near where one is looking. */

import { gettext } from "../core/i18n.js";
import { icon } from "./icons.js";
import { el, newId } from "./parts.js";

/** @typedef {{value: string, words: string, picture?: string, note?: string}} Choice */

/**
 * @param {HTMLElement} stage  what it is laid over
 * @param {{label: string, choices: Choice[], at: [number, number], onPick: (value: string) => void, onClose?: () => void}} options
 *   `at` is in the pixels of the stage
 */
export function openPopup(stage, { label, choices, at, onPick, onClose = () => {} }) {
  stage.querySelector(".ds-popup")?.remove();
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const id = newId();
  const list = el("ul", { role: "listbox", id, "aria-label": label });
  const box = el("input", {
    type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": id, "aria-label": label, placeholder: label, autocomplete: "off",
  });
  const popup = el("div", { class: "ds-popup", role: "dialog", "aria-label": label }, box, list);
  let at_ = 0;
  /** @type {Choice[]} */
  let found = choices;
  let isOpen = true;
  const close = (isBack = true) => {
    if (!isOpen) return;
    isOpen = false;
    popup.remove();
    if (isBack) before?.focus({ preventScroll: true });
    onClose();
  };
  const pick = (/** @type {Choice | undefined} */ chosen) => {
    if (!chosen) return;
    close();
    onPick(chosen.value);
  };
  const fill = () => {
    const text = box.value.trim().toLocaleLowerCase();
    found = choices.filter((each) => each.words.toLocaleLowerCase().includes(text));
    at_ = Math.max(0, Math.min(at_, found.length - 1));
    list.replaceChildren(...found.map((each, index) => el("li", {
      role: "option", id: `${id}-${index}`, "aria-selected": String(index === at_), "data-value": each.value,
      onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), onclick: () => pick(each),
    }, each.picture ? icon(each.picture) : null, el("span", {}, each.words), each.note ? el("span", { class: "meta" }, each.note) : null)));
    if (!found.length) list.replaceChildren(el("li", { class: "meta" }, gettext("Nothing found.")));
    box.setAttribute("aria-activedescendant", found.length ? `${id}-${at_}` : "");
    list.children[at_]?.scrollIntoView({ block: "nearest" });
  };
  box.addEventListener("input", () => {
    at_ = 0;
    fill();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at_ = (at_ + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length);
      fill();
    } else if (event.key === "Enter") pick(found[at_]);
    else if (event.key === "Escape") close();
    else if (event.key === "Tab") close();
    else return;
    event.stopPropagation();
    if (event.key !== "Tab") event.preventDefault();
  });
  box.addEventListener("blur", () => window.setTimeout(() => {
    if (!popup.contains(document.activeElement)) close(false);
  }));
  fill();
  stage.append(popup);
  const [x, y] = at;
  popup.style.left = `${Math.max(4, Math.min(x, stage.clientWidth - popup.offsetWidth - 4))}px`;
  popup.style.top = `${Math.max(4, Math.min(y, stage.clientHeight - popup.offsetHeight - 4))}px`;
  box.focus();
}
