/* What a person can do to the drawing, whichever way it is asked for: mouse, keyboard, outline or panel. */

import { gettext, interpolate, ngettext } from "../core/i18n.js";
import {
  NotConnectable, addActivity, appendActivity, connect, insertOnTransition, move, patchActivities,
  patchActivity, patchProcess, patchTransition, reconnect, removeElements, reorder, setBegin, setEnd, setOtherwise,
} from "./commands.js";
import { arranged } from "./guides.js";
import { GAP_X } from "./layout.js";
import { HEIGHT, WIDTH, titleOf, typeNames } from "./node.js";

/**
 * @import { Command, CommandStack } from "./commands.js"
 * @import { Change, Graph } from "./model.js"
 * @import { View } from "./view-jsplumb.js"
 */

/**
 * @typedef {"start" | "end" | "standard" | "approval" | "review" | "service" | "notification" | "gateway" | "script" | "subflow"} Sort
 * @typedef {{code: string, severity: string, elements: string[], message: string, fix: string,
 *   params: Record<string, unknown>, trace: any[] | null}} Problem
 */

const STEP = 96;

/** @returns {[Sort, string][]} what can be put on the canvas, with its name */
export function sorts() {
  const names = typeNames();
  return [
    ["start", gettext("Start")], ["standard", names.standard], ["approval", names.approval], ["review", names.review],
    ["service", names.service], ["notification", names.notification], ["gateway", names.gateway],
    ["script", names.script], ["subflow", names.subflow], ["end", gettext("End")],
  ];
}

/** The fields of a new activity of that sort. @param {Sort} sort */
function fieldsOf(sort) {
  switch (sort) {
    case "start":
    case "end":
    case "standard": return {};
    case "gateway": return { kind: /** @type {const} */ ("dummy"), node_type: /** @type {const} */ ("gateway") };
    case "subflow": return { kind: /** @type {const} */ ("subflow") };
    case "service":
    case "script": return { node_type: sort, autostart: true };
    default: return { node_type: sort };
  }
}

export class Editor extends EventTarget {
  /**
   * @param {Graph} graph
   * @param {CommandStack} stack
   * @param {{may: {change: boolean, edit: boolean, publish: boolean, make_roles: boolean}, names: Record<string, any>, say: (text: string) => void}} options
   */
  constructor(graph, stack, { may, names, say }) {
    super();
    this.graph = graph;
    this.stack = stack;
    this.may = may;
    this.names = names;
    this.say = say;
    /** @type {Set<string>} */
    this.selection = new Set();
    /** @type {Problem[]} */
    this.problems = [];
    /** Where the keyboard is on the canvas: an activity or a transition. Keys act on what is selected, not on this. */
    this.active = "";
    /** What keeps the drawing as it is for a while. @type {"" | "run" | "compare"} */
    this.lockedBy = "";
    this.isOutline = false;
    /** @type {View | null} */
    this.view = null;
    graph.subscribe((change) => this.refresh(change));
    stack.subscribe((event) => {
      if (event.type === "undo") say(interpolate(gettext("Undone: %(step)s"), { step: event.label }));
      if (event.type === "redo") say(interpolate(gettext("Done again: %(step)s"), { step: event.label }));
      this.tell("stack");
    });
  }

  get canEdit() { return this.may.edit && !this.lockedBy; }

  /** Whether the canvas takes changes, too: on a phone it only shows, and the outline changes. */
  get canDraw() { return this.canEdit && !this.view?.readOnly; }

  /** Whether what is shown takes changes: the outline of a phone does, its canvas does not. */
  get canAct() { return this.isOutline ? this.canEdit : this.canDraw; }

  /** @param {string} type @param {unknown} [detail] */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {string} type @param {(detail: any) => void} listener */
  on(type, listener) {
    this.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {Change} change */
  refresh(change) {
    const known = (/** @type {string} */ key) => this.graph.activity(key) || this.graph.transition(key);
    const kept = [...this.selection].filter(known);
    const isFewer = kept.length < this.selection.size;
    this.selection = new Set(kept);
    if (this.view) {
      this.view.selected = this.selection;
      // Under the outline nobody sees the drawing: it is drawn when one comes back to it.
      if (!this.isOutline) this.view.render(change.process ? null : [...change.activities, ...change.transitions]);
    }
    if (!known(this.active)) this.active = "";
    this.tell("change", change);
    if (isFewer) this.tell("selection");
  }

  /** Run a command, unless nothing may be changed. @template T @param {Command<T>} command @returns {T | undefined} */
  run(command) {
    if (!this.canEdit) {
      this.say(gettext("This version is read-only."));
      return undefined;
    }
    try {
      return this.stack.run(command);
    } catch (error) {
      if (!(error instanceof NotConnectable)) throw error;
      this.refuse(error.reason.message);
      return undefined;
    }
  }

  /** Say why nothing happens. @param {string} message */
  refuse(message) {
    this.say(message);
    this.tell("refused", { message });
  }

  undo() { if (this.canAct) this.stack.undo(); }

  redo() { if (this.canAct) this.stack.redo(); }

  // Selecting

  /** @param {Iterable<string>} keys @param {{add?: boolean, toggle?: boolean}} [how] */
  select(keys, { add = false, toggle = false } = {}) {
    const wanted = [...keys];
    const next = new Set(add || toggle ? this.selection : []);
    for (const key of wanted) {
      if (toggle && next.has(key)) next.delete(key);
      else next.add(key);
    }
    this.selection = next;
    if (wanted.length) this.active = wanted[wanted.length - 1];
    this.view?.select(next);
    this.tell("selection");
  }

  selectAll() {
    this.select(this.graph.activities.keys());
    this.say(interpolate(ngettext("%(count)s selected", "%(count)s selected", this.selection.size), { count: this.selection.size }));
  }

  /** Add what lies before or behind the selection. @param {"incoming" | "outgoing"} way */
  selectAlong(way) {
    const seen = new Set(this.activities());
    const waiting = [...seen];
    while (waiting.length) {
      for (const found of this.graph[way](/** @type {string} */ (waiting.pop()))) {
        const key = way === "incoming" ? found.source : found.target;
        if (!seen.has(key)) {
          seen.add(key);
          waiting.push(key);
        }
      }
    }
    this.select(seen);
  }

  /** The selected activities. @returns {string[]} */
  activities() {
    return [...this.selection].filter((key) => this.graph.activity(key));
  }

  /** The only selected element, or nothing. */
  get only() { return this.selection.size === 1 ? [...this.selection][0] : ""; }

  /** The only selected activity; when there is none, it is said why nothing happens. @returns {string} */
  chosen() {
    const key = this.graph.activity(this.only) ? this.only : "";
    if (!key) this.refuse(this.selection.size ? gettext("Select one activity for this.") : gettext("Nothing is selected."));
    return key;
  }

  /** Put the keyboard on an element. @param {string} key */
  focus(key) {
    this.active = key;
    this.view?.focus(key);
  }

  /** Select and show an element. @param {Iterable<string>} keys */
  goTo(keys) {
    const known = [...keys].filter((key) => this.graph.activity(key) || this.graph.transition(key));
    if (!known.length) return;
    this.select(known);
    const box = this.view?.bounds(known.flatMap((key) => this.view?.nodesOf(key) ?? []));
    if (box) this.view?.viewport.centreOn(box);
  }

  // Adding

  /** A title nobody has: titles are unique within a process. @param {string} wanted @param {string} [except] */
  freeTitle(wanted, except = "") {
    const taken = new Set([...this.graph.activities.values()].filter((each) => each.key !== except).map((each) => each.title));
    let title = wanted;
    for (let number = 2; taken.has(title); number += 1) title = `${wanted} ${number}`;
    return title;
  }

  /** @param {Sort} sort @param {[number, number]} at */
  newFields(sort, at) {
    const words = new Map(sorts()).get(sort) ?? gettext("Activity");
    return { title: this.freeTitle(words), ...fieldsOf(sort), position: at };
  }

  /** @param {Sort} sort @param {[number, number]} [centre] in the world; else the middle of what is seen @returns {string | undefined} */
  create(sort, centre) {
    const [x, y] = centre ?? this.view?.viewport.centre() ?? [200, 120];
    const at = this.freePlace([grid(x - WIDTH / 2), grid(y - HEIGHT / 2)]);
    const fields = this.newFields(sort, at);
    const key = this.run({ label: addActivity(fields).label, do: (graph) => this.ends(graph, sort, addActivity(fields).do(graph)) });
    if (key) this.begun(key);
    return key;
  }

  /** Put a new activity into a transition. @param {string} way @param {Sort} sort @param {[number, number]} centre */
  insert(way, sort, centre) {
    const at = this.freePlace([grid(centre[0] - WIDTH / 2), grid(centre[1] - HEIGHT / 2)]);
    const key = this.run(insertOnTransition(way, this.newFields(sort, at)));
    if (key) this.begun(key);
    return key;
  }

  /** Add an activity behind another. @param {string} source @param {Sort} [sort] @param {[number, number]} [centre] */
  append(source, sort = "standard", centre) {
    const [x, y] = this.view?.positionOf(source) ?? [0, 0];
    const wanted = centre ? [grid(centre[0] - WIDTH / 2), grid(centre[1] - HEIGHT / 2)] : [x + WIDTH + GAP_X, y];
    const fields = this.newFields(sort, this.freePlace(/** @type {[number, number]} */ (wanted)));
    const command = appendActivity(source, fields);
    const key = this.run({ label: command.label, do: (graph) => this.ends(graph, sort, command.do(graph)) });
    if (key) this.begun(key);
    return key;
  }

  /** @param {Graph} graph @param {Sort} sort @param {string} key */
  ends(graph, sort, key) {
    if (sort === "start" && !graph.process.begin) setBegin(key).do(graph);
    if (sort === "end" && !graph.process.end) setEnd(key).do(graph);
    return key;
  }

  /** @param {string} key */
  begun(key) {
    this.select([key]);
    this.tell("begun", key);
  }

  /** The first free place at or below this one. @param {[number, number]} place @returns {[number, number]} */
  freePlace([x, y]) {
    const boxes = [...this.graph.activities.keys()].map((key) => this.view?.positionOf(key) ?? [0, 0]);
    let down = y;
    while (boxes.some(([left, top]) => Math.abs(left - x) < WIDTH + 16 && Math.abs(top - down) < HEIGHT + 16)) down += STEP;
    return [x, down];
  }

  // Connecting

  /** @param {string} source @param {string} target @param {{loops?: boolean}} [options] */
  connect(source, target, options) {
    const key = this.run(connect(source, target, {}, options));
    if (key) {
      this.say(interpolate(gettext("%(source)s now leads to %(target)s"), {
        source: titleOf(this.graph, source), target: titleOf(this.graph, target),
      }));
    }
    return key;
  }

  /** @param {string} way @param {{source?: string, target?: string}} ends */
  reconnect(way, ends) {
    this.run(reconnect(way, ends, { loops: true }));
  }

  // Changing

  /** @param {string} key @param {string} title @returns {boolean} whether it is acceptable */
  rename(key, title) {
    const text = title.trim();
    if (!text) return false;
    if (text !== this.freeTitle(text, key)) {
      const message = interpolate(gettext("There is already an activity called “%(title)s”."), { title: text });
      this.refuse(message);
      return false;
    }
    this.run(patchActivity(key, { title: text }, { label: gettext("Rename") }));
    return true;
  }

  /** @param {Iterable<string>} keys @param {Record<string, any>} patch */
  patch(keys, patch) {
    const all = [...keys];
    this.run(all.length === 1 ? patchActivity(all[0], patch) : patchActivities(all, patch));
  }

  /** @param {string} key @param {Record<string, any>} patch */
  patchWay(key, patch) {
    this.run(patchTransition(key, patch));
  }

  /** @param {Record<string, any>} patch */
  patchProcess(patch) {
    this.run(patchProcess(patch));
  }

  /** @param {string} key */
  setBegin(key) {
    this.run(setBegin(key));
  }

  /** @param {string} key */
  setEnd(key) {
    this.run(setEnd(key));
  }

  /** Make a transition the only otherwise of its split. @param {string} key */
  otherwise(key) {
    const before = this.graph.outgoing(this.graph.transition(key)?.source ?? "").find((way) => this.graph.isOtherwise(way.key));
    this.run(setOtherwise(key));
    if (!before || before.key === key) return;
    this.say(interpolate(gettext("The transition to “%(title)s” is no longer the otherwise; give it a condition."), { title: titleOf(this.graph, before.target) }));
  }

  /** Let a transition be tried earlier or later. @param {string} key @param {-1 | 1} by */
  shift(key, by) {
    const way = this.graph.transition(key);
    if (!way) return;
    const keys = this.graph.outgoing(way.source).map((each) => each.key);
    const from = keys.indexOf(key);
    const to = from + by;
    if (to < 0 || to >= keys.length) return;
    keys.splice(from, 1);
    keys.splice(to, 0, key);
    this.run(reorder(keys));
  }

  /** @param {{heal?: boolean}} [options] @param {string[]} [keys] */
  remove(options = {}, keys = [...this.selection]) {
    if (!keys.length) {
      this.refuse(gettext("Nothing is selected."));
      return;
    }
    const near = keys.flatMap((key) => this.graph.incoming(key).map((way) => way.source)).find((key) => !keys.includes(key));
    this.run(removeElements(keys, options));
    this.say(interpolate(ngettext("%(count)s element deleted", "%(count)s elements deleted", keys.length), { count: keys.length }));
    const next = near && this.graph.activity(near) ? near : this.graph.activities.keys().next().value;
    if (next) this.active = next;
    this.tell("removed", next);
  }

  // Places

  /** @param {Record<string, [number, number]>} positions @param {{label?: string, mergeKey?: string}} [options] */
  move(positions, options) {
    this.run(move(positions, options));
  }

  /** @param {number} dx @param {number} dy */
  nudge(dx, dy) {
    const keys = this.activities();
    const places = Object.fromEntries(keys.map((key) => {
      const [x, y] = this.view?.positionOf(key) ?? [0, 0];
      return [key, /** @type {[number, number]} */ ([x + dx, y + dy])];
    }));
    if (keys.length) this.move(places, { mergeKey: `nudge ${keys.join(" ")}` });
    else this.refuse(gettext("Nothing is selected."));
  }

  /** @param {Parameters<typeof arranged>[1]} how */
  arrange(how) {
    const boxes = this.activities().map((key) => ({ key, box: this.view?.boxOf(key) })).filter((each) => each.box);
    if (boxes.length > 1) this.move(arranged(/** @type {any} */ (boxes), how), { label: gettext("Align") });
  }
}

/** @param {number} value */
function grid(value) {
  return Math.round(value / 8) * 8;
}
