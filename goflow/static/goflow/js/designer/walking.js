/* Going from element to element with the keyboard. What has the keyboard is selected on the way. */

/**
 * @import { Editor } from "./editor.js"
 * @typedef {readonly [number, number]} Spot
 */

/**
 * The nearest one in a direction: only what lies more in that direction than beside it.
 * @param {Iterable<readonly [string, Spot]>} spots where everything is
 * @param {Spot} from
 * @param {Spot} way such as [1, 0] for the right
 * @returns {string | undefined}
 */
export function nearest(spots, [x, y], [dx, dy]) {
  let best;
  let least = Infinity;
  for (const [key, [ox, oy]] of spots) {
    const along = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    if (along <= 0 || aside > along) continue;
    if (along + 2 * aside < least) [best, least] = [key, along + 2 * aside];
  }
  return best;
}

/**
 * Where an element is: a transition is halfway between its ends.
 * @param {Editor} editor @param {string} key @returns {Spot}
 */
export function spotOf(editor, key) {
  const spots = (editor.view?.nodesOf(key) ?? []).map((each) => editor.view?.positionOf(each) ?? [0, 0]);
  const middle = (/** @type {0 | 1} */ axis) => spots.reduce((sum, spot) => sum + spot[axis], 0) / (spots.length || 1);
  return [middle(0), middle(1)];
}

/**
 * @param {Editor} editor
 * @param {() => boolean} isLooking whether the keyboard goes about without selecting
 * @returns {Record<string, (event: KeyboardEvent) => void>}
 */
export function walking(editor, isLooking) {
  const reach = (/** @type {string | undefined} */ key, isLook = isLooking()) => {
    if (!key) return;
    if (!isLook) editor.select([key]);
    editor.focus(key);
  };
  const others = () => [...editor.graph.activities.keys()].filter((key) => key !== editor.active).map((key) => /** @type {const} */ ([key, spotOf(editor, key)]));
  const beside = (/** @type {Spot} */ way) => (editor.active ? nearest(others(), spotOf(editor, editor.active), way) : editor.graph.activities.keys().next().value);
  const sides = /** @type {[string, Spot][]} */ ([["left", [-1, 0]], ["right", [1, 0]], ["up", [0, -1]], ["down", [0, 1]]]);
  return {
    ...Object.fromEntries(sides.flatMap(([side, way]) => [[`next-${side}`, () => reach(beside(way))]])),
    look: ({ key }) => reach(beside(new Map(sides).get(key.replace("Arrow", "").toLowerCase()) ?? [0, 0]), true),
    follow: following(editor, "outgoing", reach), "follow-back": following(editor, "incoming", reach),
    select: () => editor.active && editor.select([editor.active]),
    "select-add": () => editor.active && editor.select([editor.active], { toggle: true }),
    "select-all": () => editor.selectAll(),
    "select-none": () => editor.select([]),
  };
}

/** Along the transitions; again for the next of several. @param {Editor} editor @param {"outgoing" | "incoming"} side @param {(key: string) => void} reach */
function following(editor, side, reach) {
  const end = side === "outgoing" ? "target" : "source";
  let last = { from: "", to: "", at: 0 };
  return () => {
    const way = editor.graph.transition(editor.active);
    if (way) {
      reach(way[end]);
      return;
    }
    const isSibling = last.to === editor.active && editor.graph[side](last.from).length > 1;
    const from = isSibling ? last.from : editor.active;
    const ways = editor.graph[side](from);
    if (!ways.length) return;
    const at = isSibling ? (last.at + 1) % ways.length : 0;
    last = { from, to: ways[at][end], at };
    reach(last.to);
  };
}
