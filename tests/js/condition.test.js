import assert from "node:assert/strict";
import { test } from "node:test";

import { compose, decompose, isTimeout } from "../../goflow/static/goflow/js/designer/condition.js";

const SIMPLE = [
  ["", { form: "blank" }],
  ["true", { form: "constant", value: true }],
  ["eq:APPROVED", { form: "outcome", operator: "eq", values: ["APPROVED"] }],
  ["ne:NO", { form: "outcome", operator: "ne", values: ["NO"] }],
  ["eq:\"'x'\"", { form: "outcome", operator: "eq", values: ["'x'"] }],
  ["in:A,B", { form: "outcome", operator: "in", values: ["A", "B"] }],
  ['notin:"a, b",c', { form: "outcome", operator: "notin", values: ["a, b", "c"] }],
  ['in:"""so"" he said"', { form: "outcome", operator: "in", values: ['"so" he said'] }],
  ["timeout:3d", { form: "timeout", duration: "3d" }],
  ["wfobject.days > 5", { form: "rows", joint: "and", rows: [{ field: "wfobject.days", operator: ">", value: 5 }] }],
  ["wfobject.days >= -1.5 and wfobject.name == 'O\\'Neil'", {
    form: "rows",
    joint: "and",
    rows: [
      { field: "wfobject.days", operator: ">=", value: -1.5 },
      { field: "wfobject.name", operator: "==", value: "O'Neil" },
    ],
  }],
  ["outcome in ['A', 'B'] or data.urgent == true or data.note != null", {
    form: "rows",
    joint: "or",
    rows: [
      { field: "outcome", operator: "in", value: ["A", "B"] },
      { field: "data.urgent", operator: "==", value: true },
      { field: "data.note", operator: "!=", value: null },
    ],
  }],
  ["'REJECTED' in outcomes and 'LATE' not in outcomes", {
    form: "rows",
    joint: "and",
    rows: [
      { field: "outcomes", operator: "contains", value: "REJECTED" },
      { field: "outcomes", operator: "not contains", value: "LATE" },
    ],
  }],
];

for (const [text, parts] of SIMPLE) {
  test(`“${text}” is taken apart`, () => assert.deepEqual(decompose(text), parts));
  test(`“${text}” is put together`, () => assert.equal(compose(parts), text));
}

const COMPLEX = [
  "wfobject.a > 1 and wfobject.b > 2 or wfobject.c > 3",
  "not wfobject.approved",
  "(wfobject.days > 5)",
  "1 < wfobject.days < 10",
  "wfobject.days > wfobject.limit",
  "wfobject.days is null",
  "wfobject.approved",
  "wfobject.days >",
  "wfobject.days > 5 and",
  "wfobject.days in 5",
  "wfobject.a.b.c == 1",
  "wfobject._secret == 1",
  "wfobject.x == 0.1234567890123456789012",
  "Close instance",
  "workitem.time_out(3)",
];

for (const text of COMPLEX) {
  test(`“${text}” stays text`, () => {
    assert.deepEqual(decompose(text), { form: "text", text });
    assert.equal(compose(decompose(text)), text);
  });
}

test("any other text is the outcome itself", () => {
  assert.deepEqual(decompose("  Ja, gerne "), { form: "outcome", operator: "eq", values: ["Ja, gerne"] });
});

test("prefixes are read in any case and written in lower case", () => {
  assert.equal(compose(decompose("NotIn : a ,, b ")), "notin:a,b");
});

test("values of lists are written as lists, and no number gets an exponent", () => {
  const rows = [
    { field: "outcome", operator: "in", value: "A" },
    { field: "data.x", operator: "<", value: 1e-7 },
    { field: "data.y", operator: "<", value: 1e15 },
  ];
  assert.equal(
    compose({ form: "rows", joint: "and", rows }), "outcome in ['A'] and data.x < 0.0000001 and data.y < 1000000000000000",
  );
});

test("timers are recognised by their stored form", () => {
  assert.equal(isTimeout("timeout:3d"), true);
  assert.equal(isTimeout("eq:timeout"), false);
});
