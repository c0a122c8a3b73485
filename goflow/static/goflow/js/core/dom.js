/** Making elements without markup in strings: texts become text, never HTML. */

/**
 * @typedef {Node | string | number | null | undefined | false} Content  nothing is added for null and false
 * @typedef {string | number | boolean | null | undefined | ((event: any) => void) | Record<string, string>} Value
 */

/** What a control was given, by the name of what it holds. @type {ReadonlyMap<string, string>} */
const GIVEN = new Map([["value", "defaultValue"], ["checked", "defaultChecked"], ["selected", "defaultSelected"]]);

/** @type {WeakMap<Element, Map<string, ((event: any) => void)[]>>} */
const listeners = new WeakMap();

/**
 * Make an element. A name like `onclick` takes a listener, `dataset` an object, `true` an empty attribute;
 * null, undefined and false leave the attribute out. `value`, `checked` and `selected` are what is given to a
 * control: what a person makes of it stays apart (see patch.js).
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, Value>>} [attributes]
 * @param {...(Content | Content[])} contents
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...contents) {
  const element = document.createElement(tag);
  append(element, contents);
  // After the contents, because a select can only take a value that one of its options has.
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  return element;
}

/**
 * Listen in a way that `takeListeners` can hand over to another element.
 * @param {Element} element
 * @param {string} type
 * @param {(event: any) => void} listener finds its element as `event.currentTarget`
 */
export function listen(element, type, listener) {
  const own = listeners.get(element) ?? new Map();
  listeners.set(element, own);
  if (!own.has(type)) {
    own.set(type, []);
    element.addEventListener(type, (event) => { for (const each of own.get(type)) each(event); });
  }
  own.get(type).push(listener);
}

/**
 * Let an element do what another one does, and no longer what it did.
 * @param {Element} element
 * @param {Element} from
 */
export function takeListeners(element, from) {
  for (const [type] of listeners.get(element) ?? []) listeners.get(element)?.set(type, []);
  for (const [type, all] of listeners.get(from) ?? []) for (const each of all) listen(element, type, each);
}

/**
 * Put contents in the place of whatever the element holds.
 * @param {Element} element
 * @param {...(Content | Content[])} contents
 */
export function fill(element, ...contents) {
  element.replaceChildren();
  append(element, contents);
}

/**
 * The element with that id, which the page must have.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element #${id}; add it to the template`);
  return element;
}

/**
 * What a template handed over with `json_script`.
 * @param {string} id
 * @returns {any}
 */
export function pageData(id) {
  return JSON.parse(byId(id).textContent || "null");
}

/**
 * Whether keys typed there mean text, so that single-key shortcuts must not act.
 * @param {EventTarget | null} target
 */
export function isTextField(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");
}

/**
 * Call a function after things have been quiet for that long.
 * @template {any[]} Args
 * @param {(...args: Args) => void} work
 * @param {number} wait in ms
 * @returns {((...args: Args) => void) & {cancel: () => void}}
 */
export function debounced(work, wait) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const later = (/** @type {Args} */ ...args) => {
    clearTimeout(timer);
    timer = setTimeout(work, wait, ...args);
  };
  return Object.assign(later, { cancel: () => clearTimeout(timer) });
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {Value} value
 */
function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  const given = GIVEN.get(name);
  if (typeof value === "function") listen(element, name.replace(/^on/, ""), value);
  else if (given) Object.assign(element, { [given in element ? given : name]: value });
  else if (typeof value === "object") Object.assign(element.dataset, value);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * @param {Element} element
 * @param {readonly (Content | Content[])[]} contents
 */
function append(element, contents) {
  for (const content of contents.flat()) {
    if (content === null || content === undefined || content === false) continue;
    element.append(content instanceof Node ? content : String(content));
  }
}
