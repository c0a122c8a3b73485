/* What the server finds wrong, and what can be done about it in one step. */

import { ApiError } from "../../core/api.js";
import { gettext, interpolate, ngettext } from "../../core/i18n.js";
import { createCalm } from "../calm.js";
import { fixesOf } from "../fixes.js";
import { icon } from "../icons.js";
import { button, el, refill } from "../parts.js";

/**
 * @import { Editor, Problem } from "../editor.js"
 */

const PAUSE = 350;

/**
 * @param {HTMLElement} panel
 * @param {Editor} editor
 * @param {{check: (graph: unknown) => Promise<Problem[]>, onOpen: (problem: Problem) => void, onPlay: (problem: Problem) => void}} options
 */
export function createProblems(panel, editor, { check, onOpen, onPlay }) {
  let timer = 0;
  let round = 0;
  let at = -1;
  /** As the server tells them. @type {Problem[]} */
  let told = [];
  const calm = createCalm(editor, () => show(told));

  const render = () => refill(panel, ...list(editor, { onOpen, onPlay }));
  /** @param {Problem[]} problems */
  const show = (problems) => {
    told = problems;
    editor.problems = calm.judged(problems);
    editor.view?.mark(editor.problems);
    render();
    editor.tell("problems");
  };
  const ask = async () => {
    round += 1;
    const own = round;
    const problems = await check(editor.graph.toJSON());
    if (own === round) show(problems);
  };
  /** Nobody waits for this answer: what keeps the server from giving it keeps it from saving, and that is told. */
  const refresh = () => {
    void ask().catch((error) => {
      if (!(error instanceof ApiError)) throw error;
    });
  };
  editor.on("change", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(refresh, PAUSE);
  });
  editor.on("rights", render);
  return {
    show,
    ask,
    refresh,
    check: calm.check,
    /** @param {1 | -1} step */
    next(step) {
      calm.check();
      const { problems } = editor;
      if (!problems.length) {
        editor.say(gettext("No problems."));
        return;
      }
      at = (at + step + problems.length) % problems.length;
      editor.say(interpolate(gettext("Problem %(number)s of %(count)s: %(message)s"), { number: at + 1, count: problems.length, message: problems[at].message }));
      onOpen(problems[at]);
    },
  };
}

/** @param {Problem[]} problems */
export function counts(problems) {
  const count = (/** @type {string} */ severity) => problems.filter((problem) => problem.severity === severity).length;
  return { errors: count("error"), warnings: count("warning"), todos: count("todo") };
}

/** @param {Problem[]} problems */
export function summary(problems) {
  const { errors, warnings, todos } = counts(problems);
  const parts = [];
  if (errors) parts.push(interpolate(ngettext("%(count)s error", "%(count)s errors", errors), { count: errors }));
  if (warnings) parts.push(interpolate(ngettext("%(count)s warning", "%(count)s warnings", warnings), { count: warnings }));
  if (todos) parts.push(interpolate(gettext("%(count)s to do"), { count: todos }));
  return parts.join(", ") || gettext("No problems");
}

/** @param {Editor} editor @param {{onOpen: (problem: Problem) => void, onPlay: (problem: Problem) => void}} options */
function list(editor, { onOpen, onPlay }) {
  if (!editor.problems.length) return [el("p", { class: "meta" }, gettext("No problems. It can be published."))];
  return [el("ul", { class: "ds-findings" }, ...editor.problems.map((problem) => el("li", { class: `ds-${problem.severity}` },
    icon(signOf(problem)),
    el("button", { type: "button", class: "ds-finding", onclick: () => onOpen(problem) },
      el("span", { class: "visually-hidden" }, severityWord(problem)), problem.message),
    el("p", { class: "meta" }, problem.fix),
    actions(editor, problem, onPlay))))];
}

/** The picture that says how bad it is. @param {{severity: string}} problem */
export function signOf({ severity }) {
  return { error: "cross", todo: "todo" }[severity] ?? "alert";
}

/** @param {Problem} problem */
function severityWord({ severity }) {
  return { error: gettext("Error: "), todo: gettext("To do: ") }[severity] ?? gettext("Warning: ");
}

/** @param {Editor} editor @param {Problem} problem @param {(problem: Problem) => void} onPlay */
function actions(editor, problem, onPlay) {
  const fixes = editor.canEdit ? fixesOf(editor, problem) : [];
  const plays = problem.trace?.length ? [button(gettext("Play it"), () => onPlay(problem), { picture: "play" })] : [];
  if (!fixes.length && !plays.length) return null;
  return el("div", { class: "ds-actions" }, ...fixes.map((fix) => button(fix.words, fix.apply, { picture: "check" })), ...plays);
}
