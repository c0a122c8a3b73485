/** Reads graphs as JSON from the standard input and writes, for each, what the browser makes of it. */

import { readFileSync } from "node:fs";

import { exportSvg } from "../../goflow/static/goflow/js/designer/export-svg.js";
import { tidied } from "../../goflow/static/goflow/js/designer/layout.js";
import { Graph } from "../../goflow/static/goflow/js/designer/model.js";

const graphs = JSON.parse(readFileSync(0, "utf-8")).map((json) => new Graph(json));
const made = graphs.map((graph) => ({
  json: graph.toJSON(),
  tidied: Object.fromEntries(tidied(graph)),
  lines: Array.from(exportSvg(graph).matchAll(/class="gf-line" d="([^"]*)"/g), (found) => found[1]),
}));
process.stdout.write(JSON.stringify(made));
