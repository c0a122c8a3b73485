/**
 * Copying parts of a process as text, and pasting them into the same or another process.
 */

import { gettext, interpolate, ngettext } from "../core/i18n.js";
import { addActivity } from "./edits.js";
import { MAX_TITLE, ModelError, readActivity, readTransition, writeActivity, writeTransition } from "./exchange.js";
import { roomBeside } from "./places.js";

/**
 * @import { Command } from "./commands.js"
 * @import { NewActivity } from "./edits.js"
 * @import { Activity, Position, Transition } from "./exchange.js"
 * @import { Graph } from "./model.js"
 */

/**
 * @typedef {{activities: readonly Activity[], transitions: readonly Transition[]}} Payload
 */

const VERSION = 1;
const MOST = 1000;

/**
 * The text for the clipboard: the activities, and the transitions between them.
 * @param {Graph} graph
 * @param {Iterable<string>} keys of activities; others are ignored
 * @returns {string} empty when there is no activity among them
 */
export function copied(graph, keys) {
  const chosen = new Set([...keys].filter((key) => graph.activity(key)));
  if (!chosen.size) return "";
  const activities = [...graph.activities.values()].filter((activity) => chosen.has(activity.key));
  const inner = [...graph.transitions.values()].filter((way) => chosen.has(way.source) && chosen.has(way.target));
  return JSON.stringify({
    goflow: VERSION, activities: activities.map(writeActivity), transitions: inner.map(writeTransition),
  });
}

/**
 * Read a text from the clipboard.
 * @param {string} text
 * @returns {Payload | null} null when it was not copied in a designer, or cannot be understood
 */
export function readPayload(text) {
  const data = parsed(text);
  if (!data || data.goflow !== VERSION || !isList(data.activities) || !isList(data.transitions)) return null;
  try {
    const activities = data.activities.map((entry) => readActivity(entry));
    const keys = new Set(activities.map((activity) => activity.key));
    const transitions = data.transitions.map((entry) => readTransition(entry));
    return {
      activities: [...new Map(activities.map((activity) => [activity.key, activity])).values()],
      transitions: transitions.filter((way) => keys.has(way.source) && keys.has(way.target)),
    };
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}

/**
 * Paste, as one step. Keys are made anew, titles that are taken get a number; names unknown here
 * stay, and are found as problems.
 * @param {Graph} graph what it will be pasted into, for the titles
 * @param {Payload} payload
 * @param {{at?: Position}} [options] `at`: top left corner of the pasted group
 * @returns {Command<string[]>} the keys of the new activities
 */
export function paste(graph, payload, { at } = {}) {
  const [dx, dy] = shift(graph, payload.activities, at);
  const titles = new Set(Array.from(graph.activities.values(), (activity) => activity.title));
  const copies = payload.activities.map((activity) => {
    const title = freeTitle(activity.title, titles);
    titles.add(title);
    const { position } = activity;
    const place = position ? /** @type {Position} */ ([position[0] + dx, position[1] + dy]) : at ?? null;
    return { ...activity, title, key: undefined, position: place };
  });
  const label = ngettext("Paste %(count)s activity", "Paste %(count)s activities", copies.length);
  return {
    label: interpolate(label, { count: copies.length }),
    do: (target) => put(target, payload, copies),
  };
}

/**
 * @param {Graph} graph
 * @param {Payload} payload
 * @param {readonly NewActivity[]} copies
 * @returns {string[]}
 */
function put(graph, payload, copies) {
  const keys = copies.map((fields) => addActivity(fields).do(graph));
  const newKeys = new Map(payload.activities.map((activity, index) => [activity.key, keys[index]]));
  for (const { key: _old, source, target, ...fields } of payload.transitions) {
    const [from, to] = [newKeys.get(source), newKeys.get(target)];
    if (from && to) putTransition(graph, from, to, fields);
  }
  return keys;
}

/**
 * As it was copied: what is drawn already is not judged again.
 * @param {Graph} graph
 * @param {string} source
 * @param {string} target
 * @param {Omit<Transition, "key" | "source" | "target">} fields
 */
function putTransition(graph, source, target, fields) {
  const key = graph.newKey(`${source}-${target}`, "transition");
  graph.putTransition({ ...fields, key, source, target });
}

/**
 * @param {string} title
 * @param {ReadonlySet<string>} taken
 */
function freeTitle(title, taken) {
  let found = title;
  for (let number = 2; taken.has(found); number += 1) {
    const ending = ` (${number})`;
    found = title.slice(0, MAX_TITLE - ending.length) + ending;
  }
  return found;
}

/**
 * @param {Graph} graph
 * @param {readonly Activity[]} activities
 * @param {Position} [at]
 * @returns {Position}
 */
function shift(graph, activities, at) {
  const places = placesOf(activities);
  if (!places.length) return [0, 0];
  if (!at) return roomBeside(places, placesOf([...graph.activities.values()]));
  return [at[0] - Math.min(...places.map(([x]) => x)), at[1] - Math.min(...places.map(([, y]) => y))];
}

/** @param {readonly Activity[]} activities */
function placesOf(activities) {
  return activities.flatMap(({ position }) => (position ? [position] : []));
}

/** @param {string} text @returns {Record<string, unknown> | null} */
function parsed(text) {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    const data = JSON.parse(text);
    return typeof data === "object" ? data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @param {unknown} value @returns {value is unknown[]} */
function isList(value) {
  return Array.isArray(value) && value.length <= MOST;
}
