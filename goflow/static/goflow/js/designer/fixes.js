/* What can be done about a problem with one press; everything goes through the command stack, so one undo takes it back. */

import { gettext, interpolate } from "../core/i18n.js";
import { connect, patchActivity, removeElements, setBegin, setEnd, setOtherwise } from "./commands.js";
import { titleOf } from "./node.js";

/**
 * @import { Command } from "./commands.js"
 * @import { Editor, Problem } from "./editor.js"
 * @import { Graph } from "./model.js"
 */

/**
 * @typedef {{words: string, apply: () => void}} Fix
 */

/** Which field of the properties a problem is about. @type {Record<string, string>} */
const FIELDS = {
  "label-required": "title", "title-too-long": "title", "duplicate-title": "title", "condition-syntax": "condition",
  "unknown-field": "condition", "nobody-can-do-it": "roles", "open-to-everyone": "roles", "unknown-role": "roles", "unknown-user": "allowed_users",
  "no-form": "form_class", "unknown-form": "form_class", "file-in-form": "form_class",
  "no-application": "application", "unknown-application": "application",
  "unknown-push-application": "push_application", "unknown-hook": "pre_hook", "sla-syntax": "sla_duration",
  "sla-order": "sla_warn", "fake-join": "join_mode", deadlock: "join_mode", "multi-run": "join_mode",
  "missing-default": "connect-to", "dangling-end": "connect-to", "no-path-to-end": "connect-to", "no-subflow": "subflow",
  "subflow-unpublished": "subflow", "subflow-cycle": "subflow",
};

/** @param {Problem} problem @returns {string} */
export function fieldFor(problem) {
  const step = Number(problem.params?.step ?? 1) - 1;
  const part = { "escalation-syntax": "after", "escalation-order": "after", "escalation-roles": "roles", "escalation-priority": "priority" }[problem.code];
  return part ? `escalation-${part}-${step}` : FIELDS[problem.code] ?? "title";
}

/** @param {Editor} editor @param {Problem} problem @returns {Fix[]} */
export function fixesOf(editor, problem) {
  const { graph } = editor;
  const keys = problem.elements.filter((key) => graph.activity(key));
  const [key] = keys;
  const way = problem.elements.find((each) => graph.transition(each));
  const run = (/** @type {Command<any>} */ command) => () => void editor.run(command);
  switch (problem.code) {
    case "one-start":
    case "unknown-begin":
      return first(graph, (each) => !graph.incoming(each).length, (each) => ({
        words: interpolate(gettext("Begin with “%(title)s”"), { title: titleOf(graph, each) }), apply: run(setBegin(each)),
      }));
    case "end-required":
    case "unknown-end":
      return first(graph, (each) => !graph.outgoing(each).length, (each) => ({
        words: interpolate(gettext("End with “%(title)s”"), { title: titleOf(graph, each) }), apply: run(setEnd(each)),
      }));
    case "dangling-end":
    case "no-path-to-end":
      if (!graph.process.end || key === graph.process.end) return [];
      return [{
        words: interpolate(gettext("Connect to “%(title)s”"), { title: titleOf(graph, graph.process.end) }),
        apply: run(connect(key, graph.process.end)),
      }];
    case "unreachable":
    case "dead-activity":
      return [{ words: gettext("Delete it"), apply: run(removeElements([key])) }];
    case "end-has-outgoing":
      return [{ words: gettext("Remove these transitions"), apply: run(removeElements(problem.elements.filter((each) => graph.transition(each)))) }];
    case "duplicate-edge":
      return way ? [{ words: gettext("Remove one"), apply: run(removeElements([problem.elements[problem.elements.length - 1]])) }] : [];
    case "missing-default": {
      const last = [...graph.outgoing(key)].pop();
      return last ? [{
        words: interpolate(gettext("Otherwise to “%(title)s”"), { title: titleOf(graph, last.target) }), apply: run(setOtherwise(last.key)),
      }] : [];
    }
    case "fake-join":
      return [{ words: gettext("Open with each one that arrives"), apply: run(patchActivity(key, { join_mode: "xor" })) }];
    case "multi-run":
      return [{ words: gettext("Wait for all"), apply: run(patchActivity(key, { join_mode: "and" })) }];
    case "deadlock":
      return deadlock(editor, keys, run);
    case "unknown-role":
      return role(editor, key, String(problem.params?.name ?? ""));
    case "unknown-user":
      return [takeOut(editor, key, String(problem.params?.name ?? ""))];
    case "unknown-model":
      return [{ words: gettext("Let it be for no model"), apply: () => editor.patchProcess({ content_type: "" }) }];
    default:
      return [];
  }
}

/** @param {Editor} editor @param {string[]} keys @param {(command: Command<any>) => () => void} run @returns {Fix[]} */
function deadlock(editor, keys, run) {
  const join = keys.find((key) => editor.graph.activity(key)?.join_mode === "and");
  const split = [...editor.graph.activities.values()].find((each) => each.split_mode === "xor" && editor.graph.outgoing(each.key).length > 1
    && editor.graph.outgoing(each.key).every((way) => !way.condition.trim()));
  const fixes = [];
  if (join) fixes.push({ words: gettext("Wait only for what can still come"), apply: run(patchActivity(join, { join_mode: "or" })) });
  if (split) fixes.push({ words: interpolate(gettext("Let “%(title)s” take all ways"), { title: split.title }), apply: run(patchActivity(split.key, { split_mode: "and" })) });
  return fixes;
}

/** @param {Editor} editor @param {string} key @param {string} name @returns {Fix[]} */
function role(editor, key, name) {
  const make = { words: interpolate(gettext("Create the role “%(name)s”"), { name }), apply: () => editor.tell("make-role", name) };
  return [...(editor.may.make_roles ? [make] : []), takeOut(editor, key, name)];
}

/** Name somebody no longer. @param {Editor} editor @param {string} key @param {string} name @returns {Fix} */
function takeOut(editor, key, name) {
  const words = interpolate(gettext("Take “%(name)s” out"), { name });
  const apply = () => {
    const activity = editor.graph.activity(key);
    if (!activity) return;
    const others = (/** @type {readonly string[]} */ names) => names.filter((each) => each !== name);
    editor.patch([key], {
      roles: others(activity.roles), allowed_groups: others(activity.allowed_groups), allowed_users: others(activity.allowed_users),
      sla_roles: others(activity.sla_roles), escalations: activity.escalations.map((/** @type {any} */ step) => (step.roles ? { ...step, roles: others(step.roles) } : step)),
    });
  };
  return { words, apply };
}

/** @param {Graph} graph @param {(key: string) => boolean} holds @param {(key: string) => Fix} make @returns {Fix[]} */
function first(graph, holds, make) {
  const found = [...graph.activities.keys()].filter(holds);
  return (found.length ? found : [...graph.activities.keys()]).slice(0, 3).map(make);
}
