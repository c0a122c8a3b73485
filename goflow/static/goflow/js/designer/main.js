/* Puts the designer together. */

import { ApiError, createApi } from "../core/api.js";
import { byId, pageData } from "../core/dom.js";
import { gettext, interpolate, ngettext } from "../core/i18n.js";
import { createLive } from "../core/live.js";
import { createToasts } from "../core/toast.js";
import { createAppearance } from "./appearance.js";
import { Autosave } from "./autosave.js";
import { createBars } from "./bars.js";
import { CommandStack } from "./commands.js";
import { createContextPad } from "./context-pad.js";
import { dropped, showOver, wayFor } from "./dropping.js";
import { Editor } from "./editor.js";
import { fieldFor } from "./fixes.js";
import { createHeading } from "./heading.js";
import { join } from "./joining.js";
import { createKeyboard, onlyForLooking } from "./keyboard.js";
import { createMinimap } from "./minimap.js";
import { Graph } from "./model.js";
import { createPalette } from "./palette.js";
import { createPanes } from "./panes.js";
import { openCondition } from "./panels/condition.js";
import { createHistory } from "./panels/history.js";
import { createOutline } from "./panels/outline.js";
import { createProblems } from "./panels/problems.js";
import { createProperties } from "./panels/properties.js";
import { openPublish } from "./panels/publish.js";
import { createSimulation } from "./panels/simulate.js";
import { el } from "./parts.js";
import { createPresence } from "./presence.js";
import { createRoles } from "./roles.js";
import { createSharing } from "./sharing.js";
import {
  appendPopup, createAlign, createPopup, createTip, createZoom, findPopup, renameInPlace, targetPopup, toggleGrid,
} from "./stage.js";
import { tidyUp } from "./tidy.js";
import { createToolbar, openHelp } from "./toolbar.js";
import { createTabs } from "./tabs.js";
import { createUnsaved } from "./unsaved.js";
import { createView } from "./view-jsplumb.js";
import { createWelcome, exampleCards } from "./welcome.js";

/** @typedef {ReturnType<typeof createBars>} Bars */

const PHONE = "(max-width: 640px)";

async function start() {
  const page = pageData("goflow-designer");
  const { csrf: token, csrf_cookie: cookie, person, urls: { session } } = page;
  const api = createApi({ token, cookie, session, person });
  const { data } = await api.get(page.urls.draft);
  build({ page, api, draft: data });
}

/** @param {{page: any, api: ReturnType<typeof createApi>, draft: any}} given */
function build({ page, api, draft }) {
  const say = createLive(byId("designer-live"));
  const toast = createToasts();
  // A press that the server did not carry out: said, wherever it came from.
  window.addEventListener("unhandledrejection", (event) => {
    if (!(event.reason instanceof ApiError)) return;
    event.preventDefault();
    toast(event.reason.message);
  });
  const graph = new Graph(draft.graph);
  const stack = new CommandStack(graph);
  const editor = new Editor(graph, stack, { may: draft.may, names: draft.names, say });
  const stage = byId("designer-canvas");
  const canvas = el("div", { class: "ds-canvas", tabindex: "0", role: "application", "aria-label": gettext("Drawing of the process") });
  stage.append(canvas);
  const outlinePlace = byId("designer-outline");
  stage.append(outlinePlace);
  outlinePlace.hidden = true;

  const intents = createIntents(editor, stage);
  const view = createView(canvas, graph, { readOnly: !editor.canEdit, findings: draft.problems, onIntent: (intent) => intents(intent) });
  editor.view = view;
  const bars = createBars(byId("designer-bar"));
  const phone = window.matchMedia(PHONE);
  onlyShowOnPhone(editor, phone, bars);
  const tabs = createTabs(byId("designer-properties"));
  const panel = tabs.add("properties", gettext("Properties"));
  const problemsPanel = tabs.add("problems", gettext("Problems"));
  const historyPanel = tabs.add("history", gettext("Versions"));
  byId("designer-panels").hidden = true;

  const onCondition = (/** @type {string} */ way) => openCondition(editor, way, { api, urls: page.urls });
  const properties = createProperties(panel, editor, { onCondition });
  const open = (/** @type {string} */ key, /** @type {string} */ field = "title") => {
    if (key) editor.select([key]);
    tabs.show("properties");
    properties.focus(field);
  };
  const examples = { api, url: page.urls.template };
  const outline = createOutline(outlinePlace, editor, { onCondition, onOpen: open, cards: () => exampleCards(editor, examples) });
  const simulation = createSimulation(editor, { bars, api, url: page.urls.simulate, log: tabs });
  const problems = createProblems(problemsPanel, editor, {
    check: async (json) => (await api.post(page.urls.validate, { graph: json }, { safe: true })).data.problems,
    onOpen: (problem) => {
      editor.goTo(problem.elements);
      if (problem.elements.length) open("", fieldFor(problem));
    },
    onPlay: (problem) => simulation.play(problem),
  });
  editor.on("problems", () => tabs.count("problems", editor.problems.length));
  editor.problems = draft.problems;
  afterPaint(() => {
    problems.show(editor.problems);
    // The first answer is one at a glance, so that nobody waits for the drawing.
    if (editor.problems.some(({ code }) => code === "not-fully-checked")) problems.refresh();
  });

  const mode = createModes(editor, canvas, outlinePlace, outline);
  const status = byId("designer-save");
  const heading = createHeading(editor);
  /** @type {Autosave} */
  const autosave = new Autosave(editor, {
    api, urls: { ...page.urls, login: page.login }, process: draft.process.id, revision: draft.revision, graph: draft.graph, unsaved: createUnsaved(byId("designer-bar")),
    onState: (state, text) => {
      status.dataset.state = state;
      status.textContent = text;
      heading.mark(state === "saved");
    },
    onProblems: (found) => problems.show(found),
    onConflict: (theirs) => join(editor, theirs, { autosave, bars, toast, api, urls: page.urls }),
  });
  const history = createHistory(historyPanel, editor, { api, urls: page.urls, bars, autosave });
  tabs.onShow("history", history.load);
  tabs.onShow("problems", problems.check);
  const sharing = createSharing(editor, { api, urls: page.urls, toast, say });
  const appearance = createAppearance({ url: page.urls.theme, token: () => api.token(), themes: page.themes, toast });
  const minimap = createMinimap(stage, editor);
  const tip = createTip(stage);
  createPalette(byId("designer-palette"), editor);
  createZoom(stage, view);
  createAlign(stage, editor);
  createWelcome(stage, editor, exampleCards(editor, examples));
  createRoles(editor, { api, url: page.urls.roles, toast, ask: problems.ask });
  createPresence(byId("designer-presence"), { api, url: page.urls.presence, onRevision: (revision) => void autosave.catchUp(revision) });

  const publish = () => {
    problems.check();
    return openPublish(editor, { api, urls: page.urls, autosave, onGo: (key) => editor.goTo([key]) });
  };
  const find = () => findPopup(stage, editor);
  const toDrawing = () => { (mode.isOutline ? outlinePlace : canvas).focus(); };
  const panes = createPanes([{ place: byId("designer-palette") }, { place: canvas, enter: toDrawing }, { place: outlinePlace }, { place: byId("designer-properties") }]);
  const lasso = () => canvas.classList.toggle("ds-lasso");
  const keyboard = createKeyboard(editor, canvas, {
    append: () => appendPopup(stage, editor, editor.chosen()),
    create: () => createPopup(stage, editor),
    rename: () => (graph.transition(editor.only) ? open("", "name") : renameInPlace(editor, editor.chosen())),
    open: () => open("", graph.transition(editor.only) ? "condition" : "title"),
    copy: () => sharing.copy(), cut: () => sharing.cut(), paste: () => sharing.paste(), duplicate: () => sharing.duplicate(),
    lasso, minimap: () => void minimap.toggle(), grid: () => toggleGrid(view), simulate: () => simulation.toggle(), find,
    "problem-next": () => problems.next(1), "problem-previous": () => problems.next(-1),
    save: () => void autosave.save(), help: openHelp, publish: () => { if (editor.may.publish && !editor.lockedBy) publish(); },
    "pane-next": () => panes.go(1), "pane-previous": () => panes.go(-1), "to-canvas": toDrawing,
    linking: (source) => canvas.classList.toggle("ds-picking", Boolean(source)),
  });
  createContextPad(stage, editor, {
    onAppend: (key) => appendPopup(stage, editor, key),
    onConnect: (key) => {
      keyboard.startLink(key);
      targetPopup(stage, editor, key, () => keyboard.endLink());
    },
    onOpen: (key) => open(key),
  });
  createToolbar(byId("designer-toolbar"), editor, {
    publish, find, help: openHelp, tidy: () => tidyUp(editor), simulate: () => simulation.toggle(), mode, lasso, sharing, appearance, minimap: () => minimap.toggle(),
    problems: () => tabs.show("problems"), versions: () => tabs.show("history"), urls: page.urls, api, status: draft.status,
  });

  intents.tip = tip;
  intents.keyboard = keyboard;
  intents.open = open;
  editor.on("begun", (key) => (mode.isOutline ? window.setTimeout(() => outline.rename(key)) : renameInPlace(editor, key)));
  editor.on("filled", (key) => (mode.isOutline ? window.setTimeout(() => outline.rename(key)) : editor.focus(key)));
  editor.on("removed", (next) => (mode.isOutline ? null : next ? editor.focus(next) : canvas.focus()));
  editor.on("refused", (reason) => {
    tip(reason.message, intents.at, 5000);
    if (mode.isOutline) toast(reason.message);
  });
  offerCopy(autosave, editor, bars, draft);
  readOnlyBar(bars, draft, { api, urls: page.urls });
  if (editor.may.edit) autosave.show("saved");
  view.viewport.fit(view.bounds());
  if (phone.matches) mode.set("outline");
  document.querySelector(".skip")?.addEventListener("click", () => mode.set("outline"));
  document.body.dataset.ready = "";
  // For people who extend the page, and for its tests.
  Object.assign(document.body, { designer: { editor, autosave, view } });
}

/** Fingers are too large for the canvas of a phone: it is for looking there, and the outline for changing. @param {Editor} editor @param {MediaQueryList} phone @param {Bars} bars */
function onlyShowOnPhone(editor, phone, bars) {
  const settle = () => {
    editor.view?.setReadOnly(!editor.canEdit || phone.matches);
    if (phone.matches && editor.canEdit && document.body.dataset.mode === "canvas") {
      bars.show("phone", "info", onlyForLooking());
    } else bars.hide("phone");
  };
  editor.on("rights", settle);
  editor.on("mode", settle);
  phone.addEventListener("change", () => editor.tell("rights"));
  settle();
}

/** What is not seen at once waits until the drawing is. @param {() => void} work */
function afterPaint(work) {
  window.requestAnimationFrame(() => window.setTimeout(work));
}

/**
 * Gestures become commands here and nowhere else.
 * @param {Editor} editor @param {HTMLElement} stage
 */
function createIntents(editor, stage) {
  /** @type {any} */
  const handle = (/** @type {any} */ intent) => {
    const table = /** @type {Record<string, () => void>} */ ({
      pointer: () => { handle.at = intent.at; },
      tip: () => handle.tip?.(intent.text, intent.at),
      select: () => choose(intent),
      over: () => showOver(editor, wayFor(editor, intent.positions, intent.at)),
      move: () => dropped(editor, intent.positions, intent.at),
      connect: () => editor.connect(intent.source, intent.target),
      reconnect: () => editor.reconnect(intent.way, { ...(intent.source ? { source: intent.source } : {}), ...(intent.target ? { target: intent.target } : {}) }),
      append: () => appendPopup(stage, editor, intent.source, intent.at),
      create: () => createPopup(stage, editor, intent.at),
      rename: () => renameInPlace(editor, intent.key),
      open: () => handle.open?.(intent.key, "condition"),
      menu: () => {
        if (!editor.selection.has(intent.key)) editor.select([intent.key]);
        editor.focus(intent.key);
      },
    });
    table[intent.type]?.();
  };
  const choose = (/** @type {any} */ intent) => {
    const [key] = intent.keys;
    if (intent.isClick && handle.keyboard?.linking && key && editor.graph.activity(key)) {
      stage.querySelector(".ds-popup")?.remove();
      handle.keyboard.finishLink(key);
      return;
    }
    editor.select(intent.keys, intent.isMarquee ? { add: intent.add } : { toggle: intent.add });
    if (key && !intent.add && !intent.isMarquee) editor.focus(key);
  };
  handle.at = [0, 0];
  return handle;
}

/**
 * Canvas or outline: the same process, the same commands.
 * @param {Editor} editor @param {HTMLElement} canvas @param {HTMLElement} place @param {{render: () => void}} outline
 */
function createModes(editor, canvas, place, outline) {
  const mode = {
    get isOutline() { return editor.isOutline; },
    /** @param {"canvas" | "outline"} wanted */
    set(wanted) {
      // A phone takes the canvas away meanwhile: nothing can be fitted into it then.
      const wasGone = !canvas.clientWidth;
      editor.isOutline = wanted === "outline";
      document.body.dataset.mode = wanted;
      place.hidden = !mode.isOutline;
      canvas.inert = mode.isOutline;
      if (mode.isOutline) outline.render();
      else editor.view?.render();
      if (wasGone && !mode.isOutline) editor.view?.viewport.fit(editor.view.bounds());
      editor.tell("mode", wanted);
    },
  };
  document.body.dataset.mode = "canvas";
  return mode;
}

/** What could not be saved last time. @param {Autosave} autosave @param {Editor} editor @param {Bars} bars @param {any} draft */
function offerCopy(autosave, editor, bars, draft) {
  const copy = editor.may.edit ? autosave.left() : null;
  if (!copy || JSON.stringify(copy.graph) === JSON.stringify(draft.graph)) return;
  const at = new Date(copy.at).toLocaleString(document.documentElement.lang);
  bars.show("copy", "warn", interpolate(gettext("Changes of %(time)s were not saved."), { time: at }), [
    [gettext("Restore them"), () => {
      if (copy.revision !== draft.revision) autosave.rebase(copy.revision, copy.base);
      editor.run({ label: gettext("Restore unsaved changes"), do: (graph) => graph.load(copy.graph) });
      bars.hide("copy");
    }],
    [gettext("Discard them"), () => { autosave.forget(); bars.hide("copy"); }],
  ]);
}

/** @param {any} draft */
function frozenWords({ status, running }) {
  const words = status === "published" ? gettext("This version is published, so it never changes.") : gettext("This version is retired, and it never changes.");
  if (!running) return words;
  return `${words} ${interpolate(ngettext("%(count)s instance runs on it.", "%(count)s instances run on it.", running), { count: running })}`;
}

/** @param {Bars} bars @param {any} draft @param {{api: any, urls: Record<string, string>}} server */
function readOnlyBar(bars, draft, { api, urls }) {
  if (draft.may.edit) return;
  const words = draft.status === "draft" ? gettext("You may look at this process, not change it.")
    : frozenWords(draft);
  bars.show("readonly", "info", words, draft.may.change && draft.status !== "draft" ? [
    [gettext("Edit as new draft"), async () => {
      const { data } = await api.post(urls.new, { clone: draft.process.id });
      window.location.assign(data.url);
    }],
  ] : []);
}

start().catch((error) => {
  byId("designer-bar").append(el("p", { class: "ds-notice ds-notice-bad", role: "alert" }, error.message));
  throw error;
});
