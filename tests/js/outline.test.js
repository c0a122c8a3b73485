import assert from "node:assert/strict";
import { test } from "node:test";

import { accessibleName, conditionLabel, outline, wayLabel } from "../../goflow/static/goflow/js/designer/outline.js";
import { leave } from "./fixtures.js";

test("every activity has a row that says where it leads", () => {
  const rows = outline(leave());
  assert.deepEqual(rows.map((row) => row.title), ["Request", "Approve", "Book", "End"]);
  assert.deepEqual(rows[1].leadsTo.map((lead) => [lead.label, lead.title]), [["Yes", "Book"], ["otherwise", "End"]]);
  assert.deepEqual([rows[0].isBegin, rows[3].isEnd], [true, true]);
});

test("join and split count only where there is something to decide", () => {
  const graph = leave();
  graph.putActivity({ ...graph.activity("book"), join_mode: "and", split_mode: "xor" });
  const row = outline(graph).find(({ key }) => key === "book");
  assert.deepEqual([row.join, row.split], ["xor", "and"]);
});

test("labels are names, else conditions in words", () => {
  const graph = leave();
  assert.equal(wayLabel(graph, "approve-book"), "Yes");
  assert.equal(wayLabel(graph, "request-approve"), "");
  assert.deepEqual(["eq:A", "ne:A", "in:A,B", "notin:A,B", "timeout:3d", "data.x > 1"].map(conditionLabel), [
    "A", "not A", "A, B", "not A, B", "after 3d", "data.x > 1",
  ]);
});

test("the accessible name tells what is drawn", () => {
  assert.equal(
    accessibleName(leave(), "approve"), "Approve, done by a person, takes one way, leads to Yes: Book; otherwise: End",
  );
  assert.equal(accessibleName(leave(), "nobody"), "");
});
