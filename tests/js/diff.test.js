import assert from "node:assert/strict";
import { test } from "node:test";

import { combined, counts, diff } from "../../goflow/static/goflow/js/designer/diff.js";
import { Graph } from "../../goflow/static/goflow/js/designer/model.js";
import { LEAVE } from "./fixtures.js";

function changed(work) {
  const graph = structuredClone(LEAVE);
  work(graph);
  return graph;
}

const states = (other) => diff(LEAVE, other).map(({ kind, key, state }) => [kind, key, state]);

test("equal definitions do not differ, however they are written", () => {
  assert.deepEqual(diff(LEAVE, changed((g) => { g.activities[0].autofinish = true; })), []);
});

test("added, removed, changed and moved elements are told apart", () => {
  const other = changed((g) => {
    g.activities[1].position = [0, 0];
    g.activities[2].title = "Note";
    g.activities.push({ key: "new", title: "New" });
    g.transitions.pop();
  });
  assert.deepEqual(states(other), [
    ["activity", "approve", "moved"],
    ["activity", "book", "changed"],
    ["activity", "new", "added"],
    ["transition", "book-end", "removed"],
  ]);
  assert.deepEqual(counts(diff(LEAVE, other)), { added: 1, removed: 1, changed: 1, moved: 1 });
});

test("a change names its fields and values", () => {
  const other = changed((g) => { g.title = "Holiday"; g.activities[1].roles = ["HR"]; });
  assert.deepEqual(diff(LEAVE, other).map((difference) => difference.changes), [
    [{ field: "title", before: "Leave", after: "Holiday" }],
    [{ field: "roles", before: ["Manager"], after: ["HR"] }],
  ]);
});

test("transitions without a name are called by their ends", () => {
  const other = changed((g) => { g.transitions[0].ordering = 5; });
  assert.equal(diff(LEAVE, other)[0].title, "request → approve");
});

test("versions and codes are not compared", () => {
  assert.deepEqual(diff(LEAVE, changed((g) => { g.code = "x"; g.version = 4; })), []);
});

test("the combined drawing still has what was removed", () => {
  const other = changed((g) => {
    g.activities.splice(2, 1);
    g.transitions = g.transitions.filter((way) => way.source !== "book" && way.target !== "book");
  });
  const graph = new Graph(combined(LEAVE, other));
  assert.equal(graph.activities.size, 4);
  assert.equal(graph.transitions.size, 4);
});

test("what was removed stands below what took its place", () => {
  const other = changed((g) => {
    const book = g.activities.splice(2, 1)[0];
    g.activities.push({ ...book, key: "note", title: "Note", position: [480, 40] });
    g.transitions = g.transitions.filter((way) => way.source !== "book" && way.target !== "book");
  });
  const base = changed((g) => { g.activities[2].position = [472, 40]; });
  const graph = new Graph(combined(base, other));
  assert.deepEqual(graph.activity("note").position, [480, 40]);
  assert.deepEqual(graph.activity("book").position, [472, 136]);
});
