/* What a rectangle drawn over the canvas touches. */

/**
 * @import { Box } from "./viewport.js"
 */

/** @param {[number, number]} from @param {[number, number]} to @returns {Box} */
export function boxBetween(from, to) {
  return {
    x: Math.min(from[0], to[0]), y: Math.min(from[1], to[1]),
    width: Math.abs(from[0] - to[0]), height: Math.abs(from[1] - to[1]),
  };
}

/**
 * Keys of the boxes that the area touches, not only those inside it.
 *
 * @param {Box} area
 * @param {Iterable<[string, Box]>} boxes
 * @returns {string[]}
 */
export function touched(area, boxes) {
  return Array.from(boxes)
    .filter(([, box]) => box.x < area.x + area.width && box.x + box.width > area.x
      && box.y < area.y + area.height && box.y + box.height > area.y)
    .map(([key]) => key);
}
