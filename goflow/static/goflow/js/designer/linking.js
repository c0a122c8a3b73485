/* Drawing connections, and leading their ends elsewhere, with mouse, finger or pen. */

import { endOf } from "./lines.js";
import { canConnect, illegalTargets } from "./rules.js";

/**
 * @import { Gesture } from "./gestures.js"
 * @import { Reason } from "./rules.js"
 * @import { View } from "./view-jsplumb.js"
 */

const SVG = "http://www.w3.org/2000/svg";

/** Draw a new connection. @param {View} view @param {string} source @returns {Gesture} */
export function link(view, source) {
  const box = view.boxOf(source);
  const from = /** @type {[number, number]} */ (box ? [box.x + box.width, box.y + box.height / 2] : [0, 0]);
  return string(view, {
    from, fixed: source,
    reasons: () => illegalTargets(view.graph, source),
    drop(target, event) {
      if (target) view.onIntent({ type: "connect", source, target });
      else view.onIntent({ type: "append", source, at: [event.clientX, event.clientY] });
    },
  });
}

/** Lead one end of a connection elsewhere. @param {View} view @param {string} way @param {string} end @returns {Gesture} */
export function relink(view, way, end) {
  const transition = view.graph.transition(way);
  const stays = transition ? (end === "target" ? transition.source : transition.target) : "";
  const place = endOf(view.edges.get(way), end === "target" ? "source" : "target") ?? [0, 0];
  return string(view, {
    from: place, fixed: stays,
    reasons: () => (end === "target" ? illegalTargets(view.graph, stays, { except: way }) : illegalSources(view, stays, way)),
    drop(target) {
      if (target) view.onIntent({ type: "reconnect", way, [end]: target });
    },
  });
}

/** Why each activity cannot be where the transition begins. @param {View} view @param {string} target @param {string} way */
function illegalSources({ graph }, target, way) {
  /** @type {Map<string, Reason>} */
  const reasons = new Map();
  for (const key of graph.activities.keys()) {
    const reason = canConnect(graph, key, target, { except: way });
    if (reason) reasons.set(key, reason);
  }
  return reasons;
}

/**
 * A line from a place to the pointer; what may be its end is marked, what may not says why.
 * @param {View} view
 * @param {{
 *   from: [number, number], fixed: string, reasons: () => Map<string, {message: string}>,
 *   drop: (target: string | null, event: PointerEvent) => void,
 * }} spec
 * @returns {Gesture}
 */
function string(view, { from, fixed, reasons, drop }) {
  const line = document.createElementNS(SVG, "path");
  /** @type {Map<string, {message: string}> | null} */
  let refused = null;
  /** @type {string | null} */
  let over = null;
  const begin = () => {
    refused = reasons();
    view.overlay.append(line);
    view.canvas.classList.add("ds-linking");
    for (const [key, node] of view.nodes) node.dataset.target = key === fixed ? "source" : refused.has(key) ? "no" : "ok";
  };
  const stop = () => {
    line.remove();
    view.canvas.classList.remove("ds-linking");
    view.onIntent({ type: "tip", text: "" });
    for (const node of view.nodes.values()) {
      delete node.dataset.target;
      delete node.dataset.over;
    }
  };
  return {
    move(event) {
      if (!refused) begin();
      const [x, y] = view.viewport.toWorld(event.clientX, event.clientY);
      line.setAttribute("d", `M${from[0]} ${from[1]}L${x} ${y}`);
      const found = nodeAt(view, event);
      if (found === over) return;
      if (over) delete view.nodes.get(over)?.dataset.over;
      over = found;
      if (over) /** @type {HTMLElement} */ (view.nodes.get(over)).dataset.over = "";
      const reason = over && over !== fixed ? refused?.get(over) : undefined;
      view.onIntent({ type: "tip", text: reason?.message ?? "", at: [event.clientX, event.clientY] });
    },
    end(event) {
      const target = nodeAt(view, event);
      stop();
      if (target !== fixed) drop(target, event);
    },
    cancel: stop,
  };
}

/** @param {View} view @param {PointerEvent} event @returns {string | null} */
function nodeAt(view, event) {
  for (const element of document.elementsFromPoint(event.clientX, event.clientY)) {
    const node = /** @type {HTMLElement | null} */ (element.closest("[data-key]"));
    if (node && view.nodes.has(String(node.dataset.key))) return String(node.dataset.key);
  }
  return null;
}
