/* Everything that can be said about what is selected: the process, an activity, a transition, or several. */

import { gettext, interpolate, ngettext } from "../../core/i18n.js";
import { chips } from "../chips.js";
import { conditionOf, modeNames, titleOf, typeNames } from "../node.js";
import { button, check, choice, el, field, input, listen, refill, renew, section, tool } from "../parts.js";
import { escalationFields } from "./escalations.js";

/**
 * @import { Editor } from "../editor.js"
 * @import { Activity, Transition } from "../exchange.js"
 * @import { Part } from "../parts.js"
 */

/** Sections that stay open or closed while one goes from activity to activity. @type {Map<string, boolean>} */
const opened = new Map();

/**
 * @param {HTMLElement} panel
 * @param {Editor} editor
 * @param {{onCondition: (key: string) => void}} options
 */
export function createProperties(panel, editor, { onCondition }) {
  let shown = "";
  const render = () => {
    const isSame = shown === [...editor.selection].join(" ");
    shown = [...editor.selection].join(" ");
    if (isSame) refill(panel, ...fieldsOf(editor, onCondition));
    else renew(panel, () => fieldsOf(editor, onCondition));
  };
  panel.addEventListener("toggle", ({ target }) => {
    if (target instanceof HTMLDetailsElement) opened.set(String(target.dataset.section), target.open);
  }, true);
  editor.on("change", render);
  editor.on("selection", render);
  editor.on("problems", render);
  editor.on("rights", render);
  render();
  return {
    /** Put the keyboard into a field, the title unless another is named. @param {string} [name] */
    focus(name = "title") {
      const control = /** @type {HTMLInputElement | null} */ (panel.querySelector(`[name="${name}"]`) ?? panel.querySelector("input, select"));
      const part = control?.closest("details");
      if (part) part.open = true;
      control?.focus();
      control?.select?.();
    },
  };
}

/** What can be said about what is selected. @param {Editor} editor @param {(key: string) => void} onCondition @returns {Part[]} */
function fieldsOf(editor, onCondition) {
  const activity = editor.graph.activity(editor.only);
  if (activity) return activityFields(editor, activity, onCondition);
  const way = editor.graph.transition(editor.only);
  if (way) return transitionFields(editor, way, onCondition);
  return editor.selection.size ? commonFields(editor) : processFields(editor);
}

/** @param {string} words @param {boolean} isOpen @param {...Part} children */
function group(words, isOpen, ...children) {
  return section(words, opened.get(words) ?? isOpen, ...children);
}

/** What the problems say about a field of an element. @param {Editor} editor @param {string} key @param {RegExp} codes */
function said(editor, key, codes) {
  return editor.problems.find((problem) => problem.elements.includes(key) && codes.test(problem.code))?.message;
}

/** @param {Editor} editor */
function processFields(editor) {
  const { graph } = editor;
  const { process } = graph;
  const disabled = !editor.canEdit;
  const set = (/** @type {string} */ name) => (/** @type {any} */ value) => editor.patchProcess({ [name]: value });
  const ends = [["", gettext("– none –")], ...[...graph.activities.values()].map((each) => [each.key, each.title])];
  return [
    el("h2", {}, gettext("Process")),
    field(gettext("Title"), processTitle(editor, disabled)),
    field(gettext("Description"), input(process.description, set("description"), { rows: 3, name: "description", disabled })),
    field(gettext("About"), choice(process.content_type, [["", gettext("– nothing in particular –")], ...(editor.names.content_types ?? []).map((/** @type {string} */ each) => [each, each])], set("content_type"), { name: "content_type", disabled }), {
      help: gettext("The kind of record that instances are about; conditions can read its fields."),
    }),
    field(gettext("Begins with"), choice(process.begin, /** @type {any} */ (ends), (value) => editor.setBegin(value), { name: "begin", disabled })),
    field(gettext("Ends with"), choice(process.end, /** @type {any} */ (ends), (value) => editor.setEnd(value), { name: "end", disabled })),
    field(gettext("Priority"), number(process.priority, set("priority"), { name: "priority", disabled })),
    field(gettext("Code"), input(process.code, () => {}, { disabled: true, name: "code" }), { help: gettext("All versions of a process share it.") }),
  ];
}

/** @param {Editor} editor @param {boolean} disabled */
function processTitle(editor, disabled) {
  const { process } = editor.graph;
  const control = input(process.title, (value) => value.trim() && editor.patchProcess({ title: value }), { name: "title", max: 100, disabled });
  listen(control, "change", ({ currentTarget }) => {
    if (!currentTarget.value.trim()) currentTarget.value = process.title;
  });
  return control;
}

/** @param {number} value @param {(value: number) => void} change @param {Record<string, any>} more */
function number(value, change, more) {
  const done = (/** @type {Event} */ event) => change(Math.trunc(Number(/** @type {HTMLInputElement} */ (event.currentTarget).value)) || 0);
  return el("input", { type: "number", step: 1, value: String(value), id: `ds-${more.name}`, ...more, onchange: done });
}

/** @param {Editor} editor @param {Activity} activity @param {(key: string) => void} onCondition */
function activityFields(editor, activity, onCondition) {
  return [
    el("h2", {}, typeNames()[activity.kind === "subflow" ? "subflow" : activity.node_type]),
    group(gettext("General"), true, ...general(editor, activity)),
    group(gettext("Who"), true, ...who(editor, activity)),
    group(gettext("Split and join"), true, ...splitAndJoin(editor, activity, onCondition)),
    group(gettext("Form and application"), false, ...work(editor, activity)),
    group(gettext("Time allowed"), false, ...timing(editor, activity)),
    group(gettext("Notes"), false, ...notes(editor, activity)),
  ];
}

/** @param {Editor} editor @param {Activity} activity */
function setter(editor, activity) {
  return (/** @type {string} */ name) => (/** @type {any} */ value) => editor.patch([activity.key], { [name]: value });
}

/** @param {Editor} editor @param {Activity} activity */
function general(editor, activity) {
  const disabled = !editor.canEdit;
  const set = setter(editor, activity);
  const { process } = editor.graph;
  const title = input(activity.title, (value, control) => {
    if (!editor.rename(activity.key, value)) control.value = activity.title;
  }, { name: "title", max: 100, disabled, live: false });
  listen(title, "input", ({ currentTarget }) => {
    const { value } = currentTarget;
    currentTarget.closest(".field").nextElementSibling.textContent = value.length > 80 ? `${value.length} / 100` : "";
  });
  const names = typeNames();
  const types = ["standard", "approval", "review", "service", "notification", "gateway", "script"].map((each) => /** @type {const} */ ([each, names[each]]));
  return [
    field(gettext("Title"), title, { error: said(editor, activity.key, /title|label-required/) }),
    el("span", { class: "help", "aria-live": "polite", "data-own": true }),
    field(gettext("Drawn as"), choice(activity.node_type, types, set("node_type"), { name: "node_type", disabled })),
    field(gettext("What happens"), choice(activity.kind, [
      ["standard", gettext("a step of work")], ["dummy", gettext("routing only")], ["subflow", gettext("another process")],
    ], set("kind"), { name: "kind", disabled })),
    activity.kind === "subflow" ? field(gettext("Process to run"), input(activity.subflow, set("subflow"), { options: editor.names.subflows, name: "subflow", disabled }), { error: said(editor, activity.key, /subflow/) }) : null,
    check(gettext("The process begins here"), process.begin === activity.key, (on) => editor.setBegin(on ? activity.key : ""), { disabled, name: "is-begin" }),
    check(gettext("The process ends here"), process.end === activity.key, (on) => editor.setEnd(on ? activity.key : ""), { disabled, name: "is-end" }),
    check(gettext("Stops every other branch when done"), activity.terminate, set("terminate"), { disabled, name: "terminate" }),
  ];
}

/** @param {Editor} editor @param {Activity} activity */
function who(editor, activity) {
  const disabled = !editor.canEdit;
  const set = setter(editor, activity);
  const { names } = editor;
  const error = said(editor, activity.key, /nobody|role|user|push/);
  return [
    error ? el("p", { class: "error" }, error) : null,
    chips(gettext("Roles"), activity.roles, names.roles ?? [], set("roles"), { disabled, name: "roles" }),
    chips(gettext("Groups"), activity.allowed_groups, names.roles ?? [], set("allowed_groups"), { disabled, name: "allowed_groups" }),
    chips(gettext("People"), activity.allowed_users, names.users ?? [], set("allowed_users"), { disabled, name: "allowed_users" }),
    field(gettext("Given to (push application)"), input(activity.push_application, set("push_application"), { options: names.push_applications, name: "push_application", disabled }), {
      help: gettext("Chooses the person; without it, everybody named above may take the work."),
    }),
    activity.push_application || Object.keys(activity.push_params).length
      ? params(gettext("Its parameters"), activity.push_params, set("push_params"), "push_params", disabled) : null,
  ];
}

/** @param {string} label @param {Readonly<Record<string, unknown>>} value @param {(value: unknown) => void} change @param {string} name @param {boolean} disabled */
function params(label, value, change, name, disabled) {
  const invalid = gettext("This is no JSON object; it is not stored yet.");
  const control = input(Object.keys(value).length ? JSON.stringify(value, null, 1) : "", (text, shown) => {
    const found = readParams(text);
    shown.setCustomValidity(found ? "" : invalid);
    if (found) change(found);
  }, { rows: 3, name, disabled, placeholder: "{}", live: false });
  control.classList.add("ds-code");
  return field(label, control, { help: gettext("A JSON object, such as {\"group\": \"managers\"}."), invalid });
}

/** @param {string} text @returns {Record<string, unknown> | null} */
function readParams(text) {
  if (!text.trim()) return {};
  try {
    const found = JSON.parse(text);
    return found && typeof found === "object" && !Array.isArray(found) ? found : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @param {Editor} editor @param {Activity} activity */
function work(editor, activity) {
  const disabled = !editor.canEdit;
  const set = setter(editor, activity);
  const { names } = editor;
  return [
    check(gettext("Starts by itself (automatic)"), activity.autostart, set("autostart"), { disabled, name: "autostart" }),
    check(gettext("Finishes with its application"), activity.autofinish, set("autofinish"), { disabled, name: "autofinish" }),
    field(gettext("Application"), input(activity.application, set("application"), { options: [...(names.applications ?? []), ...(names.pages ?? [])], name: "application", disabled }), {
      help: names.external?.includes(activity.application) ? gettext("Runs after commit, outside the step.") : "",
      error: said(editor, activity.key, /application/),
    }),
    params(gettext("Its parameters"), activity.app_params, set("app_params"), "app_params", disabled),
    field(gettext("Form"), input(activity.form_class, set("form_class"), { options: names.forms, name: "form_class", disabled }), { error: said(editor, activity.key, /form/) }),
    field(gettext("Form template"), input(activity.form_template, set("form_template"), { name: "form_template", disabled })),
    field(gettext("Compensation"), input(activity.compensation_handler, set("compensation_handler"), { options: names.hooks, name: "compensation_handler", disabled }), { help: gettext("Undoes this step when the instance is rolled back.") }),
  ];
}

/** @param {Editor} editor @param {Activity} activity */
function timing(editor, activity) {
  const disabled = !editor.canEdit;
  const set = setter(editor, activity);
  return [
    field(gettext("To be done within"), input(activity.sla_duration, set("sla_duration"), { name: "sla_duration", placeholder: "3d", disabled, options: ["4h", "1d", "2d", "3d", "1w"] }), {
      help: gettext("A number and a unit: 30m, 4h, 3d, 1w."), error: said(editor, activity.key, /sla|duration/),
    }),
    field(gettext("Warn after"), input(activity.sla_warn, set("sla_warn"), { name: "sla_warn", placeholder: "2d", disabled })),
    chips(gettext("Tell these roles"), activity.sla_roles, editor.names.roles ?? [], set("sla_roles"), { disabled, name: "sla_roles" }),
    escalationFields(editor, activity, said(editor, activity.key, /escalation/)),
  ];
}

/** @param {Editor} editor @param {Activity} activity @param {(key: string) => void} onCondition */
function splitAndJoin(editor, activity, onCondition) {
  const disabled = !editor.canEdit;
  const set = setter(editor, activity);
  const names = modeNames();
  const options = (/** @type {Record<string, string>} */ all) => Object.entries(all);
  const ways = editor.graph.outgoing(activity.key);
  return [
    field(gettext("Opens when these branches have arrived"), choice(activity.join_mode, options(names.join), set("join_mode"), { name: "join_mode", disabled })),
    field(gettext("Then takes these transitions"), choice(activity.split_mode, options(names.split), set("split_mode"), { name: "split_mode", disabled })),
    el("h3", {}, gettext("Leads to")),
    ways.length ? el("ul", { class: "ds-ways" }, ...ways.map((way) => el("li", { "data-part": way.key },
      el("button", { type: "button", class: "ds-way", onclick: () => editor.select([way.key]) },
        titleOf(editor.graph, way.target), el("span", { class: "meta" }, conditionOf(editor.graph, way))),
      disabled ? null : tool("pencil", interpolate(gettext("Condition to %(title)s"), { title: titleOf(editor.graph, way.target) }), () => onCondition(way.key)),
      disabled ? null : tool("cross", interpolate(gettext("Disconnect from %(title)s"), { title: titleOf(editor.graph, way.target) }), () => editor.remove({}, [way.key])))))
      : el("p", { class: "meta" }, gettext("Nowhere.")),
    disabled ? null : field(gettext("Connect to"), targets(editor, activity.key)),
  ];
}

/** @param {Editor} editor @param {string} source */
function targets(editor, source) {
  const options = [["", gettext("Choose…")], ...[...editor.graph.activities.values()].map((each) => [each.key, each.title])];
  return choice("", /** @type {any} */ (options), (value) => value && editor.connect(source, value, { loops: true }), { name: "connect-to" });
}

/** @param {Editor} editor @param {Activity} activity */
function notes(editor, activity) {
  return [
    field(gettext("Description"), input(activity.description, setter(editor, activity)("description"), { rows: 4, name: "description", disabled: !editor.canEdit })),
    field(gettext("Key"), input(activity.key, () => {}, { disabled: true, name: "key" }), { help: gettext("Stays the same in all versions.") }),
  ];
}

/** @param {Editor} editor @param {Transition} way @param {(key: string) => void} onCondition */
function transitionFields(editor, way, onCondition) {
  const disabled = !editor.canEdit;
  const { graph } = editor;
  const set = (/** @type {string} */ name) => (/** @type {any} */ value) => editor.patchWay(way.key, { [name]: value });
  const ends = /** @type {any} */ ([...graph.activities.values()].map((each) => [each.key, each.title]));
  const place = graph.outgoing(way.source).findIndex((each) => each.key === way.key);
  const isAlone = graph.candidates(way.source).length < 2;
  const otherwise = (/** @type {boolean} */ isOn) => {
    if (isOn) return editor.otherwise(way.key);
    // A transition without a condition is the otherwise, so switching it off means to give it one.
    editor.tell("selection");
    return onCondition(way.key);
  };
  return [
    el("h2", {}, interpolate(gettext("%(source)s → %(target)s"), { source: titleOf(graph, way.source), target: titleOf(graph, way.target) })),
    field(gettext("Condition"), input(way.condition, set("condition"), { name: "condition", disabled, placeholder: conditionOf(graph, way) }), {
      error: said(editor, way.key, /condition|field|timeout/),
      help: gettext("Blank, an outcome such as eq:APPROVED, timeout:3d, or an expression."),
    }),
    disabled ? null : el("div", { class: "ds-actions" }, button(gettext("Build condition…"), () => onCondition(way.key), { picture: "pencil", more: { "data-name": "build" } })),
    check(gettext("Otherwise: taken when no other one is"), graph.isOtherwise(way.key), otherwise, { disabled: disabled || isAlone, name: "otherwise" }),
    field(gettext("Name"), input(way.name, set("name"), { name: "name", max: 100, disabled })),
    el("div", { class: "ds-row" }, el("span", { class: "meta" }, interpolate(gettext("Tried as number %(place)s"), { place: place + 1 })),
      disabled ? null : tool("up", gettext("Try earlier"), () => editor.shift(way.key, -1), { "data-name": "earlier" }),
      disabled ? null : tool("down", gettext("Try later"), () => editor.shift(way.key, 1), { "data-name": "later" })),
    field(gettext("From"), choice(way.source, ends, (value) => editor.reconnect(way.key, { source: value }), { name: "source", disabled })),
    field(gettext("To"), choice(way.target, ends, (value) => editor.reconnect(way.key, { target: value }), { name: "target", disabled })),
    group(gettext("Hooks and notes"), Boolean(way.pre_hook || way.post_hook || way.description),
      field(gettext("Before (hook)"), input(way.pre_hook, set("pre_hook"), { options: editor.names.hooks, name: "pre_hook", disabled })),
      field(gettext("After (hook)"), input(way.post_hook, set("post_hook"), { options: editor.names.hooks, name: "post_hook", disabled })),
      field(gettext("Description"), input(way.description, set("description"), { rows: 3, name: "description", disabled }))),
    disabled ? null : button(gettext("Delete the transition"), () => editor.remove({}, [way.key]), { look: "danger", picture: "trash" }),
  ];
}

/** Fields that several activities share. @param {Editor} editor */
function commonFields(editor) {
  const keys = editor.activities();
  const disabled = !editor.canEdit || !keys.length;
  const all = keys.map((key) => /** @type {Activity} */ (editor.graph.activity(key)));
  const names = modeNames();
  const common = (/** @type {keyof Activity} */ name) => (new Set(all.map((each) => JSON.stringify(each[name]))).size === 1 ? all[0][name] : undefined);
  const pick = (/** @type {keyof Activity} */ name, /** @type {[string, string][]} */ options) => {
    const value = /** @type {string | undefined} */ (common(name));
    const mixed = /** @type {[string, string][]} */ (value === undefined ? [["", gettext("mixed")]] : []);
    return choice(value ?? "", [...mixed, ...options], (chosen) => chosen && editor.patch(keys, { [name]: chosen }), { name, disabled });
  };
  const sla = input(String(common("sla_duration") ?? ""), (value) => editor.patch(keys, { sla_duration: value }), {
    name: "sla_duration", placeholder: common("sla_duration") === undefined ? gettext("mixed") : "3d", disabled, live: false,
  });
  return [
    el("h2", {}, interpolate(ngettext("%(count)s selected", "%(count)s selected", editor.selection.size), { count: editor.selection.size })),
    el("div", { class: "ds-actions" },
      button(gettext("Select before"), () => editor.selectAlong("incoming"), { more: { "data-name": "before" } }),
      button(gettext("Select after"), () => editor.selectAlong("outgoing"), { more: { "data-name": "after" } })),
    chips(gettext("Roles"), /** @type {string[]} */ (common("roles") ?? []), editor.names.roles ?? [], (roles) => editor.patch(keys, { roles }), { disabled, name: "roles" }),
    field(gettext("Opens when these branches have arrived"), pick("join_mode", Object.entries(names.join))),
    field(gettext("Then takes these transitions"), pick("split_mode", Object.entries(names.split))),
    field(gettext("To be done within"), sla),
    disabled ? null : button(gettext("Delete"), () => editor.remove(), { look: "danger", picture: "trash" }),
  ];
}
