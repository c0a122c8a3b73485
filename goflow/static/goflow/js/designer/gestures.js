/* What mouse, finger and pen do on the canvas, told as intents. Every drag has a way without dragging. */

import { isTextField } from "../core/dom.js";
import { aligned, snapped } from "./guides.js";
import { link, relink } from "./linking.js";
import { boxBetween, touched } from "./marquee.js";

/**
 * @import { View } from "./view-jsplumb.js"
 */

/**
 * @typedef {{
 *   move: (event: PointerEvent) => void, end: (event: PointerEvent) => void, cancel: () => void,
 * }} Gesture
 */

const SVG = "http://www.w3.org/2000/svg";
/** Below, a press is a click: hands are not steady. In pixels. */
const STILL = 4;
const LONG_PRESS = 600;

/**
 * @param {View} view
 * @returns {() => void} stops listening
 */
export function listen(view) {
  const hand = new Hand(view);
  const stop = new AbortController();
  const on = { signal: stop.signal };
  const { canvas } = view;
  canvas.addEventListener("pointerdown", (event) => hand.down(event), on);
  canvas.addEventListener("pointermove", (event) => hand.moved(event), on);
  canvas.addEventListener("pointerup", (event) => hand.up(event), on);
  canvas.addEventListener("pointercancel", () => hand.abort(), on);
  canvas.addEventListener("dblclick", (event) => hand.doubleClick(event), on);
  canvas.addEventListener("wheel", (event) => hand.wheel(event), { ...on, passive: false });
  canvas.addEventListener("contextmenu", (event) => hand.contextMenu(event), on);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && hand.gesture) {
      event.stopPropagation();
      hand.abort();
    }
  }, { ...on, capture: true });
  const space = (/** @type {boolean} */ isDown) => (/** @type {KeyboardEvent} */ event) => {
    if (event.key === " " && !isTextField(/** @type {Element} */ (event.target))) hand.isSpaceDown = isDown;
  };
  document.addEventListener("keydown", space(true), on);
  document.addEventListener("keyup", space(false), on);
  window.addEventListener("blur", () => { hand.isSpaceDown = false; }, on);
  return () => stop.abort();
}

class Hand {
  /** @param {View} view */
  constructor(view) {
    this.view = view;
    /** @type {Gesture | null} */
    this.gesture = null;
    /** @type {Map<number, PointerEvent>} */
    this.pointers = new Map();
    this.frame = 0;
    this.timer = 0;
    this.isSpaceDown = false;
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (!(event.target instanceof Element) || event.target.closest("textarea, .ds-pad, .ds-popup")) return;
    this.pointers.set(event.pointerId, event);
    if (this.pointers.size === 2) {
      this.abort();
      this.isStill = false;
      this.gesture = pinch(this.view, this.pointers);
      return;
    }
    if (event.button > 1) {
      this.pointers.delete(event.pointerId);
      return;
    }
    this.start = event;
    this.isStill = true;
    this.gesture = this.begin(event);
    this.hold(event);
    this.view.canvas.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event @returns {Gesture} */
  begin(event) {
    const { view } = this;
    if (event.button === 1 || this.isSpaceDown) return pan(view, event);
    const target = /** @type {Element} */ (event.target);
    const port = /** @type {HTMLElement | null} */ (target.closest("[data-port]"));
    if (port && !view.readOnly) return link(view, String(port.dataset.port));
    const handle = /** @type {SVGElement | null} */ (target.closest("[data-handle]"));
    if (handle && !view.readOnly) return relink(view, String(handle.dataset.way), String(handle.dataset.handle));
    const node = /** @type {HTMLElement | null} */ (target.closest("[data-key]"));
    if (node) return grab(view, String(node.dataset.key), event);
    const edge = view.edgeAt(target);
    if (edge) return tapEdge(view, edge, event);
    if (event.shiftKey || view.canvas.classList.contains("ds-lasso")) return lasso(view, event);
    return pan(view, event);
  }

  /** A long press of a finger is what a right click is. @param {PointerEvent} event */
  hold(event) {
    window.clearTimeout(this.timer);
    if (event.pointerType !== "touch") return;
    this.timer = window.setTimeout(() => {
      if (!this.isStill) return;
      this.abort();
      this.menu(event);
    }, LONG_PRESS);
  }

  /** What can be done here. @param {MouseEvent} event */
  menu(event) {
    const target = /** @type {Element} */ (event.target);
    const node = /** @type {HTMLElement | null} */ (target.closest("[data-key]"));
    const edge = this.view.edgeAt(target);
    if (node) this.view.onIntent({ type: "menu", key: node.dataset.key });
    else if (edge) this.view.onIntent({ type: "select", keys: [edge], add: false });
    else if (!this.view.readOnly) this.view.onIntent({ type: "create", at: [event.clientX, event.clientY] });
  }

  /** @param {MouseEvent} event */
  contextMenu(event) {
    event.preventDefault();
    // After a long press some browsers send this, too.
    const isFinger = /** @type {PointerEvent} */ (event).pointerType === "touch";
    if (!isFinger && event.target instanceof Element && !event.target.closest("textarea")) this.menu(event);
  }

  /** @param {PointerEvent} event */
  moved(event) {
    if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, event);
    this.view.onIntent({ type: "pointer", at: [event.clientX, event.clientY] });
    if (!this.gesture) return;
    if (this.start && this.pointers.size < 2) {
      const far = Math.hypot(event.clientX - this.start.clientX, event.clientY - this.start.clientY);
      if (this.isStill && far < STILL) return;
      this.isStill = false;
    }
    // One move per frame: the browser sends more than can be drawn.
    this.last = event;
    this.frame ||= window.requestAnimationFrame(() => this.flush());
  }

  flush() {
    window.cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (this.last && this.gesture) this.gesture.move(this.last);
    this.last = undefined;
  }

  /** @param {PointerEvent} event */
  up(event) {
    window.clearTimeout(this.timer);
    this.pointers.delete(event.pointerId);
    this.flush();
    const gesture = this.gesture;
    this.gesture = null;
    if (!gesture) return;
    if (this.isStill) gesture.cancel();
    if (this.isStill) this.click(event);
    else gesture.end(event);
  }

  abort() {
    window.clearTimeout(this.timer);
    this.last = undefined;
    const gesture = this.gesture;
    this.gesture = null;
    gesture?.cancel();
  }

  /** @param {PointerEvent} event */
  click(event) {
    const target = this.start?.target;
    if (!(target instanceof Element) || event.button) return;
    const toggles = event.shiftKey || event.ctrlKey || event.metaKey;
    const port = /** @type {HTMLElement | null} */ (target.closest("[data-port]"));
    const node = /** @type {HTMLElement | null} */ (target.closest("[data-key]"));
    const edge = this.view.edgeAt(target);
    if (port && !this.view.readOnly) this.view.onIntent({ type: "append", source: port.dataset.port });
    else if (node) this.view.onIntent({ type: "select", keys: [node.dataset.key], add: toggles, isClick: true });
    else if (edge) this.view.onIntent({ type: "select", keys: [edge], add: toggles, isClick: true });
    else this.view.onIntent({ type: "select", keys: [], add: toggles, isClick: true });
  }

  /** @param {MouseEvent} event */
  doubleClick(event) {
    const target = /** @type {Element} */ (document.elementFromPoint(event.clientX, event.clientY) ?? event.target);
    const node = /** @type {HTMLElement | null} */ (target.closest("[data-key]"));
    const edge = this.view.edgeAt(target);
    if (node) this.view.onIntent({ type: "rename", key: node.dataset.key });
    else if (edge) this.view.onIntent({ type: "open", key: edge });
    else if (!this.view.readOnly) this.view.onIntent({ type: "create", at: [event.clientX, event.clientY] });
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    const scale = event.deltaMode === 1 ? 16 : 1;
    if (event.ctrlKey || event.metaKey) {
      this.view.viewport.zoomAt(event.clientX, event.clientY, Math.exp(-event.deltaY * scale * 0.002));
    } else if (event.shiftKey && !event.deltaX) this.view.viewport.panBy(-event.deltaY * scale, 0);
    else this.view.viewport.panBy(-event.deltaX * scale, -event.deltaY * scale);
  }
}

/** @param {View} view @param {PointerEvent} start @returns {Gesture} */
function pan(view, start) {
  let [x, y] = [start.clientX, start.clientY];
  const stop = () => view.canvas.classList.remove("ds-panning");
  return {
    move(event) {
      view.canvas.classList.add("ds-panning");
      view.viewport.panBy(event.clientX - x, event.clientY - y);
      [x, y] = [event.clientX, event.clientY];
    },
    end: stop,
    cancel: stop,
  };
}

/** @param {View} view @param {Map<number, PointerEvent>} pointers @returns {Gesture} */
function pinch(view, pointers) {
  const measure = () => {
    const [one, other] = [...pointers.values()];
    return {
      x: (one.clientX + other.clientX) / 2, y: (one.clientY + other.clientY) / 2,
      apart: Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY)),
    };
  };
  let before = measure();
  return {
    move() {
      if (pointers.size < 2) return;
      const now = measure();
      view.viewport.panBy(now.x - before.x, now.y - before.y);
      view.viewport.zoomAt(now.x, now.y, now.apart / before.apart);
      before = now;
    },
    end() {},
    cancel() {},
  };
}

/** @param {View} view @param {PointerEvent} start @returns {Gesture} */
function lasso(view, start) {
  const from = view.viewport.toWorld(start.clientX, start.clientY);
  const frame = document.createElementNS(SVG, "rect");
  view.overlay.append(frame);
  let area = boxBetween(from, from);
  return {
    move(event) {
      area = boxBetween(from, view.viewport.toWorld(event.clientX, event.clientY));
      for (const [name, value] of Object.entries(area)) frame.setAttribute(name, String(value));
    },
    end() {
      frame.remove();
      const boxes = [...view.nodes.keys()].map((key) => /** @type {[string, any]} */ ([key, view.boxOf(key)]));
      view.onIntent({ type: "select", keys: touched(area, boxes), add: start.shiftKey, isMarquee: true });
    },
    cancel() {
      frame.remove();
    },
  };
}

/** @param {View} view @param {string} edge @param {PointerEvent} start @returns {Gesture} */
function tapEdge(view, edge, start) {
  const moving = pan(view, start);
  return { move: moving.move, end: moving.end, cancel: moving.cancel };
}

/** Take hold of an activity, and of every selected one with it. @param {View} view @param {string} key @param {PointerEvent} start @returns {Gesture} */
function grab(view, key, start) {
  if (view.readOnly) return pan(view, start);
  const keys = view.selected.has(key) ? [...view.selected].filter((each) => view.nodes.has(each)) : [key];
  const from = new Map(keys.map((each) => [each, view.positionOf(each)]));
  const others = [...view.nodes.keys()].filter((each) => !from.has(each)).map((each) => view.boxOf(each));
  const own = view.boxOf(key);
  /** @type {Record<string, [number, number]>} */
  let places = {};
  let hasBegun = false;
  const stop = () => {
    drawLines(view, []);
    view.canvas.classList.remove("ds-moving");
  };
  return {
    move(event) {
      if (!hasBegun && !view.selected.has(key)) view.onIntent({ type: "select", keys: [key], add: false });
      if (!hasBegun && keys.length > 1) view.canvas.classList.add("ds-moving");
      hasBegun = true;
      let dx = (event.clientX - start.clientX) / view.viewport.zoom;
      let dy = (event.clientY - start.clientY) / view.viewport.zoom;
      const [x, y] = /** @type {readonly [number, number]} */ (from.get(key));
      dx = snapped(x + dx, event.altKey) - x;
      dy = snapped(y + dy, event.altKey) - y;
      if (own && !event.altKey) {
        const near = aligned({ ...own, x: x + dx, y: y + dy }, /** @type {any} */ (others));
        dx += near.dx;
        dy += near.dy;
        drawLines(view, near.lines);
      }
      places = Object.fromEntries([...from].map(([each, place]) => [each, [place[0] + dx, place[1] + dy]]));
      view.preview(places);
      view.onIntent({ type: "over", positions: places, at: [event.clientX, event.clientY] });
    },
    end(event) {
      stop();
      if (hasBegun) view.onIntent({ type: "move", positions: places, at: [event.clientX, event.clientY] });
    },
    cancel() {
      stop();
      view.onIntent({ type: "over", positions: {}, at: [start.clientX, start.clientY] });
      if (hasBegun) view.preview(Object.fromEntries([...from].map(([each, place]) => [each, [place[0], place[1]]])));
    },
  };
}

/** @param {View} view @param {{x1: number, y1: number, x2: number, y2: number}[]} lines */
function drawLines(view, lines) {
  view.overlay.querySelectorAll("line").forEach((line) => line.remove());
  for (const line of lines) {
    const element = document.createElementNS(SVG, "line");
    for (const [name, value] of Object.entries(line)) element.setAttribute(name, String(value));
    view.overlay.append(element);
  }
}
