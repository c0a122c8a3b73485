/* The draft saves itself: whole, one request at a time, never over somebody else's work; a copy stays here until
   the server has it. As long as it cannot, a bar says so. */

import { ApiError, ConflictError, NetworkError, RightsError, ServerError, SessionError } from "../core/api.js";
import { gettext, interpolate, language } from "../core/i18n.js";
import { forget, remember, remembered } from "../core/storage.js";
import { titleOf } from "./diff.js";

/**
 * @import { createApi } from "../core/api.js"
 * @import { Editor } from "./editor.js"
 * @import { createUnsaved, Way } from "./unsaved.js"
 */

/**
 * @typedef {"saved" | "editing" | "saving" | "failed" | "refused" | "conflict"} SaveState
 * @typedef {{process: number, revision: number, base: unknown, graph: unknown, at: string}} Copy
 */

const IDLE = 1500;
const LATEST = 10_000;
const AGAIN = 5000;

export class Autosave {
  /**
   * @param {Editor} editor
   * @param {{
   *   api: ReturnType<typeof createApi>, urls: Record<string, string>, process: number, revision: number,
   *   graph: unknown, onState: (state: SaveState, text: string) => void, onConflict: (data: any) => void,
   *   onProblems: (problems: any[]) => void, unsaved: ReturnType<typeof createUnsaved>,
   * }} options
   */
  constructor(editor, options) {
    this.editor = editor;
    this.options = options;
    this.revision = options.revision;
    this.base = options.graph;
    /** @type {SaveState} */
    this.state = "saved";
    this.timer = 0;
    this.since = 0;
    /** @type {Promise<boolean> | null} */
    this.running = null;
    this.place = `goflow-designer-${options.process}`;
    editor.stack.subscribe(({ type }) => { if (type !== "saved") this.touched(); });
    window.addEventListener("beforeunload", (event) => { if (this.isPending) event.preventDefault(); });
    for (const name of ["online", "focus"]) window.addEventListener(name, () => { if (this.hasFailed && this.isPending) void this.save(); });
  }

  /** Whether the last try did not reach the server, so that another one may. */
  get hasFailed() {
    return this.state === "failed";
  }

  get isPending() {
    return this.editor.may.edit && this.editor.stack.isDirty;
  }

  /** @param {SaveState} state */
  show(state) {
    this.state = state;
    const time = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit" }).format(new Date());
    const words = {
      saved: interpolate(gettext("Saved %(time)s"), { time }), editing: gettext("Editing…"), saving: gettext("Saving…"),
      failed: gettext("Not saved"), refused: gettext("Not saved"), conflict: gettext("Not saved – changed elsewhere"),
    };
    if (state === "saved" || state === "conflict") this.options.unsaved.hide();
    this.options.onState(state, words[state]);
  }

  touched() {
    if (!this.editor.may.edit) return;
    if (!this.editor.stack.isDirty) {
      window.clearTimeout(this.timer);
      this.forget();
      if (this.state !== "conflict") this.show("saved");
      return;
    }
    this.keep();
    if (this.state === "conflict") return;
    this.show("editing");
    this.since ||= Date.now();
    this.later(Math.max(0, Math.min(IDLE, this.since + LATEST - Date.now())));
  }

  /** @param {number} wait */
  later(wait) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), wait);
  }

  /** Save now. @returns {Promise<boolean>} whether the server has everything */
  async save() {
    window.clearTimeout(this.timer);
    if (this.running) {
      await this.running;
      return this.save();
    }
    if (!this.isPending) return true;
    if (this.state === "conflict") return false;
    this.running = this.send();
    const isSaved = await this.running;
    this.running = null;
    return isSaved;
  }

  async send() {
    const { api, urls, process, onProblems } = this.options;
    const state = this.editor.stack.graph.snapshot();
    const graph = this.editor.graph.toJSON();
    this.since = 0;
    this.show("saving");
    try {
      const { data } = await api.put(urls.draft, { process, graph }, { ifMatch: `"${this.revision}"` });
      this.took(data.revision, graph, state);
      this.follow(data.process.code);
      onProblems(data.problems);
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  /** The server has this. @param {number} revision @param {unknown} graph @param {any} state */
  took(revision, graph, state) {
    this.revision = revision;
    this.base = graph;
    this.options.unsaved.hide();
    this.editor.stack.markSaved(state);
    if (this.editor.stack.isDirty) {
      this.keep();
      this.show("editing");
      this.later(IDLE);
    } else {
      this.forget();
      this.show("saved");
    }
  }

  /** The code follows the title until something is published. @param {string} code */
  follow(code) {
    if (code === this.editor.graph.process.code) return;
    this.base = { .../** @type {any} */ (this.base), code };
    this.editor.stack.absorb((state) => ({ ...state, process: Object.freeze({ ...state.process, code }) }));
  }

  /** @param {unknown} error */
  failed(error) {
    if (!(error instanceof ApiError)) throw error;
    if (error instanceof ConflictError) {
      this.show("conflict");
      this.options.onConflict(error.data);
      return;
    }
    const isPassing = error instanceof NetworkError || error instanceof ServerError || error instanceof SessionError;
    // Sending the same again is useless when it was refused; the next change may be accepted.
    this.show(isPassing ? "failed" : "refused");
    this.options.unsaved.show(reasonOf(error, this.editor.graph), this.waysOut(error));
    if (isPassing) this.later(AGAIN);
  }

  /** @param {ApiError} error @returns {Way[]} */
  waysOut(error) {
    const again = { label: gettext("Try again"), run: () => void this.save() };
    const signIn = { label: gettext("Sign in"), run: () => void window.open(this.options.urls.login, "_blank") };
    if (error instanceof SessionError) return [signIn, again];
    if (error.code === "another-person") {
      return [{ label: interpolate(gettext("Save as %(name)s"), { name: error.data.name }), run: () => void this.goOnAs() }, signIn];
    }
    const key = elementAt(this.editor.graph.toJSON(), error.data?.path);
    return key ? [{ label: gettext("Show the problem"), run: () => this.editor.goTo([key]) }, again] : [again];
  }

  /** Whoever is signed in now goes on, because they said so. */
  async goOnAs() {
    const answer = await this.options.api.renew();
    if (answer instanceof Error) this.failed(answer);
    else {
      this.options.api.become(answer.data.user);
      await this.save();
    }
  }

  /**
   * Somebody may have saved meanwhile: take it in at once while nothing here waits to be saved.
   * @param {number} revision what the server has
   */
  async catchUp(revision) {
    if (revision === this.revision || this.running || this.state === "conflict") return;
    if (this.isPending) {
      await this.save();
      return;
    }
    const { data } = await this.options.api.get(this.options.urls.draft);
    if (data.revision > this.revision && !this.running && !this.isPending) this.options.onConflict(data);
  }

  /** After a review: what the server has is what we start from now. @param {number} revision @param {unknown} graph */
  rebase(revision, graph) {
    this.revision = revision;
    this.base = graph;
    this.state = "editing";
  }

  keep() {
    /** @type {Copy} */
    const copy = {
      process: this.options.process, revision: this.revision, base: this.base, graph: this.editor.graph.toJSON(), at: new Date().toISOString(),
    };
    // Without the copy saving goes on all the same.
    remember(this.place, JSON.stringify(copy));
  }

  forget() {
    forget(this.place);
  }

  /** What an earlier visit could not save. @returns {Copy | null} */
  left() {
    const text = remembered(this.place);
    if (!text) return null;
    const copy = JSON.parse(text);
    return copy.process === this.options.process ? copy : null;
  }
}

/** What stands in the way, in the words of people. @param {ApiError} error @param {import("./model.js").Graph} graph */
function reasonOf(error, graph) {
  if (error instanceof SessionError) return gettext("Not saved: you are signed out. Sign in, and it goes on by itself.");
  if (error instanceof NetworkError) return gettext("Not saved: there is no connection to the server. It is tried again by itself.");
  if (error instanceof ServerError) return gettext("Not saved: the server has a problem. It is tried again by itself.");
  if (error instanceof RightsError) return gettext("Not saved: you may not change this process any more.");
  const path = String(error.data?.path ?? "");
  const key = elementAt(graph.toJSON(), path);
  if (!key) return interpolate(gettext("Not saved: %(reason)s"), { reason: error.message });
  const title = titleOf(/** @type {any} */ (graph.activity(key) ?? graph.transition(key)));
  return interpolate(gettext("Not saved: “%(title)s” %(reason)s"), { title, reason: error.message.replace(`${path}: `, "") });
}

/**
 * The activity or transition that a refusal is about.
 * @param {any} json exchanged data @param {unknown} path such as `activities[3].title`
 */
function elementAt(json, path) {
  const [, list, index] = /^(activities|transitions)\[(\d+)\]/.exec(String(path ?? "")) ?? [];
  return list ? json[list][Number(index)]?.key : undefined;
}
