import assert from "node:assert/strict";
import { test } from "node:test";

import { covers, roomBeside } from "../../goflow/static/goflow/js/designer/places.js";

const moved = (group, [dx, dy]) => group.map(([x, y]) => [x + dx, y + dy]);

test("a copy lies beside what it is a copy of", () => {
  const taken = [[80, 80], [296, 80], [80, 144]];
  for (const group of [[[80, 80]], [[80, 80], [296, 80]], taken]) {
    const copy = moved(group, roomBeside(group, taken));
    assert.ok(copy.every((one) => !taken.some((other) => covers(one, other))));
  }
});

test("what has room stays where it is", () => {
  assert.deepEqual(roomBeside([[80, 80]], [[400, 80]]), [0, 0]);
});

test("where everything near is taken, it goes below everything", () => {
  const taken = [];
  for (let x = -1000; x <= 1000; x += 100) for (let y = -1000; y <= 1000; y += 40) taken.push([x, y]);
  assert.deepEqual(roomBeside([[0, 0]], taken), [0, 1096]);
});
