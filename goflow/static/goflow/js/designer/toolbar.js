/* The tools in the header, and the help that the key table writes. */

import { openDialog } from "../core/dialog.js";
import { gettext, interpolate } from "../core/i18n.js";
import { icon } from "./icons.js";
import { helpGroups, mouseHelp } from "./keys.js";
import { createMenu } from "./menu.js";
import { counts, summary } from "./panels/problems.js";
import { check, el, tool } from "./parts.js";
import { hasSingleKeys, setSingleKeys } from "./preferences.js";

/**
 * @import { Editor } from "./editor.js"
 */

/**
 * @param {HTMLElement} place
 * @param {Editor} editor
 * @param {any} does
 */
export function createToolbar(place, editor, does) {
  const undo = tool("undo", gettext("Undo"), () => editor.undo(), { "data-tool": "undo" });
  const redo = tool("redo", gettext("Redo"), () => editor.redo(), { "data-tool": "redo" });
  const simulate = worded("play", gettext("Simulate"), does.simulate, "simulate");
  const tidy = worded("tidy", gettext("Tidy up"), does.tidy, "tidy");
  const toggle = worded("outline", gettext("Outline"), () => does.mode.set(does.mode.isOutline ? "canvas" : "outline"), "outline");
  const problems = el("button", { type: "button", class: "ds-tool ds-worded", "data-tool": "problems", onclick: does.problems });
  const publish = el("button", { type: "button", class: "button button-primary", "data-tool": "publish", onclick: does.publish }, gettext("Publish…"));
  place.append(
    undo, redo, toggle, tidy, simulate,
    tool("search", gettext("Find"), does.find, { "data-tool": "find" }),
    createMenu(does), tool("help", gettext("Keys"), does.help, { "data-tool": "help" }),
    el("span", { class: "ds-gap" }), problems, publish,
  );
  const show = () => {
    const { stack, canAct } = editor;
    undo.disabled = !canAct || !stack.canUndo;
    redo.disabled = !canAct || !stack.canRedo;
    name(undo, stack.undoLabel ? interpolate(gettext("Undo: %(step)s"), { step: stack.undoLabel }) : gettext("Undo"));
    name(redo, stack.redoLabel ? interpolate(gettext("Redo: %(step)s"), { step: stack.redoLabel }) : gettext("Redo"));
    tidy.hidden = !editor.canDraw;
    for (const each of [undo, redo]) each.hidden = !editor.may.edit;
    publish.hidden = !editor.may.publish;
    publish.disabled = editor.lockedBy !== "";
    simulate.disabled = editor.lockedBy === "compare";
    toggle.setAttribute("aria-pressed", String(does.mode.isOutline));
    simulate.setAttribute("aria-pressed", String(editor.lockedBy === "run"));
  };
  const told = () => {
    const { errors, warnings, todos } = counts(editor.problems);
    problems.setAttribute("aria-label", summary(editor.problems));
    problems.title = summary(editor.problems);
    problems.replaceChildren(...(errors + warnings + todos === 0 ? [icon("check"), gettext("No problems")] : [
      ...(errors ? [el("span", { class: "ds-group ds-count-error" }, icon("cross"), `${errors}`)] : []),
      ...(warnings ? [el("span", { class: "ds-group ds-count-warning" }, icon("alert"), `${warnings}`)] : []),
      ...(todos ? [el("span", { class: "ds-group ds-count-todo" }, icon("todo"), interpolate(gettext("%(count)s to do"), { count: todos }))] : []),
    ]));
  };
  for (const type of ["stack", "change", "rights", "mode"]) editor.on(type, show);
  editor.on("problems", told);
  show();
  told();
}

/** @param {HTMLElement} element @param {string} words */
function name(element, words) {
  element.title = words;
  element.setAttribute("aria-label", words);
}

/** @param {string} picture @param {string} words @param {() => void} press @param {string} id */
function worded(picture, words, press, id) {
  return el("button", { type: "button", class: "ds-tool ds-worded", "data-tool": id, onclick: press }, icon(picture), el("span", {}, words));
}

/** All keys, from the one table that also acts, and the switch for those that are a single letter or sign. */
export function openHelp() {
  const isMac = /Mac/.test(navigator.platform);
  const keys = helpGroups(isMac).map(({ group, rows }) => helpPart(group, rows.map((row) => [row.label, row.keys.flatMap((key, index) => [index ? " " : "", el("kbd", {}, key)])])));
  const mouse = helpPart(gettext("Mouse and finger"), mouseHelp().map(([gesture, does]) => [does, [gesture]]));
  return openDialog({
    title: gettext("Keys"),
    content: [singleKeySwitch(), ...keys, mouse],
    actions: [{ value: "", label: gettext("Close"), look: "primary" }],
  });
}

/** @param {string} title @param {[string, (string | HTMLElement)[]][]} rows what happens, and by what */
function helpPart(title, rows) {
  return el("section", {}, el("h3", {}, title), el("div", { class: "ds-keys" },
    ...rows.map(([does, by]) => el("div", {}, el("span", {}, does), el("span", {}, ...by)))));
}

function singleKeySwitch() {
  return el("section", {},
    check(gettext("Keys that are a single letter or sign act on the canvas"), hasSingleKeys(), setSingleKeys, {
      // Nothing draws this box anew, so what it goes back to is what was chosen.
      name: "single-keys", onclick: (/** @type {any} */ { currentTarget: box }) => { box.defaultChecked = box.checked; },
    }),
    el("p", { class: "meta" }, gettext("Switch them off if you speak your input or press keys by accident. This browser remembers it; others are not changed. Buttons and all other keys go on working.")));
}
