/* What happens, step by step, to work that stays open. */

import { gettext, interpolate } from "../../core/i18n.js";
import { chips } from "../chips.js";
import { button, choice, el, field, input, tool } from "../parts.js";

/**
 * @import { Editor } from "../editor.js"
 * @import { Activity, Escalation } from "../exchange.js"
 */

/** @returns {[Escalation["action"], string][]} */
function actionNames() {
  return [
    ["remind", gettext("remind those who may do it")], ["reassign", gettext("give it to these roles")],
    ["priority", gettext("raise its priority")],
  ];
}

/**
 * @param {Editor} editor
 * @param {Activity} activity
 * @param {string | undefined} error what the problems say about the steps
 */
export function escalationFields(editor, activity, error) {
  const steps = activity.escalations;
  const disabled = !editor.canEdit;
  const set = (/** @type {readonly Escalation[]} */ next) => editor.patch([activity.key], { escalations: next.map(short) });
  const change = (/** @type {number} */ index, /** @type {Partial<Escalation>} */ patch) => set(steps.map((step, at) => (at === index ? { ...step, ...patch } : step)));
  return el("fieldset", { class: "field" },
    el("legend", {}, gettext("When it stays open")),
    error ? el("p", { class: "error" }, error) : null,
    ...steps.flatMap((step, index) => row(editor, step, index, (patch) => change(index, patch), () => set(steps.filter((_, at) => at !== index)))),
    disabled ? null : button(gettext("Add a step"), () => set([...steps, { after: next(steps), action: "remind", roles: [], priority: 0 }]), { picture: "plus", more: { "data-name": "escalation-add" } }),
    disabled && !steps.length ? el("p", { class: "meta" }, gettext("Nothing.")) : null);
}

/**
 * @param {Editor} editor @param {Escalation} step @param {number} index
 * @param {(patch: Partial<Escalation>) => void} change @param {() => void} remove
 */
function row(editor, step, index, change, remove) {
  const disabled = !editor.canEdit;
  const number = index + 1;
  const name = (/** @type {string} */ part) => `escalation-${part}-${index}`;
  return [
    el("div", { class: "ds-row" },
      field(interpolate(gettext("Step %(number)s, after"), { number }), input(step.after, (after) => change({ after }), { name: name("after"), placeholder: "3d", live: false, disabled, options: ["1d", "3d", "1w"] })),
      disabled ? null : tool("cross", interpolate(gettext("Remove step %(number)s"), { number }), remove, { "data-name": name("remove") })),
    field(interpolate(gettext("Step %(number)s: what to do"), { number }), choice(step.action, actionNames(), (action) => change({ action: /** @type {any} */ (action) }), { name: name("action"), disabled })),
    step.action === "priority"
      ? field(interpolate(gettext("Step %(number)s: priority"), { number }), input(String(step.priority ?? 0), (text) => change({ priority: Math.trunc(Number(text)) || 0 }), { name: name("priority"), live: false, disabled }))
      : chips(interpolate(gettext("Step %(number)s: roles"), { number }), step.roles ?? [], editor.names.roles ?? [], (roles) => change({ roles }), { name: name("roles"), disabled }),
  ];
}

/** As the server writes it: without what says nothing. @param {Escalation} step @returns {any} */
function short({ after, action, roles, priority }) {
  return { after, action, ...(roles?.length ? { roles } : {}), ...(priority ? { priority } : {}) };
}

/** A time that comes after those there are. @param {readonly Escalation[]} steps */
function next(steps) {
  const days = steps.map(({ after }) => Number(/^([0-9]+)d$/.exec(after.trim())?.[1] ?? 0));
  return `${Math.max(0, ...days) + 1}d`;
}
