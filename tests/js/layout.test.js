import assert from "node:assert/strict";
import { test } from "node:test";

import { freePlace, positions, readingOrder, tidied } from "../../goflow/static/goflow/js/designer/layout.js";
import { Graph } from "../../goflow/static/goflow/js/designer/model.js";
import { large, leave } from "./fixtures.js";

test("a chain is laid out in columns on one row", () => {
  assert.deepEqual([...tidied(large(3)).values()], [[40, 40], [256, 40], [472, 40]]);
});

test("the same process always gets the same places, on the grid", () => {
  const places = [...tidied(large(60)).values()];
  assert.deepEqual([...tidied(large(60)).values()], places);
  assert.equal(places.every(([x, y]) => x % 8 === 0 && y % 8 === 0), true);
});

test("no two activities overlap", () => {
  const places = [...tidied(large(200)).values()];
  const overlaps = places.some(([x, y], i) => places.slice(i + 1).some(
    ([px, py]) => Math.abs(px - x) < 144 && Math.abs(py - y) < 56,
  ));
  assert.equal(overlaps, false);
});

test("cycles and loops to itself are laid out, too", () => {
  const graph = leave();
  graph.putTransition({ ...graph.transition("book-end"), key: "back", target: "request" });
  graph.putTransition({ ...graph.transition("book-end"), key: "loop", target: "book" });
  assert.equal(tidied(graph).size, 4);
});

test("stored places are kept, the rest is put beside", () => {
  const graph = leave();
  graph.putActivity({ ...graph.activity("book"), position: null });
  const places = positions(graph);
  assert.deepEqual(places.get("approve"), [256, 40]);
  assert.deepEqual(places.get("book"), [472, 40]);
});

test("nothing is no problem", () => {
  assert.equal(tidied(new Graph()).size, 0);
});

test("a taken place is left free", () => {
  assert.deepEqual(freePlace([[40, 40]], [43, 40]), [40, 136]);
});

test("activities are read in the order a token meets them", () => {
  const graph = leave();
  graph.setProcess({ begin: "approve" });
  assert.deepEqual(readingOrder(graph), ["request", "approve", "book", "end"]);
  assert.equal(readingOrder(large(50))[0], "a0");
});
