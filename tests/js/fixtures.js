/** Graphs for the tests, and chance that repeats itself. */

import { Graph } from "../../goflow/static/goflow/js/designer/model.js";

/** A leave process: request, approval by two people in parallel, answer. */
export const LEAVE = {
  format: "goflow-process",
  format_version: 1,
  code: "leave",
  title: "Leave",
  begin: "request",
  end: "end",
  activities: [
    { key: "request", title: "Request", roles: ["Employee"], position: [40, 40] },
    { key: "approve", title: "Approve", split_mode: "xor", roles: ["Manager"], position: [256, 40] },
    { key: "book", title: "Book", autostart: true, push_params: { b: 1, a: [1, { c: null }] }, position: [472, 40] },
    { key: "end", title: "End", kind: "dummy", position: [688, 40] },
  ],
  transitions: [
    { key: "request-approve", source: "request", target: "approve", ordering: 10 },
    { key: "approve-book", source: "approve", target: "book", name: "Yes", condition: "eq:APPROVED", ordering: 10 },
    { key: "approve-end", source: "approve", target: "end", ordering: 20 },
    { key: "book-end", source: "book", target: "end", ordering: 10 },
  ],
};

export const leave = () => new Graph(LEAVE);

/** The same numbers for the same seed (mulberry32). */
export function chance(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** A process of so many activities in rows of ten, each leading to the next and some further ahead. */
export function large(count) {
  const activities = Array.from({ length: count }, (_, i) => ({ key: `a${i}`, title: `Activity ${i}` }));
  const transitions = [];
  for (let i = 0; i + 1 < count; i += 1) {
    transitions.push({ key: `n${i}`, source: `a${i}`, target: `a${i + 1}`, ordering: 10 });
    if (i % 3 === 0 && i + 4 < count) {
      transitions.push({ key: `j${i}`, source: `a${i}`, target: `a${i + 4}`, ordering: 20, condition: "eq:X" });
    }
  }
  return new Graph({
    format: "goflow-process", format_version: 1, code: "large", title: "Large", begin: "a0", activities, transitions,
  });
}
