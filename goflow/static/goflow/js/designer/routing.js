/**
 * Lines between boxes in an exported drawing: which way a transition takes, and where its label fits.
 *
 * As the server draws: straight to the right, along a free lane above or below what is in between, and back along
 * a lane underneath; always past the other boxes where there is a way.
 */

import {
  Space, across, along, bottom, box, bracket, center, down, grown, hull, line, meet, point, pointsOf, right,
} from "./geometry.js";

/**
 * @import { Box, Path, Point } from "./geometry.js"
 */

/**
 * @typedef {Readonly<{key: string, source: string, target: string}>} Edge
 */

const CLEARANCE = 6;
const LANE_GAP = 10;
const LANE_OFFSET = 20;
/** How far to the right a box has to be for a line to lead on to it. */
export const NEAR = 24;
const TURN = 36;
const ABOVE_PENALTY = 160;
const MAX_LANES_TRIED = 40;
const ARROW_ROOM = 14;
const FAR = 1e5;
const ARROW_LENGTH = 10;
const ARROW_WIDTH = 12;
const FRACTIONS = [0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.2, 0.8];
/** How far below (or above) its line a label may be, the nearest first. */
const SHIFTS = [0, ...Array.from({ length: 24 }, (_, index) => [-8 * (index + 1), 8 * (index + 1)]).flat()];
/** From so many lines out of one box on, their labels are told apart only before the arrows. */
export const FAN = 4;
const PORT_STEP = 14;
const TWIN_STEP = 24;

/**
 * The way of every edge, in the given order; both boxes of each have to be known.
 * @param {ReadonlyMap<string, Box>} boxes
 * @param {readonly Edge[]} edges
 * @returns {Map<string, Path>}
 */
export function routes(boxes, edges) {
  const router = new Router(boxes);
  const ports = portsOf(boxes, edges);
  return new Map(edges.map((edge) => [edge.key, router.route(edge, ports.get(edge.key))]));
}

/**
 * Where a label of that size covers nothing that is taken: on its line, else as near to it as there is room.
 * @param {Path} path
 * @param {number} width
 * @param {number} height
 * @param {Space} taken
 * @param {boolean} atEnd prefer a place before the arrow: many lines out of one box are told apart only there
 * @returns {Box}
 */
export function placeLabel(path, width, height, taken, atEnd) {
  const chain = pointsOf(path);
  const end = chain[chain.length - 1];
  const spots = FRACTIONS.map((fraction) => along(chain, fraction));
  if (atEnd) spots.unshift(point(end.x - ARROW_ROOM - width / 2, end.y));
  let best = around(spots[0], 0, width, height);
  let least = Infinity;
  for (const shift of SHIFTS) {
    for (const spot of spots) {
      const choice = around(spot, shift, width, height);
      const crowd = taken.hits(choice).length;
      if (crowd === 0) return choice;
      if (crowd < least) [best, least] = [choice, crowd];
    }
  }
  return best;
}

/** @param {Point} spot @param {number} shift @param {number} width @param {number} height */
function around({ x, y }, shift, width, height) {
  return box(x - width / 2, y + shift - height / 2, width, height);
}

/** What labels have to leave free along a line: the head of its arrow, and all of a loop. @param {Path} path @returns {Box[]} */
export function covers(path) {
  const head = headOf(path);
  if (!isLoop(path)) return [head];
  const chain = pointsOf(path);
  const [xs, ys] = [chain.map(({ x }) => x), chain.map(({ y }) => y)];
  return [head, hull(point(Math.min(...xs), Math.min(...ys)), point(Math.max(...xs), path[0][0].y))];
}

/** @param {Path} path @returns {Box} */
function headOf(path) {
  const [, , control, tip] = path[path.length - 1];
  const length = Math.hypot(tip.x - control.x, tip.y - control.y) || 1;
  const [dx, dy] = [(tip.x - control.x) / length, (tip.y - control.y) / length];
  const back = point(tip.x - ARROW_LENGTH * dx, tip.y - ARROW_LENGTH * dy);
  const [aside, above] = [(ARROW_WIDTH / 2) * Math.abs(dy), (ARROW_WIDTH / 2) * Math.abs(dx)];
  const [left, top] = [Math.min(tip.x, back.x) - aside, Math.min(tip.y, back.y) - above];
  return box(left, top, Math.abs(tip.x - back.x) + 2 * aside, Math.abs(tip.y - back.y) + 2 * above);
}

/** @param {Path} path */
function isLoop(path) {
  const [start, leaving, arriving, end] = path[0];
  return path.length === 1 && start.y === end.y && leaving.y === arriving.y && arriving.y < start.y;
}

/** @param {Box} source @param {Box} target */
function isForward(source, target) {
  return target.x - right(source) >= NEAR;
}

/**
 * Heights at which forward edges leave and enter: spread over the sides in the order of their other ends.
 * @param {ReadonlyMap<string, Box>} boxes
 * @param {readonly Edge[]} edges
 * @returns {Map<string, [number, number]>}
 */
function portsOf(boxes, edges) {
  const ahead = edges.filter((edge) => isForward(at(boxes, edge.source), at(boxes, edge.target)));
  const start = heightsAt(boxes, ahead, "source", "target");
  const end = heightsAt(boxes, ahead, "target", "source");
  return new Map(ahead.map(({ key }) => [key, [at(start, key), at(end, key)]]));
}

/**
 * @param {ReadonlyMap<string, Box>} boxes
 * @param {readonly Edge[]} edges
 * @param {"source" | "target"} side
 * @param {"source" | "target"} other
 * @returns {Map<string, number>}
 */
function heightsAt(boxes, edges, side, other) {
  /** @type {Map<string, Edge[]>} */
  const groups = new Map();
  for (const edge of edges) groups.set(edge[side], [...(groups.get(edge[side]) ?? []), edge]);
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const [key, group] of groups) {
    group.sort((a, b) => center(at(boxes, a[other])).y - center(at(boxes, b[other])).y);
    const of = at(boxes, key);
    const step = group.length > 1 ? Math.min(hasTwins(group) ? TWIN_STEP : PORT_STEP, (2 * of.spread) / (group.length - 1)) : 0;
    group.forEach((edge, index) => found.set(edge.key, center(of).y + (index - (group.length - 1) / 2) * step));
  }
  return found;
}

/** Lines between the same two boxes keep the height of a label apart. @param {readonly Edge[]} group */
function hasTwins(group) {
  return new Set(group.map((edge) => `${edge.source}\n${edge.target}`)).size < group.length;
}

class Router {
  /** @param {ReadonlyMap<string, Box>} boxes */
  constructor(boxes) {
    this.boxes = boxes;
    this.space = new Space();
    this.solid = new Space();
    this.lanes = new Space();
    /** @type {Map<string, number>} */
    this.docked = new Map();
    this.floor = Math.max(0, ...Array.from(boxes.values(), bottom));
    for (const [key, of] of boxes) {
      this.space.add(key, grown(of, CLEARANCE));
      this.solid.add(key, of);
    }
  }

  /** @param {Edge} edge @param {readonly [number, number]} [ports] @returns {Path} */
  route(edge, ports) {
    const source = at(this.boxes, edge.source);
    const target = at(this.boxes, edge.target);
    if (edge.source === edge.target) return this.loop(edge.source, source);
    if (!ports) return this.back(edge, source, target);
    return this.forward(edge, point(right(source), ports[0]), point(target.x, ports[1]));
  }

  /** @param {string} key @param {Box} of @returns {Path} */
  loop(key, of) {
    const size = 36 + 2 * LANE_GAP * this.dock(`${key} loop`);
    // No wider than the box and no higher than the gap above it; marks are on the right.
    const near = point(center(of).x - 14, of.y);
    const far = point(center(of).x - 14 - Math.min(size, 54), of.y);
    const high = of.y - Math.min(size, 50);
    return [[far, point(far.x - 6, high), point(near.x + 6, high), near]];
  }

  /** How many lines are at that side already. @param {string} side */
  dock(side) {
    const count = this.docked.get(side) ?? 0;
    this.docked.set(side, count + 1);
    return count;
  }

  /** @param {Edge} edge @param {Point} start @param {Point} end @returns {Path} */
  forward(edge, start, end) {
    const direct = [across(start, end)];
    if (this.isClear(direct, edge)) return direct;
    const [first, last] = [start.x + 2 * TURN, end.x - 2 * TURN];
    for (const y of first < last ? this.heightsBetween(first, last, start.y, end.y) : []) {
      const [a, b] = [point(first, y), point(last, y)];
      const path = [across(start, a), line(a, b), across(b, end)];
      if (this.isFreeLane(path, edge)) return path;
    }
    return first < last ? this.below(edge, start, end) : direct;
  }

  /** Along underneath everything, where there is always room; straight on if that leads nowhere better. @param {Edge} edge @param {Point} start @param {Point} end @returns {Path} */
  below(edge, start, end) {
    const y = this.lowest();
    const [a, b] = [point(start.x + 2 * TURN, y), point(end.x - 2 * TURN, y)];
    const path = [across(start, a), line(a, b), across(b, end)];
    // Lines that go far down come near other boxes, which is better than going through them.
    return this.isClear(path, edge, this.solid) ? path : [across(start, end)];
  }

  lowest() {
    this.floor += LANE_GAP + CLEARANCE;
    return this.floor;
  }

  /** @param {number} first @param {number} last @param {number} start @param {number} end @returns {number[]} */
  heightsBetween(first, last, start, end) {
    const near = this.boxesIn(first, last);
    const heights = new Set([
      start, end, ...stepped(near.map((of) => bottom(of) + LANE_GAP), LANE_GAP),
      ...stepped(near.map((of) => of.y - LANE_GAP), -LANE_GAP),
    ]);
    const detour = (/** @type {number} */ y) => Math.abs(y - start) + Math.abs(y - end);
    return [...heights].sort((a, b) => detour(a) - detour(b) || a - b).slice(0, MAX_LANES_TRIED);
  }

  /** @param {Edge} edge @param {Box} source @param {Box} target @returns {Path} */
  back(edge, source, target) {
    const a = this.shifted(edge.source, source);
    const b = this.shifted(edge.target, target);
    for (const path of upright(source, target, a, b)) if (this.isClear(path, edge)) return path;
    for (const path of this.underneath(source, target, a, b)) if (this.isFreeLane(path, edge)) return path;
    return this.round(source, target);
  }

  /** @param {string} key @param {Box} of */
  shifted(key, of) {
    const number = this.dock(key);
    const wanted = Math.floor((number + 1) / 2) * 14 * (number % 2 ? 1 : -1);
    const limit = of.spread * 2;
    return center(of).x + Math.max(-limit, Math.min(limit, wanted));
  }

  /** @param {Box} source @param {Box} target @param {number} a @param {number} b @returns {Path[]} */
  underneath(source, target, a, b) {
    const near = this.boxesIn(Math.min(a, b), Math.max(a, b));
    const lowest = Math.max(bottom(source), bottom(target));
    const highest = Math.min(source.y, target.y);
    const below = [...near.map((of) => bottom(of) + LANE_OFFSET - CLEARANCE), lowest + LANE_OFFSET];
    const above = [...near.map((of) => of.y - LANE_OFFSET + CLEARANCE), highest - LANE_OFFSET];
    const ways = [
      ...stepped(below, LANE_GAP).filter((y) => y >= lowest + LANE_OFFSET)
        .map((y) => ({ cost: y - lowest, y, isBelow: true })),
      ...stepped(above, -LANE_GAP).filter((y) => y < highest - 12)
        .map((y) => ({ cost: highest - y + ABOVE_PENALTY, y, isBelow: false })),
    ];
    return ways.sort((one, other) => one.cost - other.cost || one.y - other.y).slice(0, MAX_LANES_TRIED).map(
      ({ y, isBelow }) => bracket(
        point(a, isBelow ? bottom(source) : source.y), point(b, isBelow ? bottom(target) : target.y), y,
      ),
    );
  }

  /** Out to the right, along underneath everything, and in from the left. @param {Box} source @param {Box} target @returns {Path} */
  round(source, target) {
    const y = this.lowest();
    const start = point(right(source), center(source).y);
    const end = point(target.x, center(target).y);
    const [a, b] = [point(start.x, y), point(end.x, y)];
    return [
      [start, point(start.x + TURN, start.y), point(start.x + TURN, y), a], line(a, b),
      [b, point(end.x - TURN, y), point(end.x - TURN, end.y), end],
    ];
  }

  /** Boxes in an upright strip, with the distance lines keep. @param {number} left @param {number} until @returns {Box[]} */
  boxesIn(left, until) {
    const strip = box(left, -FAR, until - left, 2 * FAR);
    return [...this.boxes.values()].filter((of) => meet(of, strip)).map((of) => grown(of, CLEARANCE));
  }

  /** @param {Path} path of three parts, the lane in the middle @param {Edge} edge */
  isFreeLane(path, edge) {
    const middle = hull(path[1][0], path[1][3]);
    const lane = grown(middle, LANE_GAP / 2 - 1);
    if (this.lanes.hits(lane).length || this.space.hits(middle).length) return false;
    if (!this.isClear([path[0], path[2]], edge)) return false;
    this.lanes.add(edge.key, lane);
    return true;
  }

  /** @param {Path} path @param {Edge} edge @param {Space} [space] */
  isClear(path, edge, space = this.space) {
    return path.every((curve) => {
      const chain = pointsOf([curve]);
      return chain.slice(1).every((end, index) => (
        space.hits(hull(chain[index], end)).every((key) => key === edge.source || key === edge.target)
      ));
    });
  }
}

/** @param {Box} source @param {Box} target @param {number} a @param {number} b @returns {Path[]} */
function upright(source, target, a, b) {
  if (Math.abs(center(source).x - center(target).x) > source.width / 2) return [];
  /** @type {Path[]} */
  const found = [];
  if (target.y - bottom(source) >= NEAR / 2) found.push([down(point(a, bottom(source)), point(b, target.y))]);
  if (source.y - bottom(target) >= NEAR / 2) found.push([down(point(a, source.y), point(b, bottom(target)))]);
  return found;
}

/** @param {readonly number[]} heights @param {number} step */
function stepped(heights, step) {
  return [...new Set(heights)].flatMap((y) => [0, 1, 2, 3].map((index) => y + step * index));
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
