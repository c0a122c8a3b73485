/* The whole process as a list that can do everything the canvas can, with plain controls. */

import { gettext, interpolate } from "../../core/i18n.js";
import { sorts } from "../editor.js";
import { icon, pictureOf } from "../icons.js";
import { arrange } from "../../core/patch.js";
import { byElement } from "../findings.js";
import { conditionOf, modeNames, titleOf } from "../node.js";
import { choice, el, input, refill, released, tool } from "../parts.js";
import { picker } from "../picker.js";
import { signOf } from "./problems.js";

/**
 * @import { Editor, Sort } from "../editor.js"
 * @import { Activity, Transition } from "../exchange.js"
 * @import { Finding } from "../findings.js"
 */

/**
 * @typedef {object} Options
 * @property {(key: string) => void} onCondition
 * @property {(key: string) => void} onOpen
 * @property {() => HTMLElement} cards  examples to begin with
 */

/** One activity as it is shown: its card, and all that the card tells. @typedef {{element: HTMLElement, facts: readonly unknown[]}} Card */

/**
 * @param {HTMLElement} place
 * @param {Editor} editor
 * @param {Options} options
 */
export function createOutline(place, editor, options) {
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", gettext("Outline"));
  const cards = new Cards(editor, options);
  let frame = 0;
  const render = () => {
    frame = 0;
    if (place.hidden) return;
    refill(place, ...frameOf(editor, options));
    const list = /** @type {HTMLElement | null} */ (place.querySelector("ol"));
    if (list) released(list, () => cards.fill(list));
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

/** The cards of all activities. Only those about which something else is to be said now are made anew. */
class Cards {
  /** @param {Editor} editor @param {Options} options */
  constructor(editor, options) {
    this.editor = editor;
    this.options = options;
    /** @type {Map<string, Card>} */
    this.all = new Map();
  }

  /** @param {HTMLElement} list */
  fill(list) {
    const wasInside = list.contains(document.activeElement);
    const findings = byElement(this.editor.problems);
    const keys = inOrder(this.editor);
    this.all = new Map(keys.map((key, index) => [key, this.card(key, index + 1, findings.get(key) ?? [])]));
    for (const [key, { element }] of this.all) element.toggleAttribute("data-selected", this.editor.selection.has(key));
    arrange(list, Array.from(this.all.values(), ({ element }) => element));
    // What one was in is gone, by what one did: the keyboard stays here.
    if (wasInside && !list.contains(document.activeElement)) list.focus({ preventScroll: true });
  }

  /** @param {string} key @param {number} place @param {Finding[]} findings @returns {Card} */
  card(key, place, findings) {
    const facts = factsOf(this.editor, key, findings);
    const old = this.all.get(key);
    if (old && old.facts.length === facts.length && facts.every((fact, index) => fact === old.facts[index])) {
      number(old.element, place);
      return old;
    }
    const element = old?.element ?? el("li", { class: "ds-step", "data-step": key });
    refill(element, ...step(this.editor, key, place, findings, this.options));
    return { element, facts };
  }
}

/** Everything that the card of an activity depends on. @param {Editor} editor @param {string} key @param {Finding[]} findings */
function factsOf({ graph, canEdit }, key, findings) {
  const { begin, end } = graph.process;
  return [
    graph.activity(key), canEdit, begin === key, end === key,
    ...findings.flatMap(({ severity, message }) => [severity, message]),
    ...graph.outgoing(key).flatMap((way) => [way, titleOf(graph, way.target), conditionOf(graph, way)]),
  ];
}

/** What changes on every card behind one that comes or goes. @param {HTMLElement} card @param {number} place */
function number(card, place) {
  const told = card.querySelector(".ds-step-number");
  if (!told || told.textContent === String(place)) return;
  told.textContent = String(place);
  card.querySelector(".ds-step-head input")?.setAttribute("aria-label", titleLabel(place));
}

/** @param {number} place */
function titleLabel(place) {
  return interpolate(gettext("Title of activity %(number)s"), { number: place });
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
function frameOf(editor, options) {
  return [
    el("h2", {}, gettext("Outline")),
    ...(editor.graph.activities.size ? [el("ol", { "data-own": true, tabindex: "-1" })] : nothing(editor, options)),
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

/** @param {Editor} editor @param {string} key @param {number} place @param {Finding[]} findings @param {Options} options */
function step(editor, key, place, findings, options) {
  const { graph } = editor;
  const activity = /** @type {Activity} */ (graph.activity(key));
  return [
    head(editor, activity, place, options),
    ...findings.map(finding),
    el("div", { class: "ds-step-facts" }, modes(editor, activity, "join"), modes(editor, activity, "split"), ends(editor, key)),
    el("div", { class: "ds-leads" },
      ...graph.outgoing(key).map((way) => lead(editor, way, options)),
      editor.canEdit ? onwards(editor, activity) : null),
  ];
}

/** @param {Editor} editor @param {Activity} activity @param {number} place @param {Options} options */
function head(editor, { key, title }, place, options) {
  const { begin, end } = editor.graph.process;
  const disabled = !editor.canEdit;
  const box = input(title, (value, control) => {
    if (!editor.rename(key, value)) control.value = title;
  }, { name: `title-${key}`, max: 100, disabled, live: false });
  box.setAttribute("aria-label", titleLabel(place));
  const marks = [begin === key ? gettext("Begin") : "", end === key ? gettext("End") : ""].filter(Boolean);
  return el("div", { class: "ds-step-head" }, el("span", { class: "meta ds-step-number" }, String(place)), box,
    ...marks.map((words) => el("span", { class: "badge badge-off" }, words)),
    tool("form", interpolate(gettext("Properties of %(title)s"), { title }), () => options.onOpen(key), { "data-name": `open-${key}` }),
    disabled ? null : tool("trash", interpolate(gettext("Delete %(title)s"), { title }), () => editor.remove({}, [key]), { "data-name": `delete-${key}` }));
}

/** Where else an activity may lead. @param {Editor} editor @param {Activity} activity */
function onwards(editor, { key, title }) {
  return el("div", { class: "ds-step-facts", "data-part": "onwards" },
    el("label", {}, gettext("Connect to"), picker("", {
      name: `connect-${key}`, label: interpolate(gettext("Connect %(title)s to"), { title }), placeholder: gettext("Choose…"),
      choices: () => activitiesOf(editor), onPick: (target) => void editor.connect(key, target, { loops: true }),
    })),
    el("label", {}, gettext("Add after"), adder(editor, gettext("Choose…"), key, `after-${key}`)));
}

/** @param {Editor} editor */
function activitiesOf({ graph }) {
  return Array.from(graph.activities.values(), (each) => ({ value: each.key, words: titleOf(graph, each.key), picture: pictureOf(each) }));
}

/** Sign and words: colour alone tells nobody how bad it is. @param {Finding} problem */
function finding({ severity, message }) {
  return el("p", { class: `ds-step-finding ds-${severity}` }, icon(signOf({ severity })), el("span", {}, message));
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
  const condition = input(way.condition, (value) => editor.patchWay(way.key, { condition: value }), {
    name: `condition-${way.key}`, placeholder: conditionOf(graph, way), disabled, live: false,
  });
  return el("div", { class: "ds-lead", "data-lead": way.key },
    el("label", {}, gettext("Leads to"), picker(target, {
      name: `target-${way.key}`, label: gettext("Leads to"), disabled,
      choices: () => activitiesOf(editor), onPick: (value) => editor.reconnect(way.key, { target: value }),
    })),
    el("label", {}, interpolate(gettext("When (to %(title)s)"), { title: target }), condition),
    disabled ? null : tool("pencil", interpolate(gettext("Build the condition to %(title)s"), { title: target }), () => options.onCondition(way.key), { "data-name": `build-${way.key}` }),
    disabled ? null : tool("cross", interpolate(gettext("Disconnect from %(title)s"), { title: target }), () => editor.remove({}, [way.key]), { "data-name": `disconnect-${way.key}` }));
}
