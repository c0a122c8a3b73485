/* What stands at the transitions, and where there is room for it. */

import { Space, along, box, center, pointsOf } from "./geometry.js";
import { labelLines } from "./lettering.js";
import { HEIGHT, WIDTH } from "./node.js";
import { FAN, covers, placeLabel } from "./routing.js";

/**
 * @import { Transition } from "./exchange.js"
 * @import { Box } from "./geometry.js"
 * @import { View } from "./view-jsplumb.js"
 */

/**
 * @typedef {{key: string, drawn: any, canvas: HTMLElement, width: number, height: number}} Label
 */

/** How far marks reach out of an activity above, its flag below, and its port on the right, in pixels. */
const MARK = 10;
const FLAG = 9;
const PORT = 8;

/**
 * The label as jsPlumb makes it: a button, for the mouse only; with keys one comes here by "Leads to".
 * @param {Transition} way @param {string} words @param {{isOtherwise: boolean, isBad: boolean, state?: string}} how
 */
export function labelSpec(way, words, { isOtherwise, isBad, state }) {
  const create = () => {
    const label = document.createElement("button");
    label.type = "button";
    label.tabIndex = -1;
    label.className = ["ds-label", isOtherwise ? "ds-label-otherwise" : "", isBad ? "ds-label-bad" : ""].filter(Boolean).join(" ");
    label.dataset.edge = way.key;
    if (state) label.dataset.diff = state;
    label.append(...labelLines(words).map(lineOf));
    label.title = [words, way.condition, way.description].filter(Boolean).join("\n");
    return label;
  };
  return { type: "Custom", options: { create, location: 0.5, id: `label-${way.key}` } };
}

/** @param {string} text */
function lineOf(text) {
  const line = document.createElement("span");
  // The blank is for who reads it as one text.
  line.textContent = `${text} `;
  return line;
}

/** Move the labels of these transitions to where they cover no activity, arrow head or other label. @param {View} view @param {Set<string>} keys */
export function settleLabels(view, keys) {
  // First everything is read, then everything is written: in turns, each would cost a layout.
  const labels = [...view.edges].flatMap(([key, drawn]) => measured(key, drawn));
  const taken = occupied(view);
  for (const { key, drawn } of labels) if (!keys.has(key) && drawn.label.at) taken.add(key, drawn.label.at);
  for (const { key, drawn, canvas, width, height } of labels) {
    if (!keys.has(key)) continue;
    const isFan = view.graph.outgoing(view.graph.transition(key)?.source ?? "").length > FAN;
    const at = placeLabel(drawn.route, width, height, taken, isFan);
    taken.add(key, at);
    put(drawn, canvas, at);
  }
}

/** What labels have to leave free: activities with what sticks out of them, arrow heads and loops. @param {View} view */
function occupied(view) {
  const taken = new Space();
  for (const [key, [x, y]] of view.spots) {
    const node = view.nodes.get(key);
    const above = node?.querySelector(".ds-mark") ? MARK : 0;
    const below = node?.querySelector(".ds-flag") ? FLAG : 0;
    taken.add(key, box(x, y - above, WIDTH + PORT, HEIGHT + above + below));
  }
  for (const [key, { route }] of view.edges) for (const of of route ? covers(route) : []) taken.add(key, of);
  return taken;
}

/** @param {string} key @param {any} drawn @returns {Label[]} */
function measured(key, drawn) {
  const canvas = drawn.label && drawn.route ? drawn.getOverlay(drawn.label.id)?.canvas : null;
  return canvas ? [{ key, drawn, canvas, width: canvas.offsetWidth, height: canvas.offsetHeight }] : [];
}

/** @param {any} drawn @param {HTMLElement} canvas @param {Box} at */
function put(drawn, canvas, at) {
  // jsPlumb places the middle of a label on the middle of its line, now and whenever it paints it again.
  const [is, wanted] = [along(pointsOf(drawn.route), 0.5), center(at)];
  const by = `${tenths(wanted.x - is.x)}px ${tenths(wanted.y - is.y)}px`;
  drawn.label.at = at;
  if (canvas.style.translate !== by) canvas.style.translate = by;
}

/** @param {number} value */
function tenths(value) {
  return Math.round(value * 10) / 10;
}
