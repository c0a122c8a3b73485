/* What an empty process shows: ways to begin. */

import { gettext, interpolate } from "../core/i18n.js";
import { replaceAll } from "./commands.js";
import { el } from "./parts.js";

/**
 * @import { createApi } from "../core/api.js"
 * @import { Editor } from "./editor.js"
 */

/**
 * Examples to begin with, as buttons.
 * @param {Editor} editor
 * @param {{api: ReturnType<typeof createApi>, url: string}} options the address of a template, with 0 for its name
 */
export function exampleCards(editor, { api, url }) {
  const card = (/** @type {string} */ template, /** @type {string} */ words, /** @type {string} */ note) => el("button", {
    type: "button", class: "button button-secondary", "data-template": template, onclick: () => fill(editor, words, api.get(url.replace(/\/0\/$/, `/${template}/`))),
  }, words, el("span", { class: "meta" }, note));
  return el("div", { class: "ds-cards" },
    card("blank", gettext("Blank"), gettext("A begin, an end, and nothing between")),
    card("leave", gettext("Leave request"), gettext("Ask, decide, correct, book")),
    card("parallel", gettext("Parallel review"), gettext("Two people at the same time")),
    card("escalation", gettext("Escalation"), gettext("Somebody else when it takes too long")));
}

/**
 * @param {HTMLElement} stage
 * @param {Editor} editor
 * @param {HTMLElement} cards
 */
export function createWelcome(stage, editor, cards) {
  const box = el("div", { class: "ds-empty" },
    el("h2", {}, gettext("Nothing drawn yet")),
    el("p", {}, gettext("Drag an element from the left onto the canvas, press N, or double-click. Or begin with an example, which fills this draft:")),
    cards);
  stage.append(box);
  const show = () => { box.hidden = editor.graph.activities.size > 0 || !editor.canEdit; };
  for (const type of ["change", "rights"]) editor.on(type, show);
  editor.on("mode", (mode) => { if (mode === "outline") box.hidden = true; else show(); });
  show();
}

/**
 * The draft that is open takes the drawing and stays the process it is. One step, which undo takes back.
 * @param {Editor} editor @param {string} words @param {Promise<{data: any}>} request
 */
async function fill(editor, words, request) {
  const { graph } = (await request).data;
  // Whoever drew something meanwhile keeps it.
  if (editor.graph.activities.size) return;
  const { activities: _none, transitions: _nothing, ...own } = editor.graph.toJSON();
  editor.run(replaceAll({ ...graph, ...own, begin: graph.begin, end: graph.end }, interpolate(gettext("Begin with “%(title)s”"), { title: words })));
  editor.view?.viewport.fit(editor.view.bounds());
  const { begin } = editor.graph.process;
  if (begin) editor.tell("filled", begin);
}
