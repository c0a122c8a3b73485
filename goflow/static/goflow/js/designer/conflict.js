/* Both changed the same: what each of them changed, and who wins. */

import { openDialog } from "../core/dialog.js";
import { gettext, interpolate, ngettext } from "../core/i18n.js";
import { replaceAll } from "./commands.js";
import { diff } from "./diff.js";
import { fieldName } from "./fields.js";
import { merge } from "./merge.js";
import { el } from "./parts.js";

/**
 * @import { createApi } from "../core/api.js"
 * @import { Autosave } from "./autosave.js"
 * @import { createBars } from "./bars.js"
 * @import { Difference } from "./diff.js"
 * @import { Editor } from "./editor.js"
 * @import { Conflict } from "./merge.js"
 */

/**
 * @param {Editor} editor
 * @param {{revision: number, graph: any, who: string}} theirs
 * @param {{autosave: Autosave, bars: ReturnType<typeof createBars>,
 *   api: ReturnType<typeof createApi>, urls: Record<string, string>}} options
 */
export function reviewConflict(editor, theirs, { autosave, bars, api, urls }) {
  const count = diff(autosave.base, theirs.graph).length;
  const { who } = theirs;
  const words = interpolate(ngettext("%(who)s changed this draft meanwhile (%(count)s change). Your changes are kept here.",
    "%(who)s changed this draft meanwhile (%(count)s changes). Your changes are kept here.", count), { who, count });
  const finish = (/** @type {unknown} */ graph, /** @type {string} */ label) => {
    editor.run(replaceAll(graph, label));
    autosave.rebase(theirs.revision, theirs.graph);
    bars.hide("conflict");
    void settle(editor, autosave, theirs);
  };
  bars.show("conflict", "warn", words, [
    [gettext("Review and merge"), async () => {
      const merged = await review(autosave.base, editor.graph.toJSON(), theirs.graph, who);
      if (merged) finish(merged, gettext("Merge"));
    }],
    [gettext("Keep mine as a new draft"), async () => {
      const { data } = await api.post(urls.new, { graph: editor.graph.toJSON() });
      autosave.forget();
      finish(theirs.graph, gettext("Take theirs"));
      window.location.assign(data.url);
    }],
    [gettext("Discard mine"), () => finish(theirs.graph, gettext("Take theirs"))],
  ]);
}

/** @param {Editor} editor @param {Autosave} autosave @param {{revision: number, graph: any}} theirs */
async function settle(editor, autosave, theirs) {
  if (JSON.stringify(editor.graph.toJSON()) === JSON.stringify(theirs.graph)) {
    autosave.took(theirs.revision, theirs.graph, editor.graph.snapshot());
  } else await autosave.save();
}

/**
 * @param {unknown} base @param {unknown} mine @param {unknown} theirs @param {string} who
 * @returns {Promise<unknown>} the merged drawing; nothing when it was put off
 */
async function review(base, mine, theirs, who) {
  /** @type {Record<string, "mine" | "theirs">} */
  const choices = {};
  const { conflicts } = merge(base, mine, theirs);
  const told = el("p", { class: "error", role: "alert", hidden: true }, gettext("Choose one side for every line."));
  const complete = () => {
    const { open } = merge(base, mine, theirs, choices);
    told.hidden = !open.length;
    return !open.length;
  };
  const answer = await openDialog({
    title: interpolate(gettext("Your changes and those of %(who)s"), { who }),
    content: [
      lines(gettext("Yours"), diff(base, mine)), lines(interpolate(gettext("Those of %(who)s"), { who }), diff(base, theirs)),
      conflicts.length ? el("h3", {}, gettext("Both changed this")) : el("p", { class: "meta" }, gettext("Nothing was changed by both; both can be kept.")),
      ...conflicts.map((conflict) => side(conflict, choices)), told,
    ],
    actions: [{ value: "", label: gettext("Later") }, { value: "merge", label: gettext("Merge and save"), look: "primary", check: complete }],
  });
  return answer === "merge" ? merge(base, mine, theirs, choices).graph : null;
}

/** @param {Conflict} conflict @param {Record<string, "mine" | "theirs">} choices */
function side(conflict, choices) {
  const option = (/** @type {"mine" | "theirs"} */ value, /** @type {string} */ words) => el("label", { class: "ds-check" },
    el("input", { type: "radio", name: `conflict-${conflict.id}`, value, onchange: () => { choices[conflict.id] = value; } }),
    el("span", {}, words, ": ", shown(conflict[value])));
  return el("fieldset", { class: "field" }, el("legend", {}, conflict.field ? `${conflict.title} · ${fieldName(conflict.field)}` : conflict.title),
    option("mine", gettext("mine")), option("theirs", gettext("theirs")));
}

/** @param {unknown} value */
export function shown(value) {
  if (value === null || value === undefined) return gettext("removed");
  if (value === "" || (Array.isArray(value) && !value.length)) return gettext("nothing");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {string} title @param {readonly Difference[]} differences */
function lines(title, differences) {
  const states = { added: gettext("added"), removed: gettext("removed"), changed: gettext("changed"), moved: gettext("moved") };
  return el("section", {}, el("h3", {}, title), differences.length
    ? el("ul", {}, ...differences.slice(0, 20).map((each) => el("li", {}, `${each.title} – ${states[each.state]}`)))
    : el("p", { class: "meta" }, gettext("Nothing.")));
}
