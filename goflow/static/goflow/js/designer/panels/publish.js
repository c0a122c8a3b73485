/* Before a draft becomes the version that new instances run on: everything one should have seen. */

import { ApiError } from "../../core/api.js";
import { openDialog } from "../../core/dialog.js";
import { gettext, interpolate, language, ngettext } from "../../core/i18n.js";
import { icon } from "../icons.js";
import { el, field, input } from "../parts.js";
import { differenceList } from "./differences.js";

/**
 * @import { createApi } from "../../core/api.js"
 * @import { Autosave } from "../autosave.js"
 * @import { Editor } from "../editor.js"
 */

/**
 * @param {Editor} editor
 * @param {{api: ReturnType<typeof createApi>, urls: Record<string, string>,
 *   autosave: Autosave, onGo: (key: string) => void}} options
 */
export async function openPublish(editor, { api, urls, autosave }) {
  if (!(await autosave.save())) {
    editor.tell("refused", { message: gettext("The draft is not saved yet; publishing needs what the server has.") });
    return;
  }
  const { data } = await api.get(urls.review);
  const note = input(data.note ?? "", () => {}, { rows: 2, name: "note", max: 2000 });
  note.required = true;
  const told = el("p", { class: "error", role: "alert", hidden: true });
  let done = /** @type {any} */ (null);
  const send = async () => {
    if (!note.value.trim()) {
      told.hidden = false;
      told.textContent = gettext("Say in a note what has changed.");
      note.focus();
      return false;
    }
    try {
      done = (await api.post(urls.publish, { revision: data.revision, note: note.value })).data;
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      told.hidden = false;
      told.textContent = error.message;
      return false;
    }
  };
  const content = [findings(data), differences(data), authors(data), running(data)];
  const isClean = data.errors === 0 && data.may_publish;
  const answer = await openDialog({
    title: interpolate(gettext("Publish “%(title)s”"), { title: editor.graph.process.title }),
    content: [...content, isClean ? field(gettext("What has changed (required)"), note) : el("p", { class: "error" }, icon("cross"), gettext("Errors have to be corrected before this can be published.")), told],
    actions: [{ value: "", label: isClean ? gettext("Cancel") : gettext("Back to the drawing") },
      ...(isClean ? [/** @type {const} */ ({ value: "publish", label: gettext("Publish"), look: "primary", check: send })] : [])],
    className: "ds-publish",
  });
  if (answer !== "publish" || !done) return;
  await tellPublished(done);
  window.location.reload();
}

/** What exists now, who may start it, and where. @param {any} done */
function tellPublished({ process, starting }) {
  const link = (/** @type {string} */ href, /** @type {string} */ words, look = "secondary", more = {}) => el("a", { class: `button button-${look}`, href, ...more }, words);
  return openDialog({
    title: interpolate(gettext("Version %(version)s of “%(title)s” is published"), process),
    content: [
      el("p", { class: starting.is_nobody ? "ds-warning" : "" }, icon(starting.is_nobody ? "alert" : "user"), " ", starting.sentence),
      el("p", { class: "ds-row" },
        starting.start ? link(starting.start, gettext("Start one"), "primary") : null,
        starting.change ? link(starting.change, gettext("Choose who may start it"), starting.start ? "secondary" : "primary", { target: "_blank" }) : null),
      el("p", { class: "meta" }, gettext("It never changes from now on. To change the process, edit it as a new draft.")),
    ],
    actions: [{ value: "", label: gettext("Close") }],
    className: "ds-published",
  });
}

/** @param {any} data */
function findings(data) {
  const list = data.problems ?? [];
  return el("section", {}, el("h3", {}, gettext("Problems")), list.length
    ? el("ul", { class: "ds-findings" }, ...list.map((/** @type {any} */ each) => el("li", { class: `ds-${each.severity}` },
      icon(each.severity === "error" ? "cross" : "alert"), el("span", {}, each.message))))
    : el("p", { class: "meta" }, gettext("None.")));
}

/** @param {any} data */
function differences(data) {
  const title = data.published ? interpolate(gettext("Changes since version %(version)s"), { version: data.published.version }) : gettext("Changes");
  const words = data.published ? gettext("Nothing differs.") : gettext("Nothing is published yet; this is the first version.");
  return el("section", {}, el("h3", {}, title), data.lines.length ? differenceList(data.lines) : el("p", { class: "meta" }, words));
}

/** @param {any} data */
function authors(data) {
  const when = new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" });
  return el("section", {}, el("h3", {}, gettext("Changed by")), el("ul", {}, ...data.authors.map((/** @type {any} */ author) => el("li", {}, `${author.name}, ${when.format(new Date(author.at))}`))));
}

/** @param {any} data */
function running(data) {
  if (!data.running) return el("p", { class: "meta" }, gettext("No instance is running."));
  const words = ngettext("%(count)s instance is running; it stays on its version.", "%(count)s instances are running; they stay on their version.", data.running);
  return el("p", { class: "meta" }, interpolate(words, { count: data.running }));
}
