/* "Tidy up": new places for everything, as one step. */

import { gettext } from "../core/i18n.js";
import { move } from "./commands.js";
import { tidied } from "./layout.js";

/**
 * @import { Editor } from "./editor.js"
 * @import { View } from "./view-jsplumb.js"
 */

/** Long enough to see what went where, short enough to go on working. In milliseconds. */
const GLIDE = 180;

/** @param {Editor} editor */
export function tidyUp(editor) {
  if (!editor.graph.activities.size || !editor.canDraw) return;
  const { view } = editor;
  const before = view ? seen(view) : null;
  editor.run(move(tidied(editor.graph), { label: gettext("Tidy up") }));
  view?.viewport.fit(view.bounds());
  if (view && before) glide(view, before);
  editor.say(gettext("Everything is in rows now."));
}

/** Where everything is on the screen. @param {View} view */
function seen({ viewport: { x, y, zoom }, spots }) {
  return { x, y, zoom, spots: new Map(spots) };
}

/**
 * Show how activities come from where they were; they are at their new places already.
 * @param {View} view @param {ReturnType<typeof seen>} before
 */
function glide(view, before) {
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const { viewport } = view;
  const scale = before.zoom / viewport.zoom;
  for (const [key, node] of view.nodes) {
    const [from, to] = [before.spots.get(key), view.spots.get(key)];
    if (!from || !to) continue;
    const dx = (before.x - viewport.x) / viewport.zoom + from[0] * scale - to[0];
    const dy = (before.y - viewport.y) / viewport.zoom + from[1] * scale - to[1];
    const start = { transformOrigin: "0 0", transform: `translate(${dx}px, ${dy}px) scale(${scale})` };
    node.animate([start, { transformOrigin: "0 0", transform: "none" }], { duration: GLIDE, easing: "ease-out" });
  }
  for (const line of view.world.querySelectorAll(".jtk-connector, .ds-label")) {
    line.animate([{ opacity: 0 }, { opacity: 1 }], { duration: GLIDE, easing: "ease-in" });
  }
}
