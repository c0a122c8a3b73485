import assert from "node:assert/strict";
import { test } from "node:test";

import { copied, paste, readPayload } from "../../goflow/static/goflow/js/designer/clipboard.js";
import { CommandStack } from "../../goflow/static/goflow/js/designer/commands.js";
import { Graph } from "../../goflow/static/goflow/js/designer/model.js";
import { LEAVE, leave } from "./fixtures.js";

const payload = (...keys) => readPayload(copied(leave(), keys));

test("a copy holds the activities and the transitions between them, in exchanged form", () => {
  assert.deepEqual(JSON.parse(copied(leave(), ["approve", "book", "book-end"])), {
    goflow: 1, activities: LEAVE.activities.slice(1, 3), transitions: [LEAVE.transitions[1]],
  });
});

test("nothing to copy gives no text", () => {
  assert.equal(copied(leave(), ["book-end"]), "");
});

test("pasting into another process makes new keys and keeps inner transitions", () => {
  const graph = new Graph();
  const keys = new CommandStack(graph).run(paste(graph, payload("approve", "book")));
  assert.deepEqual(keys, ["approve", "book"]);
  assert.deepEqual([...graph.transitions.values()].map((way) => [way.source, way.target, way.condition]), [
    ["approve", "book", "eq:APPROVED"],
  ]);
});

test("pasting where it came from numbers keys and titles, in one step", () => {
  const graph = leave();
  const stack = new CommandStack(graph);
  const keys = stack.run(paste(graph, payload("approve", "book")));
  assert.deepEqual(keys.map((key) => graph.activity(key).title), ["Approve (2)", "Book (2)"]);
  assert.deepEqual(graph.outgoing(keys[0]).map((way) => way.target), [keys[1]]);
  assert.deepEqual(graph.activity(keys[0]).position, [256, 112]);
  stack.undo();
  assert.deepEqual(graph.toJSON(), LEAVE);
});

test("a place to paste at is the corner of the group", () => {
  const graph = leave();
  const keys = new CommandStack(graph).run(paste(graph, payload("approve", "book"), { at: [0, 400] }));
  assert.deepEqual(keys.map((key) => graph.activity(key).position), [[0, 400], [216, 400]]);
});

test("names that do not exist here stay", () => {
  const graph = new Graph();
  const keys = new CommandStack(graph).run(paste(graph, payload("approve")));
  assert.deepEqual(graph.activity(keys[0]).roles, ["Manager"]);
});

test("a step can be pasted more than once", () => {
  const graph = new Graph();
  const stack = new CommandStack(graph);
  stack.run(paste(graph, payload("book")));
  const keys = stack.run(paste(graph, payload("book")));
  assert.deepEqual(keys, ["book-2"]);
});

for (const text of ["", "hello", "{", "[1]", "null", '{"goflow":2}', '{"goflow":1,"activities":{},"transitions":[]}',
  '{"goflow":1,"activities":[{"key":"a","title":"A","onclick":"x"}],"transitions":[]}',
  '{"goflow":1,"activities":[{"key":"<b>","title":"A"}],"transitions":[]}']) {
  test(`foreign text is not pasted: ${text}`, () => assert.equal(readPayload(text), null));
}

test("transitions that lead out of the copy are left out", () => {
  const text = JSON.stringify({
    goflow: 1,
    activities: [{ key: "a", title: "A" }],
    transitions: [{ key: "w", source: "a", target: "b", ordering: 1 }],
  });
  assert.deepEqual(readPayload(text).transitions, []);
});
