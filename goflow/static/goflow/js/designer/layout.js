/**
 * Places for activities: layered from left to right, on a grid of 8 pixels, the same as the server computes.
 *
 * Positions are the top left corners. The same process always gets the same places.
 */

/**
 * @import { Position } from "./exchange.js"
 * @import { Graph } from "./model.js"
 */

export const NODE_WIDTH = 144;
export const NODE_HEIGHT = 56;
export const GAP_X = 96;
export const GAP_Y = 40;
export const GRID = 8;
const MARGIN = 40;
const PITCH_X = NODE_WIDTH + GAP_X;
const PITCH_Y = NODE_HEIGHT + GAP_Y;
const SWEEPS = 4;
/** An edge that passes more layers than that has no lanes: it is led around everything anyway. */
const LONGEST = 12;
/** How much of a row a lane takes. */
const LANE = 0.125;

/**
 * @typedef {Map<string, string[]>} Neighbours
 * @typedef {{keys: string[], after: Neighbours, before: Neighbours, order: string[]}} Net
 *   every pair of neighbours once, without the edges that close cycles; `order` follows the edges
 * @typedef {{layers: string[][], lanes: ReadonlySet<string>, after: Neighbours, before: Neighbours}} Sheet
 *   the activities in layers; a long edge has a lane in every layer that it passes, so that room is left for it
 */

/**
 * New places for everything ("Tidy up").
 * @param {Graph} graph
 * @returns {Map<string, Position>} by key of the activity
 */
export function tidied(graph) {
  const net = netOf(graph);
  return placedInLayers(net, sheetOf(net));
}

/**
 * The stored places; an activity without one gets a place beside a neighbour that has one.
 * @param {Graph} graph
 * @returns {Map<string, Position>} by key of the activity
 */
export function positions(graph) {
  /** @type {Map<string, Position>} */
  const stored = new Map();
  for (const { key, position } of graph.activities.values()) if (position) stored.set(key, position);
  if (stored.size === graph.activities.size) return stored;
  const net = netOf(graph);
  const sheet = sheetOf(net);
  const order = sheet.layers.flat().filter((key) => !sheet.lanes.has(key));
  const computed = stored.size ? placedBeside(net, stored, order) : placedInLayers(net, sheet);
  return new Map(net.keys.map((key) => [key, /** @type {Position} */ (computed.get(key))]));
}

/**
 * Activities in the order a token meets them: begin first, what nothing leads to after that.
 * @param {Graph} graph
 * @returns {string[]} keys
 */
export function readingOrder(graph) {
  return netOf(graph).order;
}

/**
 * The nearest free place below the wanted one.
 * @param {Iterable<Position>} taken
 * @param {Position} wanted
 * @returns {Position}
 */
export function freePlace(taken, wanted) {
  const board = new Board();
  for (const place of taken) board.put(place);
  return board.firstFree(snapped(wanted[0]), snapped(wanted[1]));
}

/** @param {number} pixels @returns {number} on the grid */
export function snapped(pixels) {
  return halfToEven(pixels / GRID) * GRID;
}

/** As the server rounds. @param {number} value */
export function halfToEven(value) {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** @param {Graph} graph @returns {Net} */
function netOf(graph) {
  const keys = [...graph.activities.keys()];
  const pairs = pairsOf(graph, keys);
  const after = listed(keys, pairs);
  const order = topological(roots(graph, keys, pairs), after);
  const rank = new Map(order.map((key, index) => [key, index]));
  const ahead = pairs.filter(([source, target]) => at(rank, source) < at(rank, target));
  const back = ahead.map(([source, target]) => /** @type {[string, string]} */ ([target, source]));
  return { keys, after: listed(keys, ahead), before: listed(keys, back), order };
}

/**
 * @param {Graph} graph
 * @param {readonly string[]} keys
 * @returns {[string, string][]}
 */
function pairsOf(graph, keys) {
  /** @type {[string, string][]} */
  const pairs = [];
  for (const key of keys) {
    const targets = new Set(graph.outgoing(key).map((way) => way.target));
    for (const target of targets) if (target !== key && graph.activity(target)) pairs.push([key, target]);
  }
  return pairs;
}

/**
 * @param {readonly string[]} keys
 * @param {readonly [string, string][]} pairs
 * @returns {Neighbours}
 */
function listed(keys, pairs) {
  /** @type {Neighbours} */
  const found = new Map(keys.map((key) => [key, []]));
  for (const [source, target] of pairs) at(found, source).push(target);
  return found;
}

/**
 * @param {Graph} graph
 * @param {readonly string[]} keys
 * @param {readonly [string, string][]} pairs
 * @returns {string[]}
 */
function roots(graph, keys, pairs) {
  const entered = new Set(pairs.map(([, target]) => target));
  const { begin } = graph.process;
  return [...(graph.activity(begin) ? [begin] : []), ...keys.filter((key) => !entered.has(key)), ...keys];
}

/**
 * The reverse of the depth-first post-order: edges that point backwards in it close cycles.
 * @param {readonly string[]} starts
 * @param {Neighbours} after
 * @returns {string[]}
 */
function topological(starts, after) {
  /** @type {Set<string>} */
  const seen = new Set();
  /** @type {string[]} */
  const finished = [];
  for (const start of starts) if (!seen.has(start)) visit(start, after, seen, finished);
  return finished.reverse();
}

/**
 * @param {string} start
 * @param {Neighbours} after
 * @param {Set<string>} seen
 * @param {string[]} finished
 */
function visit(start, after, seen, finished) {
  const path = [{ key: start, next: 0 }];
  seen.add(start);
  while (path.length) {
    const place = path[path.length - 1];
    const targets = at(after, place.key);
    while (place.next < targets.length && seen.has(targets[place.next])) place.next += 1;
    if (place.next === targets.length) {
      finished.push(place.key);
      path.pop();
    } else {
      seen.add(targets[place.next]);
      path.push({ key: targets[place.next], next: 0 });
    }
  }
}

/** @param {Net} net @returns {Sheet} */
function sheetOf(net) {
  const level = levelsOf(net);
  const count = Math.max(-1, ...level.values()) + 1;
  /** @type {string[][]} */
  const layers = Array.from({ length: count }, () => []);
  for (const key of net.keys) layers[at(level, key)].push(key);
  const pairs = net.keys.flatMap((source) => at(net.after, source).flatMap((target) => {
    const chain = [source, ...laned(layers, level, source, target), target];
    return chain.slice(1).map((key, index) => /** @type {[string, string]} */ ([chain[index], key]));
  }));
  const every = layers.flat();
  const back = pairs.map(([source, target]) => /** @type {[string, string]} */ ([target, source]));
  const own = new Set(net.keys);
  const lanes = new Set(every.filter((key) => !own.has(key)));
  return untangled({ layers, lanes, after: listed(every, pairs), before: listed(every, back) });
}

/** @param {Net} net @returns {Map<string, number>} */
function levelsOf(net) {
  const level = new Map(net.keys.map((key) => [key, 0]));
  for (const key of net.order) {
    for (const target of at(net.after, key)) level.set(target, Math.max(at(level, target), at(level, key) + 1));
  }
  return level;
}

/**
 * Lanes for an edge in the layers between its ends.
 * @param {string[][]} layers
 * @param {ReadonlyMap<string, number>} level
 * @param {string} source
 * @param {string} target
 * @returns {string[]}
 */
function laned(layers, level, source, target) {
  /** @type {string[]} */
  const lanes = [];
  const [first, last] = [at(level, source) + 1, at(level, target)];
  if (last - first >= LONGEST) return lanes;
  for (let index = first; index < last; index += 1) {
    lanes.push(`${source}\n${target}\n${index}`);
    layers[index].push(lanes[lanes.length - 1]);
  }
  return lanes;
}

/** @param {Sheet} sheet */
function untangled(sheet) {
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const isForward = sweep % 2 === 0;
    /** @type {Map<string, number>} */
    const place = new Map();
    for (const layer of isForward ? sheet.layers : [...sheet.layers].reverse()) {
      orderByBarycentre(layer, isForward ? sheet.before : sheet.after, place);
    }
  }
  return sheet;
}

/**
 * @param {string[]} layer is sorted
 * @param {Neighbours} neighbours
 * @param {Map<string, number>} place
 */
function orderByBarycentre(layer, neighbours, place) {
  const wanted = new Map(layer.map((key, row) => [key, mean(at(neighbours, key).map((n) => at(place, n)), row)]));
  layer.sort((a, b) => at(wanted, a) - at(wanted, b));
  layer.forEach((key, row) => place.set(key, row));
}

/** @param {readonly number[]} values @param {number} otherwise */
function mean(values, otherwise) {
  return values.length ? values.reduce((sum, value) => sum + value) / values.length : otherwise;
}

/**
 * @param {Net} net
 * @param {Sheet} sheet
 * @returns {Map<string, Position>}
 */
function placedInLayers(net, sheet) {
  /** @type {Map<string, number>} */
  const rows = new Map();
  /** @type {Map<string, number>} */
  const columns = new Map();
  sheet.layers.forEach((layer, column) => {
    const wanted = layer.map((key, row) => wantedRow(sheet, key, rows, row));
    spread(sheet, layer, wanted).forEach((row, index) => rows.set(layer[index], row));
    for (const key of layer) columns.set(key, column);
  });
  const top = Math.min(...net.keys.map((key) => at(rows, key)));
  return new Map(net.keys.map((key) => [
    key, [MARGIN + at(columns, key) * PITCH_X, MARGIN + snapped((at(rows, key) - top) * PITCH_Y)],
  ]));
}

/**
 * The row beside what leads here; lanes only matter where nothing else does.
 * @param {Sheet} sheet
 * @param {string} key
 * @param {ReadonlyMap<string, number>} rows
 * @param {number} otherwise
 */
function wantedRow({ before, lanes }, key, rows, otherwise) {
  const near = at(before, key).filter((n) => !lanes.has(n));
  return mean((near.length ? near : at(before, key)).map((n) => at(rows, n)), otherwise);
}

/**
 * Rows far enough apart, as near as possible to the wanted ones.
 * @param {Sheet} sheet
 * @param {readonly string[]} layer
 * @param {readonly number[]} wanted
 */
function spread({ lanes }, layer, wanted) {
  const half = layer.map((key) => (lanes.has(key) ? LANE / 2 : 0.5));
  /** @type {number[]} */
  const rows = [];
  wanted.forEach((row, index) => {
    rows.push(index ? Math.max(row, rows[index - 1] + (half[index - 1] + half[index])) : row);
  });
  const off = wanted.map((row, index) => row - rows[index]);
  const own = off.filter((_, index) => !lanes.has(layer[index]));
  const shift = mean(own.length ? own : off, 0);
  return rows.map((row) => row + shift);
}

/** Which places are taken, in buckets so that a look-up does not depend on the number of nodes. */
class Board {
  constructor() {
    /** @type {Map<string, Position[]>} */
    this.buckets = new Map();
  }

  /** @param {Position} place */
  put(place) {
    const name = bucketOf(place[0], place[1]).join();
    const bucket = this.buckets.get(name);
    if (bucket) bucket.push(place);
    else this.buckets.set(name, [place]);
  }

  /** @param {number} x @param {number} y @returns {Position} */
  firstFree(x, y) {
    let height = y;
    while (!this.isFree(x, height)) height += PITCH_Y / 2;
    return [x, height];
  }

  /** @param {number} x @param {number} y */
  isFree(x, y) {
    const [column, row] = bucketOf(x, y);
    for (const i of [-1, 0, 1]) {
      for (const j of [-1, 0, 1]) {
        const near = this.buckets.get([column + i, row + j].join()) ?? [];
        if (near.some(([px, py]) => Math.abs(px - x) < NODE_WIDTH + GRID && Math.abs(py - y) < NODE_HEIGHT + GRID)) return false;
      }
    }
    return true;
  }
}

/** @param {number} x @param {number} y */
function bucketOf(x, y) {
  return [Math.floor(x / PITCH_X), Math.floor(y / PITCH_Y)];
}

/**
 * @param {Net} net
 * @param {ReadonlyMap<string, Position>} stored
 * @param {readonly string[]} order
 * @returns {Map<string, Position>}
 */
function placedBeside(net, stored, order) {
  const placed = new Map(stored);
  const board = new Board();
  for (const place of stored.values()) board.put(place);
  const bottom = Math.max(...Array.from(stored.values(), ([, y]) => y));
  const left = Math.min(...Array.from(stored.values(), ([x]) => x));
  for (const key of order.filter((each) => !stored.has(each))) {
    const place = board.firstFree(...wantedPlace(net, placed, key, [left, bottom + PITCH_Y]));
    placed.set(key, place);
    board.put(place);
  }
  return placed;
}

/**
 * @param {Net} net
 * @param {ReadonlyMap<string, Position>} placed
 * @param {string} key
 * @param {Position} otherwise
 * @returns {Position}
 */
function wantedPlace(net, placed, key, otherwise) {
  for (const [neighbours, step] of /** @type {const} */ ([[net.before, PITCH_X], [net.after, -PITCH_X]])) {
    for (const neighbour of at(neighbours, key)) {
      const place = placed.get(neighbour);
      if (place) return [snapped(place[0] + step), snapped(place[1])];
    }
  }
  return otherwise;
}

/**
 * @template T
 * @param {ReadonlyMap<string, T>} table
 * @param {string} key
 * @returns {T}
 */
function at(table, key) {
  return /** @type {T} */ (table.get(key));
}
