import assert from "node:assert/strict";
import { test } from "node:test";

import { told } from "../../goflow/static/goflow/js/designer/telling.js";

const one = (state, title, changes = []) => ({ kind: "activity", key: title, title, state, changes });
const renamed = one("changed", "New", [{ field: "title", before: "Old", after: "New" }]);

test("one change is told by what it is", () => {
  assert.equal(told([renamed], "Bea"), "Bea renamed “Old” to “New”");
  assert.equal(told([one("added", "Pay")], "Bea"), "Bea added “Pay”");
  assert.equal(told([one("removed", "Pay")], "Bea"), "Bea removed “Pay”");
  assert.equal(told([one("moved", "Pay")], "Bea"), "Bea moved “Pay”");
  assert.equal(told([one("changed", "Pay", [{ field: "roles", before: [], after: ["x"] }])], "Bea"), "Bea changed “Pay”");
});

test("several changes are counted and the first ones named", () => {
  const four = ["A", "B", "C", "D"].map((title) => one("added", title));
  assert.equal(told(four.slice(0, 2), "Bea"), "Bea changed 2 things: “A”, “B”");
  assert.equal(told(four, "Bea"), "Bea changed 4 things: “A”, “B”, “C”, …");
});

test("nothing is told of nothing", () => {
  assert.equal(told([], "Bea"), "");
});
