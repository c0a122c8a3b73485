/* jsPlumb writes `style` attributes on SVG elements, which a strict policy drops; the same text through CSSOM is allowed. */
const original = SVGElement.prototype.setAttribute;
/** @this {SVGElement} @param {string} name @param {string} value */
function setAttribute(name, value) {
  if (name === "style") this.style.cssText = value;
  else original.call(this, name, value);
}

SVGElement.prototype.setAttribute = setAttribute;
