/* What the keys of keys.js do. */

import { gettext, interpolate } from "../core/i18n.js";
import { isTextField } from "../core/dom.js";
import { actionFor, bindings } from "./keys.js";
import { titleOf } from "./node.js";
import { hasSingleKeys } from "./preferences.js";

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
  const all = { ...walking(editor), ...changing(editor), ...actions };

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
    if (source && target) editor.connect(source, target);
  };

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const target = /** @type {Element} */ (event.target);
    const onCanvas = canvas.contains(target) && !isTextField(target);
    const action = actionFor(event, { onCanvas, inText: isTextField(target), singleKeys: hasSingleKeys() }, table);
    if (!action) return;
    if (CHANGING.has(action) && !editor.canAct) editor.say(editor.canEdit ? onlyForLooking() : gettext("This version is read-only."));
    else if (linking && onCanvas && (action === "open" || action === "select")) finishLink(editor.active);
    else if (linking && action === "select-none") endLink();
    else if (action === "connect") startLink(editor.active);
    else if (all[action]) all[action](event);
    else return;
    event.preventDefault();
  });
  canvas.addEventListener("focus", () => {
    const first = editor.active || editor.graph.process.begin || editor.graph.activities.keys().next().value;
    if (first) editor.focus(first);
  });
  canvas.addEventListener("focusin", (event) => {
    const node = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-key]"));
    canvas.tabIndex = node ? -1 : 0;
    if (node) editor.active = String(node.dataset.key);
  });
  canvas.addEventListener("focusout", () => { canvas.tabIndex = 0; });
  return { startLink, finishLink, endLink, get linking() { return linking; } };
}

/** Why the canvas of a phone does nothing. */
export function onlyForLooking() {
  return gettext("On a small screen the drawing is for looking. Change the process in the outline.");
}

/** @param {Editor} editor @returns {Record<string, (event: KeyboardEvent) => void>} */
function walking(editor) {
  const go = (/** @type {[number, number]} */ way) => () => {
    const next = editor.active ? editor.nearest(editor.active, way) : editor.graph.activities.keys().next().value;
    if (next) editor.focus(next);
  };
  let last = { from: "", to: "", at: 0 };
  const follow = (/** @type {"outgoing" | "incoming"} */ side) => () => {
    const isSibling = last.to === editor.active && editor.graph[side](last.from).length > 1;
    const from = isSibling ? last.from : editor.active;
    const ways = editor.graph[side](from);
    if (!ways.length) return;
    const at = isSibling ? (last.at + 1) % ways.length : 0;
    const to = side === "outgoing" ? ways[at].target : ways[at].source;
    last = { from, to, at };
    editor.focus(to);
  };
  return {
    "next-left": go([-1, 0]), "next-right": go([1, 0]), "next-up": go([0, -1]), "next-down": go([0, 1]),
    follow: follow("outgoing"), "follow-back": follow("incoming"),
    select: () => editor.active && editor.select([editor.active]),
    "select-add": () => editor.active && editor.select([editor.active], { toggle: true }),
    "select-all": () => editor.selectAll(),
    "select-none": () => editor.select([]),
  };
}

/** @param {Editor} editor @returns {Record<string, (event: KeyboardEvent) => void>} */
function changing(editor) {
  // What has the focus is meant, also when something else was selected before.
  const chosen = () => {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-key]") ?? null)?.dataset.key;
    if (focused && !editor.selection.has(focused)) editor.select([focused]);
  };
  const nudge = (/** @type {KeyboardEvent} */ event, /** @type {number} */ step) => {
    chosen();
    const ways = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });
    const [dx, dy] = ways[event.key] ?? [0, 0];
    editor.nudge(dx * step, dy * step);
  };
  return {
    nudge: (event) => nudge(event, 8),
    "nudge-fine": (event) => nudge(event, 1),
    delete: () => { chosen(); editor.remove(); },
    "delete-heal": () => { chosen(); editor.remove({ heal: true }); },
    undo: () => editor.undo(),
    redo: () => editor.redo(),
    "zoom-in": () => editor.view?.viewport.zoomBy(1.25),
    "zoom-out": () => editor.view?.viewport.zoomBy(0.8),
    "zoom-full": () => editor.view?.viewport.zoomBy(1 / editor.view.viewport.zoom),
    "zoom-fit": () => editor.view?.viewport.fit(editor.view.bounds()),
  };
}
