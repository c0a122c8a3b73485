/* The designer's drawings: one path each on a 20 × 20 grid, stroked in the colour of the text. */

/** @type {Record<string, string>} */
const PATHS = {
  start: "M10 3.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13z",
  end: "M10 3a7 7 0 1 1 0 14a7 7 0 0 1 0-14zM10 6.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7z",
  standard: "M3.5 5h13a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z",
  approval: "M4 10.5l4 4 8-9",
  review: "M2.5 10c3.5-6.5 11.5-6.5 15 0c-3.5 6.5-11.5 6.5-15 0zM10 7.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5z",
  service: "M10 6.8a3.2 3.2 0 1 1 0 6.4a3.2 3.2 0 0 1 0-6.4zM10 2.5v2.3M10 15.2v2.3M2.5 10h2.3M15.2 10h2.3M4.7 4.7l1.6 1.6M13.7 13.7l1.6 1.6M15.3 4.7l-1.6 1.6M6.3 13.7l-1.6 1.6",
  notification: "M3 5h14v10H3zM3 5.5l7 5.5 7-5.5",
  gateway: "M10 2.5l7.5 7.5-7.5 7.5L2.5 10z",
  script: "M7 6l-4 4 4 4M13 6l4 4-4 4M11.2 4.5l-2.4 11",
  subflow: "M16 10a6 6 0 1 1-2-4.5L16 7.5M16 3v4.5h-4.5",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  connect: "M4 10h12M11.5 5.5L16 10l-4.5 4.5",
  pencil: "M4 16l.8-3.6L13 4.2l2.8 2.8L7.6 15.2zM11.5 5.7l2.8 2.8",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6M8.5 9v5M11.5 9v5",
  undo: "M7.5 4L4 7.5 7.5 11M4 7.5h7.5a4.5 4.5 0 0 1 0 9H8",
  redo: "M12.5 4L16 7.5 12.5 11M16 7.5H8.5a4.5 4.5 0 0 0 0 9H12",
  play: "M6 4l9 6-9 6z",
  pause: "M7 4.5v11M13 4.5v11",
  step: "M5 4l7 6-7 6zM15 4.5v11",
  stop: "M5 5h10v10H5z",
  tidy: "M3 4h5v4H3zM3 12h5v4H3zM12 8h5v4h-5zM8 6h2v8H8M10 10h2",
  more: "M3.8 10a1.2 1.2 0 1 1 2.4 0a1.2 1.2 0 1 1-2.4 0M8.8 10a1.2 1.2 0 1 1 2.4 0a1.2 1.2 0 1 1-2.4 0M13.8 10a1.2 1.2 0 1 1 2.4 0a1.2 1.2 0 1 1-2.4 0",
  fit: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
  grid: "M3 3h14v14H3zM3 7.7h14M3 12.3h14M7.7 3v14M12.3 3v14",
  map: "M3 4h14v12H3zM10 9h5v5h-5z",
  search: "M9 3.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM13 13l4 4",
  alert: "M10 3l7.5 13.5h-15zM10 8.5v3.8M10 14.3v.2",
  cross: "M5 5l10 10M15 5L5 15",
  check: "M4 10.5l4 4 8-9",
  down: "M5 8l5 5 5-5",
  up: "M5 12l5-5 5 5",
  left: "M16 10H4M8.5 5.5L4 10l4.5 4.5",
  right: "M4 10h12M11.5 5.5L16 10l-4.5 4.5",
  user: "M10 3.3a3.2 3.2 0 1 1 0 6.4a3.2 3.2 0 0 1 0-6.4zM3.5 17c.7-3.6 3.2-5.2 6.5-5.2s5.8 1.6 6.5 5.2",
  clock: "M10 3a7 7 0 1 1 0 14a7 7 0 0 1 0-14zM10 6v4.2l2.8 1.8",
  form: "M5 2.5h7l3 3v12H5zM7.5 9h5M7.5 12.5h5",
  and: "M10 4v12M4 10h12",
  or: "M10 4.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11z",
  copy: "M7 7h9v9H7zM4 13V4h9",
  help: "M10 3a7 7 0 1 1 0 14a7 7 0 0 1 0-14zM7.8 8a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.9-1.1 1.7M10 14v.1",
  lock: "M4 9h12v8H4zM6.5 9V6.5a3.5 3.5 0 0 1 7 0V9",
  history: "M4 10a6 6 0 1 1 2 4.5M4 6v4h4M10 6.5V10l2.5 1.5",
  outline: "M3 5h2M7.5 5H17M3 10h2M7.5 10H17M3 15h2M7.5 15H17",
  canvas: "M2.5 4h6v5h-6zM11.5 11h6v5h-6zM8.5 6.5h6V11",
  lasso: "M3 3h3M9 3h3M15 3h2v3M17 9v3M17 15v2h-3M11 17H8M5 17H3v-3M3 11V8",
  todo: "M10 4a6 6 0 1 0 0 12a6 6 0 1 0 0-12z",
  "align-left": "M3 3v14M6 5h10v3H6zM6 12h6v3H6z",
  "align-center": "M10 3v14M4 5h12v3H4zM6.5 12h7v3h-7z",
  "align-right": "M17 3v14M4 5h10v3H4zM8 12h6v3H8z",
  "align-top": "M3 3h14M5 6v10h3V6zM12 6v6h3V6z",
  "align-middle": "M3 10h14M5 4v12h3V4zM12 6.5v7h3v-7z",
  "align-bottom": "M3 17h14M5 4v10h3V4zM12 8v6h3V8z",
  "spread-x": "M3 3v14M17 3v14M8 6h4v8H8z",
  "spread-y": "M3 3h14M3 17h14M6 8v4h8V8z",
};

const NS = "http://www.w3.org/2000/svg";

/**
 * A picture that says nothing to assistive technology: the words stand beside it or on its button.
 *
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(NS, "path");
  path.setAttribute("d", PATHS[name] || PATHS.standard);
  svg.append(path);
  return svg;
}

/**
 * The picture of an activity by what it is.
 *
 * @param {{kind?: string, node_type?: string}} activity
 * @returns {string}
 */
export function pictureOf(activity) {
  if (activity.kind === "subflow") return "subflow";
  if (activity.kind === "dummy" && (activity.node_type || "standard") === "standard") return "gateway";
  return activity.node_type || "standard";
}
