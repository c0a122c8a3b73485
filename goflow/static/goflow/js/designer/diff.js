/**
 * What differs between two definitions, matched by their keys; as the server compares them.
 */

import { isSame, readDefinition } from "./exchange.js";
import { freePlace, positions } from "./layout.js";
import { Graph } from "./model.js";

/**
 * @import { Data, Process } from "./exchange.js"
 */

/**
 * @typedef {"process" | "activity" | "transition"} ElementKind
 * @typedef {"added" | "removed" | "changed" | "moved"} DiffState  moved: only the position of an activity differs
 * @typedef {Readonly<{field: string, before: unknown, after: unknown}>} FieldChange
 * @typedef {Readonly<{
 *   kind: ElementKind, key: string, title: string, state: DiffState, changes: readonly FieldChange[],
 * }>} Difference
 * @typedef {Readonly<Record<string, unknown>> & {key: string}} Element
 */

/** The fields of the process itself that are compared; versions and codes are not. */
export const HEAD = Object.freeze(["title", "description", "priority", "content_type", "begin", "end"]);

/**
 * What has to happen to `base` to get `other`: the process itself, then activities, then transitions.
 * @param {unknown} base exchanged data
 * @param {unknown} other exchanged data
 * @returns {Difference[]}
 */
export function diff(base, other) {
  const [before, after] = [readDefinition(base), readDefinition(other)];
  return [
    ...head(before.process, after.process),
    ...elements("activity", before.activities, after.activities),
    ...elements("transition", before.transitions, after.transitions),
  ];
}

/**
 * Both definitions as one drawing: `other`, with what was removed still in its old place, or below what took it.
 * @param {unknown} base exchanged data
 * @param {unknown} other exchanged data
 * @returns {Data} exchanged data
 */
export function combined(base, other) {
  const [before, after] = [readDefinition(base), readDefinition(other)];
  const { activities, transitions, ...rest } = /** @type {Record<string, any>} */ (other);
  const old = /** @type {Record<string, any>} */ (base);
  return {
    ...rest,
    activities: [...(activities ?? []), ...besides(other, missing(old.activities ?? [], after.activities))],
    transitions: [...(transitions ?? []), ...missing(old.transitions ?? [], after.transitions)],
    begin: after.process.begin || before.process.begin,
  };
}

/**
 * Activities that are gone, where they cover none that is there.
 * @param {unknown} other exchanged data
 * @param {readonly any[]} gone
 */
function besides(other, gone) {
  const taken = [...positions(new Graph(other)).values()];
  return gone.map((activity) => {
    if (!activity.position) return activity;
    const place = freePlace(taken, activity.position);
    taken.push(place);
    return { ...activity, position: place };
  });
}

/**
 * How many differences of each kind there are.
 * @param {readonly Difference[]} differences
 * @returns {Record<DiffState, number>}
 */
export function counts(differences) {
  const found = { added: 0, removed: 0, changed: 0, moved: 0 };
  for (const { state } of differences) found[state] += 1;
  return found;
}

/**
 * What to call an activity or a transition.
 * @param {Readonly<Record<string, unknown>>} element
 * @returns {string}
 */
export function titleOf(element) {
  if ("source" in element) return String(element.name || `${element.source} → ${element.target}`);
  return String(element.title || element.key);
}

/**
 * The fields in which two elements differ.
 * @param {Readonly<Record<string, unknown>>} before
 * @param {Readonly<Record<string, unknown>>} after
 * @param {readonly string[]} names
 * @returns {FieldChange[]}
 */
export function changes(before, after, names) {
  return names
    .filter((field) => !isSame(before[field], after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

/**
 * @template {{key: string}} T
 * @param {readonly T[]} elements
 * @param {readonly {key: string}[]} present
 * @returns {T[]}
 */
function missing(elements, present) {
  const keys = new Set(present.map((element) => element.key));
  return elements.filter((element) => !keys.has(element.key));
}

/**
 * @param {Process} before
 * @param {Process} after
 * @returns {Difference[]}
 */
function head(before, after) {
  const found = changes(before, after, HEAD);
  if (!found.length) return [];
  return [{ kind: "process", key: after.code, title: after.title, state: "changed", changes: found }];
}

/**
 * @param {"activity" | "transition"} kind
 * @param {readonly Element[]} before
 * @param {readonly Element[]} after
 * @returns {Difference[]}
 */
function elements(kind, before, after) {
  const old = new Map(before.map((element) => [element.key, element]));
  const here = after.flatMap((element) => difference(kind, old.get(element.key), element));
  const gone = missing(before, after).map((element) => of(kind, element, "removed", []));
  return [...here, ...gone];
}

/**
 * @param {"activity" | "transition"} kind
 * @param {Element | undefined} before
 * @param {Element} after
 * @returns {Difference[]}
 */
function difference(kind, before, after) {
  if (!before) return [of(kind, after, "added", [])];
  const found = changes(before, after, Object.keys(after).filter((name) => name !== "key"));
  if (!found.length) return [];
  const isMoved = found.length === 1 && found[0].field === "position";
  return [of(kind, after, isMoved ? "moved" : "changed", found)];
}

/**
 * @param {"activity" | "transition"} kind
 * @param {Element} element
 * @param {DiffState} state
 * @param {FieldChange[]} found
 * @returns {Difference}
 */
function of(kind, element, state, found) {
  return { kind, key: element.key, title: titleOf(element), state, changes: found };
}
