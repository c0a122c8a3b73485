/* What an empty process shows: ways to begin. */

import { gettext } from "../core/i18n.js";
import { icon } from "./icons.js";
import { el } from "./parts.js";

/**
 * @import { createApi } from "../core/api.js"
 * @import { Editor } from "./editor.js"
 */

/**
 * @param {HTMLElement} stage
 * @param {Editor} editor
 * @param {{api: ReturnType<typeof createApi>, url: string}} options
 */
export function createWelcome(stage, editor, { api, url }) {
  const from = (/** @type {string} */ template) => async () => {
    const { data } = await api.post(url, { template });
    window.location.assign(data.url);
  };
  const card = (/** @type {string} */ words, /** @type {string} */ note, /** @type {() => void} */ press) => el("button", {
    type: "button", class: "button button-secondary", onclick: press,
  }, words, el("span", { class: "meta" }, note));
  const box = el("div", { class: "ds-empty" },
    el("h2", {}, gettext("Nothing drawn yet")),
    el("p", {}, gettext("Drag an element from the left onto the canvas, press N, or double-click. Or begin with an example:")),
    el("div", { class: "ds-cards" },
      card(gettext("Leave request"), gettext("Ask, decide, correct, book"), from("leave")),
      card(gettext("Parallel review"), gettext("Two people at the same time"), from("parallel")),
      card(gettext("Escalation"), gettext("Somebody else when it takes too long"), from("escalation"))),
    el("button", { type: "button", class: "button button-secondary", onclick: () => editor.create("start") }, icon("plus"), gettext("Start with a blank activity")));
  stage.append(box);
  const show = () => { box.hidden = editor.graph.activities.size > 0 || !editor.canEdit; };
  for (const type of ["change", "rights"]) editor.on(type, show);
  editor.on("mode", (mode) => { if (mode === "outline") box.hidden = true; else show(); });
  show();
}
