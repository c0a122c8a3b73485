/* What the keys of keys.js do. */

import { gettext, interpolate } from "../core/i18n.js";
import { isTextField } from "../core/dom.js";
import { actionFor, bindings } from "./keys.js";
import { titleOf } from "./node.js";
import { hasSingleKeys } from "./preferences.js";
import { walking } from "./walking.js";

/**
 * @import { Editor } from "./editor.js"
 */

/** What changes the process. @type {ReadonlySet<string>} */
const CHANGING = new Set([
  "nudge", "nudge-fine", "append", "create", "connect", "rename", "delete", "delete-heal", "undo", "redo", "cut", "paste", "duplicate",
]);

/**
 * @param {Editor} editor
 * @param {HTMLElement} canvas
 * @param {Record<string, (event: KeyboardEvent) => void>} actions what other parts do
 */
export function createKeyboard(editor, canvas, actions) {
  const table = bindings();
  /** @type {string | null} */
  let linking = null;
  const all = { ...walking(editor, () => linking !== null), ...changing(editor), ...actions };

  /** @param {string} source */
  const startLink = (source) => {
    if (!source || !editor.canDraw) return;
    linking = source;
    actions.linking?.(/** @type {any} */ (source));
    editor.say(interpolate(gettext("Connecting from %(title)s: go to the target and press Enter, or Escape."), { title: titleOf(editor.graph, source) }));
  };
  const endLink = () => {
    linking = null;
    actions.linking?.(/** @type {any} */ (""));
  };
  const finishLink = (/** @type {string} */ target) => {
    const source = linking;
    endLink();
    if (!source || !target || !editor.connect(source, target)) return;
    editor.select([target]);
    editor.focus(target);
  };

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const target = /** @type {Element} */ (event.target);
    const onCanvas = canvas.contains(target) && !isTextField(target);
    const inPanel = target.closest("aside") !== null;
    const action = actionFor(event, { onCanvas, inPanel, inText: isTextField(target), singleKeys: hasSingleKeys() }, table);
    if (!action || (action === "to-canvas" && isToBeCleared(target))) return;
    if (CHANGING.has(action) && !editor.canAct) editor.say(editor.canEdit ? onlyForLooking() : gettext("This version is read-only."));
    else if (linking && onCanvas && (action === "open" || action === "select")) finishLink(editor.active);
    else if (linking && action === "select-none") endLink();
    else if (action === "connect") startLink(editor.chosen());
    else if (all[action]) all[action](event);
    else return;
    event.preventDefault();
  });
  followFocus(editor, canvas);
  return { startLink, finishLink, endLink, get linking() { return linking; } };
}

/**
 * What has the keyboard is where one goes on from. Who comes with the keyboard comes to what is selected, and what
 * they come to is selected; a press of the mouse selects by itself.
 * @param {Editor} editor @param {HTMLElement} canvas
 */
function followFocus(editor, canvas) {
  let isPressed = false;
  canvas.addEventListener("pointerdown", () => { isPressed = true; }, true);
  for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => { isPressed = false; }, true);
  const enter = () => {
    const first = editor.only || editor.active || editor.graph.process.begin || editor.graph.activities.keys().next().value;
    if (!first) return;
    if (!editor.selection.size) editor.select([first]);
    editor.focus(first);
  };
  canvas.addEventListener("focus", () => { if (!isPressed) enter(); });
  canvas.addEventListener("focusin", (event) => {
    const node = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-key]"));
    canvas.tabIndex = node ? -1 : 0;
    if (node) editor.active = String(node.dataset.key);
  });
  canvas.addEventListener("focusout", () => { canvas.tabIndex = 0; });
}

/** Whether Escape has something to do in that field itself. @param {Element} target */
function isToBeCleared(target) {
  return target.matches("[type=search]") && /** @type {HTMLInputElement} */ (target).value !== "";
}

/** Why the canvas of a phone does nothing. */
export function onlyForLooking() {
  return gettext("On a small screen the drawing is for looking. Change the process in the outline.");
}

/** @param {Editor} editor @returns {Record<string, (event: KeyboardEvent) => void>} */
function changing(editor) {
  const nudge = (/** @type {KeyboardEvent} */ event, /** @type {number} */ step) => {
    const ways = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });
    const [dx, dy] = ways[event.key] ?? [0, 0];
    editor.nudge(dx * step, dy * step);
  };
  return {
    nudge: (event) => nudge(event, 8),
    "nudge-fine": (event) => nudge(event, 1),
    delete: () => editor.remove(),
    "delete-heal": () => editor.remove({ heal: true }),
    undo: () => editor.undo(),
    redo: () => editor.redo(),
    "zoom-in": () => editor.view?.viewport.zoomBy(1.25),
    "zoom-out": () => editor.view?.viewport.zoomBy(0.8),
    "zoom-full": () => editor.view?.viewport.zoomBy(1 / editor.view.viewport.zoom),
    "zoom-fit": () => editor.view?.viewport.fit(editor.view.bounds()),
  };
}
