import assert from "node:assert/strict";
import { test } from "node:test";

import { escaped, exportSvg, fileName } from "../../goflow/static/goflow/js/designer/export-svg.js";
import { width, wrap } from "../../goflow/static/goflow/js/designer/lettering.js";
import { Graph } from "../../goflow/static/goflow/js/designer/model.js";
import { large, leave } from "./fixtures.js";

const count = (text, pattern) => (text.match(pattern) ?? []).length;

test("every activity and transition is drawn", () => {
  const svg = exportSvg(leave());
  assert.equal(count(svg, /class="gf-node /g), 4);
  assert.equal(count(svg, /class="gf-edge"/g), 4);
  assert.match(svg, />otherwise</);
});

test("texts are escaped", () => {
  const graph = leave();
  graph.setProcess({ title: "<script>alert(1)</script>" });
  graph.putActivity({ ...graph.activity("book"), title: "\"><img src=x onerror='alert(1)'>&\u0000" });
  const svg = exportSvg(graph);
  assert.equal(count(svg, /<(script|img)/g), 0);
  assert.match(svg, /&lt;script&gt;/);
  assert.equal(svg.includes("\u0000"), false);
  assert.equal(escaped(`<&>"'`), "&lt;&amp;&gt;&quot;&#39;");
});

test("there is nothing that a strict content security policy refuses", () => {
  assert.equal(count(exportSvg(leave()), / style=|<style|<script| on\w+=/g), 0);
});

test("timeouts are dotted", () => {
  const graph = leave();
  graph.putTransition({ ...graph.transition("approve-book"), name: "", condition: "timeout:3d" });
  assert.match(exportSvg(graph), /gf-timeout.*stroke-dasharray="2 4".*>after 3d</);
});

test("an empty process is an empty picture", () => {
  assert.match(exportSvg(new Graph()), /^<svg [^>]*viewBox="-20 -20 40 40"/);
});

test("loops and ways back are drawn", () => {
  const graph = leave();
  const way = graph.transition("book-end");
  for (const [key, target] of [["loop", "book"], ["back", "request"]]) graph.putTransition({ ...way, key, target });
  assert.equal(count(exportSvg(graph), /class="gf-arrow"/g), 6);
});

test("a large process has no broken number", () => {
  assert.equal(count(exportSvg(large(200)), /NaN|Infinity|undefined/g), 0);
});

test("the file is called after the process", () => {
  assert.equal(fileName(leave(), "svg"), "leave.svg");
  assert.equal(fileName(new Graph(), "png"), "process.png");
});

test("long titles are cut, wide characters need more room", () => {
  assert.deepEqual(wrap("one two three four", 40, 10, 1), ["one tw…"]);
  assert.deepEqual(wrap("承認申請", 20, 10, 2), ["承認", "申請"]);
  assert.equal(width("承", 10), 10);
});
