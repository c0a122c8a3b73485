/* Where the keyboard is on a transition: its line is no element of its own for long, so one stands in for all of them. */

import { gettext, interpolate } from "../core/i18n.js";
import { along, pointsOf } from "./geometry.js";
import { conditionOf, titleOf } from "./node.js";

/**
 * @import { View } from "./view-jsplumb.js"
 */

/** @returns {HTMLElement} */
export function createSpot() {
  const spot = document.createElement("div");
  spot.className = "ds-spot";
  spot.tabIndex = -1;
  spot.hidden = true;
  spot.setAttribute("role", "group");
  spot.setAttribute("aria-roledescription", gettext("transition"));
  return spot;
}

/** Put the keyboard on an activity or a transition. @param {View} view @param {string} key */
export function focusOn(view, key) {
  for (const node of view.nodes.values()) node.tabIndex = -1;
  const node = view.nodes.get(key);
  if (!node && !view.edges.has(key)) return;
  if (!node) view.spot.dataset.key = key;
  placeSpot(view);
  const place = node ?? view.spot;
  if (node) node.tabIndex = 0;
  place.focus({ preventScroll: true });
  const box = node ? view.boxOf(key) : view.bounds(view.nodesOf(key));
  if (box) view.viewport.reveal(box);
}

/** Keep it at the middle of its line. @param {View} view */
export function placeSpot(view) {
  const { spot, graph } = view;
  const key = spot.dataset.key ?? "";
  const [way, drawn] = [graph.transition(key), view.edges.get(key)];
  if (!way || !drawn?.route) {
    const hadFocus = spot === document.activeElement;
    spot.hidden = true;
    delete spot.dataset.key;
    if (hadFocus) view.canvas.focus({ preventScroll: true });
    return;
  }
  const { x, y } = along(pointsOf(drawn.route), 0.5);
  spot.style.left = `${x}px`;
  spot.style.top = `${y}px`;
  spot.hidden = false;
  spot.setAttribute("aria-label", interpolate(gettext("%(source)s → %(target)s"), { source: titleOf(graph, way.source), target: titleOf(graph, way.target) }) + `, ${conditionOf(graph, way)}`);
}
