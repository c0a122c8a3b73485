import assert from "node:assert/strict";
import { test } from "node:test";

import { ModelError, readActivity } from "../../goflow/static/goflow/js/designer/exchange.js";
import { Graph, kindOf } from "../../goflow/static/goflow/js/designer/model.js";
import { LEAVE, leave } from "./fixtures.js";

test("what is loaded is written again, defaults left out", () => {
  assert.deepEqual(leave().toJSON(), LEAVE);
});

test("equal graphs give the same text, whatever the order of parameters", () => {
  const other = structuredClone(LEAVE);
  other.activities[2].push_params = { a: [1, { c: null }], b: 1 };
  assert.equal(JSON.stringify(new Graph(other)), JSON.stringify(leave()));
});

test("elements are frozen through and through", () => {
  const book = leave().activity("book");
  assert.throws(() => { book.push_params.a[1].c = 1; }, TypeError);
});

test("an unknown field is refused with its path", () => {
  const bad = structuredClone(LEAVE);
  bad.activities[1].colour = "red";
  assert.throws(() => new Graph(bad), (error) => error instanceof ModelError && error.path === "activities[1].colour");
});

test("a value of a wrong type is refused", () => {
  const bad = structuredClone(LEAVE);
  bad.activities[0].roles = "Employee";
  assert.throws(() => new Graph(bad), /activities\[0\]\.roles/);
});

test("a transition into nothing is refused", () => {
  const bad = structuredClone(LEAVE);
  bad.transitions[0].target = "nobody";
  assert.throws(() => new Graph(bad), /transitions\[0\]\.target/);
});

test("a key that is used twice is refused", () => {
  const bad = structuredClone(LEAVE);
  bad.activities[1].key = "request";
  assert.throws(() => new Graph(bad), /used twice/);
});

test("names that objects inherit are unknown fields", () => {
  const bad = JSON.parse('{"format":"goflow-process","format_version":1,"constructor":"x"}');
  assert.throws(() => new Graph(bad), /constructor: is unknown/);
});

test("outgoing transitions come in the order they are tried", () => {
  const graph = leave();
  graph.putTransition({ ...graph.transition("approve-end"), ordering: 5 });
  assert.deepEqual(graph.outgoing("approve").map((way) => way.key), ["approve-end", "approve-book"]);
});

test("on xor the blank transition is tried last, and is the otherwise", () => {
  const graph = leave();
  graph.putTransition({ ...graph.transition("approve-end"), ordering: 5 });
  assert.deepEqual(graph.candidates("approve").map((way) => way.key), ["approve-book", "approve-end"]);
  assert.equal(graph.isOtherwise("approve-end"), true);
  assert.equal(graph.isOtherwise("request-approve"), false);
});

test("timeouts are no candidates", () => {
  const graph = leave();
  graph.putTransition({ ...graph.transition("approve-book"), condition: "timeout:3d" });
  assert.deepEqual(graph.candidates("approve").map((way) => way.key), ["approve-end"]);
});

test("deleting an activity takes its transitions, begin and end with it", () => {
  const graph = leave();
  graph.deleteActivity("end");
  assert.deepEqual([...graph.transitions.keys()], ["request-approve", "approve-book"]);
  assert.equal(graph.process.end, "");
});

test("a batch tells the listeners once, with what differs in the end", () => {
  const graph = leave();
  const seen = [];
  graph.subscribe((change) => seen.push(change));
  graph.batch(() => {
    graph.putActivity({ ...graph.activity("book"), title: "Write down" });
    graph.deleteTransition("book-end");
  });
  assert.deepEqual(seen, [{ activities: new Set(["book"]), transitions: new Set(["book-end"]), process: false }]);
});

test("a change that changes nothing is not told", () => {
  const graph = leave();
  graph.subscribe(() => assert.fail("told"));
  graph.putActivity({ ...graph.activity("book") });
});

test("a snapshot does not follow later changes, and going back restores the order", () => {
  const graph = leave();
  const state = graph.snapshot();
  graph.deleteActivity("request");
  assert.equal(state.activities.size, 4);
  graph.restore(state);
  assert.deepEqual(graph.toJSON(), LEAVE);
});

test("new keys are slugs, numbered when taken, and never those of deleted elements", () => {
  const graph = leave();
  graph.deleteActivity("book");
  assert.equal(graph.newKey("Größe prüfen"), "groe-prufen");
  assert.equal(graph.newKey("Book"), "book-2");
  assert.equal(graph.newKey("審査"), "activity-1");
  assert.equal(graph.newKey("book-end"), "book-end-2");
});

test("who moves a token on", () => {
  const graph = leave();
  assert.equal(kindOf(graph.activity("approve")), "human");
  assert.equal(kindOf(graph.activity("book")), "automatic");
  assert.equal(kindOf(graph.activity("end")), "dummy");
});

test("keys of long titles leave room for a number", () => {
  const graph = new Graph();
  const first = graph.newKey("x".repeat(100));
  graph.putActivity(readActivity({ key: first, title: "x".repeat(100) }));
  const second = graph.newKey("x".repeat(100));
  assert.ok(second !== first && second.length <= 100);
});
