import assert from "node:assert/strict";
import { test } from "node:test";

import { actionFor, bindings, comboOf, helpGroups, shown } from "../../goflow/static/goflow/js/designer/keys.js";

const canvas = { onCanvas: true };
const press = (key, modifiers = {}) => ({ key, ...modifiers });

test("combinations have one name", () => {
  assert.equal(comboOf(press("z", { ctrlKey: true, shiftKey: true })), "Mod+Shift+Z");
  assert.equal(comboOf(press("z", { metaKey: true })), "Mod+Z");
  assert.equal(comboOf(press(" ")), "Space");
  assert.equal(comboOf(press("?", { shiftKey: true })), "?");
  assert.equal(comboOf(press("+", { ctrlKey: true, shiftKey: true })), "Mod++");
});

test("keys without Latin letters count by their place", () => {
  assert.equal(comboOf(press("я", { code: "KeyZ", ctrlKey: true })), "Mod+Z");
});

test("a key acts on the canvas", () => {
  assert.equal(actionFor(press("a"), canvas), "append");
  assert.equal(actionFor(press("ArrowLeft", { shiftKey: true }), canvas), "nudge");
  assert.equal(actionFor(press("q"), canvas), null);
});

test("elsewhere only what acts anywhere acts", () => {
  assert.equal(actionFor(press("a"), { onCanvas: false }), null);
  assert.equal(actionFor(press("z", { ctrlKey: true }), { onCanvas: false }), "undo");
});

test("typing changes nothing but can be saved", () => {
  assert.equal(actionFor(press("z", { ctrlKey: true }), { onCanvas: false, inText: true }), null);
  assert.equal(actionFor(press("s", { ctrlKey: true }), { onCanvas: false, inText: true }), "save");
  assert.equal(actionFor(press("a", { isComposing: true }), canvas), null);
});

test("in a panel Escape goes back to the drawing, on the canvas it selects nothing", () => {
  assert.equal(actionFor(press("Escape"), { onCanvas: false, inPanel: true, inText: true }), "to-canvas");
  assert.equal(actionFor(press("Escape"), canvas), "select-none");
  assert.equal(actionFor(press("Escape"), { onCanvas: false }), null);
});

test("going about and publishing work while one types", () => {
  const typing = { onCanvas: false, inPanel: true, inText: true };
  assert.equal(actionFor(press("F6"), typing), "pane-next");
  assert.equal(actionFor(press("F6", { shiftKey: true }), typing), "pane-previous");
  assert.equal(actionFor(press("Enter", { ctrlKey: true }), typing), "publish");
  assert.equal(actionFor(press("Delete"), typing), null);
});

test("single keys can be switched off", () => {
  assert.equal(actionFor(press("a"), { onCanvas: true, singleKeys: false }), null);
  assert.equal(actionFor(press("F2"), { onCanvas: true, singleKeys: false }), "rename");
});

test("no combination does two things", () => {
  const keys = bindings().flatMap((binding) => binding.keys.map((combo) => `${combo} ${binding.inPanel ?? false}`));
  assert.deepEqual(keys.filter((key, index) => keys.indexOf(key) !== index), []);
});

test("the help shows every binding", () => {
  const rows = helpGroups().flatMap(({ rows: found }) => found);
  assert.equal(rows.length, bindings().length);
  assert.deepEqual(rows.find(({ label }) => label === "Redo").keys, ["Ctrl+Y", "Ctrl+Shift+Z"]);
  assert.equal(shown("Mod++"), "Ctrl++");
  assert.equal(shown("Mod+Shift+Z", true), "⌘⇧Z");
});
