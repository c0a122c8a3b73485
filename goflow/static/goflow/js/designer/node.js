/* One activity on the canvas: its element, what it shows and what it is called. */

import { gettext, interpolate } from "../core/i18n.js";
import { patch } from "../core/patch.js";
import { icon, pictureOf } from "./icons.js";

/**
 * @import { Activity, Transition } from "./exchange.js"
 * @import { Graph } from "./model.js"
 */

/**
 * @typedef {{severity: string, message: string}} Finding
 */

export const WIDTH = 144;
export const HEIGHT = 56;

/** What kinds of activities are called. @returns {Record<string, string>} */
export function typeNames() {
  return {
    standard: gettext("Activity"),
    approval: gettext("Approval"),
    review: gettext("Review"),
    service: gettext("Service"),
    notification: gettext("Notification"),
    gateway: gettext("Gateway"),
    script: gettext("Script"),
    subflow: gettext("Subflow"),
  };
}

/** What the ways of joining and splitting are called. */
export function modeNames() {
  return {
    join: {
      xor: gettext("each one that arrives"), and: gettext("all of them"), or: gettext("all that can still come"),
    },
    split: { and: gettext("every one that holds"), xor: gettext("the first one that holds") },
  };
}

/** @param {Graph} graph @param {string} key */
export function titleOf(graph, key) {
  const activity = graph.activity(key);
  return activity ? activity.title || activity.key : key;
}

/** @param {Graph} graph @param {Transition} way */
export function conditionOf(graph, way) {
  if (way.condition.trim()) return way.condition;
  if (graph.isOtherwise(way.key)) return gettext("otherwise");
  // Behind the otherwise of a split that takes one way, a blank condition is a mistake.
  const isNever = graph.candidates(way.source).length > 1 && graph.activity(way.source)?.split_mode === "xor";
  return isNever ? gettext("no condition") : gettext("always");
}

/** What a screen reader says. @param {Graph} graph @param {Activity} activity */
export function nameOf(graph, activity) {
  const parts = [activity.title, typeNames()[pictureOf(activity)]];
  if (graph.process.begin === activity.key) parts.push(gettext("begin"));
  if (graph.process.end === activity.key) parts.push(gettext("end"));
  const names = modeNames();
  if (graph.incoming(activity.key).length > 1) {
    parts.push(interpolate(gettext("opens with %(mode)s"), { mode: names.join[activity.join_mode] }));
  }
  const out = graph.outgoing(activity.key);
  if (out.length > 1) {
    parts.push(interpolate(gettext("takes %(mode)s"), { mode: names.split[activity.split_mode] }));
  }
  const leads = out.map((way) => `${titleOf(graph, way.target)} (${conditionOf(graph, way)})`);
  parts.push(leads.length ? interpolate(gettext("leads to %(targets)s"), { targets: leads.join(", ") })
    : gettext("leads nowhere"));
  return parts.join(", ");
}

/** @param {string} key @returns {HTMLElement} */
export function createNode(key) {
  const node = document.createElement("div");
  node.className = "ds-node";
  node.dataset.key = key;
  node.tabIndex = -1;
  node.setAttribute("role", "group");
  node.setAttribute("aria-roledescription", gettext("activity"));
  const port = part("ds-port");
  port.dataset.port = key;
  port.title = gettext("Drag to connect");
  node.append(part("ds-picture"), part("ds-node-title"), part("ds-marks"), part("ds-flag"), port);
  return node;
}

/**
 * Show the activity as it is now. Each part is filled by itself: beside them one may be typing a new title.
 * @param {HTMLElement} node
 * @param {Graph} graph
 * @param {Activity} activity
 * @param {Finding[]} findings
 */
export function fillNode(node, graph, activity, findings) {
  node.dataset.kind = activity.kind;
  node.toggleAttribute("data-begin", graph.process.begin === activity.key);
  node.toggleAttribute("data-end", graph.process.end === activity.key);
  node.setAttribute("aria-label", nameOf(graph, activity));
  node.title = findings.length ? findings.map((finding) => finding.message).join("\n") : activity.title;
  const [picture, title, marks, flag] = /** @type {HTMLElement[]} */ ([...node.children]);
  patch(picture, [icon(pictureOf(activity))]);
  patch(title, [document.createTextNode(activity.title)]);
  patch(marks, marksOf(graph, activity, findings));
  flag.textContent = flagOf(graph, activity);
}

/** @param {string} name */
function part(name) {
  const element = document.createElement("span");
  element.className = name;
  return element;
}

/** @param {Graph} graph @param {Activity} activity @param {Finding[]} findings */
function marksOf(graph, activity, findings) {
  const marks = [];
  const names = modeNames();
  if (graph.incoming(activity.key).length > 1 && activity.join_mode !== "xor") {
    marks.push(mark(activity.join_mode, interpolate(gettext("opens with %(mode)s"), { mode: names.join[activity.join_mode] })));
  }
  if (graph.outgoing(activity.key).length > 1 && activity.split_mode === "xor") {
    marks.push(mark("gateway", interpolate(gettext("takes %(mode)s"), { mode: names.split.xor })));
  }
  if (activity.sla_duration) marks.push(mark("clock", activity.sla_duration));
  if (findings.length) {
    const severity = ["error", "warning"].find((each) => findings.some((finding) => finding.severity === each)) ?? "todo";
    const badge = mark({ error: "cross", warning: "alert" }[severity] ?? "todo", findings.map((finding) => finding.message).join("\n"));
    badge.classList.add(`ds-mark-${severity}`);
    marks.push(badge);
  }
  return marks;
}

/** @param {string} picture @param {string} words */
function mark(picture, words) {
  const element = document.createElement("span");
  element.className = "ds-mark";
  element.title = words;
  element.append(icon(picture));
  return element;
}

/** @param {Graph} graph @param {Activity} activity */
function flagOf(graph, activity) {
  const words = [];
  if (graph.process.begin === activity.key) words.push(gettext("Begin"));
  if (graph.process.end === activity.key) words.push(gettext("End"));
  return words.join(" · ");
}
