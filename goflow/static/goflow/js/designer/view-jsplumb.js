/* The drawing: a picture of the model. The only file that knows jsPlumb, which never owns a connection: gestures
   are reported as intents, and what the commands make of them is drawn from the model. */

import "./csp-shim.js";
import { AbstractConnector, Connectors, newInstance } from "../../vendor/jsplumb-6.2.10/jsplumb.browser-ui.es.js";
import { HEIGHT, WIDTH, createNode, fillNode } from "./node.js";
import { isTimeout } from "./condition.js";
import { byElement, changed, isBad } from "./findings.js";
import { box } from "./geometry.js";
import { listen } from "./gestures.js";
import { drawHandles } from "./handles.js";
import { labelSpec, settleLabels } from "./labels.js";
import { positions } from "./layout.js";
import { LINE, endsOf, follow, lineOf } from "./lines.js";
import { wayLabel } from "./outline.js";
import { routes } from "./routing.js";
import { createSpot, focusOn } from "./spot.js";
import { Viewport, around } from "./viewport.js";

/**
 * @import { Transition } from "./exchange.js"
 * @import { Finding } from "./findings.js"
 * @import { Graph } from "./model.js"
 * @import { Box } from "./viewport.js"
 */

/**
 * @typedef {{type: string} & Record<string, any>} Intent
 */

const SVG = "http://www.w3.org/2000/svg";
/** Above, labels are not drawn from afar: nobody could read them, and moving them costs. */
const DENSE = 300;
const FAR = 0.5;
/** How far from the middle of a side lines may begin and end, where it is straight and where it is round. */
const STRAIGHT = 20;
const ROUND = 12;

Connectors.register(LINE, lineOf(AbstractConnector));

/**
 * @param {HTMLElement} canvas
 * @param {Graph} graph
 * @param {{readOnly?: boolean, findings?: Finding[], onIntent?: (intent: Intent) => void}} [options]
 */
export function createView(canvas, graph, options = {}) {
  return new View(canvas, graph, options);
}

export class View {
  /**
   * @param {HTMLElement} canvas
   * @param {Graph} graph
   * @param {{readOnly?: boolean, findings?: Finding[], onIntent?: (intent: Intent) => void}} options
   */
  constructor(canvas, graph, { readOnly = false, findings = [], onIntent = () => {} }) {
    this.canvas = canvas;
    this.graph = graph;
    this.onIntent = onIntent;
    this.world = document.createElement("div");
    this.world.className = "ds-world";
    this.overlay = document.createElementNS(SVG, "svg");
    this.overlay.setAttribute("class", "ds-overlay");
    this.overlay.setAttribute("aria-hidden", "true");
    canvas.append(this.world);
    this.spot = createSpot();
    this.viewport = new Viewport(canvas, this.world);
    /** @type {Map<string, HTMLElement>} */
    this.nodes = new Map();
    /** What the lines of an activity hang on: one for all of them. @type {Map<string, any>} */
    this.hubs = new Map();
    /** @type {Map<string, any>} */
    this.edges = new Map();
    /** @type {Set<string>} */
    this.selected = new Set();
    this.findings = byElement(findings);
    /** Where the activities are drawn now, also while they are dragged. @type {Map<string, readonly [number, number]>} */
    this.spots = new Map();
    /** @type {Map<string, readonly [number, number]>} */
    this.places = new Map();
    /** @type {Record<string, string>} */
    this.looks = {};
    this.frame = 0;
    /** @type {Set<string>} */
    this.unsettled = new Set();
    this.plumb = newInstance({
      container: this.world,
      elementsDraggable: false,
      connectionsDetachable: false,
      // Every node has the same size.
      resizeObserver: false,
      endpoint: { type: "Blank", options: {} },
      connector: { type: LINE, options: {} },
      paintStyle: { stroke: "currentColor", strokeWidth: 1.75, outlineStroke: "transparent", outlineWidth: 7 },
    });
    // Where a node is and how large is known here: asking the browser after every change costs a layout each time.
    this.plumb.getOffset = (/** @type {HTMLElement} */ element) => {
      const [x, y] = this.spots.get(element.dataset.key ?? "") ?? [0, 0];
      return { x, y };
    };
    this.plumb.getSize = () => ({ w: WIDTH, h: HEIGHT });
    // Blank endpoints have nothing to show, so they need no elements.
    this.plumb.renderEndpoint = () => {};
    this.world.append(this.overlay, this.spot);
    this.setReadOnly(readOnly);
    this.stop = listen(this);
    this.viewport.subscribe(({ zoom }) => this.onZoom(zoom));
    this.viewport.set(48, 48, 1);
    this.render();
  }

  /** @param {number} zoom */
  onZoom(zoom) {
    this.plumb.setZoom(zoom);
    this.canvas.classList.toggle("ds-far", zoom < FAR && this.nodes.size > DENSE);
  }

  /** @param {boolean} readOnly */
  setReadOnly(readOnly) {
    this.readOnly = readOnly;
    this.canvas.classList.toggle("ds-readonly", readOnly);
  }

  /** Show another model, such as one with what was removed in it. @param {Graph} graph */
  show(graph) {
    this.graph = graph;
    this.render();
  }

  /**
   * Draw what the model says about these activities and transitions; about everything without keys.
   * @param {Iterable<string> | null} [keys]
   */
  render(keys = null) {
    const isUnplaced = [...this.graph.activities.values()].some((activity) => !activity.position);
    this.places = isUnplaced ? positions(this.graph) : new Map();
    const touched = keys === null ? this.everything() : new Set(keys);
    const near = this.withNeighbours(touched);
    this.plumb.batch(() => this.draw(touched, near), true);
    const lines = this.lead(this.graph.transitions.values());
    for (const key of near) for (const way of this.graph.outgoing(key)) lines.add(way.key);
    this.settle(lines);
    drawHandles(this);
  }

  /** Draw lines where the router leads them. @param {Iterable<Transition>} ways @returns {Set<string>} keys of those that lay elsewhere */
  lead(ways) {
    const boxes = new Map(Array.from(this.spots, ([key, [x, y]]) => [key, box(x, y, WIDTH, HEIGHT, this.spreadOf(key))]));
    const drawn = [...ways].filter((way) => this.edges.has(way.key));
    /** @type {Set<string>} */
    const moved = new Set();
    for (const [key, route] of routes(boxes, drawn)) if (follow(this.plumb, this.edges.get(key), route)) moved.add(key);
    return moved;
  }

  /** Begin and end are straight on the side where their lines are. @param {string} key */
  spreadOf(key) {
    return this.graph.activity(key)?.kind === "dummy" ? ROUND : STRAIGHT;
  }

  /** In the next frame, so that the first picture does not wait for it. @param {Set<string>} lines */
  settle(lines) {
    for (const key of lines) this.unsettled.add(key);
    this.frame ||= window.requestAnimationFrame(() => {
      this.frame = 0;
      settleLabels(this, this.unsettled);
      this.unsettled = new Set();
    });
  }

  /** @returns {Set<string>} */
  everything() {
    return new Set([...this.nodes.keys(), ...this.edges.keys(), ...this.graph.activities.keys(), ...this.graph.transitions.keys()]);
  }

  /** Activities whose picture depends on what was touched. @param {Set<string>} touched @returns {Set<string>} */
  withNeighbours(touched) {
    const around = new Set([...touched].filter((key) => this.graph.activity(key)));
    for (const key of touched) {
      const way = this.graph.transition(key);
      if (way) around.add(way.source).add(way.target);
      const drawn = this.edges.get(key);
      if (drawn) for (const end of endsOf(drawn)) if (this.graph.activity(end)) around.add(end);
      for (const near of this.graph.activity(key) ? this.graph.incoming(key) : []) around.add(near.source);
    }
    return around;
  }

  /** @param {Set<string>} touched @param {Set<string>} around */
  draw(touched, around) {
    for (const key of touched) if (this.edges.has(key) && !this.hasEnds(key)) this.dropEdge(key);
    for (const key of touched) if (this.nodes.has(key) && !this.graph.activity(key)) this.dropNode(key);
    for (const key of around) this.putNode(key);
    const ways = new Set([...touched].filter((key) => this.graph.transition(key)));
    for (const key of around) for (const way of this.graph.outgoing(key)) ways.add(way.key);
    for (const key of ways) this.putEdge(key);
  }

  /** Whether a drawn transition still leads from where to where it did. @param {string} key */
  hasEnds(key) {
    const [source, target] = endsOf(this.edges.get(key));
    const way = this.graph.transition(key);
    return way?.source === source && way?.target === target && Boolean(this.graph.activity(source) && this.graph.activity(target));
  }

  /** @param {string} key */
  putNode(key) {
    const activity = this.graph.activity(key);
    if (!activity) return;
    let node = this.nodes.get(key);
    if (!node) {
      node = createNode(key);
      this.nodes.set(key, node);
      this.world.append(node);
      this.place(node, key);
      this.hubs.set(key, this.plumb.addEndpoint(node, { anchor: "Center", maxConnections: -1, deleteOnEmpty: false }));
    }
    fillNode(node, this.graph, activity, this.findings.get(key) ?? []);
    this.place(node, key);
    node.toggleAttribute("data-selected", this.selected.has(key));
    this.dress(node, key);
  }

  /** @param {HTMLElement} node @param {string} key */
  dress(node, key) {
    if (this.looks[key]) node.dataset.diff = this.looks[key];
    else delete node.dataset.diff;
  }

  /** @param {HTMLElement} node @param {string} key */
  place(node, key) {
    this.put(node, key, this.positionOf(key));
  }

  /** @param {HTMLElement} node @param {string} key @param {readonly [number, number]} spot */
  put(node, key, spot) {
    const old = this.spots.get(key);
    if (old && old[0] === spot[0] && old[1] === spot[1]) return;
    this.spots.set(key, spot);
    node.style.left = `${spot[0]}px`;
    node.style.top = `${spot[1]}px`;
  }

  /** Where an activity is drawn, also when the model has no place for it. @param {string} key @returns {readonly [number, number]} */
  positionOf(key) {
    return this.graph.activity(key)?.position ?? this.places.get(key) ?? [0, 0];
  }

  /** @param {string} key */
  dropNode(key) {
    const node = this.nodes.get(key);
    if (!node) return;
    this.plumb.removeAllEndpoints(node);
    this.plumb.unmanage(node, true);
    node.remove();
    this.nodes.delete(key);
    this.hubs.delete(key);
    this.spots.delete(key);
  }

  /** @param {string} key */
  dropEdge(key) {
    this.plumb.deleteConnection(this.edges.get(key));
    this.edges.delete(key);
  }

  /** @param {string} key */
  putEdge(key) {
    const way = this.graph.transition(key);
    if (!way) return;
    const words = wayLabel(this.graph, key);
    const isOtherwise = this.graph.isOtherwise(key);
    const look = this.edgeLook(way);
    const old = this.edges.get(key);
    const data = JSON.stringify([way, words, isOtherwise, look]);
    if (old && old.data === data) return;
    if (old) this.dropEdge(key);
    const source = this.hubs.get(way.source);
    const target = this.hubs.get(way.target);
    if (!source || !target) return;
    const drawn = this.plumb.connect({
      source, target, cssClass: look,
      overlays: [
        { type: "Arrow", options: { width: 9, length: 9, location: 1, foldback: 0.8 } },
        ...(words ? [labelSpec(way, words, { isOtherwise, isBad: isBad(this.findings.get(key)), state: this.looks[key] })] : []),
      ],
    });
    drawn.data = data;
    drawn.label = words ? { id: `label-${key}`, at: null } : null;
    this.edges.set(key, drawn);
  }

  /** @param {Transition} way */
  edgeLook(way) {
    const findings = this.findings.get(way.key) ?? [];
    return [
      "ds-edge",
      isTimeout(way.condition) ? "ds-edge-timeout" : "",
      this.selected.has(way.key) ? "ds-edge-selected" : "",
      isBad(findings) ? "ds-edge-bad" : "",
      this.looks[way.key] ? `ds-edge-${this.looks[way.key]}` : "",
    ].filter(Boolean).join(" ");
  }

  /** Which transition was hit. @param {EventTarget | null} target @returns {string | null} */
  edgeAt(target) {
    if (!(target instanceof Element)) return null;
    const label = /** @type {HTMLElement | SVGElement | null} */ (target.closest("[data-edge], [data-way]"));
    if (label) return label.dataset.edge ?? label.dataset.way ?? null;
    const line = target.closest(".jtk-connector");
    for (const [key, drawn] of line ? this.edges : []) if (drawn.connector.canvas === line) return key;
    return null;
  }

  /** The line of a transition, for tokens and the minimap. @param {string} key @returns {SVGPathElement | null} */
  pathOf(key) {
    return this.edges.get(key)?.connector.canvas?.querySelector("path:not(.jtk-connector-outline, .jtk-overlay)") ?? null;
  }

  /** @param {Iterable<string>} keys */
  select(keys) {
    const before = this.selected;
    this.selected = new Set(keys);
    for (const key of new Set([...before, ...this.selected])) {
      const node = this.nodes.get(key);
      if (node) {
        node.toggleAttribute("data-selected", this.selected.has(key));
        if (this.selected.has(key)) node.setAttribute("aria-current", "true");
        else node.removeAttribute("aria-current");
      }
      const edge = this.edges.get(key);
      edge?.connector.canvas?.classList.toggle("ds-edge-selected", this.selected.has(key));
    }
    drawHandles(this);
  }

  /** @param {Finding[]} problems */
  mark(problems) {
    const before = this.findings;
    this.findings = byElement(problems);
    const other = changed(before, this.findings);
    if (other.length) this.render(other);
  }

  /** Dress elements as added, removed, changed or moved. @param {Record<string, string>} looks by key */
  setLooks(looks) {
    this.looks = looks;
    this.render();
  }

  /** @param {string} key @returns {Box | null} */
  boxOf(key) {
    const spot = this.spots.get(key);
    return spot ? { x: spot[0], y: spot[1], width: WIDTH, height: HEIGHT } : null;
  }

  /** @param {Iterable<string>} [keys] @returns {Box | null} */
  bounds(keys = this.nodes.keys()) {
    return around(Array.from(keys, (key) => this.boxOf(key)).filter((found) => found !== null));
  }

  /** The keys to show an element by: its own, or those of both ends. @param {string} key */
  nodesOf(key) {
    const way = this.graph.transition(key);
    return way ? [way.source, way.target] : [key];
  }

  /** @param {string} key */
  focus(key) {
    focusOn(this, key);
  }

  /** Move elements without telling the model: while they are dragged. @param {Record<string, [number, number]>} places */
  preview(places) {
    /** @type {Set<Transition>} */
    const ways = new Set();
    for (const [key, place] of Object.entries(places)) {
      const node = this.nodes.get(key);
      if (node) this.put(node, key, place);
      for (const way of [...this.graph.incoming(key), ...this.graph.outgoing(key)]) ways.add(way);
    }
    this.lead(ways);
  }

  destroy() {
    this.stop();
    this.plumb.destroy();
    this.world.remove();
  }
}
