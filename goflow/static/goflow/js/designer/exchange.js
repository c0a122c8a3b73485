/**
 * The exchange format in the browser: fields of a process with their defaults, read strictly and written short.
 *
 * Elements are frozen plain objects with every field present. Written data leaves defaults out and lists fields
 * in the order the server writes them, so the same process always gives the same text.
 */

/**
 * @typedef {Readonly<{
 *   code: string, title: string, begin: string, end: string, version: number, description: string,
 *   priority: number, content_type: string,
 * }>} Process
 * @typedef {"standard" | "dummy" | "subflow"} Kind
 * @typedef {"standard" | "approval" | "review" | "service" | "notification" | "gateway" | "script"} NodeType
 * @typedef {readonly [number, number]} Position  top left corner, in pixels
 * @typedef {Readonly<Record<string, unknown>>} Params
 * @typedef {Readonly<{
 *   after: string, action: "remind" | "reassign" | "priority", roles?: readonly string[], priority?: number,
 * }>} Escalation  what happens to an item that stays open
 * @typedef {Readonly<{
 *   key: string, title: string, kind: Kind, node_type: NodeType, description: string, autostart: boolean,
 *   autofinish: boolean, terminate: boolean, join_mode: "xor" | "and" | "or", split_mode: "and" | "xor",
 *   push_application: string, push_params: Params, application: string, app_params: Params,
 *   form_class: string, form_template: string, subflow: string, roles: readonly string[],
 *   allowed_groups: readonly string[], allowed_users: readonly string[], sla_duration: string,
 *   sla_warn: string, sla_roles: readonly string[], escalations: readonly Escalation[],
 *   compensation_handler: string, position: Position | null,
 * }>} Activity
 * @typedef {Readonly<{
 *   key: string, source: string, target: string, name: string, condition: string, ordering: number,
 *   pre_hook: string, post_hook: string, description: string,
 * }>} Transition
 * @typedef {Record<string, unknown>} Data  parsed JSON
 * @typedef {{process: Process, activities: Activity[], transitions: Transition[]}} Definition
 */

export const FORMAT = "goflow-process";
export const FORMAT_VERSION = 1;
/** The longest title that can be stored, in characters. */
export const MAX_TITLE = 100;
export const ORDERING_STEP = 10;
const MAX_KEY = 220;
const KEY = /^[a-z0-9][a-z0-9_-]*$/;

/** @type {Process} */
export const PROCESS_DEFAULTS = Object.freeze({
  code: "", title: "", begin: "", end: "", version: 1, description: "", priority: 0, content_type: "",
});

/** @type {Activity} */
export const ACTIVITY_DEFAULTS = Object.freeze({
  key: "", title: "", kind: "standard", node_type: "standard", description: "",
  autostart: false, autofinish: true, terminate: false, join_mode: "xor", split_mode: "and",
  push_application: "", push_params: Object.freeze({}), application: "", app_params: Object.freeze({}),
  form_class: "", form_template: "", subflow: "",
  roles: Object.freeze([]), allowed_groups: Object.freeze([]), allowed_users: Object.freeze([]),
  sla_duration: "", sla_warn: "", sla_roles: Object.freeze([]), escalations: Object.freeze([]),
  compensation_handler: "", position: null,
});

/** @type {Transition} */
export const TRANSITION_DEFAULTS = Object.freeze({
  key: "", source: "", target: "", name: "", condition: "", ordering: 0,
  pre_hook: "", post_hook: "", description: "",
});

/** The values of the fields that only take a few. */
export const CHOICES = Object.freeze({
  kind: Object.freeze(["standard", "dummy", "subflow"]),
  node_type: Object.freeze(["standard", "approval", "review", "service", "notification", "gateway", "script"]),
  join_mode: Object.freeze(["xor", "and", "or"]),
  split_mode: Object.freeze(["and", "xor"]),
});

/** What a step of an escalation does. */
export const ESCALATION_ACTIONS = Object.freeze(/** @type {const} */ (["remind", "reassign", "priority"]));

/** Data does not describe a process; `path` says where, such as `activities[3].title`. */
export class ModelError extends Error {
  /**
   * @param {string} path
   * @param {string} problem
   */
  constructor(path, problem) {
    super(path ? `${path}: ${problem}` : problem);
    this.name = "ModelError";
    this.path = path;
  }
}

/**
 * Read exchanged data.
 * @param {unknown} data
 * @returns {Definition}
 * @throws {ModelError} for anything unknown, of a wrong type, doubled or dangling
 */
export function readDefinition(data) {
  const { format, format_version: version, activities = [], transitions = [], ...head } = mapping(data, "");
  if (format !== FORMAT || version !== FORMAT_VERSION) {
    throw new ModelError("format", `expected ${FORMAT} ${FORMAT_VERSION}`);
  }
  const process = /** @type {Process} */ (readFields(head, PROCESS_DEFAULTS, ""));
  const nodes = listing(activities, "activities").map((entry, i) => readActivity(entry, `activities[${i}]`));
  const ways = listing(transitions, "transitions").map((entry, i) => readTransition(entry, `transitions[${i}]`));
  refuseDoubled(nodes, "activities");
  refuseDoubled(ways, "transitions");
  refuseDangling(ways, new Set(nodes.map((node) => node.key)));
  return { process, activities: nodes, transitions: ways };
}

/**
 * @param {unknown} data
 * @param {string} [path]
 * @returns {Activity}
 */
export function readActivity(data, path = "activity") {
  const fields = readFields(mapping(data, path), ACTIVITY_DEFAULTS, path);
  checkKey(fields.key, `${path}.key`);
  return /** @type {Activity} */ (fields);
}

/**
 * @param {unknown} data
 * @param {string} [path]
 * @returns {Transition}
 */
export function readTransition(data, path = "transition") {
  const fields = readFields(mapping(data, path), TRANSITION_DEFAULTS, path);
  checkKey(fields.key, `${path}.key`);
  return /** @type {Transition} */ (fields);
}

/**
 * Exchanged data of a definition.
 * @param {Process} process
 * @param {Iterable<Activity>} activities
 * @param {Iterable<Transition>} transitions
 * @returns {Data}
 */
export function writeDefinition(process, activities, transitions) {
  return {
    format: FORMAT,
    format_version: FORMAT_VERSION,
    ...writeFields(process, PROCESS_DEFAULTS, ["code", "title"]),
    activities: Array.from(activities, writeActivity),
    transitions: Array.from(transitions, writeTransition),
  };
}

/** @param {Activity} activity @returns {Data} */
export function writeActivity(activity) {
  return writeFields(activity, ACTIVITY_DEFAULTS, ["key", "title"]);
}

/** @param {Transition} transition @returns {Data} */
export function writeTransition(transition) {
  return writeFields(transition, TRANSITION_DEFAULTS, ["key", "source", "target", "ordering"]);
}

/**
 * Whether two JSON values are equal; the order of the keys of objects does not matter.
 * @param {unknown} one
 * @param {unknown} other
 * @returns {boolean}
 */
export function isSame(one, other) {
  if (one === other) return true;
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every(
    (name) => Object.prototype.hasOwnProperty.call(other, name) && isSame(one[name], other[name]),
  );
}

/**
 * A frozen deep copy with the keys of objects sorted.
 * @param {unknown} value
 * @returns {unknown}
 */
export function frozen(value) {
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  if (!isContainer(value)) return value;
  const pairs = Object.keys(value).sort().map((name) => /** @type {const} */ ([name, frozen(value[name])]));
  return Object.freeze(Object.fromEntries(pairs));
}

/**
 * A lower-case ASCII key as the server makes it; empty when the text has no Latin letter or digit.
 * @param {string} title
 * @returns {string}
 */
export function slug(title) {
  // Characters beyond ASCII vanish instead of separating, so that "é" leaves an "e".
  const ascii = title.normalize("NFKD").replace(/[^\x00-\x7f]/g, "");
  const dashed = ascii.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "");
  return dashed.slice(0, MAX_TITLE).replace(/-+$/, "");
}

/**
 * A key nobody uses yet: the slug of the title, with a number when that is taken or the title has no letters.
 * @param {string} title
 * @param {(key: string) => boolean} isTaken
 * @param {string} [fallback]
 * @returns {string}
 */
export function freeKey(title, isTaken, fallback = "activity") {
  // A column of keys is as long as a title, so there has to be room for a number.
  const base = slug(title).slice(0, MAX_TITLE - 10).replace(/-+$/, "");
  if (base && !isTaken(base)) return base;
  let number = base ? 2 : 1;
  while (isTaken(`${base || fallback}-${number}`)) number += 1;
  return `${base || fallback}-${number}`;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isContainer(value) {
  return typeof value === "object" && value !== null;
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {Data}
 */
function mapping(value, path) {
  if (!isContainer(value) || Array.isArray(value)) throw new ModelError(path, "expected an object");
  return value;
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {unknown[]}
 */
function listing(value, path) {
  if (!Array.isArray(value)) throw new ModelError(path, "expected a list");
  return value;
}

/**
 * @param {Data} data
 * @param {Readonly<Record<string, unknown>>} defaults
 * @param {string} path
 * @returns {Data}
 */
function readFields(data, defaults, path) {
  /** @type {Data} */
  const fields = { ...defaults };
  for (const [name, value] of Object.entries(data)) {
    const place = path ? `${path}.${name}` : name;
    if (!Object.prototype.hasOwnProperty.call(defaults, name)) throw new ModelError(place, "is unknown");
    if (!isOfKind(name, value, defaults[name])) throw new ModelError(place, "has a value of a wrong type");
    fields[name] = frozen(value);
  }
  return Object.freeze(fields);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {unknown} example
 * @returns {boolean}
 */
function isOfKind(name, value, example) {
  if (name === "position") return value === null || isPosition(value);
  if (name in CHOICES) return CHOICES[/** @type {keyof typeof CHOICES} */ (name)].includes(/** @type {any} */ (value));
  if (name === "escalations") return Array.isArray(value) && value.every(isEscalation);
  if (Array.isArray(example)) return Array.isArray(value) && value.every((part) => typeof part === "string");
  if (typeof example === "number") return Number.isInteger(value);
  return typeof value === typeof example && value !== null && !Array.isArray(value);
}

/** @param {unknown} value @returns {value is Escalation} */
function isEscalation(value) {
  if (!isContainer(value) || Array.isArray(value)) return false;
  const { after, action, roles = [], priority = 0, ...unknown } = value;
  return typeof after === "string" && ESCALATION_ACTIONS.includes(/** @type {any} */ (action))
    && Array.isArray(roles) && roles.every((role) => typeof role === "string")
    && Number.isInteger(priority) && !Object.keys(unknown).length;
}

/** @param {unknown} value @returns {value is Position} */
function isPosition(value) {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isInteger);
}

/**
 * @param {unknown} key
 * @param {string} path
 */
function checkKey(key, path) {
  if (typeof key !== "string" || !KEY.test(key)) throw new ModelError(path, "is no key");
}

/**
 * @param {readonly {key: string}[]} elements
 * @param {string} path
 */
function refuseDoubled(elements, path) {
  const seen = new Set();
  elements.forEach(({ key }, index) => {
    if (seen.has(key)) throw new ModelError(`${path}[${index}].key`, `"${key}" is used twice`);
    seen.add(key);
  });
}

/**
 * @param {readonly Transition[]} transitions
 * @param {ReadonlySet<string>} known
 */
function refuseDangling(transitions, known) {
  transitions.forEach(({ source, target }, index) => {
    for (const [name, key] of [["source", source], ["target", target]]) {
      if (!known.has(key)) throw new ModelError(`transitions[${index}].${name}`, `there is no activity "${key}"`);
    }
  });
}

/**
 * @param {Readonly<Record<string, unknown>>} element
 * @param {Readonly<Record<string, unknown>>} defaults
 * @param {readonly string[]} always
 * @returns {Data}
 */
function writeFields(element, defaults, always) {
  /** @type {Data} */
  const written = {};
  for (const name of Object.keys(defaults)) {
    if (always.includes(name) || !isSame(element[name], defaults[name])) written[name] = element[name];
  }
  return written;
}
