/* Four buttons beside the selected activity, for mouse, finger and keyboard alike. */

import { gettext } from "../core/i18n.js";
import { el, tool } from "./parts.js";

/**
 * @import { Editor } from "./editor.js"
 */

/**
 * @param {HTMLElement} stage
 * @param {Editor} editor
 * @param {{onAppend: (key: string) => void, onConnect: (key: string) => void, onOpen: (key: string) => void}} options
 */
export function createContextPad(stage, editor, { onAppend, onConnect, onOpen }) {
  const pad = el("div", { class: "ds-pad", role: "toolbar", "aria-label": gettext("Actions for the activity"), hidden: true },
    tool("plus", gettext("Append (A)"), () => onAppend(editor.only)),
    tool("connect", gettext("Connect (C)"), () => onConnect(editor.only)),
    tool("pencil", gettext("Properties (Enter)"), () => onOpen(editor.only)),
    tool("trash", gettext("Delete (Del)"), () => editor.remove()));
  stage.append(pad);
  const place = () => {
    const box = editor.canDraw && editor.graph.activity(editor.only) ? editor.view?.boxOf(editor.only) : null;
    pad.hidden = !box;
    if (!box || !editor.view) return;
    const [x, y] = editor.view.viewport.toCanvas(box.x, box.y + box.height);
    pad.style.transform = `translate(${Math.round(x)}px, ${Math.round(y + 12)}px)`;
  };
  editor.on("selection", place);
  editor.on("change", place);
  editor.on("rights", place);
  editor.view?.viewport.subscribe(place);
  return pad;
}
