/* The versions of the process: compare with what is drawn now, look at, restore. */

import { confirmDialog } from "../../core/dialog.js";
import { gettext, interpolate, language, ngettext } from "../../core/i18n.js";
import { replaceAll } from "../commands.js";
import { combined, diff } from "../diff.js";
import { fieldName } from "../fields.js";
import { Graph } from "../model.js";
import { titleOf } from "../node.js";
import { button, el, refill } from "../parts.js";

/**
 * @import { createApi } from "../../core/api.js"
 * @import { Autosave } from "../autosave.js"
 * @import { createBars } from "../bars.js"
 * @import { Difference } from "../diff.js"
 * @import { Editor } from "../editor.js"
 */

/**
 * @param {HTMLElement} panel
 * @param {Editor} editor
 * @param {{api: ReturnType<typeof createApi>, urls: Record<string, string>,
 *   bars: ReturnType<typeof createBars>, autosave: Autosave}} options
 */
export function createHistory(panel, editor, { api, urls, bars }) {
  /** @type {any} */
  let shown = null;
  let at = -1;

  const stop = () => {
    shown = null;
    editor.lockedBy = "";
    editor.view?.setLooks({});
    editor.view?.show(editor.graph);
    bars.hide("compare");
    editor.tell("rights");
    void load();
  };
  const go = (/** @type {1 | -1} */ step) => {
    if (!shown?.changes.length) return;
    at = (at + step + shown.changes.length) % shown.changes.length;
    const change = shown.changes[at];
    const box = editor.view?.bounds(editor.view.nodesOf(change.key));
    if (box) editor.view?.viewport.centreOn(box);
    editor.view?.select([change.key]);
    editor.say(`${change.title}: ${stateWords()[/** @type {keyof ReturnType<typeof stateWords>} */ (change.state)]}`);
  };
  /** @param {any} version */
  const compare = async (version) => {
    if (editor.lockedBy === "run") return;
    const { data } = await api.get(urls.diff.replace(/\/0\/$/, `/${version.id}/`));
    const before = data.graphs.before;
    const now = editor.graph.toJSON();
    const both = new Graph(combined(before, now));
    const changes = diff(before, now).filter((each) => each.kind !== "process").map((each) => ({ ...each, title: wayTitle(both, each.key) || each.title }));
    shown = { version, changes, before };
    at = -1;
    editor.lockedBy = "compare";
    editor.select([]);
    editor.tell("rights");
    editor.view?.show(both);
    editor.view?.setLooks(Object.fromEntries(changes.map((each) => [each.key, each.state])));
    editor.view?.viewport.fit(editor.view.bounds());
    bars.show("compare", "info", interpolate(gettext("Compared with version %(version)s: %(legend)s"), { version: version.version, legend: legend(changes) }), [
      [gettext("Previous change"), () => go(-1)], [gettext("Next change"), () => go(1)], [gettext("Back to drawing"), stop],
    ]);
    render([version]);
  };
  /** @param {any} version */
  const restore = async (version) => {
    const { data } = await api.get(urls.diff.replace(/\/0\/$/, `/${version.id}/`));
    const isSure = await confirmDialog({
      title: interpolate(gettext("Restore version %(version)s?"), { version: version.version }),
      text: gettext("The draft becomes what that version was. Undo brings your drawing back."), confirm: gettext("Restore"),
    });
    if (!isSure) return;
    if (shown) stop();
    const { code, version: number } = editor.graph.process;
    editor.run(replaceAll({ ...data.graphs.before, code, ...(number === 1 ? {} : { version: number }) }, interpolate(gettext("Restore version %(version)s"), { version: version.version })));
  };
  /** @param {any[]} versions */
  const render = (versions) => refill(panel,
    el("h2", {}, gettext("Versions")),
    shown ? textual(shown.changes) : null,
    el("ul", { class: "ds-findings" }, ...versions.map((version) => entry(version, editor, compare, restore))));
  const load = async () => {
    if (shown) return;
    const { data } = await api.get(urls.versions);
    render(data.versions);
  };
  return { load, stop };
}

/** From where to where, by the titles. @param {Graph} graph @param {string} key @returns {string} empty for what has a name of its own */
function wayTitle(graph, key) {
  const way = graph.transition(key);
  if (!way || way.name) return "";
  return interpolate(gettext("%(source)s → %(target)s"), { source: titleOf(graph, way.source), target: titleOf(graph, way.target) });
}

function stateWords() {
  return { added: gettext("added"), removed: gettext("removed"), changed: gettext("changed"), moved: gettext("moved") };
}

/** @param {readonly Difference[]} changes */
function legend(changes) {
  const count = (/** @type {string} */ state) => changes.filter((each) => each.state === state).length;
  const [added, removed, changed, moved] = ["added", "removed", "changed", "moved"].map(count);
  const parts = [
    added && interpolate(ngettext("%(count)s element added", "%(count)s elements added", added), { count: added }),
    removed && interpolate(ngettext("%(count)s element removed", "%(count)s elements removed", removed), { count: removed }),
    changed && interpolate(ngettext("%(count)s element changed", "%(count)s elements changed", changed), { count: changed }),
    moved && interpolate(ngettext("%(count)s element moved", "%(count)s elements moved", moved), { count: moved }),
  ];
  return parts.filter(Boolean).join(", ") || gettext("no differences");
}

/** @param {readonly Difference[]} changes */
function textual(changes) {
  const words = stateWords();
  return el("ol", { class: "ds-findings" }, ...changes.map((each) => el("li", {}, el("span", { class: "badge badge-off" }, words[each.state]),
    el("span", {}, each.title, ...each.changes.filter(() => each.state === "changed").map((change) => el("span", { class: "meta" }, ` · ${fieldName(change.field)}`))))));
}

/** @param {any} version @param {Editor} editor @param {(version: any) => void} compare @param {(version: any) => void} restore */
function entry(version, editor, compare, restore) {
  const when = new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(version.at));
  const running = version.running ? interpolate(ngettext("%(count)s running", "%(count)s running", version.running), { count: version.running }) : "";
  return el("li", { "data-version": version.id },
    el("span", { class: "badge badge-off" }, `${version.version}`),
    el("span", {}, el("strong", {}, version.status_text), version.is_current ? ` · ${gettext("this one")}` : "", version.note ? el("span", { class: "note" }, ` ${version.note}`) : ""),
    el("p", { class: "meta" }, [version.by, when, running].filter(Boolean).join(" · ")),
    version.is_current ? null : el("div", { class: "ds-actions" },
      button(gettext("Compare"), () => compare(version)),
      editor.may.edit ? button(gettext("Restore"), () => restore(version)) : null,
      el("a", { class: "button button-quiet ds-small", href: version.url }, gettext("Open"))));
}
