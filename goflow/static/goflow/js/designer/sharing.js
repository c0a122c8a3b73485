/* Out of the designer and in again: clipboard, files. */

import { gettext, interpolate, ngettext } from "../core/i18n.js";
import { copied, paste, readPayload } from "./clipboard.js";
import { exportSvg } from "./export-svg.js";
import { importDraft } from "./importing.js";
import { el } from "./parts.js";

/**
 * @import { createApi } from "../core/api.js"
 * @import { Editor } from "./editor.js"
 */

/**
 * @param {Editor} editor
 * @param {{api: ReturnType<typeof createApi>, urls: Record<string, string>,
 *   toast: (text: string) => void, say: (text: string) => void}} options
 */
export function createSharing(editor, { api, urls, toast, say }) {
  const name = () => editor.graph.process.code || "process";
  /** For browsers that do not let a page read or write the clipboard. */
  let own = "";

  const copy = () => {
    const text = copied(editor.graph, editor.activities());
    if (!text) return;
    own = text;
    navigator.clipboard?.writeText(text).catch(() => say(gettext("The clipboard is closed to this page; pasting works in this tab only.")));
    const count = editor.activities().length;
    say(interpolate(ngettext("%(count)s activity copied", "%(count)s activities copied", count), { count }));
  };
  const put = (/** @type {string} */ text, /** @type {readonly [number, number] | undefined} */ at = undefined) => {
    if (!editor.canAct) return;
    const payload = readPayload(text);
    if (!payload) {
      const words = notPasted(text);
      toast(words);
      say(words);
      return;
    }
    const keys = editor.run(paste(editor.graph, payload, { at }));
    if (!keys) return;
    editor.select(keys);
    editor.tell("pasted", keys);
  };
  return {
    copy,
    cut() {
      copy();
      editor.remove();
    },
    async paste() {
      let text = own;
      try {
        text = (await navigator.clipboard.readText()) || own;
      } catch (error) {
        // Not allowed to read: what was copied in this tab is still known.
        if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      }
      put(text);
    },
    duplicate: () => put(copied(editor.graph, editor.activities())),
    json: () => save(`${name()}.json`, "application/json", `${JSON.stringify(editor.graph.toJSON(), null, 2)}\n`),
    svg: () => save(`${name()}.svg`, "image/svg+xml", exportSvg(editor.graph)),
    png: () => asPng(exportSvg(editor.graph), `${name()}.png`),
    import: () => importDraft({ api, urls }),
  };
}

/** Why nothing was pasted, and what to do instead. @param {string} text */
function notPasted(text) {
  if (!text.trim()) return gettext("The clipboard is empty. Copy activities here or in another process first.");
  return text.includes('"goflow-process"') ? gettext("This is a whole process. Choose More → Import… to make a draft of it.")
    : gettext("This text cannot be pasted into the drawing: only activities copied in a designer can.");
}

/** @param {string} name @param {string} type @param {string | Blob} content */
function save(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  window.setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** @param {string} svg @param {string} name */
async function asPng(svg, name) {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = el("canvas", { width: picture.naturalWidth * 2, height: picture.naturalHeight * 2 });
  const brush = canvas.getContext("2d");
  if (!brush) return;
  brush.scale(2, 2);
  brush.drawImage(picture, 0, 0);
  canvas.toBlob((blob) => { if (blob) save(name, "image/png", blob); });
}
