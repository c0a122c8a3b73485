/* A condition as rows or as text, and what it would do: which branch is taken, and why. */

import { openDialog } from "../../core/dialog.js";
import { gettext, interpolate } from "../../core/i18n.js";
import { OPERATORS, compose, decompose } from "../condition.js";
import { titleOf } from "../node.js";
import { button, choice, el, field, input, refill, tool } from "../parts.js";
import { picker } from "../picker.js";

/**
 * @import { createApi } from "../../core/api.js"
 * @import { Parts } from "../condition.js"
 * @import { Editor } from "../editor.js"
 */

/**
 * @typedef {{api: ReturnType<typeof createApi>, urls: Record<string, string>}} Server
 */

const PAUSE = 300;

/** @param {Editor} editor @param {string} key of a transition @param {Server} server */
export async function openCondition(editor, key, { api, urls }) {
  const way = editor.graph.transition(key);
  if (!way) return;
  let text = way.condition;
  let parts = decompose(text);
  const rows = el("div", { class: "ds-rows" });
  const raw = input(text, (value) => { text = value; parts = decompose(value); drawRows(); later(); }, { rows: 2, name: "condition-text", max: 2000 });
  raw.classList.add("ds-code");
  const verdict = el("div", { role: "status", id: "condition-verdict" });
  raw.setAttribute("aria-describedby", verdict.id);
  const branches = el("div", { class: "ds-table" });
  const unread = el("p", { class: "error", role: "status", hidden: true }, gettext("The data is no JSON object and is left out."));
  const facts = { outcome: "", instance: "", data: "" };
  let timer = 0;
  let asked = 0;

  const set = (/** @type {Parts} */ next) => {
    parts = next;
    text = compose(next);
    raw.value = text;
    drawRows();
    later();
  };
  const drawRows = () => refill(rows, ...formRows(editor, parts, set));
  const later = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), PAUSE);
  };
  const ask = async () => {
    const typed = readFacts(facts.data);
    unread.hidden = typed !== null || facts.instance !== "";
    asked += 1;
    const number = asked;
    try {
      const { data } = await api.post(urls.condition, {
        text, transition: key, activity: way.source, graph: editor.graph.toJSON(),
        instance: facts.instance ? Number(facts.instance) : null, facts: facts.instance ? null : typed ?? {}, outcome: facts.outcome || null,
      }, { safe: true });
      if (number !== asked) return;
      verdict.replaceChildren(...judged(text, data));
      raw.setAttribute("aria-invalid", String(Boolean(data.error)));
      branches.replaceChildren(...(isTried() ? [] : [untried()]), table(editor, data.branches, { isTried: isTried(), misread: data.error ? key : "" }));
    } catch (error) {
      verdict.replaceChildren(el("p", { class: "error" }, /** @type {Error} */ (error).message));
    }
  };
  const isTried = () => Boolean(facts.outcome || facts.instance || facts.data.trim());
  const found = await api.get(urls.instances);
  const test = el("section", {}, el("h3", {}, gettext("Try it")),
    field(gettext("Outcome"), outcomePicker(editor, "", "test-outcome", (value) => { facts.outcome = value; later(); })),
    field(gettext("With the data of"), choice("", [["", gettext("typed data")], ...found.data.instances.map((/** @type {any} */ each) => [String(each.id), `#${each.id} ${each.title}`])], (value) => { facts.instance = value; later(); }, { name: "test-instance" })),
    field(gettext("Data"), input("", (value) => { facts.data = value; later(); }, { rows: 2, name: "test-data", placeholder: '{"wfobject": {"days": 5}}' })),
    unread, branches);
  drawRows();
  void ask();
  const answer = await openDialog({
    title: interpolate(gettext("When does %(source)s lead to %(target)s?"), { source: titleOf(editor.graph, way.source), target: titleOf(editor.graph, way.target) }),
    content: [rows, field(gettext("As text"), raw), verdict, test],
    actions: [{ value: "", label: gettext("Cancel") }, { value: "use", label: gettext("Use this condition"), look: "primary" }],
  });
  window.clearTimeout(timer);
  if (answer === "use" && text !== way.condition) editor.patchWay(key, { condition: text });
}

/** @param {string} text @returns {Record<string, unknown> | null} nothing when it cannot be read */
function readFacts(text) {
  try {
    const found = JSON.parse(text || "{}");
    return found && typeof found === "object" && !Array.isArray(found) ? found : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * What a condition is stored as, or what is wrong with it and where.
 * @param {string} text @param {{stored: string | null, error: {position: number | null, message: string} | null}} answer
 */
function judged(text, { stored, error }) {
  if (!error) return [el("p", { class: "meta" }, interpolate(gettext("Stored as: %(text)s"), { text: stored || gettext("(blank)") }))];
  // As the server reads it, which counts the place.
  const read = text.normalize("NFC").trim();
  const at = error.position;
  return [
    el("p", { class: "error" }, error.message),
    at === null ? "" : el("code", { class: "ds-code ds-misread", "aria-hidden": "true" }, read.slice(0, at), el("mark", {}, read.slice(at, at + 1) || " "), read.slice(at + 1)),
  ];
}

/** Without data nothing can be said, and nothing is wrong with that. */
function untried() {
  return el("p", { class: "meta" }, gettext("No data yet. Choose an outcome or an instance, or type data, to see which transition is taken and why."));
}

/**
 * Every way out: whether its condition holds, and why.
 * @param {Editor} editor @param {any[]} branches
 * @param {{isTried: boolean, misread: string}} how `misread`: the transition about which everything is said already
 */
function table(editor, branches, { isTried, misread }) {
  return el("table", { class: "data" },
    el("thead", {}, el("tr", {}, ...[gettext("Leads to"), gettext("Condition"), gettext("Holds"), gettext("Why")].map((words) => el("th", { scope: "col" }, words)))),
    el("tbody", {}, ...branches.map((branch) => el("tr", { "data-branch": branch.transition },
      el("td", {}, titleOf(editor.graph, editor.graph.transition(branch.transition)?.target ?? "")),
      el("td", { class: "ds-code" }, branch.condition || "–"),
      ...(isTried ? outcomeOf(branch, branch.transition === misread) : [el("td", {}, "–"), el("td", {})])))));
}

/** @param {any} branch @param {boolean} isTold whether its problem is told already */
function outcomeOf({ taken, value, problem, operands }, isTold) {
  const why = problem || Object.entries(operands ?? {}).map(([name, read]) => `${name} = ${JSON.stringify(read)}`).join(", ");
  return [
    el("td", { class: taken ? "ds-taken" : "ds-nottaken" }, taken ? gettext("yes, taken") : value ? gettext("yes, not taken") : gettext("no")),
    el("td", {}, isTold ? "" : why),
  ];
}

/** @param {Editor} editor @param {Parts} parts @param {(parts: Parts) => void} set */
function formRows(editor, parts, set) {
  const forms = /** @type {[string, string][]} */ ([
    ["blank", gettext("always / otherwise")], ["outcome", gettext("depending on the outcome")], ["timeout", gettext("after a time")],
    ["rows", gettext("depending on data")], ["text", gettext("written as text")],
  ]);
  const form = parts.form === "constant" ? "text" : parts.form;
  const blank = /** @type {Record<string, Parts>} */ ({
    blank: { form: "blank" }, outcome: { form: "outcome", operator: "eq", values: [editor.names.outcomes?.[0] ?? "APPROVED"] },
    timeout: { form: "timeout", duration: "3d" }, rows: { form: "rows", joint: "and", rows: [{ field: fields(editor)[0], operator: "==", value: "" }] },
    text: { form: "text", text: compose(parts) },
  });
  return [
    field(gettext("The transition is taken"), choice(form, forms, (chosen) => set(blank[chosen]), { name: "condition-form" })),
    ...(parts.form === "outcome" ? outcomeRow(editor, parts, set) : []),
    ...(parts.form === "timeout" ? [field(gettext("Time after the activity opened"), input(parts.duration, (duration) => set({ form: "timeout", duration }), { name: "duration", options: ["4h", "1d", "3d", "1w"] }))] : []),
    ...(parts.form === "rows" ? dataRows(editor, parts, set) : []),
  ];
}

/** @param {Editor} editor @returns {string[]} */
function fields(editor) {
  const of = editor.names.fields_of?.[editor.graph.process.content_type] ?? editor.names.fields ?? [];
  return [...of.map((/** @type {string} */ name) => (name.includes(".") ? name : `wfobject.${name}`)), "outcome", "instance.priority", "instance.title", "instance.user.username", "workitem.priority"];
}

/** @param {Editor} editor @param {Extract<Parts, {form: "outcome"}>} parts @param {(parts: Parts) => void} set */
function outcomeRow(editor, parts, set) {
  const operators = /** @type {[string, string][]} */ ([["eq", gettext("is")], ["ne", gettext("is not")], ["in", gettext("is one of")], ["notin", gettext("is none of")]]);
  const split = (/** @type {string} */ text) => (parts.operator === "eq" || parts.operator === "ne" ? [text] : text.split(",").map((part) => part.trim()).filter(Boolean));
  return [el("div", { class: "ds-row" }, choice(parts.operator, operators, (operator) => set({ ...parts, operator: /** @type {any} */ (operator) }), { name: "outcome-operator", "aria-label": gettext("Comparison") }),
    outcomePicker(editor, parts.values.join(", "), "outcome-value", (text) => set({ ...parts, values: split(text) })))];
}

/** @param {Editor} editor @param {string} value @param {string} name @param {(value: string) => void} onPick */
function outcomePicker(editor, value, name, onPick) {
  const choices = () => (editor.names.outcomes ?? []).map((/** @type {string} */ each) => ({ value: each, words: each }));
  return picker(value, { name, label: gettext("Outcome"), isFree: true, choices, onPick });
}

/** @param {string} words @param {HTMLElement} control */
function labelled(words, control) {
  control.setAttribute("aria-label", words);
  return control;
}

/** @param {Editor} editor @param {Extract<Parts, {form: "rows"}>} parts @param {(parts: Parts) => void} set */
function dataRows(editor, parts, set) {
  const change = (/** @type {number} */ index, /** @type {any} */ patch) => set({ ...parts, rows: parts.rows.map((row, at) => (at === index ? { ...row, ...patch } : row)) });
  return [
    choice(parts.joint, [["and", gettext("all of these hold")], ["or", gettext("one of these holds")]], (joint) => set({ ...parts, joint: /** @type {any} */ (joint) }), { name: "joint", "aria-label": gettext("Together") }),
    ...parts.rows.map((row, index) => el("div", { class: "ds-rule" },
      picker(row.field, {
        name: `row-field-${index}`, label: gettext("Field"), isFree: true, onPick: (name) => change(index, { field: name }),
        choices: () => fields(editor).map((name) => ({ value: name, words: name })),
      }),
      choice(row.operator, OPERATORS.map((each) => [each, each]), (operator) => change(index, { operator, value: operator === "in" || operator === "not in" ? [row.value].flat() : [row.value].flat()[0] ?? "" }), { name: `row-operator-${index}`, "aria-label": gettext("Comparison") }),
      labelled(gettext("Value"), input(valueText(row.value), (text) => change(index, { value: readValue(text, row.operator) }), { name: `row-value-${index}`, live: false })),
      tool("cross", gettext("Remove the row"), () => set(parts.rows.length > 1 ? { ...parts, rows: parts.rows.filter((_, at) => at !== index) } : { form: "blank" }), { "data-name": `row-remove-${index}` }))),
    button(gettext("Add a row"), () => set({ ...parts, rows: [...parts.rows, { field: fields(editor)[0], operator: "==", value: "" }] }), { picture: "plus", more: { "data-name": "row-add" } }),
  ];
}

/** @param {unknown} value */
function valueText(value) {
  return Array.isArray(value) ? value.join(", ") : value === null ? "null" : String(value);
}

/** @param {string} text @param {string} operator @returns {any} */
function readValue(text, operator) {
  const one = (/** @type {string} */ part) => {
    const word = part.trim();
    if (/^-?\d+(\.\d+)?$/.test(word)) return Number(word);
    return word in WORDS ? WORDS[word] : word;
  };
  return operator === "in" || operator === "not in" ? text.split(",").map(one) : one(text);
}

/** @type {Record<string, boolean | null>} */
const WORDS = { true: true, false: false, null: null };
