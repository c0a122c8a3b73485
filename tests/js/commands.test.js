import assert from "node:assert/strict";
import { test } from "node:test";

import * as c from "../../goflow/static/goflow/js/designer/commands.js";
import { Graph } from "../../goflow/static/goflow/js/designer/model.js";
import { chance, LEAVE, leave } from "./fixtures.js";

function clocked(graph) {
  const clock = { now: 0 };
  return { clock, stack: new c.CommandStack(graph, { now: () => clock.now }) };
}

const setTitle = (key, title) => c.patchActivity(key, { title });

test("a step is undone and redone", () => {
  const graph = leave();
  const stack = new c.CommandStack(graph);
  stack.run(setTitle("book", "Note"));
  assert.equal(stack.undoLabel, "Change “Title”");
  stack.undo();
  assert.deepEqual(graph.toJSON(), LEAVE);
  assert.equal(stack.redoLabel, "Change “Title”");
  stack.redo();
  assert.equal(graph.activity("book").title, "Note");
});

test("there is nothing to undo at the start", () => {
  const stack = new c.CommandStack(leave());
  assert.equal(stack.undo(), false);
  assert.equal(stack.redo(), false);
  assert.equal(stack.undoLabel, "");
});

test("a new step forgets what could be redone", () => {
  const stack = new c.CommandStack(leave());
  stack.run(setTitle("book", "Note"));
  stack.undo();
  stack.run(setTitle("end", "Over"));
  assert.equal(stack.canRedo, false);
});

test("a command that changes nothing is no step", () => {
  const stack = new c.CommandStack(leave());
  stack.run(setTitle("book", "Book"));
  assert.equal(stack.canUndo, false);
});

test("a command that throws leaves everything as it was", () => {
  const graph = leave();
  const stack = new c.CommandStack(graph);
  assert.throws(() => stack.run(c.compound("both", [setTitle("book", "Note"), setTitle("nobody", "x")])), RangeError);
  assert.deepEqual(graph.toJSON(), LEAVE);
  assert.equal(stack.canUndo, false);
});

test("typing within 600 ms is one step", () => {
  const graph = leave();
  const { clock, stack } = clocked(graph);
  for (const title of ["N", "No", "Not", "Note"]) {
    stack.run(setTitle("book", title));
    clock.now += 599;
  }
  stack.undo();
  assert.equal(graph.activity("book").title, "Book");
});

test("after 600 ms, in another field and after undo a new step begins", () => {
  const graph = leave();
  const { clock, stack } = clocked(graph);
  stack.run(setTitle("book", "N"));
  clock.now += 600;
  stack.run(setTitle("book", "No"));
  stack.run(c.patchActivity("book", { description: "x" }));
  stack.undo();
  stack.run(setTitle("book", "Not"));
  stack.undo();
  assert.equal(graph.activity("book").title, "No");
  stack.undo();
  assert.equal(graph.activity("book").title, "N");
});

test("typing that goes on after a save is a step of its own", () => {
  const { stack } = clocked(leave());
  stack.run(setTitle("book", "N"));
  stack.markSaved();
  stack.run(setTitle("book", "No"));
  assert.equal(stack.isDirty, true);
  stack.undo();
  assert.equal(stack.isDirty, false);
});

test("what was sent is saved, not what was typed meanwhile", () => {
  const graph = leave();
  const { stack } = clocked(graph);
  stack.run(setTitle("book", "N"));
  const sent = graph.snapshot();
  stack.run(setTitle("end", "Over"));
  stack.markSaved(sent);
  assert.equal(stack.isDirty, true);
  stack.undo();
  assert.equal(stack.isDirty, false);
});

test("a compound is one step and tells the listeners once", () => {
  const graph = leave();
  const stack = new c.CommandStack(graph);
  let told = 0;
  graph.subscribe(() => { told += 1; });
  stack.run(c.compound("Rename all", [setTitle("book", "Note"), setTitle("end", "Over")]));
  assert.equal(told, 1);
  stack.undo();
  assert.deepEqual(graph.toJSON(), LEAVE);
});

test("the oldest steps are forgotten beyond the limit", () => {
  const stack = new c.CommandStack(leave(), { limit: 200 });
  for (let i = 0; i < 250; i += 1) stack.run(c.move({ book: [i, i] }));
  let steps = 0;
  while (stack.undo()) steps += 1;
  assert.equal(steps, 200);
});

test("appending makes a connected activity in one step", () => {
  const graph = new Graph();
  const stack = new c.CommandStack(graph);
  const first = stack.run(c.addActivity({ title: "Start", position: [40.4, 40] }));
  const second = stack.run(c.appendActivity(first, { title: "Start" }));
  assert.deepEqual([first, second], ["start", "start-2"]);
  assert.deepEqual(graph.outgoing("start").map((way) => [way.key, way.target, way.ordering]), [
    ["start-start-2", "start-2", 10],
  ]);
  assert.equal(graph.process.begin, "start");
  assert.deepEqual(graph.activity("start").position, [40, 40]);
  stack.undo();
  assert.equal(graph.activities.size, 1);
});

test("inserting on a transition keeps its condition in front", () => {
  const graph = leave();
  new c.CommandStack(graph).run(c.insertOnTransition("approve-book", { title: "Check" }));
  assert.equal(graph.transition("approve-book").target, "check");
  assert.equal(graph.transition("approve-book").condition, "eq:APPROVED");
  assert.deepEqual(graph.outgoing("check").map((way) => way.target), ["book"]);
});

test("deleting with heal bridges one way in and one way out", () => {
  const graph = leave();
  new c.CommandStack(graph).run(c.removeElements(["book"], { heal: true }));
  assert.equal(graph.transition("approve-book").target, "end");
  assert.equal(graph.transition("approve-book").condition, "eq:APPROVED");
});

test("deleting with heal does not double a way", () => {
  const graph = leave();
  graph.putTransition({ ...graph.transition("approve-book"), condition: "" });
  new c.CommandStack(graph).run(c.removeElements(["book"], { heal: true }));
  assert.deepEqual(graph.outgoing("approve").map((way) => way.key), ["approve-end"]);
});

test("a connection that may not be drawn is refused with its reason", () => {
  const stack = new c.CommandStack(leave());
  const isRefusal = (error) => error instanceof c.NotConnectable && error.reason.code === "end-has-outgoing";
  assert.throws(() => stack.run(c.connect("end", "book")), isRefusal);
});

test("a transition can begin and end elsewhere", () => {
  const graph = leave();
  const stack = new c.CommandStack(graph);
  stack.run(c.reconnect("book-end", { target: "approve" }));
  assert.equal(graph.transition("book-end").target, "approve");
  assert.throws(() => stack.run(c.reconnect("book-end", { source: "end" })), c.NotConnectable);
});

test("otherwise makes the split exclusive and the condition blank", () => {
  const graph = leave();
  new c.CommandStack(graph).run(c.setOtherwise("approve-book"));
  assert.equal(graph.activity("approve").split_mode, "xor");
  assert.equal(graph.transition("approve-book").condition, "");
});

test("the otherwise moves from one transition to another as one step", () => {
  const graph = leave();
  const stack = new c.CommandStack(graph);
  stack.run(c.setOtherwise("approve-end"));
  const before = graph.toJSON();
  stack.run(c.setOtherwise("approve-book"));
  assert.equal(graph.isOtherwise("approve-book"), true);
  assert.equal(graph.isOtherwise("approve-end"), false);
  stack.undo();
  assert.deepEqual(graph.toJSON(), before);
});

test("keys cannot be patched", () => {
  const graph = leave();
  new c.CommandStack(graph).run(c.patchActivity("book", { key: "other", title: "Note" }));
  assert.equal(graph.activity("book").key, "book");
});

test("begin, end and order are chosen", () => {
  const graph = leave();
  const stack = new c.CommandStack(graph);
  stack.run(c.setBegin("approve"));
  stack.run(c.setEnd(""));
  stack.run(c.reorder(["approve-end", "approve-book"]));
  assert.deepEqual([graph.process.begin, graph.process.end], ["approve", ""]);
  assert.deepEqual(graph.outgoing("approve").map((way) => way.key), ["approve-end", "approve-book"]);
  assert.throws(() => stack.run(c.setEnd("nobody")), RangeError);
});

function randomCommand(graph, random) {
  const nodes = [...graph.activities.keys()];
  const ways = [...graph.transitions.keys()];
  const one = (list) => list[random(list.length)];
  const makers = [
    () => c.addActivity({ title: `Step ${random(20)}`, position: [random(900), random(500)] }),
    () => nodes.length && c.appendActivity(one(nodes), { title: "次へ" }),
    () => ways.length && c.insertOnTransition(one(ways), { title: `Between ${random(9)}` }),
    () => nodes.length && c.removeElements([one(nodes), one(nodes)], { heal: random(2) === 0 }),
    () => ways.length && c.removeElements([one(ways)]),
    () => nodes.length && c.patchActivity(one(nodes), { title: `T${random(50)}`, roles: [`R${random(5)}`] }),
    () => ways.length && c.patchTransition(one(ways), { condition: `eq:${random(7)}`, name: `N${random(4)}` }),
    () => c.patchProcess({ title: `P${random(30)}`, priority: random(5) }),
    () => nodes.length && c.move({ [one(nodes)]: [random(999), random(999)] }),
    () => nodes.length && c.connect(one(nodes), one(nodes), {}, { loops: true }),
    () => ways.length && nodes.length && c.reconnect(one(ways), { target: one(nodes) }),
    () => nodes.length && c.setBegin(one(nodes)),
    () => c.setEnd(random(3) && nodes.length ? one(nodes) : ""),
    () => ways.length && c.setOtherwise(one(ways)),
    () => nodes.length && c.compound("two", [c.addActivity({ title: "A" }), c.move({ [one(nodes)]: [1, random(9)] })]),
  ];
  return makers[random(makers.length)]() || c.addActivity({ title: "More" });
}

function runRandomly(stack, random, count) {
  let steps = 0;
  while (steps < count) {
    const label = stack.undoLabel;
    try {
      const before = stack.graph.snapshot();
      stack.run(randomCommand(stack.graph, random));
      if (!stack.graph.isAt(before)) steps += 1;
    } catch (error) {
      if (!(error instanceof c.NotConnectable)) throw error;
      assert.equal(stack.undoLabel, label);
    }
  }
}

for (const seed of [1, 2, 3, 20240607]) {
  test(`500 random commands are undone to the exact start and redone to the exact end (seed ${seed})`, () => {
    const graph = leave();
    let now = 0;
    const stack = new c.CommandStack(graph, { now: () => (now += 1000) });
    const start = JSON.stringify(graph);
    runRandomly(stack, chance(seed), 500);
    const end = JSON.stringify(graph);
    let undone = 0;
    while (stack.undo()) undone += 1;
    assert.equal(undone, 500);
    assert.equal(JSON.stringify(graph), start);
    while (stack.redo());
    assert.equal(JSON.stringify(graph), end);
    assert.doesNotThrow(() => new Graph(JSON.parse(end)));
  });
}

/** What somebody else changed: the title of one activity. */
const theirs = (key, title) => (state) => {
  const graph = new Graph();
  graph.restore(state);
  graph.putActivity({ ...graph.activity(key), title });
  return graph.snapshot();
};

test("what others change is no step, and undo keeps it", () => {
  const graph = leave();
  const stack = new c.CommandStack(graph);
  stack.run(setTitle("book", "Mine"));
  stack.absorb(theirs("end", "Theirs"));
  assert.equal(graph.activity("end").title, "Theirs");
  stack.undo();
  assert.deepEqual([graph.activity("book").title, graph.activity("end").title], ["Book", "Theirs"]);
  assert.equal(stack.canUndo, false);
  stack.redo();
  assert.deepEqual([graph.activity("book").title, graph.activity("end").title], ["Mine", "Theirs"]);
});

test("steps before and after what others changed come in any order", () => {
  const graph = leave();
  const stack = new c.CommandStack(graph);
  stack.run(setTitle("book", "One"));
  stack.absorb(theirs("end", "Theirs"));
  stack.run(setTitle("book", "Two"));
  stack.absorb(theirs("end", "Theirs again"));
  stack.undo();
  stack.undo();
  assert.deepEqual([graph.activity("book").title, graph.activity("end").title], ["Book", "Theirs again"]);
});

test("with what others changed saved, only own changes wait", () => {
  const graph = leave();
  const stack = new c.CommandStack(graph);
  stack.absorb(theirs("end", "Theirs"));
  assert.equal(stack.isDirty, false);
  stack.run(setTitle("book", "Mine"));
  stack.absorb(theirs("end", "Theirs again"));
  assert.equal(stack.isDirty, true);
});

test("only what others changed is told as changed", () => {
  const graph = leave();
  const stack = new c.CommandStack(graph);
  const seen = [];
  graph.subscribe(({ activities, transitions, process }) => seen.push([[...activities], [...transitions], process]));
  stack.absorb((state) => theirs("end", "Theirs")(new Graph(leaveWith(state)).snapshot()));
  assert.deepEqual(seen, [[["end"], [], false]]);
});

function leaveWith(state) {
  const graph = new Graph();
  graph.restore(state);
  return structuredClone(graph.toJSON());
}
