/* What differs between two versions, as text: in the colours and with the signs of the drawing. */

import { el } from "../parts.js";

/**
 * What the server tells about one element.
 * @typedef {{
 *   state: "added" | "removed" | "changed" | "moved", state_text: string, key: string, title: string,
 *   kind: "process" | "activity" | "transition", kind_text: string,
 *   changes: {field: string, before: string, after: string}[],
 * }} Line
 */

/** As the drawing colours them. */
const LOOKS = Object.freeze({ added: "ok", removed: "bad", changed: "warn", moved: "info" });

/**
 * @param {readonly Line[]} lines
 * @param {{onGo?: (line: Line) => void, current?: string}} [options] where to go when one is pressed; the key of the one that is shown
 */
export function differenceList(lines, { onGo, current } = {}) {
  return el("ol", { class: "ds-findings ds-differences" }, ...lines.map((line) => el("li", { "data-part": `${line.kind}-${line.key}`, "data-state": line.state },
    badge(line),
    el("div", {},
      onGo && line.kind !== "process" ? goer(line, onGo, line.key === current) : el("strong", {}, line.title),
      el("span", { class: "meta" }, line.kind_text),
      ...(line.state === "changed" ? line.changes.map(change) : [])))));
}

/** @param {Line} line */
function badge({ state, state_text }) {
  return el("span", { class: `badge badge-${LOOKS[state]} ds-diff-sign`, "data-diff": state }, state_text);
}

/** @param {Line} line @param {(line: Line) => void} onGo @param {boolean} isCurrent */
function goer(line, onGo, isCurrent) {
  return el("button", {
    type: "button", class: "ds-finding", "data-name": `difference-${line.key}`, "aria-current": isCurrent ? "true" : null, onclick: () => onGo(line),
  }, line.title);
}

/** @param {Line["changes"][number]} change */
function change({ field, before, after }) {
  return el("p", { class: "ds-change" }, `${field}: `, el("del", {}, before), " → ", el("ins", {}, after));
}
