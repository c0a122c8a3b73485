/* Handles at both ends of a selected transition, to lead it elsewhere. */

/**
 * @import { View } from "./view-jsplumb.js"
 */

const SVG = "http://www.w3.org/2000/svg";

/** @param {View} view */
export function drawHandles(view) {
  view.overlay.querySelectorAll("circle[data-handle]").forEach((handle) => handle.remove());
  if (view.selected.size !== 1 || view.readOnly) return;
  const [key] = view.selected;
  const drawn = view.edges.get(key);
  if (!drawn) return;
  for (const [end, index] of /** @type {const} */ ([["source", 0], ["target", 1]])) {
    const place = anchorOf(drawn, index);
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

/** Where a drawn transition touches its activity. @param {any} drawn @param {0 | 1} index @returns {[number, number] | null} */
export function anchorOf(drawn, index) {
  const place = drawn?.endpoints?.[index]?._anchor?.computedPosition;
  return place ? [place.curX, place.curY] : null;
}
