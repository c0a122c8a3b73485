import assert from "node:assert/strict";
import { test } from "node:test";

import { canConnect, illegalTargets } from "../../goflow/static/goflow/js/designer/rules.js";
import { leave } from "./fixtures.js";

const code = (...args) => canConnect(leave(), ...args)?.code ?? null;

test("a new way between two activities is legal, back to the begin too", () => {
  assert.equal(code("request", "book"), null);
  assert.equal(code("book", "request"), null);
});

test("a way into nothing is refused", () => {
  assert.equal(code("request", null), "nowhere");
  assert.equal(code("", "request"), "nowhere");
  assert.equal(code("request", "nobody"), "unknown-activity");
});

test("a second unconditional way is refused, naming the target", () => {
  const reason = canConnect(leave(), "request", "approve");
  assert.equal(reason.code, "duplicate-edge");
  assert.match(reason.message, /“Approve”/);
});

test("a way beside a conditional one is legal", () => {
  assert.equal(code("approve", "book"), null);
});

test("nothing leads out of the end", () => {
  assert.equal(code("end", "request"), "end-has-outgoing");
});

test("an activity leads to itself only when that is asked for", () => {
  assert.equal(code("book", "book"), "self-loop");
  assert.equal(code("book", "book", { loops: true }), null);
});

test("a transition that is reconnected is no duplicate of itself", () => {
  assert.equal(code("request", "approve", { except: "request-approve" }), null);
});

test("the illegal targets of a source carry their reasons", () => {
  const reasons = illegalTargets(leave(), "request");
  assert.deepEqual([...reasons].map(([key, reason]) => [key, reason.code]), [
    ["request", "self-loop"],
    ["approve", "duplicate-edge"],
  ]);
});
