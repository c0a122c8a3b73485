/* What part of the drawing is shown, and how large: one CSS transform on the world. */

export const SMALLEST = 0.2;
export const LARGEST = 4;
const MARGIN = 48;

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

/** The box around all of them. @param {readonly Box[]} boxes @returns {Box | null} */
export function around(boxes) {
  if (!boxes.length) return null;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    x, y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}

export class Viewport {
  /**
   * @param {HTMLElement} canvas  the window
   * @param {HTMLElement} world  what is moved behind it
   */
  constructor(canvas, world) {
    this.canvas = canvas;
    this.world = world;
    this.x = 0;
    this.y = 0;
    this.zoom = 1;
    /** @type {Set<(viewport: Viewport) => void>} */
    this.listeners = new Set();
  }

  /** @param {(viewport: Viewport) => void} listener */
  subscribe(listener) {
    this.listeners.add(listener);
  }

  /** @param {number} x @param {number} y @param {number} [zoom] */
  set(x, y, zoom = this.zoom) {
    this.x = x;
    this.y = y;
    this.zoom = Math.min(LARGEST, Math.max(SMALLEST, zoom));
    this.world.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.zoom})`;
    this.canvas.style.backgroundPosition = `${this.x}px ${this.y}px`;
    this.canvas.style.backgroundSize = `${16 * this.zoom}px ${16 * this.zoom}px`;
    for (const listener of this.listeners) listener(this);
  }

  /** @param {number} dx @param {number} dy */
  panBy(dx, dy) {
    this.set(this.x + dx, this.y + dy);
  }

  /**
   * The point under the pointer stays where it is.
   * @param {number} clientX @param {number} clientY @param {number} factor
   */
  zoomAt(clientX, clientY, factor) {
    const area = this.canvas.getBoundingClientRect();
    const zoom = Math.min(LARGEST, Math.max(SMALLEST, this.zoom * factor));
    const px = clientX - area.left;
    const py = clientY - area.top;
    const ratio = zoom / this.zoom;
    this.set(px - (px - this.x) * ratio, py - (py - this.y) * ratio, zoom);
  }

  /** @param {number} factor */
  zoomBy(factor) {
    const area = this.canvas.getBoundingClientRect();
    this.zoomAt(area.left + area.width / 2, area.top + area.height / 2, factor);
  }

  /** @param {number} clientX @param {number} clientY @returns {[number, number]} */
  toWorld(clientX, clientY) {
    const area = this.canvas.getBoundingClientRect();
    return [(clientX - area.left - this.x) / this.zoom, (clientY - area.top - this.y) / this.zoom];
  }

  /** In the canvas' own pixels. @param {number} x @param {number} y @returns {[number, number]} */
  toCanvas(x, y) {
    return [x * this.zoom + this.x, y * this.zoom + this.y];
  }

  /** @returns {[number, number]} */
  centre() {
    return [(this.canvas.clientWidth / 2 - this.x) / this.zoom, (this.canvas.clientHeight / 2 - this.y) / this.zoom];
  }

  /** @param {Box | null} box */
  fit(box) {
    if (!box || !this.canvas.clientWidth) {
      this.set(MARGIN, MARGIN, 1);
      return;
    }
    const across = (this.canvas.clientWidth - 2 * MARGIN) / Math.max(1, box.width);
    const down = (this.canvas.clientHeight - 2 * MARGIN) / Math.max(1, box.height);
    const zoom = Math.max(SMALLEST, Math.min(1, across, down));
    this.set(
      (this.canvas.clientWidth - box.width * zoom) / 2 - box.x * zoom,
      (this.canvas.clientHeight - box.height * zoom) / 2 - box.y * zoom,
      zoom,
    );
  }

  /** Move only when the box is not already in sight. @param {Box} box */
  reveal(box) {
    const [left, top] = this.toCanvas(box.x, box.y);
    const [right, bottom] = this.toCanvas(box.x + box.width, box.y + box.height);
    const isSeen = left >= 0 && top >= 0 && right <= this.canvas.clientWidth && bottom <= this.canvas.clientHeight;
    if (!isSeen) this.centreOn(box);
  }

  /** @param {Box} box */
  centreOn(box) {
    this.set(
      this.canvas.clientWidth / 2 - (box.x + box.width / 2) * this.zoom,
      this.canvas.clientHeight / 2 - (box.y + box.height / 2) * this.zoom,
    );
  }
}
