/**
 * The keys of the designer, once: what they do, where they act, and what the help says about them.
 *
 * "Mod" is Ctrl, on a Mac also Command. Keys without Mod or Alt act only while the canvas has the focus, and can
 * be switched off, so that speech input and stray typing change nothing.
 */

import { gettext } from "../core/i18n.js";

/**
 * @typedef {"next-left" | "next-up" | "next-right" | "next-down" | "look" | "follow" | "follow-back" | "nudge" | "nudge-fine"
 *   | "select" | "select-add" | "select-all" | "select-none" | "append" | "create" | "connect" | "rename" | "open"
 *   | "delete" | "delete-heal" | "copy" | "cut" | "paste" | "duplicate" | "undo" | "redo" | "zoom-in" | "zoom-out"
 *   | "zoom-full" | "zoom-fit" | "lasso" | "minimap" | "grid" | "simulate" | "find" | "problem-next"
 *   | "problem-previous" | "save" | "help" | "pane-next" | "pane-previous" | "to-canvas" | "publish"} Action
 * @typedef {Readonly<{
 *   action: Action, keys: readonly string[], group: string, label: string, anywhere?: boolean, whileTyping?: boolean,
 *   inPanel?: boolean,
 * }>} Binding
 *   `anywhere`: also while the focus is not on the canvas, but only with `whileTyping` in a field; `inPanel`: only
 *   while it is in a panel beside the canvas
 * @typedef {{key: string, code?: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean,
 *   isComposing?: boolean}} KeyLike
 * @typedef {object} Context
 * @property {boolean} onCanvas whether the canvas has the focus
 * @property {boolean} [inPanel] whether a panel beside it has it
 * @property {boolean} [inText] whether keys mean text there
 * @property {boolean} [singleKeys] false switches off keys without Mod and Alt that are letters or signs
 */

/** @returns {readonly Binding[]} in the language of the page */
export function bindings() {
  return [...moving(), ...editing(), ...clipboard(), ...looking()];
}

/** @returns {Binding[]} */
function moving() {
  const group = gettext("Move and select");
  return [
    { action: "next-left", keys: ["ArrowLeft"], group, label: gettext("Go to the nearest element on the left") },
    { action: "next-up", keys: ["ArrowUp"], group, label: gettext("Go to the nearest element above") },
    { action: "next-right", keys: ["ArrowRight"], group, label: gettext("Go to the nearest element on the right") },
    { action: "next-down", keys: ["ArrowDown"], group, label: gettext("Go to the nearest element below") },
    { action: "look", keys: arrows("Mod+"), group, label: gettext("Go there without selecting") },
    { action: "follow", keys: ["Alt+ArrowRight"], group, label: gettext("Follow the transition; again for the next one") },
    { action: "follow-back", keys: ["Alt+ArrowLeft"], group, label: gettext("Follow a transition back") },
    { action: "nudge", keys: arrows("Shift+"), group, label: gettext("Move the selection by one step of the grid") },
    { action: "nudge-fine", keys: arrows("Mod+Shift+"), group, label: gettext("Move the selection by one pixel") },
    { action: "select", keys: ["Space"], group, label: gettext("Select") },
    { action: "select-add", keys: ["Mod+Space"], group, label: gettext("Add to the selection") },
    { action: "select-all", keys: ["Mod+A"], group, label: gettext("Select everything") },
    { action: "select-none", keys: ["Escape"], group, label: gettext("Select nothing, cancel") },
    { action: "to-canvas", keys: ["Escape"], group, label: gettext("From a panel back to the drawing"), inPanel: true },
    { action: "pane-next", keys: ["F6"], group, label: gettext("Elements, drawing, properties: to the next"), anywhere: true, whileTyping: true },
    { action: "pane-previous", keys: ["Shift+F6"], group, label: gettext("Elements, drawing, properties: to the one before"), anywhere: true, whileTyping: true },
  ];
}

/** @returns {Binding[]} */
function editing() {
  const group = gettext("Change");
  return [
    { action: "append", keys: ["A"], group, label: gettext("Append an activity") },
    { action: "create", keys: ["N"], group, label: gettext("Create an activity") },
    { action: "connect", keys: ["C"], group, label: gettext("Connect from here to …") },
    { action: "rename", keys: ["F2", "E"], group, label: gettext("Rename") },
    { action: "open", keys: ["Enter"], group, label: gettext("Open the properties") },
    { action: "delete", keys: ["Delete", "Backspace"], group, label: gettext("Delete") },
    { action: "delete-heal", keys: ["Shift+Delete", "Shift+Backspace"], group, label: gettext("Delete and reconnect") },
    { action: "undo", keys: ["Mod+Z"], group, label: gettext("Undo"), anywhere: true },
    { action: "redo", keys: ["Mod+Y", "Mod+Shift+Z"], group, label: gettext("Redo"), anywhere: true },
    { action: "save", keys: ["Mod+S"], group, label: gettext("Save now"), anywhere: true, whileTyping: true },
    { action: "publish", keys: ["Mod+Enter"], group, label: gettext("Publish"), anywhere: true, whileTyping: true },
  ];
}

/** @returns {Binding[]} */
function clipboard() {
  const group = gettext("Copy");
  return [
    { action: "copy", keys: ["Mod+C"], group, label: gettext("Copy") },
    { action: "cut", keys: ["Mod+X"], group, label: gettext("Cut") },
    { action: "paste", keys: ["Mod+V"], group, label: gettext("Paste") },
    { action: "duplicate", keys: ["Mod+D"], group, label: gettext("Duplicate") },
  ];
}

/** @returns {Binding[]} */
function looking() {
  const group = gettext("Look around");
  return [
    { action: "zoom-in", keys: ["+", "=", "Mod++", "Mod+="], group, label: gettext("Zoom in") },
    { action: "zoom-out", keys: ["-", "Mod+-"], group, label: gettext("Zoom out") },
    { action: "zoom-full", keys: ["0", "Mod+0"], group, label: gettext("Zoom to 100 %") },
    { action: "zoom-fit", keys: ["1", "Mod+1"], group, label: gettext("Show everything") },
    { action: "lasso", keys: ["L"], group, label: gettext("Select with a frame") },
    { action: "minimap", keys: ["M"], group, label: gettext("Show or hide the overview") },
    { action: "grid", keys: ["G"], group, label: gettext("Switch the grid on or off") },
    { action: "simulate", keys: ["T"], group, label: gettext("Simulate") },
    { action: "find", keys: ["/", "Mod+F"], group, label: gettext("Find"), anywhere: true },
    { action: "problem-next", keys: ["F8"], group, label: gettext("Next problem"), anywhere: true },
    { action: "problem-previous", keys: ["Shift+F8"], group, label: gettext("Previous problem"), anywhere: true },
    { action: "help", keys: ["?"], group, label: gettext("Show all keys"), anywhere: true },
  ];
}

/** @param {string} modifiers */
function arrows(modifiers) {
  return ["Left", "Up", "Right", "Down"].map((side) => `${modifiers}Arrow${side}`);
}

/**
 * The name of what was pressed, as `keys` has it: "Mod+Shift+Z".
 * @param {KeyLike} event
 */
export function comboOf(event) {
  const key = nameOf(event);
  const isLetter = /^[A-Z]$/.test(key);
  // A sign such as "?" already tells that Shift was needed for it.
  const hasShift = event.shiftKey && (isLetter || key.length > 1);
  const parts = [
    event.ctrlKey || event.metaKey ? "Mod" : "", event.altKey ? "Alt" : "", hasShift ? "Shift" : "", key,
  ];
  return parts.filter(Boolean).join("+");
}

/** @param {KeyLike} event */
function nameOf({ key, code = "" }) {
  if (key === " ") return "Space";
  if (key.length > 1) return key;
  // On keyboards without Latin letters the place of the key counts.
  const place = /^Key([A-Z])$/.exec(code);
  return /[^\x00-\x7f]/.test(key) && place ? place[1] : key.toUpperCase();
}

/**
 * What the pressed keys ask for.
 * @param {KeyLike} event
 * @param {Context} context
 * @param {readonly Binding[]} [table]
 * @returns {Action | null} null when they are none of the designer's business
 */
export function actionFor(event, { onCanvas, inPanel = false, inText = false, singleKeys = true }, table = bindings()) {
  if (event.isComposing) return null;
  const combo = comboOf(event);
  const meant = table.filter((binding) => binding.keys.includes(combo) && (inPanel || !binding.inPanel));
  const found = meant.find((binding) => binding.inPanel) ?? meant[0];
  if (!found) return null;
  if (found.inPanel) return found.action;
  if (inText) return found.whileTyping ? found.action : null;
  if (!onCanvas && !found.anywhere) return null;
  const isSingle = combo.length === 1;
  if (isSingle && (!singleKeys || (!onCanvas && found.action !== "help" && found.action !== "find"))) return null;
  return found.action;
}

/**
 * The keys as they are shown to people.
 * @param {string} combo
 * @param {boolean} [isMac]
 */
export function shown(combo, isMac = false) {
  const names = wordsOf(isMac);
  // A plus sign may be the key itself: "Mod++".
  return combo.split(/\+(?!$)/).map((part) => names.get(part) ?? part).join(isMac ? "" : "+");
}

/** @param {boolean} isMac @returns {Map<string, string>} */
function wordsOf(isMac) {
  return new Map([
    ["Mod", isMac ? "⌘" : gettext("Ctrl")], ["Shift", isMac ? "⇧" : gettext("Shift")], ["Alt", isMac ? "⌥" : gettext("Alt")],
    ["ArrowLeft", "←"], ["ArrowUp", "↑"], ["ArrowRight", "→"], ["ArrowDown", "↓"], ["Space", gettext("Space")],
    ["Delete", gettext("Del")], ["Backspace", "⌫"], ["Escape", gettext("Esc")], ["Enter", gettext("Enter")],
  ]);
}

/**
 * The help: what can be pressed, by group, in the order of the table.
 * @param {boolean} [isMac]
 * @returns {{group: string, rows: {label: string, keys: string[]}[]}[]}
 */
export function helpGroups(isMac = false) {
  /** @type {Map<string, {label: string, keys: string[]}[]>} */
  const groups = new Map();
  for (const { group, label, keys } of bindings()) {
    const rows = groups.get(group) ?? [];
    rows.push({ label, keys: keys.map((combo) => shown(combo, isMac)) });
    groups.set(group, rows);
  }
  return [...groups].map(([group, rows]) => ({ group, rows }));
}

/**
 * The help for the mouse and the finger: what to do with it, and what happens. What they do stands in gestures.js.
 * @returns {[string, string][]}
 */
export function mouseHelp() {
  return [
    [gettext("Click"), gettext("Select an activity or a transition")],
    [gettext("Shift or Ctrl and click"), gettext("Add to the selection, or take out of it")],
    [gettext("Double click on an activity"), gettext("Rename")],
    [gettext("Double click on a transition"), gettext("Open its condition")],
    [gettext("Double click or right click on the ground"), gettext("Create an activity there")],
    [gettext("Drag an activity"), gettext("Move it, and all that is selected with it; with Alt it does not snap")],
    [gettext("Drag from the round port"), gettext("Connect; a click on it appends an activity")],
    [gettext("Drag an end of the selected transition"), gettext("Lead it elsewhere")],
    [gettext("Drag the ground, or anything with Space held"), gettext("Move the view")],
    [gettext("Shift and drag the ground"), gettext("Select with a frame")],
    [gettext("Wheel; with Ctrl"), gettext("Move the view; zoom")],
    [gettext("Two fingers"), gettext("Move the view and zoom")],
  ];
}
