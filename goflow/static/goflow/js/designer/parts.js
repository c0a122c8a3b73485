/* Elements the panels are made of. Data goes in as text, never as markup. */

import { el } from "../core/dom.js";
import { gettext, interpolate } from "../core/i18n.js";
import { icon } from "./icons.js";

/**
 * @import { Content } from "../core/dom.js"
 */

/** @typedef {Content} Part */

export { el };

let last = 0;

/** A fresh id for a label to point at. */
export function newId() {
  last += 1;
  return `ds-${last}`;
}

/**
 * @param {string} words
 * @param {(event: Event) => void} press
 * @param {{look?: string, picture?: string, more?: Record<string, any>}} [options]
 */
export function button(words, press, { look = "secondary", picture, more = {} } = {}) {
  return el("button", { type: "button", class: `button button-${look} ds-small`, onclick: press, ...more },
    picture ? icon(picture) : null, words);
}

/**
 * A button that is a picture; its words are its name and its tip.
 * @param {string} picture @param {string} words @param {(event: Event) => void} press @param {Record<string, any>} [more]
 */
export function tool(picture, words, press, more = {}) {
  return el("button", { type: "button", class: "ds-tool", title: words, "aria-label": words, onclick: press, ...more }, icon(picture));
}

/**
 * @param {string} label
 * @param {HTMLElement} control
 * @param {{help?: string, error?: string}} [options]
 */
export function field(label, control, { help, error } = {}) {
  const id = control.id || newId();
  control.id = id;
  const notes = [];
  if (help) notes.push(el("span", { class: "help", id: `${id}-help` }, help));
  if (error) notes.push(el("span", { class: "error", id: `${id}-error` }, error));
  if (notes.length) control.setAttribute("aria-describedby", notes.map((note) => note.id).join(" "));
  if (error) control.setAttribute("aria-invalid", "true");
  return el("div", { class: error ? "field field-wrong" : "field" }, el("label", { for: id }, label), control, ...notes);
}

/**
 * @param {string} value
 * @param {(value: string) => void} change
 * @param {{options?: readonly string[], rows?: number, max?: number, name?: string, placeholder?: string, live?: boolean, disabled?: boolean}} [options]
 */
export function input(value, change, { options, rows, max, name, placeholder, live = true, disabled } = {}) {
  const attributes = { value, name, placeholder, maxlength: max, disabled, autocomplete: "off", spellcheck: rows ? null : "false" };
  /** @type {HTMLInputElement | HTMLTextAreaElement} */
  const control = rows ? el("textarea", { ...attributes, rows }) : el("input", { ...attributes, type: "text" });
  control.addEventListener(live ? "input" : "change", () => change(control.value));
  if (options?.length) {
    const list = el("datalist", { id: newId() }, ...options.map((option) => el("option", { value: option })));
    control.setAttribute("list", list.id);
    control.addEventListener("focus", () => { if (!list.isConnected) control.after(list); }, { once: true });
  }
  return control;
}

/**
 * @param {string} value
 * @param {readonly (readonly [string, string])[]} options value and words
 * @param {(value: string) => void} change
 * @param {Record<string, any>} [more]
 */
export function choice(value, options, change, more = {}) {
  const all = options.some(([each]) => each === value) ? options : [...options, /** @type {const} */ ([value, value])];
  const control = el("select", more, ...all.map(([each, words]) => el("option", { value: each, selected: each === value }, words)));
  control.addEventListener("change", () => change(control.value));
  return control;
}

/** @param {string} words @param {boolean} value @param {(value: boolean) => void} change @param {Record<string, any>} [more] */
export function check(words, value, change, more = {}) {
  const control = el("input", { type: "checkbox", id: newId(), checked: value, ...more });
  control.addEventListener("change", () => change(control.checked));
  return el("div", { class: "ds-check" }, control, el("label", { for: control.id }, words));
}

/**
 * Several names as chips, with a box to add one.
 * @param {string} label
 * @param {readonly string[]} values
 * @param {readonly string[]} known
 * @param {(values: string[]) => void} change
 * @param {{disabled?: boolean, name?: string}} [options]
 */
export function chips(label, values, known, change, { disabled = false, name } = {}) {
  const box = input("", () => {}, { options: known.filter((each) => !values.includes(each)), placeholder: gettext("Add…"), disabled, name });
  const add = () => {
    const text = box.value.trim();
    if (text && !values.includes(text)) change([...values, text]);
  };
  box.addEventListener("change", add);
  box.addEventListener("keydown", (event) => {
    if (/** @type {KeyboardEvent} */ (event).key === "Enter") add();
  });
  const list = el("div", { class: "ds-chips" }, ...values.map((each) => el("span", { class: "ds-chip" }, each,
    disabled ? null : el("button", {
      type: "button", "aria-label": interpolate(gettext("Remove %(name)s"), { name: each }),
      onclick: () => change(values.filter((other) => other !== each)),
    }, icon("cross")))));
  const whole = field(label, box);
  if (values.length) box.before(list);
  return whole;
}

/** @param {string} words @param {boolean} isOpen @param {...Part} children */
export function section(words, isOpen, ...children) {
  return el("details", { open: isOpen, "data-section": words }, el("summary", {}, words), el("div", {}, ...children));
}

/** What waits until the pointer is up: an element that vanishes under it would never be clicked. @type {Map<HTMLElement, Part[]>} */
const waiting = new Map();
/** @type {Node | null} */
let pressed = null;

document.addEventListener("pointerdown", (event) => { pressed = /** @type {Node} */ (event.target); }, true);
for (const type of ["pointerup", "pointercancel"]) {
  document.addEventListener(type, () => window.setTimeout(() => {
    pressed = null;
    for (const [box, children] of [...waiting]) replace(box, children);
  }), true);
}

/** Fill an element and keep the keyboard where it was. @param {HTMLElement} box @param {...Part} children */
export function refill(box, ...children) {
  if (pressed && box.contains(pressed)) waiting.set(box, children);
  else replace(box, children);
}

/** @param {HTMLElement} box @param {Part[]} children */
function replace(box, children) {
  const focused = /** @type {HTMLInputElement | null} */ (box.contains(document.activeElement) ? document.activeElement : null);
  if (waiting.has(box) && focused?.matches("select")) {
    // Its list may be open; what is chosen there fills the element anew.
    focused.addEventListener("blur", () => { if (waiting.has(box)) replace(box, /** @type {Part[]} */ (waiting.get(box))); }, { once: true });
    return;
  }
  waiting.delete(box);
  const name = focused?.getAttribute("name") || focused?.dataset.name;
  const [from, to] = [focused?.selectionStart, focused?.selectionEnd];
  const { scrollTop } = box;
  box.replaceChildren(.../** @type {Node[]} */ (children.filter(Boolean)));
  box.scrollTop = scrollTop;
  if (!focused || !name) return;
  const again = /** @type {HTMLInputElement | null} */ (box.querySelector(`[name="${CSS.escape(name)}"], [data-name="${CSS.escape(name)}"]`));
  again?.focus({ preventScroll: true });
  if (again && typeof from === "number" && again.matches("textarea, [type=text]")) again.setSelectionRange(from, to ?? from);
}
