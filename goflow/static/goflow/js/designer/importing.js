/* A file or a text becomes a new draft, after one has seen what it would be and what would be changed in it. */

import { ApiError } from "../core/api.js";
import { openDialog } from "../core/dialog.js";
import { gettext, interpolate, ngettext } from "../core/i18n.js";
import { exportSvg } from "./export-svg.js";
import { Graph } from "./model.js";
import { el, field, input } from "./parts.js";

/**
 * @import { createApi } from "../core/api.js"
 */

/**
 * @typedef {{api: ReturnType<typeof createApi>, urls: Record<string, string>}} Server
 * @typedef {{graph: any, becomes: string, report: string[]}} Preview
 */

/** Nothing is stored before the last button. @param {Server} server */
export async function importDraft(server) {
  const found = await askForText(server);
  if (!found) return;
  const url = await askToMake(server, found);
  if (url) window.location.assign(url);
}

/**
 * @param {Server} server
 * @returns {Promise<{graph: unknown, preview: Preview} | null>}
 */
async function askForText({ api, urls }) {
  const box = input("", () => {}, { rows: 8, name: "import" });
  box.classList.add("ds-code");
  const told = refusal();
  const file = el("input", { type: "file", name: "file", accept: ".json,application/json", onchange: async () => {
    const [chosen] = file.files ?? [];
    if (chosen) box.value = await chosen.text();
  } });
  let graph = /** @type {unknown} */ (null);
  let preview = /** @type {Preview | null} */ (null);
  const look = () => told.during(async () => {
    graph = readJson(box.value);
    preview = (await api.post(urls.preview, { graph }, { safe: true })).data;
  });
  const answer = await openDialog({
    title: gettext("Import into a new draft"),
    content: [field(gettext("File"), file), field(gettext("Or its text"), box), told.place],
    actions: [{ value: "", label: gettext("Cancel") }, { value: "preview", label: gettext("Preview…"), look: "primary", check: look }],
  });
  return answer === "preview" && preview ? { graph, preview } : null;
}

/**
 * @param {Server} server
 * @param {{graph: unknown, preview: Preview}} found
 * @returns {Promise<string>} where the draft is; empty when it was not made
 */
async function askToMake({ api, urls }, { graph, preview }) {
  const told = refusal();
  let url = "";
  const make = () => told.during(async () => { url = (await api.post(urls.new, { graph })).data.url; });
  await openDialog({
    title: interpolate(gettext("Import “%(title)s”"), { title: preview.graph.title }),
    content: [el("p", {}, preview.becomes), picture(preview.graph), el("p", { class: "meta", "data-counts": "" }, countsOf(preview.graph)), changes(preview.report), told.place],
    actions: [{ value: "", label: gettext("Cancel") }, { value: "make", label: gettext("Create the draft"), look: "primary", check: make }],
  });
  return url;
}

/** A place for what the server, or the text itself, refuses. */
function refusal() {
  const place = el("p", { class: "error", role: "alert", hidden: true });
  return {
    place,
    /** @param {() => Promise<void>} work @returns {Promise<boolean>} whether it succeeded */
    async during(work) {
      place.hidden = true;
      try {
        await work();
        return true;
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof SyntaxError)) throw error;
        place.hidden = false;
        place.textContent = error instanceof ApiError ? error.message : gettext("This is no JSON. Choose a file that was exported here, or paste all of its text.");
        return false;
      }
    },
  };
}

/** Some editors put a mark in front of the text. @param {string} text @returns {unknown} */
function readJson(text) {
  return JSON.parse(text.replace(/^\ufeff/, ""));
}

/** @param {any} json */
function picture(json) {
  const graph = new Graph(json);
  if (!graph.activities.size) return null;
  const image = el("img", { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(exportSvg(graph))}`, alt: gettext("The drawing that is imported") });
  Object.assign(image.style, { maxInlineSize: "100%", maxBlockSize: "40vh" });
  return image;
}

/** @param {any} graph */
function countsOf({ activities, transitions }) {
  const parts = [
    interpolate(ngettext("%(count)s activity", "%(count)s activities", activities.length), { count: activities.length }),
    interpolate(ngettext("%(count)s transition", "%(count)s transitions", transitions.length), { count: transitions.length }),
  ];
  return parts.join(", ");
}

/** @param {readonly string[]} report */
function changes(report) {
  if (!report.length) return el("p", { class: "meta" }, gettext("Everything in it is known here; nothing has to be renamed."));
  return el("section", {}, el("h3", {}, gettext("Renamed or missing here")), el("ul", { "data-report": "" }, ...report.map((line) => el("li", {}, line))));
}
