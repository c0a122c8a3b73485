/* The versions of the process: compare with what is drawn now, look at, restore. */

import { confirmDialog } from "../../core/dialog.js";
import { gettext, interpolate, language, ngettext } from "../../core/i18n.js";
import { replaceAll } from "../commands.js";
import { combined } from "../diff.js";
import { Graph } from "../model.js";
import { button, el, refill } from "../parts.js";
import { differenceList } from "./differences.js";

/**
 * @import { createApi } from "../../core/api.js"
 * @import { Autosave } from "../autosave.js"
 * @import { createBars } from "../bars.js"
 * @import { Editor } from "../editor.js"
 * @import { Line } from "./differences.js"
 */

/**
 * @param {HTMLElement} panel
 * @param {Editor} editor
 * @param {{api: ReturnType<typeof createApi>, urls: Record<string, string>,
 *   bars: ReturnType<typeof createBars>, autosave: Autosave}} options
 */
export function createHistory(panel, editor, { api, urls, bars, autosave }) {
  /** @type {{version: any, lines: Line[], current: string} | null} */
  let shown = null;

  const stop = () => {
    shown = null;
    editor.lockedBy = "";
    editor.view?.setLooks({});
    editor.view?.show(editor.graph);
    bars.hide("compare");
    editor.tell("rights");
    void load();
  };
  const show = (/** @type {Line} */ line) => {
    if (!shown) return;
    shown.current = line.key;
    const box = editor.view?.bounds(editor.view.nodesOf(line.key));
    if (box) editor.view?.viewport.centreOn(box);
    editor.view?.select([line.key]);
    editor.say(`${line.title}: ${line.state_text}`);
    render([shown.version]);
  };
  const go = (/** @type {1 | -1} */ step) => {
    const drawn = shown?.lines.filter((line) => line.kind !== "process") ?? [];
    if (!drawn.length) return;
    const at = drawn.findIndex((line) => line.key === shown?.current);
    show(drawn[at < 0 && step < 0 ? drawn.length - 1 : (at + step + drawn.length) % drawn.length]);
  };
  /** @param {any} version */
  const compare = async (version) => {
    if (editor.lockedBy === "run") return;
    // The server says what differs, so it has to know what is drawn.
    if (!(await autosave.save())) {
      editor.tell("refused", { message: gettext("The draft is not saved yet; comparing needs what the server has.") });
      return;
    }
    const { data } = await api.get(urls.diff.replace(/\/0\/$/, `/${version.id}/`));
    shown = { version, lines: data.lines, current: "" };
    editor.lockedBy = "compare";
    editor.select([]);
    editor.tell("rights");
    editor.view?.show(new Graph(combined(data.graphs.before, data.graphs.after)));
    editor.view?.setLooks(Object.fromEntries(shown.lines.map((line) => [line.key, line.state])));
    editor.view?.viewport.fit(editor.view.bounds());
    bars.show("compare", "info", interpolate(gettext("Compared with version %(version)s: %(legend)s"), { version: version.version, legend: legend(shown.lines) }), [
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
    shown ? differenceList(shown.lines, { onGo: show, current: shown.current }) : null,
    el("ul", { class: "ds-findings" }, ...versions.map((version) => entry(version, editor, compare, restore))));
  const load = async () => {
    if (shown) return;
    const { data } = await api.get(urls.versions);
    render(data.versions);
  };
  return { load, stop };
}

/** @param {readonly Line[]} lines */
function legend(lines) {
  const count = (/** @type {string} */ state) => lines.filter((each) => each.kind !== "process" && each.state === state).length;
  const [added, removed, changed, moved] = ["added", "removed", "changed", "moved"].map(count);
  const parts = [
    added && interpolate(ngettext("%(count)s element added", "%(count)s elements added", added), { count: added }),
    removed && interpolate(ngettext("%(count)s element removed", "%(count)s elements removed", removed), { count: removed }),
    changed && interpolate(ngettext("%(count)s element changed", "%(count)s elements changed", changed), { count: changed }),
    moved && interpolate(ngettext("%(count)s element moved", "%(count)s elements moved", moved), { count: moved }),
  ];
  return parts.filter(Boolean).join(", ") || gettext("no differences");
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
