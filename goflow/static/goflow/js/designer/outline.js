/**
 * The drawing as text: rows for the outline editor, labels of transitions, and the names that are read aloud.
 */

import { gettext, interpolate } from "../core/i18n.js";
import { readingOrder } from "./layout.js";
import { isBlank, kindOf } from "./model.js";
import { isTimeout } from "./condition.js";

/**
 * @import { Activity, Transition } from "./exchange.js"
 * @import { Graph } from "./model.js"
 */

/**
 * @typedef {Readonly<{
 *   key: string, label: string, target: string, title: string, name: string, condition: string,
 *   isOtherwise: boolean, isTimeout: boolean,
 * }>} Lead  a way out; `title` is that of the activity it leads to
 * @typedef {Readonly<{
 *   key: string, title: string, kind: ReturnType<typeof kindOf>, nodeType: string, isBegin: boolean, isEnd: boolean,
 *   join: "xor" | "and" | "or", split: "and" | "xor", who: readonly string[], leadsTo: readonly Lead[],
 * }>} Row  join and split are what they do: with one way they are "xor" and "and", which decide nothing
 */

/**
 * A row for every activity, in the order a token meets them.
 * @param {Graph} graph
 * @returns {Row[]}
 */
export function outline(graph) {
  return readingOrder(graph).map((key) => row(graph, /** @type {Activity} */ (graph.activity(key))));
}

/**
 * What stands at a transition: its name, else what its condition asks for.
 * @param {Graph} graph
 * @param {string} key of a transition
 * @returns {string}
 */
export function wayLabel(graph, key) {
  const way = graph.transition(key);
  if (!way) return "";
  if (way.name) return way.name;
  if (isBlank(way)) return graph.isOtherwise(key) ? gettext("otherwise") : "";
  return conditionLabel(way.condition);
}

/**
 * A condition in words.
 * @param {string} condition as stored
 * @returns {string}
 */
export function conditionLabel(condition) {
  const stored = condition.trim();
  const [, form = "", rest = ""] = /^([a-z]+):(.*)$/s.exec(stored) ?? [];
  switch (form) {
    case "eq": return rest;
    case "ne": return interpolate(gettext("not %(outcomes)s"), { outcomes: rest });
    case "in": return spaced(rest);
    case "notin": return interpolate(gettext("not %(outcomes)s"), { outcomes: spaced(rest) });
    case "timeout": return interpolate(gettext("after %(duration)s"), { duration: rest });
    default: return stored;
  }
}

/**
 * What a screen reader says about an activity: title, what it is, how it joins and splits, where it leads.
 * @param {Graph} graph
 * @param {string} key of an activity
 * @returns {string}
 */
export function accessibleName(graph, key) {
  const activity = graph.activity(key);
  if (!activity) return "";
  const { title, kind, isBegin, isEnd, join, split, leadsTo } = row(graph, activity);
  return [
    title, kindWord(kind), isBegin && gettext("begin"), isEnd && gettext("end"), joinWord(join),
    leadsTo.length > 1 && splitWord(split), leadsTo.length > 0 && leadsWord(leadsTo),
  ].filter(Boolean).join(", ");
}

/** @param {Row["kind"]} kind */
export function kindWord(kind) {
  switch (kind) {
    case "automatic": return gettext("automatic");
    case "dummy": return gettext("routing only");
    case "subflow": return gettext("calls another process");
    default: return gettext("done by a person");
  }
}

/** @param {Row["join"]} join @returns {string} empty when it does not wait */
export function joinWord(join) {
  if (join === "and") return gettext("waits for all");
  return join === "or" ? gettext("waits for all that can still come") : "";
}

/** @param {Row["split"]} split */
export function splitWord(split) {
  return split === "xor" ? gettext("takes one way") : gettext("takes every way that applies");
}

/** @param {readonly Lead[]} leads */
function leadsWord(leads) {
  const targets = leads.map(({ label, title }) => (label ? `${label}: ${title}` : title)).join("; ");
  return interpolate(gettext("leads to %(targets)s"), { targets });
}

/**
 * @param {Graph} graph
 * @param {Activity} activity
 * @returns {Row}
 */
function row(graph, activity) {
  const { key } = activity;
  return {
    key,
    title: activity.title || key,
    kind: kindOf(activity),
    nodeType: activity.node_type,
    isBegin: key === graph.process.begin,
    isEnd: graph.isEnd(key),
    join: graph.incoming(key).length > 1 ? activity.join_mode : "xor",
    split: graph.outgoing(key).length > 1 ? activity.split_mode : "and",
    who: [...activity.roles, ...activity.allowed_groups, ...activity.allowed_users],
    leadsTo: graph.outgoing(key).map((way) => lead(graph, way)),
  };
}

/**
 * @param {Graph} graph
 * @param {Transition} way
 * @returns {Lead}
 */
function lead(graph, way) {
  return {
    key: way.key,
    label: wayLabel(graph, way.key),
    target: way.target,
    title: graph.activity(way.target)?.title || way.target,
    name: way.name,
    condition: way.condition,
    isOtherwise: graph.isOtherwise(way.key),
    isTimeout: isTimeout(way.condition),
  };
}

/** @param {string} list */
function spaced(list) {
  return list.replace(/,/g, ", ");
}
