/* Handles at both ends of a selected transition, to lead it elsewhere. */

import { endOf } from "./lines.js";
import { placeSpot } from "./spot.js";

/**
 * @import { View } from "./view-jsplumb.js"
 */

const SVG = "http://www.w3.org/2000/svg";

/** @param {View} view */
export function drawHandles(view) {
  placeSpot(view);
  view.overlay.querySelectorAll("circle[data-handle]").forEach((handle) => handle.remove());
  if (view.selected.size !== 1 || view.readOnly) return;
  const [key] = view.selected;
  const drawn = view.edges.get(key);
  if (!drawn) return;
  for (const end of /** @type {const} */ (["source", "target"])) {
    const place = endOf(drawn, end);
    if (!place) continue;
    const handle = document.createElementNS(SVG, "circle");
    handle.setAttribute("cx", String(place[0]));
    handle.setAttribute("cy", String(place[1]));
    handle.setAttribute("r", "7");
    handle.dataset.handle = end;
    handle.dataset.way = key;
    view.overlay.append(handle);
  }
}
