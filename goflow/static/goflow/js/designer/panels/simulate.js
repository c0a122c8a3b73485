/* A rehearsal on the canvas: the steps come from the server, here they are only shown. */

import { gettext, interpolate, ngettext } from "../../core/i18n.js";
import { decompose } from "../condition.js";
import { titleOf } from "../node.js";
import { button, choice, el, field, refill } from "../parts.js";

/**
 * @import { createApi } from "../../core/api.js"
 * @import { createBars } from "../bars.js"
 * @import { Editor, Problem } from "../editor.js"
 * @import { createTabs } from "../tabs.js"
 */

const SVG = "http://www.w3.org/2000/svg";
const SAMPLES = 16;
const STEP_TIME = 900;

/**
 * @param {Editor} editor
 * @param {{bars: ReturnType<typeof createBars>, api: ReturnType<typeof createApi>,
 *   url: string, log: ReturnType<typeof createTabs>}} options
 */
export function createSimulation(editor, { bars, api, url, log }) {
  const panel = log.add("run", gettext("Run"));
  /** @type {{steps: any[], at: number, speed: number, timer: number, stuck: string[], words: string, seed: number, isTrace: boolean} | null} */
  let run = null;

  const clear = () => {
    if (run) window.clearTimeout(run.timer);
    for (const node of editor.view?.nodes.values() ?? []) delete node.dataset.run;
    editor.view?.overlay.querySelectorAll(".ds-token").forEach((token) => token.remove());
  };
  const stop = () => {
    clear();
    run = null;
    editor.lockedBy = "";
    editor.view?.setLooks({});
    bars.hide("run");
    editor.tell("rights");
    log.show("properties");
    refill(panel, el("p", { class: "meta" }, gettext("Nothing runs.")));
  };
  const show = () => {
    if (!run || !editor.view) return;
    const step = run.steps[run.at];
    const isLast = run.at === run.steps.length - 1;
    for (const [key, node] of editor.view.nodes) {
      if (isLast && run.stuck.includes(key)) node.dataset.run = "stuck";
      else if (step.items.includes(key)) node.dataset.run = "open";
      else delete node.dataset.run;
    }
    editor.view.setLooks(Object.fromEntries([...step.tokens.map((/** @type {string} */ key) => [key, "token"])]));
    for (const key of step.transitions) fly(editor, key);
    const words = step.text || (step.activity ? titleOf(editor.graph, step.activity) : gettext("The instance starts."));
    editor.say(words);
    render();
  };
  const next = () => {
    if (!run) return;
    if (run.at < run.steps.length - 1) {
      run.at += 1;
      show();
    }
    if (run.at >= run.steps.length - 1) pause();
  };
  const pause = () => {
    if (run) window.clearTimeout(run.timer);
    if (run) run.timer = 0;
    render();
  };
  const play = () => {
    if (!run) return;
    if (run.at >= run.steps.length - 1) run.at = -1;
    const tick = () => {
      next();
      if (run && run.at < run.steps.length - 1) run.timer = window.setTimeout(tick, STEP_TIME / run.speed);
      else pause();
    };
    tick();
    render();
  };
  const begin = (/** @type {any[]} */ steps, /** @type {string[]} */ stuck, /** @type {string} */ words, isTrace = false) => {
    clear();
    editor.lockedBy = "run";
    editor.select([]);
    editor.tell("rights");
    run = { steps, at: 0, speed: 1, timer: 0, stuck, words, seed: run?.seed ?? 0, isTrace };
    bars.show("run", "info", words, [[gettext("Stop"), stop]]);
    log.show("run");
    show();
  };
  /** What was decided by hand, in the order in which the activity comes. @type {Record<string, (string | null)[]>} */
  let script = {};
  const rehearse = async (/** @type {number} */ seed, at = 0) => {
    try {
      const { data } = await api.post(url, { graph: editor.graph.toJSON(), seed, script }, { safe: true });
      begin(data.steps, data.waiting ?? [], gettext("Rehearsal: nothing is stored, the drawing is locked."));
      if (!run) return;
      run.seed = seed;
      run.at = Math.min(at, run.steps.length - 1);
      show();
    } catch (error) {
      editor.tell("refused", { message: /** @type {Error} */ (error).message });
    }
  };
  /** Decide for an open activity which way it takes; the rest of the run is rehearsed anew. @param {string} key */
  const decision = (key) => {
    const options = outcomesOf(editor, key);
    if (!run || run.isTrace || options.length < 2) return null;
    const { steps, at, seed } = run;
    const before = steps.slice(0, at + 1).filter((step) => step.activity === key).map((step) => step.outcome);
    return field(interpolate(gettext("Outcome of %(title)s"), { title: titleOf(editor.graph, key) }), choice(script[key]?.[before.length] ?? "", [["", gettext("at random")], ...options.map((each) => /** @type {const} */ ([each, each]))], (outcome) => {
      script = { ...script, [key]: outcome ? [...before, outcome] : before };
      void rehearse(seed, at);
    }, { name: `outcome-${key}` }));
  };
  const setSpeed = (/** @type {string} */ value) => {
    if (run) run.speed = Number(value);
    render();
  };
  const render = () => {
    if (!run) return;
    const { steps, at, timer } = run;
    refill(panel, el("h2", {}, run.words),
      el("div", { class: "ds-actions" },
        timer ? button(gettext("Pause"), pause, { picture: "pause", more: { "data-name": "play" } }) : button(gettext("Play"), play, { picture: "play", more: { "data-name": "play" } }),
        button(gettext("Step"), next, { picture: "step", more: { "data-name": "step" } }),
        run.isTrace ? null : button(gettext("Another run"), () => rehearse((run?.seed ?? 0) + 1), { picture: "subflow", more: { "data-name": "again" } }),
        el("span", { class: "ds-speed" }, choice(String(run.speed), [["0.5", "×½"], ["1", "×1"], ["2", "×2"]], setSpeed, { "aria-label": gettext("Speed"), name: "speed" }))),
      ...steps[at].items.filter((/** @type {string} */ key, /** @type {number} */ index, /** @type {string[]} */ all) => all.indexOf(key) === index).map(decision),
      el("ol", { class: "ds-findings", "data-log": "" }, ...steps.slice(0, at + 1).map((step, index) => el("li", {}, el("span", { class: "count" }, `${index + 1}`), el("span", {}, step.text || gettext("The instance starts."))))),
      at === steps.length - 1 && run.stuck.length
        ? el("p", { class: "error", "data-stuck": "" }, interpolate(ngettext("%(titles)s waits for ever.", "%(titles)s wait for ever.", run.stuck.length), { titles: run.stuck.map((key) => titleOf(editor.graph, key)).join(", ") })) : null);
  };
  refill(panel, el("p", { class: "meta" }, gettext("Nothing runs.")));
  return {
    /** @param {Problem} problem */
    play(problem) {
      if (editor.lockedBy === "compare") return;
      const stuck = problem.code === "deadlock" ? problem.elements.filter((key) => editor.graph.activity(key)) : [];
      begin(problem.trace ?? [], stuck, problem.message, true);
      play();
    },
    toggle() {
      if (editor.lockedBy === "compare") return;
      if (run) stop();
      else if (!editor.graph.process.begin) editor.tell("refused", { message: gettext("Choose the activity that the process begins with first.") });
      else {
        script = {};
        void rehearse(0);
      }
    },
  };
}

/** The outcomes that the conditions behind an activity ask for. @param {Editor} editor @param {string} key @returns {string[]} */
function outcomesOf(editor, key) {
  const asked = editor.graph.outgoing(key).flatMap((way) => {
    const parts = decompose(way.condition);
    return parts.form === "outcome" && (parts.operator === "eq" || parts.operator === "in") ? parts.values : [];
  });
  return [...new Set(asked)];
}

/** A dot runs along a line. The places are looked up once: asking for them in every frame is slow. @param {Editor} editor @param {string} key */
function fly(editor, key) {
  const path = editor.view?.pathOf(key);
  if (!path || window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const svg = /** @type {SVGSVGElement} */ (path.ownerSVGElement);
  const [x, y] = [parseFloat(svg.style.left) || 0, parseFloat(svg.style.top) || 0];
  const length = path.getTotalLength();
  const group = /** @type {SVGGraphicsElement} */ (path).transform.baseVal.consolidate()?.matrix;
  const frames = Array.from({ length: SAMPLES + 1 }, (_, index) => {
    const at = path.getPointAtLength((length * index) / SAMPLES);
    return { transform: `translate(${at.x + x + (group?.e ?? 0)}px, ${at.y + y + (group?.f ?? 0)}px)` };
  });
  const token = document.createElementNS(SVG, "circle");
  token.setAttribute("r", "7");
  token.setAttribute("class", "ds-token");
  editor.view?.overlay.append(token);
  token.animate(frames, { duration: 600, easing: "ease-in-out" }).addEventListener("finish", () => token.remove());
}
