/* Where what is dragged comes down: in a transition, beside what is there already, or just there. */

import { putOnTransition } from "./commands.js";
import { HEIGHT, WIDTH } from "./node.js";
import { covers, roomBeside } from "./places.js";

/**
 * @import { Editor } from "./editor.js"
 * @import { Place } from "./places.js"
 */

/** The transition at a point of the window. @param {Editor} editor @param {readonly [number, number]} at @returns {string | null} */
export function wayUnder(editor, [x, y]) {
  for (const element of document.elementsFromPoint(x, y)) {
    const way = editor.view?.edgeAt(element);
    if (way) return way;
  }
  return null;
}

/** Show what would take up the thing that is dragged. @param {Editor} editor @param {string | null} way */
export function showOver(editor, way) {
  editor.view?.canvas.querySelectorAll(".ds-edge-over").forEach((line) => line.classList.remove("ds-edge-over"));
  if (way) editor.view?.edges.get(way)?.connector.canvas.classList.add("ds-edge-over");
}

/**
 * The transition that an activity would be put into: only one that leads nowhere and comes from nowhere can be.
 * @param {Editor} editor @param {Record<string, [number, number]>} positions @param {readonly [number, number]} pointer
 */
export function wayFor(editor, positions, pointer) {
  const [key, ...others] = Object.keys(positions);
  const { graph, view } = editor;
  if (!key || others.length || !view || graph.incoming(key).length || graph.outgoing(key).length) return null;
  const [x, y] = view.viewport.toCanvas(positions[key][0] + WIDTH / 2, positions[key][1] + HEIGHT / 2);
  const area = view.canvas.getBoundingClientRect();
  return wayUnder(editor, pointer) ?? wayUnder(editor, [area.left + x, area.top + y]);
}

/** @param {Editor} editor @param {Record<string, [number, number]>} positions @param {readonly [number, number]} pointer */
export function dropped(editor, positions, pointer) {
  showOver(editor, null);
  const way = wayFor(editor, positions, pointer);
  const [key] = Object.keys(positions);
  if (way) editor.run(putOnTransition(way, key, positions[key]));
  else editor.move(besideOthers(editor, positions));
}

/** @param {Editor} editor @param {Record<string, [number, number]>} positions @returns {Record<string, [number, number]>} */
function besideOthers(editor, positions) {
  /** @type {Place[]} */
  const others = [...editor.graph.activities.keys()].filter((key) => !positions[key]).map((key) => editor.view?.positionOf(key) ?? [0, 0]);
  const group = Object.values(positions);
  if (!group.some((one) => others.some((other) => covers(one, other)))) return positions;
  const [dx, dy] = roomBeside(group, others);
  return Object.fromEntries(Object.entries(positions).map(([key, [x, y]]) => [key, [x + dx, y + dy]]));
}
