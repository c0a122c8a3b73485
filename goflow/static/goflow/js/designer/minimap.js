/**
 * The whole drawing, small, with the part that is seen; pressing it goes there. It shows itself while something is out
 * of sight, unless a person has decided otherwise.
 */

/**
 * @import { Editor } from "./editor.js"
 * @import { View } from "./view-jsplumb.js"
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {HTMLElement} stage
 * @param {Editor} editor
 */
export function createMinimap(stage, editor) {
  const map = document.createElementNS(SVG, "svg");
  map.setAttribute("class", "ds-minimap");
  map.setAttribute("aria-hidden", "true");
  stage.append(map);
  const dots = document.createElementNS(SVG, "g");
  const frame = rect(null, "ds-window");
  map.append(dots, frame);
  let waiting = 0;
  let isStale = true;
  /** @type {boolean | null} */
  let wanted = null;
  let isPressed = false;
  const draw = () => {
    waiting = 0;
    const { view } = editor;
    const isShown = Boolean(view?.nodes.size) && (isPressed || (wanted ?? isOutOfSight(view)));
    map.classList.toggle("ds-nothing", !isShown);
    if (!view || !isShown) return;
    if (isStale) dots.replaceChildren(...[...view.nodes.keys()].map((key) => rect(view.boxOf(key), editor.selection.has(key) ? "ds-marked" : "")));
    isStale = false;
    show(map, frame, view);
  };
  const later = () => { waiting ||= window.requestAnimationFrame(draw); };
  const anew = () => {
    isStale = true;
    later();
  };
  const go = (/** @type {PointerEvent} */ event) => {
    const matrix = map.getScreenCTM();
    if (!matrix || !editor.view || !event.buttons) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    editor.view.viewport.centreOn({ x: at.x, y: at.y, width: 0, height: 0 });
  };
  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId);
    isPressed = true;
    go(event);
  });
  map.addEventListener("lostpointercapture", () => {
    isPressed = false;
    later();
  });
  map.addEventListener("pointermove", go);
  editor.view?.viewport.subscribe(later);
  for (const type of ["change", "selection"]) editor.on(type, anew);
  new ResizeObserver(later).observe(stage);
  return {
    toggle() {
      wanted = map.classList.contains("ds-nothing");
      later();
      return wanted;
    },
  };
}

/** The part of the drawing that is seen. @param {View} view */
function seenOf({ viewport, canvas }) {
  return {
    x: -viewport.x / viewport.zoom, y: -viewport.y / viewport.zoom,
    width: canvas.clientWidth / viewport.zoom, height: canvas.clientHeight / viewport.zoom,
  };
}

/** Whether any activity is not seen, or not all of it. @param {View | null} view */
function isOutOfSight(view) {
  const all = view?.bounds();
  if (!view || !all) return false;
  const seen = seenOf(view);
  return all.x < seen.x || all.y < seen.y || all.x + all.width > seen.x + seen.width || all.y + all.height > seen.y + seen.height;
}

/** Frame what is seen, with everything around it. @param {SVGSVGElement} map @param {SVGElement} frame @param {View} view */
function show(map, frame, view) {
  const seen = seenOf(view);
  const all = view.bounds() ?? seen;
  const x = Math.min(all.x, seen.x) - 40;
  const y = Math.min(all.y, seen.y) - 40;
  const width = Math.max(all.x + all.width, seen.x + seen.width) + 40 - x;
  const height = Math.max(all.y + all.height, seen.y + seen.height) + 40 - y;
  map.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  put(frame, seen);
}

/** @param {{x: number, y: number, width: number, height: number} | null} box @param {string} look */
function rect(box, look) {
  const element = document.createElementNS(SVG, "rect");
  if (box) put(element, box);
  if (look) element.setAttribute("class", look);
  return element;
}

/** @param {SVGElement} element @param {{x: number, y: number, width: number, height: number}} box */
function put(element, box) {
  for (const [name, value] of Object.entries(box)) element.setAttribute(name, String(value));
}
