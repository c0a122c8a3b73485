/* Somebody else saved meanwhile: what does not touch the same things is brought together at once, and told. */

import { gettext } from "../core/i18n.js";
import { reviewConflict } from "./conflict.js";
import { diff } from "./diff.js";
import { writeDefinition } from "./exchange.js";
import { merge } from "./merge.js";
import { Graph } from "./model.js";
import { told } from "./telling.js";

/**
 * @import { createApi } from "../core/api.js"
 * @import { Autosave } from "./autosave.js"
 * @import { createBars } from "./bars.js"
 * @import { Editor } from "./editor.js"
 * @import { State } from "./model.js"
 */

/** @typedef {{revision: number, graph: any, changed_by: string, by_you: boolean}} Theirs */

/**
 * Take in what somebody else saved; only where both changed the same, somebody has to choose.
 * @param {Editor} editor
 * @param {Theirs} theirs
 * @param {{autosave: Autosave, bars: ReturnType<typeof createBars>, toast: (text: string) => void,
 *   api: ReturnType<typeof createApi>, urls: Record<string, string>}} options
 */
export function join(editor, theirs, options) {
  const { autosave, toast } = options;
  const who = nameOf(theirs);
  const { base } = autosave;
  if (merge(base, editor.graph.toJSON(), theirs.graph).conflicts.length) {
    reviewConflict(editor, { ...theirs, who }, options);
    return;
  }
  editor.stack.absorb((state) => joined(base, state, theirs.graph), new Graph(theirs.graph).snapshot());
  autosave.rebase(theirs.revision, theirs.graph);
  const words = told(diff(base, theirs.graph), who);
  if (words) toast(words);
  if (editor.stack.isDirty) void autosave.save();
  else autosave.took(theirs.revision, theirs.graph, editor.graph.snapshot());
}

/** @param {Theirs} theirs */
function nameOf({ by_you: byYou, changed_by: name }) {
  return byYou ? gettext("Your other tab") : name || gettext("Somebody");
}

/** @param {unknown} base @param {State} state @param {unknown} theirs @returns {State} */
function joined(base, state, theirs) {
  const mine = writeDefinition(state.process, state.activities.values(), state.transitions.values());
  return new Graph(merge(base, mine, theirs).graph).snapshot();
}
