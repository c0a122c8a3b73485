import assert from "node:assert/strict";
import { test } from "node:test";

import { box } from "../../goflow/static/goflow/js/designer/geometry.js";
import { freePlace, positions, readingOrder, tidied } from "../../goflow/static/goflow/js/designer/layout.js";
import { Graph } from "../../goflow/static/goflow/js/designer/model.js";
import { routes } from "../../goflow/static/goflow/js/designer/routing.js";
import { chance, large, leave } from "./fixtures.js";

test("a chain is laid out in columns on one row", () => {
  assert.deepEqual([...tidied(large(3)).values()], [[40, 40], [280, 40], [520, 40]]);
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
  assert.deepEqual(places.get("book"), [496, 40]);
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

test("a long way does not bend the chain it passes", () => {
  const graph = large(4);
  graph.putTransition({ ...graph.transition("n0"), key: "long", target: "a3" });
  assert.deepEqual([...tidied(graph).values()].map(([, y]) => y), [40, 40, 40, 40]);
});

/** Up to forty activities that lead anywhere. */
function tangled(seed) {
  const pick = chance(seed);
  const graph = large(2 + pick(39));
  const keys = [...graph.activities.keys()];
  const way = { ...graph.transition("n0") };
  for (let i = 0; i < 2 * keys.length; i += 1) {
    graph.putTransition({ ...way, key: `r${i}`, source: keys[pick(keys.length)], target: keys[pick(keys.length)] });
  }
  return graph;
}

/** Places on a line, close enough to meet every box it goes through. */
function spots(path) {
  return path.flatMap(([p, q, r, s]) => Array.from({ length: 61 }, (_, step) => {
    const t = step / 60;
    const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
    return { x: a * p.x + b * q.x + c * r.x + d * s.x, y: a * p.y + b * q.y + c * r.y + d * s.y };
  }));
}

test("no line runs behind an activity that was tidied up", () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const graph = tangled(seed);
    const boxes = new Map(Array.from(tidied(graph), ([key, [x, y]]) => [key, box(x, y, 144, 56)]));
    const hidden = [...routes(boxes, [...graph.transitions.values()])].filter(([, path]) => spots(path).some(
      ({ x, y }) => [...boxes.values()].some((of) => x > of.x + 1 && x < of.x + 143 && y > of.y + 1 && y < of.y + 55),
    ));
    assert.deepEqual(hidden, [], `seed ${seed}`);
  }
});
