/* Several names, each of which is added by an act of its own: what is only typed is not added yet. */

import { gettext, interpolate } from "../core/i18n.js";
import { icon } from "./icons.js";
import { el, field, input, listen } from "./parts.js";

/**
 * @import { Part } from "./parts.js"
 */

/**
 * Names as chips, with a box to add more: by Enter, a comma, choosing a suggestion, or the button.
 * @param {string} label
 * @param {readonly string[]} values
 * @param {readonly string[]} known what is suggested
 * @param {(values: string[]) => void} change
 * @param {{disabled?: boolean, name?: string}} [options]
 */
export function chips(label, values, known, change, { disabled = false, name } = {}) {
  if (disabled) return shownOnly(label, values, name);
  const others = known.filter((each) => !values.includes(each));
  const add = (/** @type {readonly string[]} */ texts) => {
    const fresh = [...new Set(texts.map((text) => text.trim()))].filter((text) => text && !values.includes(text));
    if (fresh.length) change([...values, ...fresh]);
  };
  const box = input("", () => {}, { options: others, placeholder: gettext("Add…"), name });
  listen(box, "input", (event) => typed(event, others, add));
  listen(box, "keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    take(event.currentTarget, add);
  });
  const press = el("button", {
    type: "button", class: "button button-secondary ds-small",
    onclick: (/** @type {Event} */ { currentTarget }) => take(boxBeside(currentTarget), add),
  }, gettext("Add"));
  const whole = field(label, box);
  const row = el("div", { class: "ds-adder" });
  box.before(list(values, (left) => change(left)), row);
  row.append(box, press, el("span", { class: "ds-unadded help" }, gettext("Not added yet.")));
  return whole;
}

/**
 * Add what stands in the box.
 * @param {HTMLInputElement} box @param {(texts: string[]) => void} add
 */
function take(box, add) {
  const text = box.value;
  box.value = "";
  add([text]);
  box.focus();
}

/**
 * A comma ends a name, and a suggestion is one.
 * @param {InputEvent} event @param {readonly string[]} suggested @param {(texts: string[]) => void} add
 */
function typed(event, suggested, add) {
  const box = /** @type {HTMLInputElement} */ (event.currentTarget);
  // Browsers tell of a chosen suggestion as of no typing at all, or as of a replacement.
  const isChosen = (!event.inputType || event.inputType === "insertReplacementText") && suggested.includes(box.value);
  if (isChosen) take(box, add);
  else if (box.value.includes(",") && !event.isComposing) {
    const parts = box.value.split(",");
    box.value = String(parts.pop()).trimStart();
    add(parts);
  } else if (/^\s/.test(box.value) && !event.isComposing) box.value = box.value.trimStart();
}

/** @param {readonly string[]} values @param {(left: string[]) => void} change */
function list(values, change) {
  const remove = (/** @type {string} */ name) => (/** @type {Event} */ { currentTarget }) => {
    boxBeside(currentTarget).focus();
    change(values.filter((other) => other !== name));
  };
  return el("div", { class: "ds-chips" }, ...values.map((name) => chip(name, el("button", {
    type: "button", "aria-label": interpolate(gettext("Remove %(name)s"), { name }), onclick: remove(name),
  }, icon("cross")))));
}

/** @param {string} name @param {Part} [button] */
function chip(name, button) {
  return el("span", { class: "ds-chip", "data-part": name }, name, button);
}

/** @param {EventTarget | null} button @returns {HTMLInputElement} */
function boxBeside(button) {
  const box = /** @type {Element} */ (button).closest(".field")?.querySelector("input");
  return /** @type {HTMLInputElement} */ (box);
}

/** For those who may only look. @param {string} label @param {readonly string[]} values @param {string} [name] */
function shownOnly(label, values, name) {
  return el("div", { class: "field", "data-part": name, role: "group", "aria-label": label }, el("span", { class: "ds-label-text" }, label),
    values.length ? el("div", { class: "ds-chips" }, ...values.map((each) => chip(each))) : el("p", { class: "meta" }, gettext("Nothing.")));
}
