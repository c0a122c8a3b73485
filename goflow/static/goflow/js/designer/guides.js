/* Snapping to the grid, and to the edges and centres of other activities. */

/**
 * @import { Box } from "./viewport.js"
 */

export const GRID = 8;
const NEAR = 4;

/** @param {number} value @param {boolean} isFree */
export function snapped(value, isFree = false) {
  return isFree ? Math.round(value) : Math.round(value / GRID) * GRID;
}

/**
 * How far to nudge a moved box so that it lines up, and the lines to show.
 *
 * @param {Box} moved
 * @param {Iterable<Box>} others
 * @returns {{dx: number, dy: number, lines: {x1: number, y1: number, x2: number, y2: number}[]}}
 */
export function aligned(moved, others) {
  const found = { dx: 0, dy: 0, lines: /** @type {{x1: number, y1: number, x2: number, y2: number}[]} */ ([]) };
  let bestX = NEAR + 1;
  let bestY = NEAR + 1;
  let lineX = null;
  let lineY = null;
  for (const other of others) {
    for (const part of [0, 0.5, 1]) {
      const offX = other.x + other.width * part - (moved.x + moved.width * part);
      if (Math.abs(offX) < Math.abs(bestX)) {
        bestX = offX;
        lineX = { x: other.x + other.width * part, from: other };
      }
      const offY = other.y + other.height * part - (moved.y + moved.height * part);
      if (Math.abs(offY) < Math.abs(bestY)) {
        bestY = offY;
        lineY = { y: other.y + other.height * part, from: other };
      }
    }
  }
  if (lineX) {
    found.dx = bestX;
    const ends = [moved.y, moved.y + moved.height, lineX.from.y, lineX.from.y + lineX.from.height];
    found.lines.push({ x1: lineX.x, x2: lineX.x, y1: Math.min(...ends) - 8, y2: Math.max(...ends) + 8 });
  }
  if (lineY) {
    found.dy = bestY;
    const ends = [moved.x, moved.x + moved.width, lineY.from.x, lineY.from.x + lineY.from.width];
    found.lines.push({ y1: lineY.y, y2: lineY.y, x1: Math.min(...ends) - 8, x2: Math.max(...ends) + 8 });
  }
  return found;
}

/**
 * New corners of boxes lined up or spread evenly.
 *
 * @param {{key: string, box: Box}[]} boxes
 * @param {"left" | "center" | "right" | "top" | "middle" | "bottom" | "spread-x" | "spread-y"} how
 * @returns {Record<string, [number, number]>}
 */
export function arranged(boxes, how) {
  const left = Math.min(...boxes.map(({ box }) => box.x));
  const top = Math.min(...boxes.map(({ box }) => box.y));
  const right = Math.max(...boxes.map(({ box }) => box.x + box.width));
  const bottom = Math.max(...boxes.map(({ box }) => box.y + box.height));
  if (how === "spread-x" || how === "spread-y") return spread(boxes, how === "spread-x" ? "x" : "y");
  /** @type {Record<string, [number, number]>} */
  const places = {};
  for (const { key, box } of boxes) {
    const x = /** @type {Partial<Record<string, number>>} */ ({ left, center: (left + right - box.width) / 2, right: right - box.width })[how];
    const y = /** @type {Partial<Record<string, number>>} */ ({ top, middle: (top + bottom - box.height) / 2, bottom: bottom - box.height })[how];
    places[key] = [Math.round(x ?? box.x), Math.round(y ?? box.y)];
  }
  return places;
}

/** @param {{key: string, box: Box}[]} boxes @param {"x" | "y"} axis @returns {Record<string, [number, number]>} */
function spread(boxes, axis) {
  const ordered = [...boxes].sort((a, b) => a.box[axis] - b.box[axis]);
  const first = ordered[0].box[axis];
  const gap = (ordered[ordered.length - 1].box[axis] - first) / (ordered.length - 1);
  return Object.fromEntries(ordered.map(({ key, box }, index) => {
    const place = Math.round(first + gap * index);
    return [key, axis === "x" ? [place, box.y] : [box.x, place]];
  }));
}
