/* What stands at the transitions, and where there is room for it. */

import { Space, along, box, center, pointsOf } from "./geometry.js";
import { HEIGHT, WIDTH } from "./node.js";

/**
 * @import { Transition } from "./exchange.js"
 * @import { Box, Point } from "./geometry.js"
 * @import { View } from "./view-jsplumb.js"
 */

/**
 * @typedef {{key: string, drawn: any, overlay: any, chain: Point[], width: number, height: number}} Label
 */

/** In pixels. */
const NARROWEST = 48;
const WIDEST = 152;
/** Where on its line a label may stand, the best first. */
const PLACES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];

/**
 * The label as jsPlumb makes it: a button, for the mouse only; with keys one comes here by "Leads to".
 * @param {Transition} way @param {string} words @param {{room: number, isOtherwise: boolean, isBad: boolean}} how
 */
export function labelSpec(way, words, { room, isOtherwise, isBad }) {
  const create = () => {
    const label = document.createElement("button");
    label.type = "button";
    label.tabIndex = -1;
    label.className = ["ds-label", isOtherwise ? "ds-label-otherwise" : "", isBad ? "ds-label-bad" : ""].filter(Boolean).join(" ");
    label.dataset.edge = way.key;
    const text = document.createElement("span");
    text.textContent = isOtherwise ? `╱ ${words}` : words;
    label.append(text);
    label.style.maxWidth = `${room}px`;
    label.title = [words, way.condition, way.description].filter(Boolean).join("\n");
    return label;
  };
  return { type: "Custom", options: { create, location: 0.5, id: `label-${way.key}` } };
}

/** How wide a label may be so that it fits between its activities. @param {View} view @param {Transition} way */
export function roomFor(view, way) {
  const [x, y] = view.positionOf(way.source);
  const [tx, ty] = view.positionOf(way.target);
  const gap = Math.abs(tx - x) - WIDTH;
  const isBeside = Math.abs(ty - y) < HEIGHT + 24 && gap > 0;
  return isBeside ? Math.max(NARROWEST, gap - 8) : WIDEST;
}

/** Move the labels of these transitions along their lines to where they cover neither an activity nor another label. @param {View} view @param {Set<string>} keys */
export function settleLabels(view, keys) {
  // First everything is read, then everything is written: in turns, each would cost a layout.
  const labels = [...view.edges].flatMap(([key, drawn]) => measured(key, drawn));
  const taken = new Space();
  for (const [key, [x, y]] of view.spots) taken.add(key, box(x, y, WIDTH, HEIGHT));
  for (const label of labels) if (!keys.has(label.key)) taken.add(label.key, boxAt(label, label.drawn.label.place));
  for (const label of labels) {
    if (!keys.has(label.key)) continue;
    const place = PLACES.find((each) => !taken.hits(boxAt(label, each)).length) ?? PLACES[0];
    const at = boxAt(label, place);
    taken.add(label.key, at);
    if (place !== label.drawn.label.place) put(label, place, at);
  }
}

/** @param {string} key @param {any} drawn @returns {Label[]} */
function measured(key, drawn) {
  const overlay = drawn.label && drawn.route ? drawn.getOverlay(drawn.label.id) : null;
  if (!overlay?.canvas) return [];
  const { offsetWidth, offsetHeight } = overlay.canvas;
  return [{ key, drawn, overlay, chain: pointsOf(drawn.route), width: offsetWidth, height: offsetHeight }];
}

/** @param {Label} label @param {number} place @returns {Box} */
function boxAt({ chain, width, height }, place) {
  const { x, y } = along(chain, place);
  return box(x - width / 2, y - height / 2, width, height);
}

/** @param {Label} label @param {number} place @param {Box} at */
function put({ drawn, overlay }, place, at) {
  const { x, y } = center(at);
  drawn.label.place = place;
  overlay.location = place;
  // jsPlumb places the middle of a label, by a transform; with the location it does the same from now on.
  overlay.canvas.style.left = `${x}px`;
  overlay.canvas.style.top = `${y}px`;
}
