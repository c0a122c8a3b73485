/**
 * The drawing as an SVG file: light, complete in itself, with the look of the server's pictures.
 *
 * It holds no script and no style sheet, and every text is escaped, so it may be opened anywhere and drawn on a
 * canvas for a PNG file.
 */

import { Space, bottom, box, center, grown, point, pointsOf, right } from "./geometry.js";
import { NODE_HEIGHT, NODE_WIDTH, halfToEven, positions } from "./layout.js";
import { LABEL_SIZE, clean, labelLines, width, wrap } from "./lettering.js";
import { accessibleName, wayLabel } from "./outline.js";
import { isTimeout } from "./condition.js";
import { kindOf } from "./model.js";
import { FAN, NEAR, covers, placeLabel, routes } from "./routing.js";

/**
 * @import { Activity, Transition } from "./exchange.js"
 * @import { Position } from "./exchange.js"
 * @import { Box, Curve, Path, Point } from "./geometry.js"
 * @import { Graph } from "./model.js"
 */

/**
 * @typedef {Record<string, string | number>} Attributes
 * @typedef {Readonly<{lines: string[], width: number, height: number}>} Label
 * @typedef {Readonly<{
 *   graph: Graph, ways: Transition[], labels: Map<string, Label>, boxes: Map<string, Box>, paths: Map<string, Path>,
 *   places: Map<string, Box>,
 * }>} Drawing
 */

const TITLE_SIZE = 13;
const LINE_HEIGHT = 16;
const LABEL_LINE = 13;
const LABEL_MARGIN = 24;
/** How many times farther apart than stored. */
const FURTHEST = 2;
const BORDER = 20;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const INK = "#1a1f2b";
const PAPER = "#ffffff";
/** @type {Readonly<Record<string, string>>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * @param {Graph} graph
 * @returns {string} the text of the file
 */
export function exportSvg(graph) {
  const drawing = drawn(graph);
  const frame = frameOf(drawing);
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg", class: "gf-drawing", role: "img", color: INK,
    viewBox: [frame.x, frame.y, frame.width, frame.height].map(number).join(" "),
    width: number(frame.width), height: number(frame.height), "font-family": FONT,
  };
  return tag("svg", attributes, [
    tag("title", {}, escaped(graph.process.title)),
    tag("desc", {}, escaped(Array.from(graph.activities.keys(), (key) => accessibleName(graph, key)).join("; "))),
    tag("rect", { ...frameAttributes(frame), fill: PAPER }),
    ...drawing.ways.map((way) => edge(drawing, way)),
    ...Array.from(drawing.places, ([key, place]) => label(drawing, key, place)),
    ...Array.from(graph.activities.values(), (activity) => node(drawing, activity)),
  ].join(""));
}

/**
 * A name for the file: the code of the process, or a stand-in.
 * @param {Graph} graph
 * @param {string} ending without the dot
 */
export function fileName(graph, ending) {
  return `${graph.process.code.replace(/[^\w-]/g, "") || "process"}.${ending}`;
}

/** Text for XML. @param {string} text */
export function escaped(text) {
  return clean(text).replace(/[&<>"']/g, (char) => ESCAPES[char]);
}

/** @param {Graph} graph @returns {Drawing} */
function drawn(graph) {
  const ways = [...graph.transitions.values()];
  const labels = new Map(ways.map((way) => [way.key, lettered(wayLabel(graph, way.key))]));
  const boxes = boxesOf(graph, ways, labels);
  const paths = routes(boxes, ways);
  return { graph, ways, labels, boxes, paths, places: placesOf(graph, ways, labels, boxes, paths) };
}

/** @param {string} text @returns {Label} */
function lettered(text) {
  const lines = labelLines(text);
  const widest = Math.max(0, ...lines.map((line) => width(line, LABEL_SIZE)));
  return { lines, width: lines.length ? widest + 6 : 0, height: lines.length * LABEL_LINE + 2 };
}

/**
 * Pulled apart to the sides where labels need the room.
 * @param {Graph} graph
 * @param {readonly Transition[]} ways
 * @param {ReadonlyMap<string, Label>} labels
 * @returns {Map<string, Box>}
 */
function boxesOf(graph, ways, labels) {
  const places = positions(graph);
  const factor = Math.max(1, ...ways.map((way) => stretch(way, places, /** @type {Label} */ (labels.get(way.key)))));
  return new Map(Array.from(places, ([key, [x, y]]) => {
    const spread = graph.isEnd(key) ? 12 : graph.activity(key)?.kind === "dummy" ? 0 : 20;
    return [key, box(halfToEven(x * factor), y, NODE_WIDTH, NODE_HEIGHT, spread)];
  }));
}

/**
 * How much farther apart both ends have to be for the label to lie between them.
 * @param {Transition} way
 * @param {ReadonlyMap<string, Position>} places
 * @param {Label} label
 */
function stretch(way, places, { lines, width: wide }) {
  const [from, to] = [places.get(way.source), places.get(way.target)];
  const apart = from && to ? to[0] - from[0] : 0;
  if (!lines.length || apart < NODE_WIDTH + NEAR) return 1;
  return Math.min(FURTHEST, Math.max(1, (NODE_WIDTH + wide + LABEL_MARGIN) / apart));
}

/**
 * @param {Graph} graph
 * @param {readonly Transition[]} ways
 * @param {ReadonlyMap<string, Label>} labels
 * @param {ReadonlyMap<string, Box>} boxes
 * @param {ReadonlyMap<string, Path>} paths
 * @returns {Map<string, Box>}
 */
function placesOf(graph, ways, labels, boxes, paths) {
  const space = new Space();
  for (const [key, of] of boxes) space.add(key, grown(of, 2));
  for (const [key, path] of paths) for (const of of covers(path)) space.add(key, of);
  /** @type {Map<string, Box>} */
  const places = new Map();
  for (const { key, source } of ways) {
    const { lines, width: wide, height } = /** @type {Label} */ (labels.get(key));
    if (!lines.length) continue;
    const isFan = graph.outgoing(source).length > FAN;
    const place = placeLabel(/** @type {Path} */ (paths.get(key)), wide, height, space, isFan);
    places.set(key, place);
    space.add(key, place);
  }
  return places;
}

/** @param {Drawing} drawing @returns {Box} */
function frameOf({ boxes, paths, places }) {
  const spots = [...paths.values()].flatMap(pointsOf);
  for (const of of [...boxes.values(), ...places.values()]) spots.push(point(of.x, of.y), point(right(of), bottom(of)));
  if (!spots.length) spots.push(point(0, 0));
  const [xs, ys] = [spots.map(({ x }) => x), spots.map(({ y }) => y)];
  const [left, top] = [xs.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.min(a, b))];
  const [end, low] = [xs.reduce((a, b) => Math.max(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  return grown(box(left, top, end - left, low - top), BORDER);
}

/** @param {Drawing} drawing @param {Transition} way */
function edge({ paths }, way) {
  const path = /** @type {Path} */ (paths.get(way.key));
  const isTimer = isTimeout(way.condition);
  /** @type {Attributes} */
  const look = { class: "gf-line", d: pathText(path), fill: "none", stroke: "currentColor", "stroke-width": 1.5 };
  if (isTimer) look["stroke-dasharray"] = "2 4";
  return tag("g", { class: isTimer ? "gf-edge gf-timeout" : "gf-edge" }, [
    tag("path", look), tag("path", { class: "gf-arrow", d: arrow(path[path.length - 1]), fill: "currentColor" }),
  ].join(""));
}

/** @param {Drawing} drawing @param {string} key @param {Box} place */
function label({ graph, labels }, key, place) {
  const { lines } = /** @type {Label} */ (labels.get(key));
  const top = place.y + LABEL_LINE - 3;
  return tag("g", { class: "gf-label" }, [
    tag("title", {}, escaped(wayLabel(graph, key))),
    tag("rect", { class: "gf-label-back", ...frameAttributes(place), rx: 3, fill: PAPER }),
    ...lines.map((line, index) => text(line, point(center(place).x, top + index * LABEL_LINE), LABEL_SIZE)),
  ].join(""));
}

/** @param {Drawing} drawing @param {Activity} activity */
function node({ graph, boxes }, activity) {
  const of = /** @type {Box} */ (boxes.get(activity.key));
  const isEnd = graph.isEnd(activity.key);
  const isBegin = activity.key === graph.process.begin;
  const names = ["gf-node", `gf-kind-${kindOf(activity)}`, isEnd && "gf-end", isBegin && "gf-begin"];
  const isDiamond = activity.kind === "dummy" && !isEnd;
  return tag("g", { class: names.filter(Boolean).join(" ") }, [
    tag("title", {}, escaped(activity.title)),
    isDiamond ? diamond(of) : rounded(of, isEnd, isBegin),
    title(activity.title || activity.key, of, isDiamond),
  ].join(""));
}

const SHAPE = Object.freeze({ class: "gf-shape", fill: PAPER, stroke: "currentColor", "stroke-width": 1.5 });

/** @param {Box} of */
function diamond(of) {
  const { x, y } = center(of);
  const corners = [point(of.x, y), point(x, of.y), point(right(of), y), point(x, bottom(of))];
  return tag("polygon", { ...SHAPE, points: corners.map((corner) => `${number(corner.x)},${number(corner.y)}`).join(" ") });
}

/** @param {Box} of @param {boolean} isEnd @param {boolean} isBegin */
function rounded(of, isEnd, isBegin) {
  const radius = isEnd ? of.height / 2 : 8;
  const inner = { class: "gf-inner", fill: "none", stroke: "currentColor", rx: radius - 4 };
  const tip = `M${number(of.x + 6)} ${number(of.y + 6)} l7 4 l-7 4 Z`;
  return [
    tag("rect", { ...SHAPE, ...frameAttributes(of), rx: radius }),
    isEnd ? tag("rect", { ...frameAttributes(grown(of, -4)), ...inner }) : "",
    isBegin ? tag("path", { class: "gf-start", d: tip, fill: "currentColor" }) : "",
  ].join("");
}

/** @param {string} words @param {Box} of @param {boolean} isDiamond */
function title(words, of, isDiamond) {
  const lines = isDiamond ? wrap(words, 96, TITLE_SIZE, 1) : wrap(words, of.width - 28, TITLE_SIZE, 2);
  const first = center(of).y + 4.5 - ((lines.length - 1) * LINE_HEIGHT) / 2;
  return lines.map((line, index) => text(line, point(center(of).x, first + index * LINE_HEIGHT), TITLE_SIZE)).join("");
}

/** @param {Path} path */
function pathText(path) {
  const spot = (/** @type {Point} */ { x, y }) => `${number(x)} ${number(y)}`;
  return [`M${spot(path[0][0])}`, ...path.map(([, b, c, d]) => `C${spot(b)} ${spot(c)} ${spot(d)}`)].join(" ");
}

/** @param {Curve} last */
function arrow([, , control, tip]) {
  const length = Math.hypot(tip.x - control.x, tip.y - control.y) || 1;
  const [dx, dy] = [(tip.x - control.x) / length, (tip.y - control.y) / length];
  const corners = [1, -1].map((side) => point(tip.x - 9 * dx + side * 4.5 * dy, tip.y - 9 * dy - side * 4.5 * dx));
  return `M${[tip, ...corners].map(({ x, y }) => `${number(x)} ${number(y)}`).join(" L")} Z`;
}

/** @param {string} words @param {Point} at @param {number} size */
function text(words, { x, y }, size) {
  const look = { "text-anchor": "middle", "font-size": size, fill: "currentColor" };
  return tag("text", { x: number(x), y: number(y), ...look }, escaped(words));
}

/** @param {Box} of @returns {Attributes} */
function frameAttributes(of) {
  return { x: number(of.x), y: number(of.y), width: number(of.width), height: number(of.height) };
}

/** @param {number} value */
function number(value) {
  return value.toFixed(1).replace(/\.0$/, "");
}

/**
 * @param {string} name
 * @param {Attributes} attributes
 * @param {string} [content] already escaped
 */
function tag(name, attributes, content = "") {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`).join("");
  return content ? `<${name}${written}>${content}</${name}>` : `<${name}${written}/>`;
}
