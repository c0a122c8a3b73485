/**
 * A field to choose one of many by its name: a combobox with a list (WAI-ARIA). There is one list for all fields, and
 * it is made when it is opened, so that a page with many such fields does not hold every name once for each.
 */

import { el } from "../core/dom.js";
import { Listbox, matching } from "./listbox.js";
import { afterwards } from "./parts.js";

/**
 * @import { Choice } from "./listbox.js"
 */

/**
 * @typedef {object} Options
 * @property {string} name
 * @property {string} label
 * @property {() => Choice[]} choices  asked when the list is opened
 * @property {(value: string) => void} onPick
 * @property {boolean} [isFree]  whether any text is a value, too; it is handed over at every letter
 * @property {string} [placeholder]
 * @property {boolean} [disabled]
 */

const LIST = "ds-picker-list";
/** Room around the list, in pixels, and how high it is at most. */
const MARGIN = 4;
const HIGHEST = 320;
const LEAST = 120;

/** The field whose list is open. @type {{control: HTMLInputElement, box: Listbox, options: Options} | null} */
let shown = null;

/** @param {string} words what is chosen @param {Options} options @returns {HTMLInputElement} */
export function picker(words, options) {
  const { name, label, placeholder, disabled } = options;
  const of = (/** @type {Event} */ { currentTarget }) => /** @type {HTMLInputElement} */ (currentTarget);
  return el("input", {
    type: "text", role: "combobox", class: "ds-picker", id: `ds-${name}`, name, value: words, placeholder, disabled,
    "aria-label": label, "aria-autocomplete": "list", "aria-haspopup": "listbox", ...stateOf(name), autocomplete: "off", spellcheck: "false",
    onclick: (/** @type {Event} */ event) => (shown?.control === event.currentTarget ? close() : open(of(event), options)),
    oninput: (/** @type {Event} */ event) => type(of(event), options),
    onkeydown: (/** @type {KeyboardEvent} */ event) => press(event, of(event), options),
    onblur: (/** @type {Event} */ event) => leave(of(event), options),
  });
}

/** Whether the list of that field is open, for who cannot see it: a field that is shown anew says so again. @param {string} name */
function stateOf(name) {
  const box = shown?.control.name === name ? shown.box : null;
  return { "aria-expanded": String(Boolean(box)), "aria-controls": box && LIST, "aria-activedescendant": box && box.activeId };
}

/** @param {HTMLInputElement} control @param {Options} options @param {string} [text] what is looked for; else everything is listed */
function open(control, options, text) {
  if (control.disabled || control.readOnly) return;
  const all = options.choices();
  const found = text === undefined ? all : matching(all, text);
  if (options.isFree && !found.length) {
    // Any text will do there, so nothing that is typed is "not found".
    close();
    return;
  }
  if (shown?.control !== control) {
    close();
    const box = new Listbox(LIST, options.label, (chosen) => pick(control, options, chosen));
    shown = { control, box, options };
    // Beside a dialog nothing can be pressed.
    (control.closest("dialog") ?? document.body).append(box.element);
    window.addEventListener("scroll", place, true);
    window.addEventListener("resize", place);
  }
  const { box } = shown;
  const first = options.isFree ? -1 : 0;
  box.show(found, text === undefined ? found.findIndex((each) => each.words === control.value) : first);
  place();
  tell();
}

function close() {
  if (!shown) return;
  const { control, box } = shown;
  shown = null;
  box.element.remove();
  window.removeEventListener("scroll", place, true);
  window.removeEventListener("resize", place);
  write(control);
}

function tell() {
  if (shown) write(shown.control);
}

/** @param {HTMLInputElement} control */
function write(control) {
  for (const [name, value] of Object.entries(stateOf(control.name))) {
    if (value) control.setAttribute(name, value);
    else control.removeAttribute(name);
  }
}

/** Below the field, or above it where there is more room. */
function place() {
  if (!shown) return;
  const { element } = shown.box;
  const { left, top, bottom, width } = shown.control.getBoundingClientRect();
  const height = window.visualViewport?.height ?? window.innerHeight;
  const [above, below] = [top - 2 * MARGIN, height - bottom - 2 * MARGIN];
  const isBelow = below >= LEAST || below >= above;
  element.style.maxBlockSize = `${Math.min(HIGHEST, isBelow ? below : above)}px`;
  element.style.inlineSize = `${width}px`;
  element.style.left = `${left}px`;
  element.style.top = `${isBelow ? bottom + MARGIN : top - MARGIN - element.offsetHeight}px`;
}

/** @param {HTMLInputElement} control @param {Options} options */
function type(control, options) {
  if (options.isFree) options.onPick(control.value);
  open(control, options, control.value);
}

/** @param {KeyboardEvent} event @param {HTMLInputElement} control @param {Options} options */
function press(event, control, options) {
  if (event.isComposing) return;
  if (!answered(event, control, options)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** What a key does there. @param {KeyboardEvent} event @param {HTMLInputElement} control @param {Options} options @returns {boolean} */
function answered({ key, altKey }, control, options) {
  const isOpen = shown?.control === control;
  if (key === "ArrowDown") walk(control, options, 1, altKey);
  else if (key === "ArrowUp" && !altKey) walk(control, options, -1, false);
  else if (!isOpen) return false;
  else if (key === "ArrowUp") close();
  else if (key === "Enter") take(control, options);
  else if (key === "Escape") undo(control, options);
  else return false;
  return true;
}

/** @param {HTMLInputElement} control @param {Options} options @param {1 | -1} step @param {boolean} isStill only open it */
function walk(control, options, step, isStill) {
  const wasOpen = shown?.control === control;
  if (!wasOpen) open(control, options);
  if (shown && !isStill && (wasOpen || !shown.box.active)) shown.box.move(step);
  tell();
}

/** @param {HTMLInputElement} control @param {Options} options */
function take(control, options) {
  const chosen = shown?.box.active;
  if (chosen) pick(control, options, chosen);
  else close();
}

/** @param {HTMLInputElement} control @param {Options} options */
function undo(control, options) {
  close();
  if (!options.isFree) control.value = control.defaultValue;
}

/** @param {HTMLInputElement} control @param {Options} options @param {Choice} chosen */
function pick(control, options, chosen) {
  close();
  control.value = chosen.words;
  options.onPick(chosen.value);
  afterwards(control, () => { control.value = control.defaultValue; });
}

/** What was typed is taken when it is the name of one; nothing is chosen by accident. @param {HTMLInputElement} control @param {Options} options */
function leave(control, options) {
  if (shown?.control === control) close();
  if (options.isFree || control.value === control.defaultValue) return;
  const typed = control.value.trim();
  const chosen = options.choices().find((each) => each.words === typed);
  if (chosen) options.onPick(chosen.value);
  control.value = control.defaultValue;
}
