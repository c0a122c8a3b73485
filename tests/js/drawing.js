/** Reads graphs as JSON from the standard input and writes, for each, what the browser makes of it. */

import { readFileSync } from "node:fs";

import { exportSvg } from "../../goflow/static/goflow/js/designer/export-svg.js";
import { tidied } from "../../goflow/static/goflow/js/designer/layout.js";
import { Graph } from "../../goflow/static/goflow/js/designer/model.js";

const LABEL = /<rect class="gf-label-back" x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"[^>]*>((?:<text.*?<\/text>)*)/g;

/** Where labels are, and what they say line by line. */
function labelsOf(svg) {
  return Array.from(svg.matchAll(LABEL), ([, x, y, width, height, texts]) => (
    [x, y, width, height, ...Array.from(texts.matchAll(/>([^<]*)<\/text>/g), ([, line]) => line)]
  ));
}

const graphs = JSON.parse(readFileSync(0, "utf-8")).map((json) => new Graph(json));
const made = graphs.map((graph) => ({
  json: graph.toJSON(),
  tidied: Object.fromEntries(tidied(graph)),
  labels: labelsOf(exportSvg(graph)),
  lines: Array.from(exportSvg(graph).matchAll(/class="gf-line" d="([^"]*)"/g), (found) => found[1]),
}));
process.stdout.write(JSON.stringify(made));
