/* The canvas with what lies over it: rename box, popups, tips, zoom, alignment. */

import { gettext, interpolate } from "../core/i18n.js";
import { sorts } from "./editor.js";
import { pictureOf } from "./icons.js";
import { el, tool } from "./parts.js";
import { openPopup } from "./popup.js";

/**
 * @import { Editor } from "./editor.js"
 * @import { View } from "./view-jsplumb.js"
 */

/** Type a new title where it stands. @param {Editor} editor @param {string} key */
export function renameInPlace(editor, key) {
  const node = editor.view?.nodes.get(key);
  const activity = editor.graph.activity(key);
  if (!node || !activity || !editor.canDraw) return;
  node.querySelector(".ds-rename")?.remove();
  const box = el("textarea", { class: "ds-rename", "aria-label": gettext("Title"), maxlength: 100, value: activity.title });
  let isDone = false;
  const done = (/** @type {boolean} */ takes) => {
    if (isDone) return;
    isDone = true;
    const text = box.value;
    const hadFocus = document.activeElement === box;
    box.remove();
    if (takes && text.trim()) editor.rename(key, text.replace(/\s*\n\s*/g, " "));
    if (hadFocus) editor.focus(key);
  };
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) done(true);
    else if (event.key === "Escape") done(false);
    else if (event.key === "Tab") { done(true); return; } else { event.stopPropagation(); return; }
    event.preventDefault();
    event.stopPropagation();
  });
  box.addEventListener("blur", () => done(true));
  node.append(box);
  box.focus();
  box.select();
}

/** A hint beside the pointer. @param {HTMLElement} stage */
export function createTip(stage) {
  const tip = el("div", { class: "ds-tip", role: "status", hidden: true });
  stage.append(tip);
  let timer = 0;
  return (/** @type {string} */ text, /** @type {[number, number]} */ at = [0, 0], stays = 0) => {
    window.clearTimeout(timer);
    tip.hidden = !text;
    tip.textContent = text;
    if (!text) return;
    const area = stage.getBoundingClientRect();
    const x = Math.min(at[0] - area.left + 14, area.width - tip.offsetWidth - 4);
    const y = Math.min(at[1] - area.top + 14, area.height - tip.offsetHeight - 4);
    tip.style.transform = `translate(${Math.max(4, x)}px, ${Math.max(4, y)}px)`;
    if (stays) timer = window.setTimeout(() => { tip.hidden = true; }, stays);
  };
}

/** @param {HTMLElement} stage @param {View} view */
export function createZoom(stage, view) {
  const level = el("output", { "aria-label": gettext("Zoom") });
  const bar = el("div", { class: "ds-zoom", role: "group", "aria-label": gettext("Zoom") },
    tool("minus", gettext("Zoom out"), () => view.viewport.zoomBy(0.8)), level,
    tool("plus", gettext("Zoom in"), () => view.viewport.zoomBy(1.25)),
    tool("fit", gettext("Show everything"), () => view.viewport.fit(view.bounds())),
    tool("grid", gettext("Grid"), (event) => toggleGrid(view, /** @type {HTMLElement} */ (event.currentTarget)), { "aria-pressed": "true", "data-tool": "grid" }));
  stage.append(bar);
  const show = () => { level.textContent = `${Math.round(view.viewport.zoom * 100)} %`; };
  view.viewport.subscribe(show);
  show();
  view.canvas.classList.add("ds-grid");
}

/** @param {View} view @param {HTMLElement | null} [press] */
export function toggleGrid(view, press = document.querySelector("[data-tool=grid]")) {
  const isOn = view.canvas.classList.toggle("ds-grid");
  press?.setAttribute("aria-pressed", String(isOn));
}

/** @param {HTMLElement} stage @param {Editor} editor */
export function createAlign(stage, editor) {
  const names = /** @type {[any, string][]} */ ([
    ["left", gettext("Align left")], ["center", gettext("Align centres")], ["right", gettext("Align right")],
    ["top", gettext("Align top")], ["middle", gettext("Align middles")], ["bottom", gettext("Align bottom")],
  ]);
  const spread = /** @type {[any, string][]} */ ([["spread-x", gettext("Distribute across")], ["spread-y", gettext("Distribute down")]]);
  const spreads = spread.map(([how, words]) => tool(how, words, () => editor.arrange(how)));
  const bar = el("div", { class: "ds-align", role: "toolbar", "aria-label": gettext("Align"), hidden: true },
    ...names.map(([how, words]) => tool(`align-${how}`, words, () => editor.arrange(how))), ...spreads);
  stage.append(bar);
  const show = () => {
    const count = editor.activities().length;
    bar.hidden = count < 2 || !editor.canDraw;
    for (const each of spreads) each.hidden = count < 3;
  };
  editor.on("selection", show);
  editor.on("rights", show);
}

/** Choose what comes behind an activity. @param {HTMLElement} stage @param {Editor} editor @param {string} source @param {[number, number]} [client] */
export function appendPopup(stage, editor, source, client) {
  if (!editor.canDraw || !editor.view || !editor.graph.activity(source)) return;
  if (source === editor.graph.process.end) {
    editor.connect(source, "");
    return;
  }
  const box = editor.view.boxOf(source);
  const beside = editor.view.viewport.toCanvas((box?.x ?? 0) + (box?.width ?? 0) + 16, box?.y ?? 0);
  const centre = client ? editor.view.viewport.toWorld(...client) : undefined;
  openPopup(stage, {
    label: gettext("Append"), choices: choicesOf().filter(({ value }) => value !== "start"), at: client ? local(stage, client) : beside,
    onPick: (sort) => editor.append(source, /** @type {any} */ (sort), centre),
  });
}

/** @param {HTMLElement} stage @param {Editor} editor @param {[number, number]} [client] */
export function createPopup(stage, editor, client) {
  if (!editor.canDraw || !editor.view) return;
  const { viewport } = editor.view;
  const centre = client ? viewport.toWorld(...client) : undefined;
  openPopup(stage, {
    label: gettext("Create"), choices: choicesOf(), at: client ? local(stage, client) : viewport.toCanvas(...viewport.centre()),
    onPick: (sort) => editor.create(/** @type {any} */ (sort), centre),
  });
}

/** Choose where a connection leads, by name. @param {HTMLElement} stage @param {Editor} editor @param {string} source @param {() => void} onClose */
export function targetPopup(stage, editor, source, onClose) {
  const box = editor.view?.boxOf(source);
  openPopup(stage, {
    label: gettext("Connect to"), at: editor.view?.viewport.toCanvas((box?.x ?? 0) + (box?.width ?? 0) + 16, box?.y ?? 0) ?? [0, 0],
    choices: [...editor.graph.activities.values()].filter((each) => each.key !== source).map((each) => ({ value: each.key, words: each.title, picture: pictureOf(each) })),
    onPick: (target) => editor.connect(source, target), onClose,
  });
}

/** Look for activities and transitions. @param {HTMLElement} stage @param {Editor} editor */
export function findPopup(stage, editor) {
  const bad = new Set(editor.problems.flatMap((problem) => problem.elements));
  const note = (/** @type {string} */ key) => (bad.has(key) ? "is:problem" : "");
  const activities = [...editor.graph.activities.values()].map((each) => ({
    value: each.key, words: [each.title, ...each.roles, note(each.key)].filter(Boolean).join(" · "), picture: pictureOf(each),
  }));
  const ways = [...editor.graph.transitions.values()].map((each) => ({
    value: each.key, picture: "connect",
    words: [interpolate(gettext("%(source)s → %(target)s"), { source: editor.graph.activity(each.source)?.title ?? "", target: editor.graph.activity(each.target)?.title ?? "" }), each.condition, note(each.key)].filter(Boolean).join(" · "),
  }));
  openPopup(stage, {
    label: gettext("Find: title, role, condition, is:problem"), choices: [...activities, ...ways], at: [stage.clientWidth / 2 - 120, 16],
    onPick: (key) => {
      editor.goTo([key]);
      editor.focus(key);
    },
  });
}

function choicesOf() {
  return sorts().map(([value, words]) => ({ value, words, picture: value }));
}

/** @param {HTMLElement} stage @param {[number, number]} client @returns {[number, number]} */
function local(stage, [x, y]) {
  const area = stage.getBoundingClientRect();
  return [x - area.left, y - area.top];
}
