/* "Tidy up": new places for everything, as one step. */

import { gettext } from "../core/i18n.js";
import { move } from "./commands.js";
import { tidied } from "./layout.js";

/**
 * @import { Editor } from "./editor.js"
 */

/** @param {Editor} editor */
export function tidyUp(editor) {
  if (!editor.graph.activities.size) return;
  const { view } = editor;
  editor.run(move(tidied(editor.graph), { label: gettext("Tidy up") }));
  view?.viewport.fit(view.bounds());
  editor.say(gettext("Everything is in rows now."));
}
