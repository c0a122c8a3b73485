/**
 * The command stack: the only way anything in the drawing is changed.
 *
 * A command is `{label, do(graph), mergeKey?}`. There is no `undo` to write: the stack keeps the state before and
 * after (both are shared with the graph, see model.js), so undo and redo are exact by construction. Commands run
 * by other commands take no entry of their own: `run` makes one entry, whatever happens inside.
 */

import { gettext } from "../core/i18n.js";
import { isSame } from "./exchange.js";

export * from "./edits.js";

/**
 * @import { Graph, State } from "./model.js"
 */

/**
 * @template [T=unknown]
 * @typedef {object} Command
 * @property {string} label what is done, in the language of the page ("Delete 3 elements")
 * @property {(graph: Graph) => T} do changes the graph; what it returns is returned by `run`
 * @property {string} [mergeKey] commands with the same key that follow at once become one step
 */

/**
 * @typedef {{label: string, before: State, after: State, mergeKey: string, at: number, seen: number}} Entry
 *   `seen` is how many changes of others both of its states have
 * @typedef {(state: State) => State} Into  brings a state up to date with what others changed
 * @typedef {{type: "run" | "undo" | "redo" | "saved" | "absorbed", label: string}} StackEvent
 * @typedef {(event: StackEvent) => void} StackListener
 */

/** Commands with one `mergeKey` merge when less time than this passed since the last of them, in ms. */
export const MERGE_WITHIN = 600;
const DEFAULT_LIMIT = 500;

export class CommandStack {
  /**
   * @param {Graph} graph
   * @param {{now?: () => number, limit?: number}} [options] `now` in ms; `limit` is the number of steps kept
   */
  constructor(graph, { now = Date.now, limit = DEFAULT_LIMIT } = {}) {
    this.graph = graph;
    this._now = now;
    this._limit = limit;
    /** @type {Entry[]} */
    this._entries = [];
    this._index = 0;
    this._canMerge = false;
    this._isRunning = false;
    /** @type {Into[]} what others changed, oldest first */
    this._absorbed = [];
    /** @type {State} */
    this._saved = graph.snapshot();
    /** @type {Set<StackListener>} */
    this._listeners = new Set();
  }

  /**
   * Carry out a command as one step. One that changes nothing leaves no step. When it throws, the graph is as
   * it was before.
   * @template T
   * @param {Command<T>} command
   * @returns {T}
   */
  run(command) {
    if (this._isRunning) return command.do(this.graph);
    const before = this.graph.snapshot();
    const result = this._carryOut(command, before);
    if (this.graph.isAt(before)) return result;
    this._keep(command, before);
    this._tell({ type: "run", label: command.label });
    return result;
  }

  get canUndo() {
    return this._index > 0;
  }

  get canRedo() {
    return this._index < this._entries.length;
  }

  /** What `undo` would take back; empty when there is nothing. */
  get undoLabel() {
    return this.canUndo ? this._entries[this._index - 1].label : "";
  }

  /** What `redo` would do again; empty when there is nothing. */
  get redoLabel() {
    return this.canRedo ? this._entries[this._index].label : "";
  }

  /** Take back the last step. @returns {boolean} whether there was one */
  undo() {
    if (!this.canUndo) return false;
    this._index -= 1;
    const entry = this._upToDate(this._entries[this._index]);
    return this._goTo(entry.before, { type: "undo", label: entry.label });
  }

  /** Do again what was taken back last. @returns {boolean} whether there was anything */
  redo() {
    if (!this.canRedo) return false;
    const entry = this._upToDate(this._entries[this._index]);
    this._index += 1;
    return this._goTo(entry.after, { type: "redo", label: entry.label });
  }

  /** Whether the graph differs from what was saved last. */
  get isDirty() {
    return !this.graph.isAt(this._saved);
  }

  /**
   * Remember what the server has.
   * @param {State} [state] what was sent, as `graph.snapshot()` gave it then; else the present state
   */
  markSaved(state = this.graph.snapshot()) {
    this._saved = state;
    // Typing that goes on after a save is a step of its own, so undo can come back to what was saved.
    this._canMerge = false;
    this._tell({ type: "saved", label: "" });
  }

  /**
   * Take in what somebody else changed. It is no step: undo goes on to take back one's own steps, and keeps it.
   * @param {Into} into
   * @param {State} [saved] what the server has; else what it had, brought up to date
   */
  absorb(into, saved = into(this._saved)) {
    const present = this.graph.snapshot();
    this._absorbed.push(into);
    this._saved = saved;
    this._canMerge = false;
    this.graph.restore(shared(into(present), present));
    this._tell({ type: "absorbed", label: "" });
  }

  /**
   * Be told after every run, undo, redo, save and change of others.
   * @param {StackListener} listener
   * @returns {() => void} stops it
   */
  subscribe(listener) {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  /**
   * @template T
   * @param {Command<T>} command
   * @param {State} before
   * @returns {T}
   */
  _carryOut(command, before) {
    this._isRunning = true;
    try {
      return this.graph.batch(() => {
        try {
          return command.do(this.graph);
        } catch (error) {
          this.graph.restore(before);
          throw error;
        }
      });
    } finally {
      this._isRunning = false;
    }
  }

  /**
   * @param {Command<unknown>} command
   * @param {State} before
   */
  _keep(command, before) {
    const at = this._now();
    const after = this.graph.snapshot();
    const mergeKey = command.mergeKey ?? "";
    const last = this._entries[this._index - 1];
    const merges = this._canMerge && mergeKey !== "" && last?.mergeKey === mergeKey && at - last.at < MERGE_WITHIN;
    this._entries.length = this._index;
    if (merges) Object.assign(last, { after, at });
    else this._entries.push({ label: command.label, before, after, mergeKey, at, seen: this._absorbed.length });
    if (this._entries.length > this._limit) this._entries.shift();
    this._index = this._entries.length;
    this._canMerge = true;
  }

  /** Only the step one goes back to is brought up to date, when one does. @param {Entry} entry */
  _upToDate(entry) {
    const missed = this._absorbed.slice(entry.seen);
    entry.before = missed.reduce((state, into) => into(state), entry.before);
    entry.after = missed.reduce((state, into) => into(state), entry.after);
    entry.seen = this._absorbed.length;
    return entry;
  }

  /**
   * @param {State} state
   * @param {StackEvent} event
   * @returns {true}
   */
  _goTo(state, event) {
    this._canMerge = false;
    this.graph.restore(shared(state, this.graph.snapshot()));
    this._tell(event);
    return true;
  }

  /** @param {StackEvent} event */
  _tell(event) {
    for (const listener of [...this._listeners]) listener(event);
  }
}

/**
 * The state, with the elements of the other one where both say the same: what did not change is not drawn anew.
 * @param {State} state @param {State} other @returns {State}
 */
function shared(state, other) {
  const kept = (/** @type {ReadonlyMap<string, any>} */ table, /** @type {ReadonlyMap<string, any>} */ old) => new Map(
    [...table].map(([key, element]) => [key, isSame(old.get(key), element) ? old.get(key) : element]));
  return {
    process: isSame(state.process, other.process) ? other.process : state.process,
    activities: kept(state.activities, other.activities), transitions: kept(state.transitions, other.transitions),
  };
}

/**
 * Several commands as one step; returns what each returned.
 * @param {string} label
 * @param {readonly Command<any>[]} commands
 * @returns {Command<any[]>}
 */
export function compound(label, commands) {
  return { label, do: (graph) => commands.map((command) => command.do(graph)) };
}

/**
 * Put another definition in the place of the present one, as one step: a merge, a restored version, a file.
 * @param {unknown} json exchanged data
 * @param {string} [label]
 * @returns {Command<void>}
 */
export function replaceAll(json, label = gettext("Replace the process")) {
  return { label, do: (graph) => graph.load(json) };
}
