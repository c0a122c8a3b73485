/**
 * The one way in which what is shown follows what is known.
 *
 * The rule: nothing that comes from elsewhere (an answer of the server, another person, an undo) touches the element
 * that a person is in. It is neither replaced nor moved, and what they typed there stays.
 *
 * So whoever shows something that changes builds it anew, as a fresh tree, and lets `patch` carry over the
 * differences:
 * - Elements stay. Fresh ones are matched by their key (see KEYS), the rest by tag and first class, in their order.
 *   Whatever can appear, vanish or move among its likes needs a key.
 * - Listeners come from the fresh tree, so they act on what is known now. They must find elements through the event
 *   (`event.currentTarget`) and be added by `el` or `listen`: the fresh element they were made for is never shown.
 * - A control gets a value only when what it is given differs from what it was given before; then what was typed and
 *   not yet taken stays. While one types or chooses there it gets nothing at all, and catches up when the focus leaves.
 * - Whether a section is open belongs to the person, and what stands in `data-own` to the listener that fills it.
 */

import { takeListeners } from "./dom.js";

/**
 * @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control
 */

/** What tells elements apart, the first that there is. */
const KEYS = ["data-part", "name", "data-name", "data-section", "data-step", "data-lead", "data-version", "data-branch"];

/** What controls with the focus are to become when it leaves them. @type {WeakMap<Element, Element>} */
const waiting = new WeakMap();

/** The list of choices that may be open: browsers do not tell. @type {EventTarget | null} */
let unfolded = null;

if (globalThis.document) {
  const unfold = (/** @type {EventTarget | null} */ target) => { unfolded = target instanceof HTMLSelectElement ? target : null; };
  document.addEventListener("pointerdown", ({ target }) => unfold(target), true);
  document.addEventListener("keydown", ({ key, target, ctrlKey, metaKey }) => {
    if (!ctrlKey && !metaKey) unfold(key === "Tab" || key === "Escape" ? null : target);
  }, true);
  document.addEventListener("change", () => unfold(null), true);
}

/**
 * Let an element contain what a fresh tree says.
 * @param {Element} box
 * @param {readonly Node[]} fresh is used up
 */
export function patch(box, fresh) {
  const pairs = matched(box, fresh);
  const stays = new Set(pairs.map(([old]) => old));
  for (const old of [...box.childNodes]) if (!stays.has(old)) old.remove();
  let next = box.firstChild;
  for (const [old, wanted] of pairs) {
    if (!old) box.insertBefore(wanted, next);
    else {
      next = settleAt(box, old, next);
      patchNode(old, wanted);
    }
  }
}

/**
 * Let an element hold exactly these elements, in this order; they show what they should already.
 * @param {Element} box
 * @param {readonly Element[]} elements
 */
export function arrange(box, elements) {
  const stays = new Set(elements);
  for (const old of [...box.children]) if (!stays.has(old)) old.remove();
  /** @type {ChildNode | null} */
  let next = box.firstChild;
  for (const each of elements) {
    if (each.parentNode === box) next = settleAt(box, each, next);
    else box.insertBefore(each, next);
  }
}

/**
 * Let a control show what it is given, now that nobody is in the middle of using it.
 * @param {Element} control
 */
export function settle(control) {
  const fresh = waiting.get(control);
  if (!fresh) return;
  waiting.delete(control);
  patchControl(/** @type {Control} */ (control), /** @type {Control} */ (fresh));
}

/**
 * Which of the nodes there are becomes which fresh one; nothing for a new one.
 * @param {Element} box @param {readonly Node[]} fresh @returns {[ChildNode | undefined, Node][]}
 */
function matched(box, fresh) {
  /** @type {Map<string, ChildNode[]>} */
  const found = new Map();
  for (const old of box.childNodes) found.set(keyOf(old), [...(found.get(keyOf(old)) ?? []), old]);
  return fresh.map((wanted) => [found.get(keyOf(wanted))?.shift(), wanted]);
}

/** @param {Node} node */
function keyOf(node) {
  if (!(node instanceof Element)) return node.nodeName;
  const name = KEYS.find((each) => node.hasAttribute(each));
  return `${node.nodeName} ${name ? `${name}=${node.getAttribute(name)}` : node.classList[0] ?? ""}`;
}

/**
 * Bring a node to its place. One with the focus is not moved, which would take the focus away: the others give way.
 * @param {Element} box @param {ChildNode} node @param {ChildNode | null} place @returns {ChildNode | null} what comes behind it
 */
function settleAt(box, node, place) {
  if (node !== place && node.contains(document.activeElement)) {
    const others = [...box.childNodes];
    const from = place ? others.indexOf(place) : others.length;
    box.append(...others.slice(from, others.indexOf(node)));
  } else if (node !== place) box.insertBefore(node, place);
  return node.nextSibling;
}

/** @param {Node} old @param {Node} fresh */
function patchNode(old, fresh) {
  if (!(old instanceof Element) || !(fresh instanceof Element)) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  takeListeners(old, fresh);
  if (isControl(old)) control(old, /** @type {Control} */ (fresh));
  else if (old instanceof SVGElement) {
    if (!old.isEqualNode(fresh)) old.replaceWith(fresh);
  } else {
    patchAttributes(old, fresh);
    if (!old.hasAttribute("data-own")) patch(old, [...fresh.childNodes]);
  }
}

/** @param {Control} old @param {Control} fresh */
function control(old, fresh) {
  if (!isInUse(old)) {
    waiting.delete(old);
    patchControl(old, fresh);
    return;
  }
  // What is said about it is for those who are in it.
  patchAttributes(old, fresh, (name) => name.startsWith("aria-"));
  if (!waiting.has(old)) old.addEventListener("blur", () => settle(old), { once: true });
  waiting.set(old, fresh);
}

/** Whether a person may be in the middle of typing or choosing there. @param {Control} element */
function isInUse(element) {
  if (element !== document.activeElement || isTicked(element)) return false;
  return element instanceof HTMLSelectElement ? element === unfolded : true;
}

/** @param {Control} old @param {Control} fresh */
function patchControl(old, fresh) {
  if (old instanceof HTMLSelectElement) patchSelect(old, /** @type {HTMLSelectElement} */ (fresh));
  else patchInput(old, /** @type {typeof old} */ (fresh));
}

/** @param {HTMLInputElement | HTMLTextAreaElement} old @param {HTMLInputElement | HTMLTextAreaElement} fresh */
function patchInput(old, fresh) {
  const before = given(old);
  patchAttributes(old, fresh);
  if (old instanceof HTMLTextAreaElement) old.defaultValue = fresh.defaultValue;
  if (before === given(fresh)) return;
  if (isTicked(old)) old.checked = old.defaultChecked;
  else old.value = fresh.value;
}

/** @param {HTMLSelectElement} old @param {HTMLSelectElement} fresh */
function patchSelect(old, fresh) {
  const value = fresh.value;
  const isOther = !(old.options.length === fresh.options.length && [...old.options].every((each, index) => each.isEqualNode(fresh.options[index])));
  patchAttributes(old, fresh);
  if (isOther) old.replaceChildren(...fresh.childNodes);
  if (isOther || old.value !== value) old.value = value;
}

/** @param {Element} old @param {Element} fresh @param {(name: string) => boolean} [isMeant] */
function patchAttributes(old, fresh, isMeant = () => true) {
  const names = new Set([...old.getAttributeNames(), ...fresh.getAttributeNames()]);
  for (const name of names) {
    const value = fresh.getAttribute(name);
    if (!isMeant(name) || old.getAttribute(name) === value || (name === "open" && old.matches("details"))) continue;
    if (value === null) old.removeAttribute(name);
    else old.setAttribute(name, value);
  }
}

/** @param {Element} element @returns {element is Control} */
function isControl(element) {
  return element.matches("input, textarea, select");
}

/** @param {Element} element @returns {element is HTMLInputElement} */
function isTicked(element) {
  return element.matches("[type=checkbox], [type=radio]");
}

/** @param {HTMLInputElement | HTMLTextAreaElement} element */
function given(element) {
  return isTicked(element) ? element.defaultChecked : element.defaultValue;
}
