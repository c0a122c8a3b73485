/* Where there is room for activities: none lies on another. */

import { HEIGHT, WIDTH } from "./node.js";

/**
 * @typedef {readonly [number, number]} Place  the top left corner of an activity
 */

const GRID = 8;
/** As far as one would still look for it. In pixels. */
const FAR = 320;
const APART = 40;
const MARGIN = 16;

/** From near to far, downwards first. @type {readonly [number, number][]} */
const STEPS = steps();

/**
 * How far to move a group, beyond where it is meant to be, so that it covers nothing.
 * @param {readonly Place[]} group @param {readonly Place[]} taken @returns {[number, number]}
 */
export function roomBeside(group, taken) {
  const isFree = (/** @type {Place} */ [dx, dy]) => !group.some(([x, y]) => taken.some((other) => covers([x + dx, y + dy], other, MARGIN)));
  const found = STEPS.find(isFree);
  if (found) return found;
  // Nowhere near: below everything.
  return [0, Math.max(...taken.map(([, y]) => y)) + HEIGHT + APART - Math.min(...group.map(([, y]) => y))];
}

/** @param {Place} one @param {Place} other @param {number} [margin] */
export function covers([x, y], [ox, oy], margin = 0) {
  return Math.abs(x - ox) < WIDTH + margin && Math.abs(y - oy) < HEIGHT + margin;
}

/** @returns {[number, number][]} */
function steps() {
  /** @type {[number, number][]} */
  const all = [];
  for (let dx = -FAR; dx <= FAR; dx += GRID) for (let dy = -FAR; dy <= FAR; dy += GRID) all.push([dx, dy]);
  return all.sort(([ax, ay], [bx, by]) => Math.hypot(ax, ay) - Math.hypot(bx, by) || by - ay || bx - ax);
}
