/* The title in the header and in the tab: what the process is called now, and whether that is saved. */

import { byId } from "../core/dom.js";

/** @import { Editor } from "./editor.js" */

/** @param {Editor} editor */
export function createHeading(editor) {
  const place = byId("designer-title");
  let isSaved = true;
  const show = () => {
    const { title } = editor.graph.process;
    if (place.textContent !== title) place.textContent = title;
    document.title = `${isSaved ? "" : "• "}${title} · goflow`;
  };
  editor.on("change", show);
  show();
  return {
    /** @param {boolean} saved */
    mark(saved) {
      isSaved = saved;
      show();
    },
  };
}
