/* The rail of things to draw with: press for the middle of the view, or drag to a place or onto a transition. */

import { gettext } from "../core/i18n.js";
import { showOver, wayUnder } from "./dropping.js";
import { sorts } from "./editor.js";
import { icon } from "./icons.js";
import { el } from "./parts.js";

/**
 * @import { Editor, Sort } from "./editor.js"
 */

/**
 * @param {HTMLElement} rail
 * @param {Editor} editor
 */
export function createPalette(rail, editor) {
  const list = el("ul", {});
  const search = el("input", { type: "search", placeholder: gettext("Search"), "aria-label": gettext("Search elements"), class: "ds-search" });
  const fill = () => {
    const text = search.value.trim().toLocaleLowerCase();
    const found = sorts().filter(([, words]) => words.toLocaleLowerCase().includes(text));
    list.replaceChildren(...found.map(([sort, words]) => {
      const item = el("button", { type: "button", "data-sort": sort, title: words }, icon(sort), el("span", { class: "ds-word" }, words));
      drag(item, sort, words, editor);
      return el("li", {}, item);
    }));
  };
  search.addEventListener("input", fill);
  fill();
  rail.replaceChildren(search, list);
  const show = () => {
    rail.hidden = !editor.may.edit;
    rail.inert = !editor.canEdit;
  };
  editor.on("rights", show);
  show();
}

/** @param {HTMLElement} item @param {Sort} sort @param {string} words @param {Editor} editor */
function drag(item, sort, words, editor) {
  /** @type {HTMLElement | null} */
  let ghost = null;
  /** @type {PointerEvent | null} */
  let start = null;
  let wasDragged = false;
  const stop = () => {
    ghost?.remove();
    ghost = null;
    start = null;
    showOver(editor, null);
  };
  item.addEventListener("pointerdown", (event) => {
    start = event;
    wasDragged = false;
    item.setPointerCapture(event.pointerId);
  });
  item.addEventListener("pointermove", (event) => {
    if (!start || Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < 5) return;
    wasDragged = true;
    ghost ??= begin(words, sort);
    ghost.style.transform = `translate(${event.clientX - 72}px, ${event.clientY - 28}px)`;
    showOver(editor, wayUnder(editor, [event.clientX, event.clientY]));
  });
  item.addEventListener("pointerup", (event) => {
    if (ghost) drop(editor, sort, event);
    stop();
  });
  item.addEventListener("pointercancel", stop);
  item.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop();
  });
  item.addEventListener("click", () => {
    if (!wasDragged) editor.create(sort);
    wasDragged = false;
  });
}

/** @param {string} words @param {string} sort */
function begin(words, sort) {
  const ghost = el("div", { class: "ds-ghost", "aria-hidden": "true" }, icon(sort), words);
  document.body.append(ghost);
  return ghost;
}

/** @param {Editor} editor @param {Sort} sort @param {PointerEvent} event */
function drop(editor, sort, event) {
  const area = editor.view?.canvas.getBoundingClientRect();
  if (!editor.view || !area) return;
  const isInside = event.clientX > area.left && event.clientX < area.right && event.clientY > area.top && event.clientY < area.bottom;
  if (!isInside) return;
  const at = editor.view.viewport.toWorld(event.clientX, event.clientY);
  const way = wayUnder(editor, [event.clientX, event.clientY]);
  if (way) editor.insert(way, sort, at);
  else editor.create(sort, at);
}
