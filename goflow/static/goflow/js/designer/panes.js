/* From one part of the page to the next with F6, and back to the drawing with Escape. */

/**
 * @typedef {{place: HTMLElement, enter?: () => void}} Pane  `enter` puts the keyboard in, else it goes where it was
 */

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

/** @param {readonly Pane[]} panes in their order; those that are not shown are left out */
export function createPanes(panes) {
  /** @type {Map<HTMLElement, HTMLElement>} */
  const last = new Map();
  for (const { place } of panes) place.addEventListener("focusin", ({ target }) => last.set(place, /** @type {HTMLElement} */ (target)));

  const enter = (/** @type {Pane} */ pane) => {
    if (pane.enter) return pane.enter();
    const before = last.get(pane.place);
    return (before && isShown(before) ? before : first(pane.place))?.focus();
  };
  return {
    /** @param {1 | -1} step */
    go(step) {
      const shown = panes.filter(({ place }) => isShown(place) && !place.inert);
      const at = shown.findIndex(({ place }) => place.contains(document.activeElement));
      const next = at < 0 ? (step > 0 ? 0 : shown.length - 1) : (at + step + shown.length) % shown.length;
      if (shown.length) enter(shown[next]);
    },
  };
}

/** @param {HTMLElement} place */
function first(place) {
  const all = /** @type {HTMLElement[]} */ ([...place.querySelectorAll(FOCUSABLE)]);
  return all.find((each) => each.tabIndex >= 0 && isShown(each) && !each.matches(":disabled"));
}

/** @param {HTMLElement} element */
function isShown(element) {
  return element.isConnected && element.getClientRects().length > 0;
}
