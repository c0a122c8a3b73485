/** Saying things to people who do not see them happen, through an `aria-live` element of the page. */

/** Screen readers notice a text only when it appears in an empty element a moment later, in ms. */
const PAUSE = 60;

/**
 * @param {HTMLElement} element with `aria-live`
 * @returns {(text: string) => void} says a text; the same text is said again; texts said at once are all said
 */
export function createLive(element) {
  /** @type {string[]} */
  let waiting = [];
  return (text) => {
    if (!text) return;
    waiting.push(text);
    if (waiting.length > 1) return;
    element.textContent = "";
    setTimeout(() => {
      element.textContent = [...new Set(waiting)].join(" ");
      waiting = [];
    }, PAUSE);
  };
}
