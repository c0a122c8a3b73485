import assert from "node:assert/strict";
import { test } from "node:test";

import { merge } from "../../goflow/static/goflow/js/designer/merge.js";
import { Graph } from "../../goflow/static/goflow/js/designer/model.js";
import { LEAVE } from "./fixtures.js";

function changed(work) {
  const graph = structuredClone(LEAVE);
  work(graph);
  return graph;
}

function without(key) {
  return changed((g) => {
    g.activities = g.activities.filter((activity) => activity.key !== key);
    g.transitions = g.transitions.filter((way) => way.source !== key && way.target !== key);
    if (g.end === key) delete g.end;
  });
}

const ids = ({ conflicts }) => conflicts.map((conflict) => conflict.id);

test("without changes nothing changes", () => {
  assert.deepEqual(merge(LEAVE, LEAVE, LEAVE), { graph: LEAVE, conflicts: [], open: [] });
});

test("changes of different elements and fields come together", () => {
  const mine = changed((g) => { g.activities[1].title = "Decide"; g.title = "Holiday"; });
  const theirs = changed((g) => {
    g.activities[1].roles = ["HR"];
    g.transitions[1].condition = "eq:YES";
    g.activities.push({ key: "new", title: "New" });
  });
  const { graph, conflicts } = merge(LEAVE, mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.deepEqual(graph, changed((g) => {
    g.title = "Holiday";
    g.activities[1] = { ...g.activities[1], title: "Decide", roles: ["HR"] };
    g.transitions[1].condition = "eq:YES";
    g.activities.push({ key: "new", title: "New" });
  }));
});

test("the same change on both sides is no conflict", () => {
  const both = changed((g) => { g.activities[1].title = "Decide"; });
  assert.deepEqual(merge(LEAVE, both, both).graph, both);
});

test("a field both changed differently is a conflict that follows the choice", () => {
  const mine = changed((g) => { g.activities[1].title = "Decide"; });
  const theirs = changed((g) => { g.activities[1].title = "Check"; });
  const open = merge(LEAVE, mine, theirs);
  assert.deepEqual(open.conflicts, [{
    id: "activity:approve:title", kind: "activity", key: "approve", title: "Decide", field: "title",
    base: "Approve", mine: "Decide", theirs: "Check",
  }]);
  assert.deepEqual(open.graph, mine);
  assert.equal(open.open.length, 1);
  const chosen = merge(LEAVE, mine, theirs, { "activity:approve:title": "theirs" });
  assert.deepEqual(chosen.graph, theirs);
  assert.deepEqual(chosen.open, []);
});

test("what one removed and the other left alone is removed", () => {
  const { graph, conflicts } = merge(LEAVE, without("book"), changed((g) => { g.title = "Holiday"; }));
  assert.deepEqual(conflicts, []);
  assert.deepEqual(graph, { ...without("book"), title: "Holiday" });
});

test("removing what the other changed is a conflict", () => {
  const theirs = changed((g) => { g.activities[2].title = "Note"; });
  const open = merge(LEAVE, without("book"), theirs);
  assert.deepEqual(ids(open), ["activity:book:"]);
  assert.equal(open.conflicts[0].mine, null);
  const kept = merge(LEAVE, without("book"), theirs, { "activity:book:": "theirs" });
  assert.equal(kept.graph.activities.some((activity) => activity.title === "Note"), true);
});

test("removing what the other leads to is a conflict, and no transition is left hanging", () => {
  const mine = changed((g) => {
    g.transitions.push({ key: "again", source: "request", target: "book", ordering: 30 });
  });
  const open = merge(LEAVE, mine, without("book"));
  assert.deepEqual(ids(open), ["activity:book:"]);
  assert.deepEqual(open.graph.transitions.map((way) => way.key), ["request-approve", "approve-end", "again"]);
  const gone = merge(LEAVE, mine, without("book"), { "activity:book:": "theirs" });
  assert.deepEqual(gone.graph, without("book"));
});

test("an end that vanishes by choice is no end any more", () => {
  const mine = changed((g) => { g.end = "end"; g.activities[3].title = "Over"; });
  const { graph } = merge(LEAVE, mine, without("end"), { "activity:end:": "theirs" });
  assert.equal(graph.end, undefined);
  assert.doesNotThrow(() => new Graph(graph));
});

test("both adding an element under one key asks about its fields", () => {
  const add = (title) => changed((g) => { g.activities.push({ key: "new", title }); });
  assert.deepEqual(ids(merge(LEAVE, add("One"), add("Other"))), ["activity:new:title"]);
});

test("places are never asked for", () => {
  const moved = (x) => changed((g) => { g.activities[0].position = [x, 0]; });
  const { graph, conflicts } = merge(LEAVE, moved(8), moved(16));
  assert.deepEqual(conflicts, []);
  assert.deepEqual(graph, moved(8));
});

test("lists of names come together name by name", () => {
  const named = (roles) => changed((g) => { g.activities[1].roles = roles; });
  const { graph, conflicts } = merge(named(["A", "B"]), named(["A", "B", "C"]), named(["B", "D"]));
  assert.deepEqual(conflicts, []);
  assert.deepEqual(graph.activities[1].roles, ["B", "C", "D"]);
});
