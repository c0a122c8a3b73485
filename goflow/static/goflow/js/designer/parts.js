/* Elements the panels are made of. Data goes in as text, never as markup. */

import { el, listen } from "../core/dom.js";
import { gettext } from "../core/i18n.js";
import { patch, settle } from "../core/patch.js";
import { icon } from "./icons.js";

/**
 * @import { Content } from "../core/dom.js"
 */

/** @typedef {Content} Part */

export { el, listen };

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
 * @param {{help?: string, error?: string, invalid?: string}} [options] `invalid` is said while the control itself is not valid
 */
export function field(label, control, { help, error, invalid } = {}) {
  const id = control.id || newId();
  control.id = id;
  const notes = [];
  if (help) notes.push(el("span", { class: "help", id: `${id}-help` }, help));
  if (error) notes.push(el("span", { class: "error", id: `${id}-error` }, error));
  if (invalid) notes.push(el("span", { class: "invalid error", id: `${id}-invalid` }, invalid));
  if (notes.length) control.setAttribute("aria-describedby", notes.map((note) => note.id).join(" "));
  if (error) control.setAttribute("aria-invalid", "true");
  return el("div", { class: error ? "field field-wrong" : "field", "data-part": nameOf(control) }, el("label", { for: id }, label), control, ...notes);
}

/** @param {HTMLElement} control */
function nameOf(control) {
  return control.getAttribute("name");
}

/** A control has the same id whenever it is built anew. @param {string | undefined} name */
function idOf(name) {
  return name ? `ds-${name}` : newId();
}

/**
 * @param {string} value
 * @param {(value: string, control: HTMLInputElement | HTMLTextAreaElement) => void} change  with the control as it is shown
 * @param {{options?: readonly string[], rows?: number, max?: number, name?: string, placeholder?: string, live?: boolean, disabled?: boolean}} [options]
 *   `live`: at every letter, else when one is done
 */
export function input(value, change, { options, rows, max, name, placeholder, live = true, disabled } = {}) {
  const attributes = {
    value, name, id: idOf(name), placeholder, maxlength: max, disabled, autocomplete: "off", spellcheck: rows ? null : "false",
    [live ? "oninput" : "onchange"]: (/** @type {Event} */ { currentTarget }) => change(/** @type {HTMLInputElement} */ (currentTarget).value, /** @type {HTMLInputElement} */ (currentTarget)),
  };
  if (rows) return el("textarea", { ...attributes, rows });
  const offered = options?.length ? { list: OFFER, onfocus: () => offer(options) } : {};
  return el("input", { ...attributes, ...offered, type: "text" });
}

const OFFER = "ds-offer";

/** What can be chosen in the field that has the focus: one list for all of them. @param {readonly string[]} options */
function offer(options) {
  const list = document.getElementById(OFFER) ?? document.body.appendChild(el("datalist", { id: OFFER }));
  list.replaceChildren(...options.map((option) => el("option", { value: option })));
}

/**
 * @param {string} value
 * @param {readonly (readonly [string, string])[]} options value and words
 * @param {(value: string) => void} change
 * @param {Record<string, any>} [more]
 */
export function choice(value, options, change, more = {}) {
  const all = options.some(([each]) => each === value) ? options : [...options, /** @type {const} */ ([value, value])];
  const choose = (/** @type {Event} */ event) => {
    const control = /** @type {HTMLSelectElement} */ (event.currentTarget);
    change(control.value);
    afterwards(control, () => { control.value = [...control.options].find((each) => each.defaultSelected)?.value ?? ""; });
  };
  return el("select", { id: idOf(more.name), ...more, onchange: choose }, ...all.map(([each, words]) => el("option", { value: each, selected: each === value }, words)));
}

/** @param {string} words @param {boolean} value @param {(value: boolean) => void} change @param {Record<string, any>} [more] */
export function check(words, value, change, more = {}) {
  const id = idOf(more.name);
  const tick = (/** @type {Event} */ event) => {
    const control = /** @type {HTMLInputElement} */ (event.currentTarget);
    change(control.checked);
    afterwards(control, () => { control.checked = control.defaultChecked; });
  };
  return el("div", { class: "ds-check", "data-part": more.name }, el("input", { type: "checkbox", id, checked: value, ...more, onchange: tick }), el("label", { for: id }, words));
}

/**
 * Once what was chosen is drawn, it shows in its control, too: as it was taken, or as it was when it was refused.
 * @param {HTMLElement} control @param {() => void} goBack
 */
export function afterwards(control, goBack) {
  window.setTimeout(() => {
    settle(control);
    if (isRefilled(control)) goBack();
  });
}

/** What follows the drawing; controls elsewhere keep what was chosen. @type {WeakSet<Node>} */
const refilled = new WeakSet();

/** @param {Node} element */
function isRefilled(element) {
  for (let node = element.parentNode; node; node = node.parentNode) if (refilled.has(node)) return true;
  return false;
}

/** @param {string} words @param {boolean} isOpen @param {...Part} children */
export function section(words, isOpen, ...children) {
  return el("details", { open: isOpen, "data-section": words }, el("summary", {}, words), el("div", {}, ...children));
}

/** What waits until the pointer is up: where something moves away under it, the press goes elsewhere. @type {Map<HTMLElement, () => void>} */
const held = new Map();
/** @type {Node | null} */
let pressed = null;

document.addEventListener("pointerdown", (event) => { pressed = /** @type {Node} */ (event.target); }, true);
for (const type of ["pointerup", "pointercancel"]) {
  document.addEventListener(type, () => window.setTimeout(() => {
    pressed = null;
    for (const [box, work] of [...held]) released(box, work);
  }), true);
}

/** Change what an element holds: now, or once no pointer is down in it. @param {HTMLElement} box @param {() => void} work */
export function released(box, work) {
  if (pressed && box.contains(pressed)) {
    held.set(box, work);
    return;
  }
  held.delete(box);
  work();
}

/**
 * Let an element show these children, by the rule of core/patch.js: what is there stays where it can, and what a
 * person is in is not touched.
 * @param {HTMLElement} box @param {...Part} children
 */
export function refill(box, ...children) {
  refilled.add(box);
  released(box, () => {
    const wasInside = box.contains(document.activeElement);
    patch(box, nodes(children));
    // What one was in is gone, by what one did: the keyboard stays here.
    if (wasInside && !box.contains(document.activeElement)) box.focus({ preventScroll: true });
  });
}

/**
 * Let an element show something else: nothing of before stays but the keyboard, in the field of the same name.
 * @param {HTMLElement} box
 * @param {() => Part[]} make called once what was typed is stored
 */
export function renew(box, make) {
  held.delete(box);
  refilled.add(box);
  const focused = /** @type {HTMLElement | null} */ (box.contains(document.activeElement) ? document.activeElement : null);
  const name = focused?.getAttribute("name") || focused?.dataset.name;
  focused?.blur();
  box.replaceChildren(...nodes(make()));
  box.scrollTop = 0;
  if (!focused) return;
  const again = name && box.querySelector(`[name="${CSS.escape(name)}"], [data-name="${CSS.escape(name)}"]`);
  (again instanceof HTMLElement ? again : box).focus({ preventScroll: true });
}

/** @param {Part[]} children @returns {Node[]} */
function nodes(children) {
  return children.filter((each) => each !== null && each !== undefined && each !== false)
    .map((each) => (each instanceof Node ? each : document.createTextNode(String(each))));
}
