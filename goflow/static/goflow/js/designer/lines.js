/* Lines on the canvas: where the router leads them, in the form that jsPlumb draws. */

import { along, pointsOf } from "./geometry.js";

/**
 * @import { Path, Point } from "./geometry.js"
 */

export const LINE = "Line";

/**
 * A kind of connector for jsPlumb that lies where its connection's `route` says.
 * @param {any} Connector jsPlumb's own, to be extended
 */
export function lineOf(Connector) {
  return class extends Connector {
    /** @type {Point[]} */
    points = [];

    /** How far lines go straight on at both ends; the router sees to that. */
    getDefaultStubs() {
      return [0, 0];
    }

    /** As jsPlumb asks for it before every painting; where the ends are is known from the route. */
    compute() {
      const chain = pointsOf(this.connection.route);
      const [xs, ys] = [chain.map(({ x }) => x), chain.map(({ y }) => y)];
      const [left, top] = [Math.min(...xs), Math.min(...ys)];
      const [w, h] = [Math.max(...xs) - left, Math.max(...ys) - top];
      Object.assign(this, { x: left, y: top, w, h, bounds: { xmin: 0, ymin: 0, xmax: w, ymax: h } });
      this.points = chain.map(({ x, y }) => ({ x: x - left, y: y - top }));
      const text = pathText(this.connection.route, left, top);
      this.segments = [{ getPath: () => text }];
    }

    /** @param {number} location @returns {Point} */
    pointOnPath(location) {
      return along(this.points, location);
    }

    /** Where the arrow begins. @param {number} location @param {number} distance @returns {Point} */
    pointAlongPathFrom(location, distance) {
      const end = this.pointOnPath(location);
      const chain = distance < 0 ? [...this.points].reverse() : this.points;
      return chain.find(({ x, y }) => Math.hypot(x - end.x, y - end.y) >= Math.abs(distance)) ?? chain[chain.length - 1];
    }
  };
}

/**
 * Let a drawn connection take this way.
 * @param {any} plumb @param {any} drawn @param {Path} route
 * @returns {boolean} whether it lay elsewhere before
 */
export function follow(plumb, drawn, route) {
  const told = pathText(route, 0, 0);
  if (drawn.told === told) return false;
  drawn.told = told;
  drawn.route = route;
  // Of this line alone: asking for an element would paint every line at it again.
  plumb._paintConnection(drawn);
  return true;
}

/** From where to where a connection is drawn, by key. @param {any} drawn @returns {[string, string]} */
export function endsOf(drawn) {
  return [drawn.source.dataset.key, drawn.target.dataset.key];
}

/** Where a drawn transition touches its activity. @param {any} drawn @param {"source" | "target"} end @returns {[number, number] | null} */
export function endOf(drawn, end) {
  const route = /** @type {Path | undefined} */ (drawn?.route);
  if (!route) return null;
  const { x, y } = end === "source" ? route[0][0] : route[route.length - 1][3];
  return [x, y];
}

/** @param {Path} path @param {number} left @param {number} top */
function pathText(path, left, top) {
  const spot = (/** @type {Point} */ { x, y }) => `${tenths(x - left)} ${tenths(y - top)}`;
  return [`M${spot(path[0][0])}`, ...path.map(([, b, c, d]) => `C${spot(b)} ${spot(c)} ${spot(d)}`)].join(" ");
}

/** @param {number} value */
function tenths(value) {
  return Math.round(value * 10) / 10;
}
