/* What stands at the transitions, and where there is room for it. */

import { HEIGHT, WIDTH } from "./node.js";

/**
 * @import { Transition } from "./exchange.js"
 * @import { View } from "./view-jsplumb.js"
 * @import { Box } from "./viewport.js"
 */

/**
 * @typedef {{key: string, drawn: any, path: SVGPathElement, left: number, top: number, length: number, width: number, height: number}} Label
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

/** Move labels along their lines to where they cover neither an activity nor another label. @param {View} view @param {Set<string>} around */
export function settleLabels(view, around) {
  // First everything is read, then everything is written: in turns, each would cost a layout.
  const labels = [...view.edges].flatMap(([key, drawn]) => measured(key, drawn));
  const taken = [...view.nodes.keys()].map((key) => {
    const [x, y] = view.positionOf(key);
    return { x, y, width: WIDTH, height: HEIGHT };
  });
  for (const label of labels) if (!isMeant(label, around)) taken.push(boxAt(label, label.drawn.label.place));
  for (const label of labels) {
    if (!isMeant(label, around)) continue;
    const place = PLACES.find((each) => isFree(taken, boxAt(label, each))) ?? 0.5;
    const box = boxAt(label, place);
    taken.push(box);
    if (place !== label.drawn.label.place) put(label, place, box);
  }
}

/** @param {Label} label @param {Set<string>} around */
function isMeant({ drawn }, around) {
  return around.has(drawn.source.dataset.key);
}

/** @param {string} key @param {any} drawn @returns {Label[]} */
function measured(key, drawn) {
  const element = drawn.label ? drawn.getOverlay(drawn.label.id)?.canvas : null;
  const svg = drawn.connector.canvas;
  const path = svg?.querySelector("path:not(.jtk-connector-outline, .jtk-overlay)");
  if (!element || !path) return [];
  const shift = path.transform.baseVal.consolidate()?.matrix;
  return [{
    key, drawn, path, left: (shift?.e ?? 0) + (parseFloat(svg.style.left) || 0), top: (shift?.f ?? 0) + (parseFloat(svg.style.top) || 0),
    length: path.getTotalLength(), width: element.offsetWidth, height: element.offsetHeight,
  }];
}

/** @param {Label} label @param {number} place @returns {Box} */
function boxAt({ path, length, left, top, width, height }, place) {
  const at = path.getPointAtLength(length * place);
  return { x: at.x + left - width / 2, y: at.y + top - height / 2, width, height };
}

/** @param {Label} label @param {number} place @param {Box} box */
function put({ drawn }, place, box) {
  drawn.label.place = place;
  const overlay = drawn.getOverlay(drawn.label.id);
  overlay.location = place;
  // jsPlumb places the middle of a label, by a transform; with the location it does the same from now on.
  overlay.canvas.style.left = `${box.x + box.width / 2}px`;
  overlay.canvas.style.top = `${box.y + box.height / 2}px`;
}

/** @param {Box[]} taken @param {Box} box */
function isFree(taken, box) {
  return !taken.some((other) => box.x < other.x + other.width && other.x < box.x + box.width
    && box.y < other.y + other.height && other.y < box.y + box.height);
}
