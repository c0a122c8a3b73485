/**
 * Bringing two people's changes of one draft together, by keys and fields, against what both started from.
 *
 * A field that only one of them changed is taken over. What both changed differently is a conflict, and somebody
 * has to choose. Removing an element that the other one changed or leads to is a conflict, too. Never
 * asked for are lists of names, which come together name by name, and positions: when both moved an activity it
 * stays where I put it.
 */

import { ACTIVITY_DEFAULTS, TRANSITION_DEFAULTS, isSame, readDefinition, writeDefinition } from "./exchange.js";
import { HEAD, titleOf } from "./diff.js";

/**
 * @import { ElementKind } from "./diff.js"
 * @import { Data, Definition, Process } from "./exchange.js"
 */

/** The fields that are lists of names. */
const NAMES = new Set(["roles", "allowed_groups", "allowed_users", "sla_roles"]);

/**
 * @typedef {"mine" | "theirs"} Side
 * @typedef {Readonly<Record<string, unknown>> & {readonly key: string}} Element
 * @typedef {Readonly<{
 *   id: string, kind: ElementKind, key: string, title: string, field: string,
 *   base: unknown, mine: unknown, theirs: unknown,
 * }>} Conflict
 *   `field` is empty when one side removed the element: the value of that side is null then
 * @typedef {{graph: Data, conflicts: Conflict[], open: Conflict[]}} Merged
 *   `graph` follows `mine` where nothing was chosen; `open` are the conflicts without a choice
 * @typedef {Readonly<Record<string, Side>>} Choices  by the id of the conflict
 * @typedef {{base: Definition, mine: Definition, theirs: Definition, choices: Choices, conflicts: Conflict[]}} Work
 */

/**
 * @param {unknown} base exchanged data both started from
 * @param {unknown} mine exchanged data
 * @param {unknown} theirs exchanged data
 * @param {Choices} [choices]
 * @returns {Merged}
 */
export function merge(base, mine, theirs, choices = {}) {
  /** @type {Work} */
  const work = {
    base: readDefinition(base), mine: readDefinition(mine), theirs: readDefinition(theirs), choices, conflicts: [],
  };
  const activities = mergeAll(work, "activity", usedKeys(work));
  const known = new Set(activities.map((activity) => activity.key));
  const all = mergeAll(work, "transition", { mine: new Set(), theirs: new Set() });
  const transitions = all.filter((way) => known.has(String(way.source)) && known.has(String(way.target)));
  const graph = writeDefinition(
    mergeHead(work, known), /** @type {any[]} */ (activities), /** @type {any[]} */ (transitions),
  );
  return { graph, conflicts: work.conflicts, open: work.conflicts.filter(({ id }) => !choices[id]) };
}

/**
 * Activities that a side came to need: its new or changed transitions lead there, or it begins or ends there.
 * @param {Work} work
 * @returns {Record<Side, Set<string>>}
 */
function usedKeys({ base, mine, theirs }) {
  const before = byKey(base.transitions);
  const needs = (/** @type {Definition} */ { process, transitions }) => new Set([
    ...transitions.filter((way) => !isSame(before.get(way.key), way)).flatMap((way) => [way.source, way.target]),
    ...(process.begin !== base.process.begin ? [process.begin] : []),
    ...(process.end !== base.process.end ? [process.end] : []),
  ]);
  return { mine: needs(mine), theirs: needs(theirs) };
}

/**
 * @param {Work} work
 * @param {"activity" | "transition"} kind
 * @param {Record<Side, Set<string>>} used keys that may not vanish unnoticed
 * @returns {Element[]}
 */
function mergeAll(work, kind, used) {
  const list = kind === "activity" ? "activities" : "transitions";
  const [base, mine, theirs] = [work.base, work.mine, work.theirs].map((side) => byKey(side[list]));
  const keys = new Set([...mine.keys(), ...theirs.keys()]);
  return [...keys].flatMap((key) => {
    const versions = { base: base.get(key), mine: mine.get(key), theirs: theirs.get(key) };
    const merged = mergeElement(work, kind, versions, { mine: used.mine.has(key), theirs: used.theirs.has(key) });
    return merged ? [merged] : [];
  });
}

/**
 * @param {Work} work
 * @param {"activity" | "transition"} kind
 * @param {{base?: Element, mine?: Element, theirs?: Element}} versions
 * @param {Record<Side, boolean>} isUsed
 * @returns {Element | null}
 */
function mergeElement(work, kind, { base, mine, theirs }, isUsed) {
  if (mine && theirs) return mergeFields(work, kind, base ?? defaultsOf(kind, mine.key), mine, theirs);
  const [kept, side] = mine ? [mine, /** @type {Side} */ ("mine")] : [/** @type {Element} */ (theirs), /** @type {Side} */ ("theirs")];
  if (!base) return kept;
  if (isSame(base, kept) && !isUsed[side]) return null;
  const choice = ask(work, { kind, key: kept.key, title: titleOf(kept), field: "", base, mine: mine ?? null, theirs: theirs ?? null });
  return choice === side ? kept : null;
}

/**
 * @param {Work} work
 * @param {"activity" | "transition"} kind
 * @param {Element} base
 * @param {Element} mine
 * @param {Element} theirs
 * @returns {Element}
 */
function mergeFields(work, kind, base, mine, theirs) {
  const about = { kind, key: mine.key, title: titleOf(mine) };
  const names = Object.keys(mine);
  const values = names.map((field) => [field, mergeValue(work, about, field, base[field], mine[field], theirs[field])]);
  return Object.fromEntries(values);
}

/**
 * @param {Work} work
 * @param {ReadonlySet<string>} known
 * @returns {Process}
 */
function mergeHead(work, known) {
  const [base, mine, theirs] = [work.base, work.mine, work.theirs].map(
    (side) => /** @type {Readonly<Record<string, unknown>>} */ (side.process),
  );
  const about = { kind: /** @type {const} */ ("process"), key: work.mine.process.code, title: work.mine.process.title };
  const values = HEAD.map((field) => [field, mergeValue(work, about, field, base[field], mine[field], theirs[field])]);
  const process = { ...work.mine.process, ...Object.fromEntries(values) };
  // An end that was removed by choice is no longer the end.
  for (const end of /** @type {const} */ (["begin", "end"])) if (!known.has(process[end])) process[end] = "";
  return process;
}

/**
 * @param {Work} work
 * @param {{kind: Conflict["kind"], key: string, title: string}} about
 * @param {string} field
 * @param {unknown} base
 * @param {unknown} mine
 * @param {unknown} theirs
 * @returns {unknown}
 */
function mergeValue(work, about, field, base, mine, theirs) {
  if (isSame(mine, theirs) || isSame(theirs, base)) return mine;
  if (isSame(mine, base)) return theirs;
  if (field === "position") return mine;
  if (NAMES.has(field)) return mergeNames(/** @type {string[]} */ (base), /** @type {string[]} */ (mine), /** @type {string[]} */ (theirs));
  return ask(work, { ...about, field, base, mine, theirs }) === "mine" ? mine : theirs;
}

/**
 * Names have no order: what either side added is in, what either side took out is not.
 * @param {readonly string[]} base @param {readonly string[]} mine @param {readonly string[]} theirs
 */
function mergeNames(base, mine, theirs) {
  const kept = mine.filter((name) => theirs.includes(name) || !base.includes(name));
  return [...kept, ...theirs.filter((name) => !mine.includes(name) && !base.includes(name))];
}

/**
 * @param {Work} work
 * @param {Omit<Conflict, "id">} conflict
 * @returns {Side} what was chosen; mine while nothing is
 */
function ask({ conflicts, choices }, conflict) {
  const id = [conflict.kind, conflict.key, conflict.field].join(":");
  conflicts.push({ id, ...conflict });
  return choices[id] ?? "mine";
}

/**
 * @param {"activity" | "transition"} kind
 * @param {string} key
 * @returns {Element}
 */
function defaultsOf(kind, key) {
  return { ...(kind === "activity" ? ACTIVITY_DEFAULTS : TRANSITION_DEFAULTS), key };
}

/**
 * @param {readonly Element[]} elements
 * @returns {Map<string, Element>}
 */
function byKey(elements) {
  return new Map(elements.map((element) => [element.key, element]));
}
