/* What is only not finished yet is something to do, not an error: nobody is told off for what they are drawing. */

/**
 * @import { Editor, Problem } from "./editor.js"
 */

/** Problems of which every drawing has some until it is complete. @type {ReadonlySet<string>} */
const UNFINISHED = new Set([
  "one-start", "end-required", "dangling-end", "unreachable", "no-path-to-end", "label-required", "missing-default",
  "fake-join", "no-subflow", "nobody-can-do-it", "no-form", "no-application", "open-to-everyone", "dead-activity", "cannot-complete",
]);

/**
 * Tells which problems are still things to do: all about a new activity until one leaves it; and in a drawing that
 * was begun here, what is not finished, until one asks what is wrong.
 * @param {Editor} editor
 * @param {() => void} changed called when they are to be judged anew
 */
export function createCalm(editor, changed) {
  let isChecked = editor.graph.activities.size > 0;
  /** @type {Set<string>} */
  const fresh = new Set();
  editor.on("begun", (key) => fresh.add(key));
  editor.on("pasted", (keys) => { for (const key of keys) fresh.add(key); });
  editor.on("selection", () => {
    const left = [...fresh].filter((key) => !editor.selection.has(key));
    for (const key of left) fresh.delete(key);
    if (left.length) changed();
  });
  const isCalm = (/** @type {Problem} */ { code, elements }) => (!isChecked && UNFINISHED.has(code))
    || elements.some((key) => fresh.has(key));
  return {
    /** @param {readonly Problem[]} problems as the server tells them @returns {Problem[]} */
    judged: (problems) => problems.map((problem) => (isCalm(problem) ? { ...problem, severity: "todo" } : problem)),
    /** From now on what is wrong is called so. */
    check() {
      if (isChecked) return;
      isChecked = true;
      changed();
    },
  };
}
