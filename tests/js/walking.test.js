import assert from "node:assert/strict";
import { test } from "node:test";

import { nearest } from "../../goflow/static/goflow/js/designer/walking.js";

const SPOTS = [["right", [300, 0]], ["below", [40, 120]], ["above", [8, -90]], ["far", [700, 20]], ["corner", [200, 260]]];

test("an arrow goes to the neighbour in its direction", () => {
  assert.equal(nearest(SPOTS, [0, 0], [1, 0]), "right");
  assert.equal(nearest(SPOTS, [0, 0], [0, 1]), "below");
  assert.equal(nearest(SPOTS, [0, 0], [0, -1]), "above");
});

test("what lies more above or below is not on the right", () => {
  assert.equal(nearest([["below", [40, 120]], ["corner", [200, 260]]], [0, 0], [1, 0]), undefined);
  assert.equal(nearest(SPOTS, [0, 0], [-1, 0]), undefined);
});
