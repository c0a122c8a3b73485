/* A list to search and choose from with the keyboard, near where one is looking. */

import { Listbox, matching } from "./listbox.js";
import { el, newId } from "./parts.js";

/**
 * @import { Choice } from "./listbox.js"
 */

/**
 * @param {HTMLElement} stage  what it is laid over
 * @param {{label: string, choices: Choice[], at: [number, number], onPick: (value: string) => void, onClose?: () => void}} options
 *   `at` is in the pixels of the stage
 */
export function openPopup(stage, { label, choices, at, onPick, onClose = () => {} }) {
  stage.querySelector(".ds-popup")?.remove();
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const id = newId();
  const box = el("input", {
    type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": id, "aria-label": label, placeholder: label, autocomplete: "off",
  });
  const popup = el("div", { class: "ds-popup", role: "dialog", "aria-label": label }, box);
  let isOpen = true;
  const close = (isBack = true) => {
    if (!isOpen) return;
    isOpen = false;
    popup.remove();
    if (isBack) before?.focus({ preventScroll: true });
    onClose();
  };
  const list = new Listbox(id, label, (chosen) => {
    close();
    onPick(chosen.value);
  });
  popup.append(list.element);
  const tell = () => box.setAttribute("aria-activedescendant", list.activeId ?? "");
  const fill = () => {
    list.show(matching(choices, box.value), 0);
    tell();
  };
  box.addEventListener("input", fill);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      list.move(event.key === "ArrowDown" ? 1 : -1);
      tell();
    } else if (event.key === "Enter") list.pick(list.active);
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
