/**
 * The changes that can be made to a drawing, as commands for the stack (commands.js re-exports them).
 *
 * Each returns a command; keys of new elements are made when it runs and are what `run` returns.
 */

import { gettext, interpolate, ngettext } from "../core/i18n.js";
import { ACTIVITY_DEFAULTS, ORDERING_STEP, TRANSITION_DEFAULTS } from "./exchange.js";
import { fieldName, isNamed } from "./fields.js";
import { isBlank } from "./model.js";
import { canConnect } from "./rules.js";

/**
 * @import { Command } from "./commands.js"
 * @import { Activity, Position, Process, Transition } from "./exchange.js"
 * @import { Graph } from "./model.js"
 * @import { Reason } from "./rules.js"
 */

/**
 * @typedef {Partial<Activity> & {title: string}} NewActivity  `position` is rounded to whole pixels
 */

/** A connection that may not be drawn was asked for; `reason` says why (see rules.js). */
export class NotConnectable extends Error {
  /** @param {Reason} reason */
  constructor(reason) {
    super(reason.message);
    this.name = "NotConnectable";
    this.reason = reason;
  }
}

/**
 * Add an activity. The first one becomes the begin.
 * @param {NewActivity} fields
 * @returns {Command<string>} gives its key
 */
export function addActivity(fields) {
  return { label: named(gettext("Add “%(title)s”"), fields.title), do: (graph) => putNew(graph, fields) };
}

/**
 * Add an activity and lead to it from another one, as one step.
 * @param {string} source key of an activity
 * @param {NewActivity} fields
 * @returns {Command<string>} gives its key
 */
export function appendActivity(source, fields) {
  return {
    label: named(gettext("Add “%(title)s”"), fields.title),
    do: (graph) => {
      const key = putNew(graph, fields);
      join(graph, source, key, {});
      return key;
    },
  };
}

/**
 * Put a new activity into a transition: the condition stays in front of it, behind it the way is unconditional.
 * @param {string} way key of a transition
 * @param {NewActivity} fields
 * @returns {Command<string>} gives the key of the activity
 */
export function insertOnTransition(way, fields) {
  return {
    label: named(gettext("Insert “%(title)s”"), fields.title),
    do: (graph) => {
      const key = putNew(graph, fields);
      const { target } = existing(graph.transition(way), way);
      patchWay(graph, way, { target: key });
      join(graph, key, target, {});
      return key;
    },
  };
}

/**
 * Put an activity that is there into a transition, as `insertOnTransition` does with a new one.
 * @param {string} way key of a transition
 * @param {string} key of an activity
 * @param {Position} position
 * @returns {Command<void>} running it throws NotConnectable when rules.js refuses
 */
export function putOnTransition(way, key, position) {
  return {
    label: gettext("Insert into a transition"),
    do: (graph) => {
      graph.putActivity({ ...existing(graph.activity(key), key), position: rounded(position) });
      const { target } = existing(graph.transition(way), way);
      patchWay(graph, way, { target: key });
      join(graph, key, target, {});
    },
  };
}

/**
 * Remove activities (with the transitions at them) and transitions. With `heal`, an activity with one way in and
 * one way out is bridged: the way in keeps its condition and leads where the way out led.
 * @param {Iterable<string>} keys of activities and transitions
 * @param {{heal?: boolean}} [options]
 * @returns {Command<void>}
 */
export function removeElements(keys, { heal = false } = {}) {
  const all = [...keys];
  const label = ngettext("Delete %(count)s element", "Delete %(count)s elements", all.length);
  return {
    label: interpolate(label, { count: all.length }),
    do: (graph) => {
      for (const key of all.filter((each) => graph.transition(each))) graph.deleteTransition(key);
      for (const key of all.filter((each) => graph.activity(each))) {
        if (heal) bridge(graph, key);
        graph.deleteActivity(key);
      }
    },
  };
}

/**
 * @param {string} key
 * @param {Partial<Activity>} patch
 * @param {{label?: string}} [options]
 * @returns {Command<void>} merges with the same fields of the same activity
 */
export function patchActivity(key, patch, { label } = {}) {
  const { key: _fixed, ...fields } = patch;
  return {
    label: label ?? changeOf(fields) ?? gettext("Change the activity"),
    mergeKey: `activity ${key} ${Object.keys(fields).sort()}`,
    do: (graph) => graph.putActivity({ ...existing(graph.activity(key), key), ...fields }),
  };
}

/**
 * The same fields of several activities, as one step.
 * @param {Iterable<string>} keys
 * @param {Partial<Activity>} patch
 * @param {{label?: string}} [options]
 * @returns {Command<void>}
 */
export function patchActivities(keys, patch, options) {
  const commands = Array.from(keys, (key) => patchActivity(key, patch, options));
  return {
    label: commands[0]?.label ?? "",
    mergeKey: commands.map((command) => command.mergeKey).join(" "),
    do: (graph) => commands.forEach((command) => command.do(graph)),
  };
}

/**
 * @param {string} key
 * @param {Partial<Transition>} patch not its ends: see `reconnect`
 * @param {{label?: string}} [options]
 * @returns {Command<void>} merges with the same fields of the same transition
 */
export function patchTransition(key, patch, { label } = {}) {
  const { key: _key, source: _source, target: _target, ...fields } = patch;
  return {
    label: label ?? changeOf(fields) ?? gettext("Change the transition"),
    mergeKey: `transition ${key} ${Object.keys(fields).sort()}`,
    do: (graph) => patchWay(graph, key, fields),
  };
}

/**
 * @param {Partial<Process>} patch
 * @param {{label?: string}} [options]
 * @returns {Command<void>} merges with the same fields
 */
export function patchProcess(patch, { label = changeOf(patch) ?? gettext("Change the process") } = {}) {
  return { label, mergeKey: `process ${Object.keys(patch).sort()}`, do: (graph) => graph.setProcess(patch) };
}

/**
 * Give activities new places.
 * @param {ReadonlyMap<string, Position> | Record<string, Position>} positions by key
 * @param {{label?: string, mergeKey?: string}} [options] a label for align or tidy-up; `mergeKey` for nudging
 * @returns {Command<void>}
 */
export function move(positions, { label, mergeKey } = {}) {
  const places = positions instanceof Map ? [...positions] : Object.entries(positions);
  const usual = ngettext("Move %(count)s activity", "Move %(count)s activities", places.length);
  return {
    label: label ?? interpolate(usual, { count: places.length }),
    mergeKey,
    do: (graph) => {
      for (const [key, place] of places) {
        graph.putActivity({ ...existing(graph.activity(key), key), position: rounded(place) });
      }
    },
  };
}

/**
 * Lead from one activity to another.
 * @param {string} source
 * @param {string} target
 * @param {Partial<Transition>} [fields] of the new transition
 * @param {{loops?: boolean}} [options] see rules.js
 * @returns {Command<string>} gives its key; running it throws NotConnectable when rules.js refuses
 */
export function connect(source, target, fields = {}, options = {}) {
  return { label: gettext("Connect"), do: (graph) => join(graph, source, target, fields, options) };
}

/**
 * Let a transition begin or end elsewhere.
 * @param {string} key
 * @param {{source?: string, target?: string}} ends
 * @param {{loops?: boolean}} [options] see rules.js
 * @returns {Command<void>} running it throws NotConnectable when rules.js refuses
 */
export function reconnect(key, ends, options = {}) {
  return {
    label: gettext("Reconnect"),
    do: (graph) => {
      const way = { ...existing(graph.transition(key), key), ...ends };
      const reason = canConnect(graph, way.source, way.target, { ...options, except: key });
      if (reason) throw new NotConnectable(reason);
      graph.putTransition(way);
    },
  };
}

/** @param {string} key of an activity, or empty for none @returns {Command<void>} */
export function setBegin(key) {
  return { label: gettext("Choose the begin"), do: (graph) => graph.setProcess({ begin: known(graph, key) }) };
}

/** @param {string} key of an activity, or empty for none @returns {Command<void>} */
export function setEnd(key) {
  return { label: gettext("Choose the end"), do: (graph) => graph.setProcess({ end: known(graph, key) }) };
}

/**
 * Take this transition when no other one out of its activity is taken; which needs a split that chooses one.
 *
 * The one that was the otherwise before keeps its blank condition behind this one: it is never taken, and a
 * problem says so, until it gets a condition.
 * @param {string} key of a transition
 * @returns {Command<void>}
 */
export function setOtherwise(key) {
  return {
    label: gettext("Mark as otherwise"),
    do: (graph) => {
      const { source } = existing(graph.transition(key), key);
      graph.putActivity({ ...existing(graph.activity(source), source), split_mode: "xor" });
      patchWay(graph, key, { condition: "" });
      const others = graph.outgoing(source).map((way) => way.key).filter((each) => each !== key);
      const place = others.findIndex((each) => isBlank(existing(graph.transition(each), each)));
      if (place >= 0) reorder([...others.slice(0, place), key, ...others.slice(place)]).do(graph);
    },
  };
}

/**
 * Try the transitions out of an activity in this order.
 * @param {readonly string[]} keys of transitions
 * @returns {Command<void>}
 */
export function reorder(keys) {
  return {
    label: gettext("Change the order"),
    do: (graph) => keys.forEach((key, index) => patchWay(graph, key, { ordering: ORDERING_STEP * (index + 1) })),
  };
}

/** What undo is about, by the name of the only field that changes. @param {object} fields */
function changeOf(fields) {
  const [name, ...others] = Object.keys(fields);
  return name && !others.length && isNamed(name) ? interpolate(gettext("Change “%(field)s”"), { field: fieldName(name) }) : undefined;
}

/**
 * @param {string} text
 * @param {string} title
 */
function named(text, title) {
  return interpolate(text, { title });
}

/**
 * @template T
 * @param {T | undefined} element
 * @param {string} key
 * @returns {T}
 */
function existing(element, key) {
  if (element === undefined) throw new RangeError(`there is no element "${key}"`);
  return element;
}

/**
 * @param {Graph} graph
 * @param {string} key
 */
function known(graph, key) {
  return key === "" ? "" : existing(graph.activity(key), key).key;
}

/** @param {Position} position @returns {Position} */
function rounded([x, y]) {
  return [Math.round(x), Math.round(y)];
}

/**
 * @param {Graph} graph
 * @param {NewActivity} fields
 * @returns {string}
 */
function putNew(graph, fields) {
  const key = fields.key ?? graph.newKey(fields.title);
  const position = fields.position ? rounded(fields.position) : null;
  graph.putActivity({ ...ACTIVITY_DEFAULTS, ...fields, key, position });
  if (!graph.process.begin && graph.activities.size === 1) graph.setProcess({ begin: key });
  return key;
}

/**
 * @param {Graph} graph
 * @param {string} source
 * @param {string} target
 * @param {Partial<Transition>} fields
 * @param {{loops?: boolean}} [options]
 * @returns {string}
 */
function join(graph, source, target, fields, options) {
  const reason = canConnect(graph, source, target, options);
  if (reason) throw new NotConnectable(reason);
  const key = fields.key ?? graph.newKey(`${source}-${target}`, "transition");
  const last = Math.max(0, ...graph.outgoing(source).map((way) => way.ordering));
  const ordering = fields.ordering ?? last + ORDERING_STEP;
  graph.putTransition({ ...TRANSITION_DEFAULTS, ...fields, key, source, target, ordering });
  return key;
}

/**
 * @param {Graph} graph
 * @param {string} key
 * @param {Partial<Transition>} fields
 */
function patchWay(graph, key, fields) {
  graph.putTransition({ ...existing(graph.transition(key), key), ...fields });
}

/**
 * @param {Graph} graph
 * @param {string} key
 */
function bridge(graph, key) {
  const [way, ...others] = graph.incoming(key);
  const [out, ...more] = graph.outgoing(key);
  if (!way || !out || others.length || more.length || way.source === out.target) return;
  if (canConnect(graph, way.source, out.target, { except: way.key })) return;
  patchWay(graph, way.key, { target: out.target });
}
