/** Boxes, curves and what is near a place: plain geometry in pixels. */

/**
 * @typedef {Readonly<{x: number, y: number}>} Point
 * @typedef {Readonly<{x: number, y: number, width: number, height: number, spread: number}>} Box
 *   `spread` is how far from the middle of a side lines may begin and end
 * @typedef {readonly [Point, Point, Point, Point]} Curve  a cubic curve
 * @typedef {readonly Curve[]} Path
 */

const BUCKET = 160;
const CHORDS = 12;

/** @param {number} x @param {number} y @param {number} width @param {number} height @param {number} [spread] @returns {Box} */
export function box(x, y, width, height, spread = 20) {
  return { x, y, width, height, spread };
}

/** @param {number} x @param {number} y @returns {Point} */
export function point(x, y) {
  return { x, y };
}

/** @param {Box} of */
export const right = (of) => of.x + of.width;
/** @param {Box} of */
export const bottom = (of) => of.y + of.height;
/** @param {Box} of @returns {Point} */
export const center = (of) => point(of.x + of.width / 2, of.y + of.height / 2);

/** The box with a margin on every side. @param {Box} of @param {number} by @returns {Box} */
export function grown(of, by) {
  return box(of.x - by, of.y - by, of.width + 2 * by, of.height + 2 * by);
}

/** Whether two boxes overlap; touching sides do not. @param {Box} one @param {Box} other */
export function meet(one, other) {
  const beside = right(one) <= other.x || right(other) <= one.x;
  return !(beside || bottom(one) <= other.y || bottom(other) <= one.y);
}

/** The upright box around two points. @param {Point} a @param {Point} b @returns {Box} */
export function hull(a, b) {
  return box(
    Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(Math.abs(a.x - b.x), 0.1), Math.max(Math.abs(a.y - b.y), 0.1),
  );
}

/** Boxes in buckets: finding what is near a place does not depend on how many there are. */
export class Space {
  constructor() {
    /** @type {Map<string, [string, Box][]>} */
    this._buckets = new Map();
  }

  /** Occupy a place under a name. @param {string} key @param {Box} place */
  add(key, place) {
    for (const name of bucketsOf(place)) {
      const bucket = this._buckets.get(name);
      if (bucket) bucket.push([key, place]);
      else this._buckets.set(name, [[key, place]]);
    }
  }

  /** The names of what overlaps the box; something large may be named more than once. @param {Box} place @returns {string[]} */
  hits(place) {
    /** @type {string[]} */
    const found = [];
    for (const name of bucketsOf(place)) {
      for (const [key, other] of this._buckets.get(name) ?? []) if (meet(other, place)) found.push(key);
    }
    return found;
  }
}

/** @param {Box} of @returns {string[]} */
function bucketsOf(of) {
  /** @type {string[]} */
  const names = [];
  for (let column = Math.floor(of.x / BUCKET); column <= Math.floor(right(of) / BUCKET); column += 1) {
    for (let row = Math.floor(of.y / BUCKET); row <= Math.floor(bottom(of) / BUCKET); row += 1) names.push(`${column},${row}`);
  }
  return names;
}

/** A straight line. @param {Point} start @param {Point} end @returns {Curve} */
export function line(start, end) {
  return [start, start, end, end];
}

/** A curve that leaves and arrives sideways. @param {Point} start @param {Point} end @returns {Curve} */
export function across(start, end) {
  const middle = (start.x + end.x) / 2;
  return [start, point(middle, start.y), point(middle, end.y), end];
}

/** A curve that leaves and arrives upright. @param {Point} start @param {Point} end @returns {Curve} */
export function down(start, end) {
  const middle = (start.y + end.y) / 2;
  return [start, point(start.x, middle), point(end.x, middle), end];
}

/** Out of one box, along at a height, and into the other. @param {Point} start @param {Point} end @param {number} y @returns {Path} */
export function bracket(start, end, y) {
  const side = end.x > start.x ? 1 : -1;
  const turn = Math.min(16, Math.abs(end.x - start.x) / 2);
  const a = point(start.x + side * turn, y);
  const b = point(end.x - side * turn, y);
  return [
    [start, point(start.x, y), point(start.x, y), a], line(a, b), [b, point(end.x, y), point(end.x, y), end],
  ];
}

/** The line as a chain of points, close enough for measuring. @param {Path} path @returns {Point[]} */
export function pointsOf(path) {
  const found = [path[0][0]];
  for (const curve of path) {
    const steps = curve[0] === curve[1] && curve[2] === curve[3] ? 1 : CHORDS;
    for (let step = 1; step <= steps; step += 1) found.push(at(curve, step / steps));
  }
  return found;
}

/** The point after that share of the length. @param {readonly Point[]} chain @param {number} fraction @returns {Point} */
export function along(chain, fraction) {
  const lengths = chain.slice(1).map((b, i) => Math.abs(b.x - chain[i].x) + Math.abs(b.y - chain[i].y));
  let left = lengths.reduce((sum, length) => sum + length, 0) * fraction;
  for (let i = 0; i < lengths.length; i += 1) {
    if (left <= lengths[i] && lengths[i]) {
      const part = left / lengths[i];
      return point(chain[i].x + (chain[i + 1].x - chain[i].x) * part, chain[i].y + (chain[i + 1].y - chain[i].y) * part);
    }
    left -= lengths[i];
  }
  return chain[chain.length - 1];
}

/** @param {Curve} curve @param {number} t @returns {Point} */
function at([p, q, r, s], t) {
  const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
  return point(a * p.x + b * q.x + c * r.x + d * s.x, a * p.y + b * q.y + c * r.y + d * s.y);
}
