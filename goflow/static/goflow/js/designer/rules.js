/**
 * Which connections can be drawn. Everything else that may be wrong with a process is judged by the server.
 */

import { gettext, interpolate } from "../core/i18n.js";
import { isBlank } from "./model.js";

/**
 * @import { Graph } from "./model.js"
 */

/**
 * @typedef {"nowhere" | "unknown-activity" | "end-has-outgoing" | "self-loop" | "duplicate-edge"} ReasonCode
 * @typedef {Readonly<{code: ReasonCode, message: string}>} Reason  why not, in the language of the page
 * @typedef {object} Options
 * @property {boolean} [loops] whether an activity may be connected to itself; a gesture that ends where it began
 *   is mostly an accident, so only explicit choices should allow it
 * @property {string} [except] key of the transition that is being reconnected; it is no duplicate of itself
 */

/**
 * Whether a new, unconditional transition may lead from one activity to the other.
 * @param {Graph} graph
 * @param {string | null | undefined} source key of an activity
 * @param {string | null | undefined} target key of an activity; nothing when dropped on empty canvas
 * @param {Options} [options]
 * @returns {Reason | null} null when it may
 */
export function canConnect(graph, source, target, { loops = false, except = "" } = {}) {
  if (!source || !target) return nowhere();
  if (!graph.activity(source) || !graph.activity(target)) return unknown();
  if (source === graph.process.end) return outOfEnd(graph);
  if (source === target && !loops) return selfLoop();
  return isTwin(graph, source, target, except) ? duplicate(graph, target) : null;
}

/**
 * Why each activity cannot be the target of a new transition; computed once when a connection is begun.
 * @param {Graph} graph
 * @param {string} source key of an activity
 * @param {Options} [options]
 * @returns {Map<string, Reason>} legal targets are absent
 */
export function illegalTargets(graph, source, options) {
  /** @type {Map<string, Reason>} */
  const reasons = new Map();
  for (const key of graph.activities.keys()) {
    const reason = canConnect(graph, source, key, options);
    if (reason) reasons.set(key, reason);
  }
  return reasons;
}

/**
 * @param {Graph} graph
 * @param {string} source
 * @param {string} target
 * @param {string} except
 */
function isTwin(graph, source, target, except) {
  const moved = graph.transition(except);
  const condition = moved ? moved.condition.trim() : "";
  return graph.outgoing(source).some((way) => (
    way.target === target && way.key !== except && (isBlank(way) ? condition === "" : way.condition === condition)
  ));
}

/** @returns {Reason} */
function nowhere() {
  return { code: "nowhere", message: gettext("A transition needs an activity at both ends.") };
}

/** @returns {Reason} */
function unknown() {
  return { code: "unknown-activity", message: gettext("This activity does not exist any more.") };
}

/** @returns {Reason} */
function selfLoop() {
  return { code: "self-loop", message: gettext("An activity is not connected to itself by dragging.") };
}

/** @param {Graph} graph @returns {Reason} */
function outOfEnd(graph) {
  const title = graph.activity(graph.process.end)?.title ?? "";
  return {
    code: "end-has-outgoing",
    message: interpolate(gettext("“%(title)s” is the end of the process, nothing leads out of it."), { title }),
  };
}

/** @param {Graph} graph @param {string} target @returns {Reason} */
function duplicate(graph, target) {
  const title = graph.activity(target)?.title ?? "";
  return { code: "duplicate-edge", message: interpolate(gettext("Already connected to “%(title)s”."), { title }) };
}
