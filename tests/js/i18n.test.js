import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { gettext, interpolate, language, ngettext, pgettext } from "../../goflow/static/goflow/js/core/i18n.js";

afterEach(() => {
  delete globalThis.gettext;
  delete globalThis.ngettext;
});

test("without a catalogue texts stay English", () => {
  assert.equal(gettext("Undo"), "Undo");
  assert.equal(ngettext("step", "steps", 1), "step");
  assert.equal(ngettext("step", "steps", 2), "steps");
  assert.equal(pgettext("verb", "Open"), "Open");
  assert.equal(language(), "en");
});

test("the catalogue of the page is asked", () => {
  globalThis.gettext = () => "Rückgängig";
  globalThis.ngettext = (_one, _many, count) => `${count}!`;
  assert.equal(gettext("Undo"), "Rückgängig");
  assert.equal(ngettext("step", "steps", 3), "3!");
});

test("values are put in by name", () => {
  assert.equal(interpolate("%(a)s of %(b)d, 50 %%, %(c)s", { a: "$&", b: 2 }), "$& of 2, 50 %, %(c)s");
});

test("names that objects inherit are no values", () => {
  assert.equal(interpolate("%(constructor)s", {}), "%(constructor)s");
});
