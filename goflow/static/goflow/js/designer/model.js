/**
 * The process being drawn: activities and transitions by key, who leads where, and who is told of changes.
 *
 * Elements are frozen; a change puts a new element in the place of the old one. The tables are copied before the
 * first write after a `snapshot`, so a snapshot costs nothing and going back to one is exact, order included.
 * Only commands (commands.js) call the writing methods.
 */

import { freeKey, isSame, readDefinition, writeDefinition, PROCESS_DEFAULTS, frozen } from "./exchange.js";
import { isTimeout } from "./condition.js";

/**
 * @import { Activity, Data, ModelError, Process, Transition } from "./exchange.js"
 */

/**
 * @typedef {Readonly<{
 *   process: Process, activities: ReadonlyMap<string, Activity>, transitions: ReadonlyMap<string, Transition>,
 * }>} State
 * @typedef {{activities: Set<string>, transitions: Set<string>, process: boolean}} Change  what is different now
 * @typedef {(change: Change) => void} Listener
 */

export class Graph {
  /** @param {unknown} [json] exchanged data; without it the graph is empty */
  constructor(json) {
    /** @type {Process} */
    this._process = PROCESS_DEFAULTS;
    /** @type {Map<string, Activity>} */
    this._activities = new Map();
    /** @type {Map<string, Transition>} */
    this._transitions = new Map();
    this._isShared = false;
    /** @type {Set<string>} keys that were ever used: a new element must not pass for a deleted one */
    this._usedKeys = new Set();
    /** @type {Set<Listener>} */
    this._listeners = new Set();
    this._depth = 0;
    /** @type {State | null} */
    this._before = null;
    /** @type {{of: unknown, outgoing: Map<string, Transition[]>, incoming: Map<string, Transition[]>} | null} */
    this._neighbours = null;
    if (json !== undefined) this.load(json);
  }

  /** @returns {Process} */
  get process() {
    return this._process;
  }

  /** In the order they were added. @returns {ReadonlyMap<string, Activity>} */
  get activities() {
    return this._activities;
  }

  /** In the order they were added. @returns {ReadonlyMap<string, Transition>} */
  get transitions() {
    return this._transitions;
  }

  /**
   * Replace everything.
   * @param {unknown} json exchanged data
   * @throws {ModelError} nothing is changed then
   */
  load(json) {
    const { process, activities, transitions } = readDefinition(json);
    this.restore({
      process,
      activities: new Map(activities.map((activity) => [activity.key, activity])),
      transitions: new Map(transitions.map((transition) => [transition.key, transition])),
    });
  }

  /** Exchanged data, the same for equal graphs. @returns {Data} */
  toJSON() {
    return writeDefinition(this._process, this._activities.values(), this._transitions.values());
  }

  /** @param {string} key @returns {Activity | undefined} */
  activity(key) {
    return this._activities.get(key);
  }

  /** @param {string} key @returns {Transition | undefined} */
  transition(key) {
    return this._transitions.get(key);
  }

  /** Every transition out of the activity, in the order they are tried. @param {string} key @returns {readonly Transition[]} */
  outgoing(key) {
    return this._tables().outgoing.get(key) ?? [];
  }

  /** Every transition into the activity. @param {string} key @returns {readonly Transition[]} */
  incoming(key) {
    return this._tables().incoming.get(key) ?? [];
  }

  /** The transitions a completion may take: all but timeouts, blank ones last on xor. @param {string} key @returns {Transition[]} */
  candidates(key) {
    const own = this.outgoing(key).filter((way) => !isTimeout(way.condition));
    if (this.activity(key)?.split_mode !== "xor") return own;
    return [...own.filter((way) => !isBlank(way)), ...own.filter(isBlank)];
  }

  /** Whether a token that completes this activity ends. @param {string} key */
  isEnd(key) {
    return key === this._process.end || this.outgoing(key).length === 0;
  }

  /**
   * Whether the transition is taken when no other one is: of several blank ones only the first is.
   * @param {string} key
   * @returns {boolean}
   */
  isOtherwise(key) {
    const way = this._transitions.get(key);
    if (!way || !isBlank(way) || this.activity(way.source)?.split_mode !== "xor") return false;
    const ways = this.candidates(way.source);
    return ways.length > 1 && ways.find(isBlank)?.key === key;
  }

  /**
   * A key that neither an activity nor a transition has or had since the page was loaded.
   * @param {string} title
   * @param {string} [fallback] what to number when the title has no Latin letters
   */
  newKey(title, fallback = "activity") {
    return freeKey(title, (key) => this._usedKeys.has(key), fallback);
  }

  /** The present state, to come back to. @returns {State} */
  snapshot() {
    this._isShared = true;
    return { process: this._process, activities: this._activities, transitions: this._transitions };
  }

  /** Go back to a snapshot. @param {State} state */
  restore(state) {
    this.batch(() => {
      this._process = state.process;
      // Shared from now on, so nothing writes to them.
      this._activities = /** @type {Map<string, Activity>} */ (state.activities);
      this._transitions = /** @type {Map<string, Transition>} */ (state.transitions);
      this._isShared = true;
      for (const key of [...state.activities.keys(), ...state.transitions.keys()]) this._usedKeys.add(key);
    });
  }

  /** Whether nothing differs from the snapshot. @param {State} state */
  isAt(state) {
    return isSameTable(this._activities, state.activities) && isSameTable(this._transitions, state.transitions)
      && isSame(this._process, state.process);
  }

  /** @param {Partial<Process>} patch */
  setProcess(patch) {
    const process = { ...this._process, ...patch };
    if (isSame(process, this._process)) return;
    this.batch(() => {
      this._process = Object.freeze(process);
    });
  }

  /** Add the activity, or put it in the place of the one with its key. @param {Activity} activity */
  putActivity(activity) {
    if (isSame(this._activities.get(activity.key), activity)) return;
    this._write(() => this._activities.set(activity.key, /** @type {Activity} */ (frozen(activity))));
    this._usedKeys.add(activity.key);
  }

  /** Add the transition, or put it in the place of the one with its key. @param {Transition} transition */
  putTransition(transition) {
    if (isSame(this._transitions.get(transition.key), transition)) return;
    this._write(() => this._transitions.set(transition.key, /** @type {Transition} */ (frozen(transition))));
    this._usedKeys.add(transition.key);
  }

  /** Remove the activity and every transition at it; begin and end are forgotten with it. @param {string} key */
  deleteActivity(key) {
    if (!this._activities.has(key)) return;
    this.batch(() => {
      for (const way of [...this.incoming(key), ...this.outgoing(key)]) this.deleteTransition(way.key);
      this._write(() => this._activities.delete(key));
      if (this._process.begin === key) this.setProcess({ begin: "" });
      if (this._process.end === key) this.setProcess({ end: "" });
    });
  }

  /** @param {string} key */
  deleteTransition(key) {
    if (this._transitions.has(key)) this._write(() => this._transitions.delete(key));
  }

  /**
   * Make several changes and tell the listeners once, when the outermost batch ends.
   * @template T
   * @param {() => T} work
   * @returns {T}
   */
  batch(work) {
    if (this._depth === 0) this._before = this._listeners.size ? this.snapshot() : null;
    this._depth += 1;
    try {
      return work();
    } finally {
      this._depth -= 1;
      if (this._depth === 0) this._tell();
    }
  }

  /**
   * Be told what changed, after every batch of changes.
   * @param {Listener} listener
   * @returns {() => void} stops it
   */
  subscribe(listener) {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  /** @param {() => void} work */
  _write(work) {
    this.batch(() => {
      if (this._isShared) {
        this._activities = new Map(this._activities);
        this._transitions = new Map(this._transitions);
        this._isShared = false;
      }
      this._neighbours = null;
      work();
    });
  }

  _tell() {
    const before = this._before;
    this._before = null;
    if (!before) return;
    const change = {
      activities: changedKeys(before.activities, this._activities),
      transitions: changedKeys(before.transitions, this._transitions),
      process: before.process !== this._process,
    };
    if (!change.process && !change.activities.size && !change.transitions.size) return;
    for (const listener of [...this._listeners]) listener(change);
  }

  _tables() {
    if (this._neighbours?.of !== this._transitions) {
      const ordered = [...this._transitions.values()].sort((a, b) => a.ordering - b.ordering);
      this._neighbours = {
        of: this._transitions,
        outgoing: grouped(ordered, "source"),
        incoming: grouped([...this._transitions.values()], "target"),
      };
    }
    return /** @type {NonNullable<typeof this._neighbours>} */ (this._neighbours);
  }
}

/** Who moves a token on at the activity. @param {Activity} activity @returns {"human" | "automatic" | "dummy" | "subflow"} */
export function kindOf(activity) {
  if (activity.kind !== "standard") return activity.kind;
  return activity.autostart ? "automatic" : "human";
}

/** Whether nothing is asked: "always" out of an and-split, "otherwise" out of an xor-split. @param {Transition} transition */
export function isBlank(transition) {
  return transition.condition.trim() === "";
}

/**
 * @param {readonly Transition[]} transitions
 * @param {"source" | "target"} end
 * @returns {Map<string, Transition[]>}
 */
function grouped(transitions, end) {
  /** @type {Map<string, Transition[]>} */
  const groups = new Map();
  for (const transition of transitions) {
    const group = groups.get(transition[end]);
    if (group) group.push(transition);
    else groups.set(transition[end], [transition]);
  }
  return groups;
}

/**
 * @param {ReadonlyMap<string, unknown>} before
 * @param {ReadonlyMap<string, unknown>} after
 * @returns {Set<string>}
 */
function changedKeys(before, after) {
  /** @type {Set<string>} */
  const keys = new Set();
  if (before === after) return keys;
  for (const [key, element] of after) if (before.get(key) !== element) keys.add(key);
  for (const key of before.keys()) if (!after.has(key)) keys.add(key);
  return keys;
}

/**
 * @param {ReadonlyMap<string, unknown>} one
 * @param {ReadonlyMap<string, unknown>} other
 * @returns {boolean}
 */
function isSameTable(one, other) {
  if (one === other) return true;
  const keys = [...one.keys()];
  const others = [...other.keys()];
  return keys.length === others.length
    && keys.every((key, index) => key === others[index] && isSame(one.get(key), other.get(key)));
}
