/* The whole process as a list that can do everything the canvas can, with plain controls. */

import { gettext, interpolate } from "../../core/i18n.js";
import { sorts } from "../editor.js";
import { icon } from "../icons.js";
import { conditionOf, modeNames, titleOf } from "../node.js";
import { choice, el, input, refill, tool } from "../parts.js";

/**
 * @import { Editor, Problem, Sort } from "../editor.js"
 * @import { Activity, Transition } from "../exchange.js"
 */

/**
 * @typedef {object} Options
 * @property {(key: string) => void} onCondition
 * @property {(key: string) => void} onOpen
 * @property {() => HTMLElement} cards  examples to begin with
 */

/**
 * @param {HTMLElement} place
 * @param {Editor} editor
 * @param {Options} options
 */
export function createOutline(place, editor, options) {
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", gettext("Outline"));
  let frame = 0;
  const render = () => {
    frame = 0;
    if (!place.hidden) refill(place, ...content(editor, options));
  };
  // After the event that changed something: the field it came from may be about to get the focus.
  const later = () => { frame ||= window.setTimeout(render); };
  for (const type of ["change", "selection", "problems", "rights"]) editor.on(type, later);
  return {
    render,
    /** @param {string} key */
    rename(key) {
      render();
      const box = /** @type {HTMLInputElement | null} */ (place.querySelector(`[name="title-${CSS.escape(key)}"]`));
      box?.focus();
      box?.select();
      box?.scrollIntoView({ block: "center" });
    },
  };
}

/** In the order in which one comes to them from the begin, then the rest. @param {Editor} editor @returns {string[]} */
function inOrder(editor) {
  const { graph } = editor;
  const found = new Set();
  const waiting = graph.process.begin ? [graph.process.begin] : [];
  for (const key of waiting) {
    if (found.has(key)) continue;
    found.add(key);
    waiting.push(...graph.outgoing(key).map((way) => way.target));
  }
  for (const key of graph.activities.keys()) found.add(key);
  return [...found];
}

/** @param {Editor} editor @param {Options} options */
function content(editor, options) {
  const keys = inOrder(editor);
  return [
    el("h2", {}, gettext("Outline")),
    ...(keys.length ? [el("ol", {}, ...keys.map((key, index) => step(editor, key, index + 1, options)))] : nothing(editor, options)),
    editor.canEdit ? adder(editor, gettext("Add an activity"), "", "add") : null,
  ];
}

/** @param {Editor} editor @param {Options} options */
function nothing(editor, { cards }) {
  if (!editor.canEdit) return [el("p", { class: "meta" }, gettext("Nothing drawn yet"))];
  return [
    el("p", { class: "meta" }, gettext("Nothing here yet. Begin with an example, which fills this draft, or add the first activity.")),
    cards(),
  ];
}

/** @param {Editor} editor @param {string} words @param {string} source @param {string} name */
function adder(editor, words, source, name) {
  const control = choice("", [["", words], ...sorts()], (sort) => {
    if (!sort) return;
    const wanted = /** @type {Sort} */ (sort);
    if (source) editor.append(source, wanted);
    else editor.create(wanted);
  }, { "aria-label": words, name });
  return control;
}

/** @param {Editor} editor @param {string} key @param {number} place @param {Options} options */
function step(editor, key, place, options) {
  const { graph } = editor;
  const activity = /** @type {Activity} */ (graph.activity(key));
  const disabled = !editor.canEdit;
  const title = input(activity.title, (value, control) => {
    if (!editor.rename(key, value)) control.value = activity.title;
  }, { name: `title-${key}`, max: 100, disabled, live: false });
  title.setAttribute("aria-label", interpolate(gettext("Title of activity %(number)s"), { number: place }));
  const findings = editor.problems.filter((problem) => problem.elements.includes(key));
  const marks = [graph.process.begin === key ? gettext("Begin") : "", graph.process.end === key ? gettext("End") : ""].filter(Boolean);
  return el("li", { class: "ds-step", "data-step": key, "data-selected": editor.selection.has(key) },
    el("div", { class: "ds-step-head" }, el("span", { class: "meta" }, `${place}`), title,
      ...marks.map((words) => el("span", { class: "badge badge-off" }, words)),
      tool("form", interpolate(gettext("Properties of %(title)s"), { title: activity.title }), () => options.onOpen(key), { "data-name": `open-${key}` }),
      disabled ? null : tool("trash", interpolate(gettext("Delete %(title)s"), { title: activity.title }), () => editor.remove({}, [key]))),
    ...findings.map((problem) => finding(problem)),
    el("div", { class: "ds-step-facts" }, modes(editor, activity, "join"), modes(editor, activity, "split"), ends(editor, key)),
    el("div", { class: "ds-leads" },
      ...graph.outgoing(key).map((way) => lead(editor, way, options)),
      disabled ? null : el("div", { class: "ds-step-facts" },
        el("label", {}, gettext("Connect to"), choice("", /** @type {any} */ ([["", gettext("Choose…")], ...[...graph.activities.values()].map((each) => [each.key, each.title])]),
          (target) => target && editor.connect(key, target, { loops: true }), { name: `connect-${key}`, "aria-label": interpolate(gettext("Connect %(title)s to"), { title: activity.title }) })),
        el("label", {}, gettext("Add after"), adder(editor, gettext("Choose…"), key, `after-${key}`)))));
}

/** Sign and words: colour alone tells nobody how bad it is. @param {Problem} problem */
function finding({ severity, message }) {
  const isError = severity === "error";
  return el("p", { class: `ds-step-finding ds-${isError ? "error" : "warning"}` }, icon(isError ? "cross" : "alert"), el("span", {}, message));
}

/** @param {Editor} editor @param {Activity} activity @param {"join" | "split"} side */
function modes(editor, activity, side) {
  const name = side === "join" ? "join_mode" : "split_mode";
  const words = side === "join" ? gettext("Starts when") : gettext("Takes");
  return el("label", {}, words, choice(activity[name], Object.entries(modeNames()[side]), (value) => editor.patch([activity.key], { [name]: value }),
    { name: `${name}-${activity.key}`, disabled: !editor.canEdit }));
}

/** @param {Editor} editor @param {string} key */
function ends(editor, key) {
  const { process } = editor.graph;
  const value = process.begin === key && process.end !== key ? "begin" : process.end === key ? "end" : "";
  return el("label", {}, gettext("Place in the process"), choice(value, [["", gettext("in between")], ["begin", gettext("begin")], ["end", gettext("end")]], (chosen) => {
    if (chosen === "begin") editor.setBegin(key);
    else if (chosen === "end") editor.setEnd(key);
    else if (value === "begin") editor.setBegin("");
    else editor.setEnd("");
  }, { name: `place-${key}`, disabled: !editor.canEdit }));
}

/** @param {Editor} editor @param {Transition} way @param {Options} options */
function lead(editor, way, options) {
  const { graph } = editor;
  const disabled = !editor.canEdit;
  const target = titleOf(graph, way.target);
  const all = /** @type {any} */ ([...graph.activities.values()].map((each) => [each.key, each.title]));
  const condition = input(way.condition, (value) => editor.patchWay(way.key, { condition: value }), {
    name: `condition-${way.key}`, placeholder: conditionOf(graph, way), disabled, live: false,
  });
  return el("div", { class: "ds-lead", "data-lead": way.key },
    el("label", {}, gettext("Leads to"), choice(way.target, all, (value) => editor.reconnect(way.key, { target: value }), { name: `target-${way.key}`, disabled })),
    el("label", {}, interpolate(gettext("When (to %(title)s)"), { title: target }), condition),
    disabled ? null : tool("pencil", interpolate(gettext("Build the condition to %(title)s"), { title: target }), () => options.onCondition(way.key), { "data-name": `build-${way.key}` }),
    disabled ? null : tool("cross", interpolate(gettext("Disconnect from %(title)s"), { title: target }), () => editor.remove({}, [way.key])));
}
