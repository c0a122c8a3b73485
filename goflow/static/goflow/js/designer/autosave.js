/* The draft saves itself: whole, one request at a time, never over somebody else's work; a copy stays here until
   the server has it. */

import { ConflictError, NetworkError, RefusedError, RightsError, ServerError, SessionError } from "../core/api.js";
import { gettext, interpolate, language } from "../core/i18n.js";
import { forget, remember, remembered } from "../core/storage.js";

/**
 * @import { createApi } from "../core/api.js"
 * @import { Editor } from "./editor.js"
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
   *   api: ReturnType<typeof createApi>, url: string, process: number, revision: number,
   *   graph: unknown, onState: (state: SaveState, text: string) => void, onConflict: (data: any) => void,
   *   onProblems: (problems: any[]) => void,
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
    window.addEventListener("online", () => { if (this.isPending) void this.save(); });
  }

  get isPending() {
    return this.editor.may.edit && this.editor.stack.isDirty;
  }

  /** @param {SaveState} state @param {string} [text] */
  show(state, text = "") {
    this.state = state;
    const time = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit" }).format(new Date());
    const words = {
      saved: interpolate(gettext("Saved %(time)s"), { time }), editing: gettext("Editing…"), saving: gettext("Saving…"),
      failed: gettext("Not saved – retrying"), refused: gettext("Not saved"), conflict: gettext("Not saved – changed elsewhere"),
    };
    this.options.onState(state, text ? `${words[state]}: ${text}` : words[state]);
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
    const { api, url, process, onProblems } = this.options;
    const state = this.editor.stack.graph.snapshot();
    const graph = this.editor.graph.toJSON();
    this.since = 0;
    this.show("saving");
    try {
      const { data } = await api.put(url, { process, graph }, { ifMatch: `"${this.revision}"` });
      this.took(data.revision, graph, state);
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

  /** @param {unknown} error */
  failed(error) {
    if (error instanceof ConflictError) {
      this.show("conflict");
      this.options.onConflict(error.data);
    } else if (error instanceof RefusedError || error instanceof RightsError) {
      // Sending the same again is useless; the next change may be accepted.
      this.show("refused", error.message);
    } else if (error instanceof SessionError) {
      this.show("failed", error.message);
      this.later(AGAIN);
    } else if (error instanceof NetworkError || error instanceof ServerError) {
      this.show("failed");
      this.later(AGAIN);
    } else throw error;
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
