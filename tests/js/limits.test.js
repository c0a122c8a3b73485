import assert from "node:assert/strict";
import { test } from "node:test";

import { span, stateAt, update } from "../../goflow/static/goflow/js/limits.js";

const HOUR = 3_600_000;
const NOW = Date.parse("2030-01-07T12:00:00Z");
const WORDS = { onTrack: "due in %(time)s", dueSoon: "due soon, in %(time)s", breached: "%(time)s late" };

/** As the server writes it, with the few parts of an element that are used. */
function limit(due) {
  const use = { href: "/static/icons.1a2b.svg#clock", getAttribute() { return this.href; }, setAttribute(_, to) { this.href = to; } };
  const badge = { className: "badge badge-off", lastChild: { textContent: "" }, querySelector: () => use };
  const attributes = { datetime: new Date(due).toISOString() };
  return {
    badge, use, dataset: { warn: new Date(due - 2 * HOUR).toISOString(), ...WORDS },
    getAttribute: (name) => attributes[name] ?? null, querySelector: () => badge,
  };
}

test("a limit is on track, soon due, then broken", () => {
  assert.equal(stateAt(NOW + 3 * HOUR, NOW + HOUR, NOW), "onTrack");
  assert.equal(stateAt(NOW + 3 * HOUR, NOW, NOW), "dueSoon");
  assert.equal(stateAt(NOW, NOW - HOUR, NOW), "breached");
});

test("a length of time is told in its largest unit and in the language", () => {
  assert.equal(span(90 * 60_000, "en"), "1 hour");
  assert.equal(span(-3 * HOUR, "en"), "3 hours");
  assert.equal(span(50 * HOUR, "de"), "2 Tage");
  assert.equal(span(1_000, "en"), "0 minutes");
  assert.equal(span(400 * 24 * HOUR, "en"), "1 year");
});

test("a badge changes its words, its colour and its drawing", () => {
  const soon = limit(NOW + HOUR);
  update(soon, NOW, "en");
  assert.equal(soon.badge.lastChild.textContent, "due soon, in 1 hour");
  assert.equal(soon.badge.className, "badge badge-warn");
  assert.equal(soon.use.href, "/static/icons.1a2b.svg#hourglass");
  update(soon, NOW + 3 * HOUR, "en");
  assert.equal(soon.badge.lastChild.textContent, "2 hours late");
  assert.equal(soon.badge.className, "badge badge-bad");
  assert.equal(soon.use.href, "/static/icons.1a2b.svg#alert");
});

test("what cannot be understood stays as the server wrote it", () => {
  const broken = limit(NOW);
  broken.getAttribute = () => null;
  broken.badge.lastChild.textContent = "late";
  update(broken, NOW, "en");
  assert.equal(broken.badge.lastChild.textContent, "late");
});
