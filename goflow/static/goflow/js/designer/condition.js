/**
 * Conditions as the builder shows them: simple forms taken apart into rows and put together again.
 *
 * Nothing is evaluated here, and whether a text is a condition at all is for the server to say. What the rows
 * cannot show is `{form: "text"}` and edited as text. Putting together what was taken apart means the same.
 */

/**
 * @typedef {string | number | boolean | null} Scalar
 * @typedef {"==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in" | "contains" | "not contains"} Operator
 * @typedef {{field: string, operator: Operator, value: Scalar | Scalar[]}} Row
 *   "in" and "not in" take a list; "contains" asks for the value in a field that is a list
 * @typedef {{form: "blank"}
 *   | {form: "constant", value: boolean}
 *   | {form: "outcome", operator: "eq" | "ne" | "in" | "notin", values: string[]}
 *   | {form: "timeout", duration: string}
 *   | {form: "rows", joint: "and" | "or", rows: Row[]}
 *   | {form: "text", text: string}} Parts
 * @typedef {{kind: "string" | "number" | "word" | "symbol", text: string}} Token
 */

/** What the names in an expression begin with. */
export const ROOTS = Object.freeze(["outcome", "outcomes", "instance", "workitem", "wfobject", "data"]);

/** @type {readonly Operator[]} */
export const OPERATORS = Object.freeze([
  "==", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "not contains",
]);

const MOST_PARTS = 3;
const STRING = String.raw`'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"`;
const QUOTED = new RegExp(`^(?:${STRING})$`);
const PREFIX = /^(eq|ne|in|notin|timeout)\s*:\s*/i;
const CSV_PART = /\s*(?:"((?:[^"]|"")*)"\s*|'((?:[^']|'')*)'\s*|([^,]*))(?:,|$)/g;
const SYMBOLS = new Set(["==", "!=", "<", "<=", ">", ">="]);
/** @type {ReadonlyMap<string, boolean | null>} */
const CONSTANTS = new Map([
  ["true", true], ["True", true], ["false", false], ["False", false], ["null", null], ["None", null],
]);

/**
 * Whether only a timer takes a transition with this stored condition.
 * @param {string} text
 */
export function isTimeout(text) {
  return /^\s*timeout\s*:/i.test(text);
}

/**
 * Take a condition apart.
 * @param {string} text as stored
 * @returns {Parts} `{form: "text"}` when rows cannot show it
 */
export function decompose(text) {
  const source = text.normalize("NFC").trim();
  if (source === "") return { form: "blank" };
  if (/^(true|false)$/i.test(source)) return { form: "constant", value: source.toLowerCase() === "true" };
  const prefix = PREFIX.exec(source);
  if (prefix) return prefixed(prefix[1].toLowerCase(), source.slice(prefix[0].length));
  return expression(source) ?? (isPlain(source) ? outcome("eq", [unquote(source).trim()]) : { form: "text", text: source });
}

/**
 * Put a condition together.
 * @param {Parts} parts
 * @returns {string} the text to be stored
 */
export function compose(parts) {
  switch (parts.form) {
    case "blank": return "";
    case "constant": return String(parts.value);
    case "timeout": return `timeout:${parts.duration.trim()}`;
    case "outcome": return composeOutcome(parts.operator, parts.values);
    case "rows": return parts.rows.map(composeRow).join(` ${parts.joint} `);
    default: return parts.text.trim();
  }
}

/**
 * @param {string} prefix
 * @param {string} rest
 * @returns {Parts}
 */
function prefixed(prefix, rest) {
  if (prefix === "timeout") return { form: "timeout", duration: rest };
  if (prefix === "in" || prefix === "notin") return outcome(prefix, csvValues(rest));
  return outcome(/** @type {"eq" | "ne"} */ (prefix), [unquote(rest).trim()]);
}

/**
 * @param {"eq" | "ne" | "in" | "notin"} operator
 * @param {string[]} values
 * @returns {Parts}
 */
function outcome(operator, values) {
  return { form: "outcome", operator, values };
}

/** Whether no root is named, so that the text is an outcome whatever else it says. @param {string} source */
function isPlain(source) {
  const words = source.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];
  return !words.some((word) => ROOTS.includes(word)) && !/\(/.test(source);
}

/** @param {string} text @returns {string[]} */
function csvValues(text) {
  const values = Array.from(text.matchAll(CSV_PART), ([, double, single, bare]) => (
    double?.replace(/""/g, '"') || single?.replace(/''/g, "'") || bare || ""
  ));
  return values.map((value) => value.trim()).filter(Boolean);
}

/** @param {string} text */
function unquote(text) {
  return QUOTED.test(text) ? text.slice(1, -1).replace(/\\(['"\\])/g, "$1") : text;
}

/** @param {string} value */
function quoteIfNeeded(value) {
  if (unquote(value) === value) return value;
  const mark = value.includes('"') ? "'" : '"';
  return mark + value.replace(/\\/g, "\\\\").split(mark).join(`\\${mark}`) + mark;
}

/** @param {string} value */
function csvQuoted(value) {
  return /,|^['"]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
}

/**
 * @param {"eq" | "ne" | "in" | "notin"} operator
 * @param {readonly string[]} values
 */
function composeOutcome(operator, values) {
  const cleaned = values.map((value) => value.normalize("NFC").trim());
  if (operator === "eq" || operator === "ne") return `${operator}:${quoteIfNeeded(cleaned[0] ?? "")}`;
  return `${operator}:${cleaned.filter(Boolean).map(csvQuoted).join(",")}`;
}

/** @param {Row} row */
function composeRow({ field, operator, value }) {
  if (operator === "contains") return `${literal(value)} in ${field}`;
  if (operator === "not contains") return `${literal(value)} not in ${field}`;
  const right = operator === "in" || operator === "not in" ? [value].flat() : value;
  return `${field} ${operator} ${literal(right)}`;
}

/** @param {Scalar | Scalar[]} value @returns {string} */
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "string") return `'${value.replace(/[\\']/g, "\\$&")}'`;
  if (typeof value === "number") return value.toLocaleString("en", { useGrouping: false, maximumFractionDigits: 20 });
  return String(value);
}

/**
 * @param {string} source
 * @returns {Parts | null}
 */
function expression(source) {
  const tokens = tokenize(source);
  if (!tokens) return null;
  const reader = { tokens, index: 0 };
  /** @type {Row[]} */
  const rows = [];
  const joints = new Set();
  do {
    const row = readRow(reader);
    if (!row) return null;
    rows.push(row);
  } while (readJoint(reader, joints));
  if (reader.index < tokens.length || joints.size > 1) return null;
  return { form: "rows", joint: joints.has("or") ? "or" : "and", rows };
}

/**
 * @param {string} source
 * @returns {Token[] | null} null when something is no token of the language
 */
function tokenize(source) {
  const pattern = new RegExp(
    `\\s*(?:(${STRING})|([0-9]+(?:\\.[0-9]+)?)|([\\p{L}_][\\p{L}\\p{N}_]*)|(==|!=|<=|>=|[<>()\\[\\],.\\-]))`, "uy",
  );
  /** @type {Token[]} */
  const tokens = [];
  while (pattern.lastIndex < source.length) {
    const found = pattern.exec(source);
    if (!found) return null;
    const place = found.slice(1).findIndex((text) => text !== undefined);
    const kind = /** @type {const} */ (["string", "number", "word", "symbol"])[place];
    tokens.push({ kind, text: found[place + 1] });
  }
  return tokens;
}

/**
 * @typedef {{tokens: Token[], index: number}} Reader
 */

/** @param {Reader} reader @param {Set<string>} joints @returns {boolean} */
function readJoint(reader, joints) {
  const text = reader.tokens[reader.index]?.text;
  if (text !== "and" && text !== "or") return false;
  joints.add(text);
  reader.index += 1;
  return true;
}

/** @param {Reader} reader @returns {Row | null} */
function readRow(reader) {
  const field = readPath(reader);
  if (field === null) return readContains(reader);
  const operator = readOperator(reader);
  const value = operator ? readValue(reader) : undefined;
  if (!operator || value === undefined) return null;
  const wantsList = operator === "in" || operator === "not in";
  return wantsList === Array.isArray(value) ? { field, operator, value } : null;
}

/** @param {Reader} reader @returns {Row | null} */
function readContains(reader) {
  const value = readValue(reader);
  if (value === undefined || Array.isArray(value)) return null;
  const operator = readOperator(reader);
  const field = readPath(reader);
  if (field === null || (operator !== "in" && operator !== "not in")) return null;
  return { field, operator: operator === "in" ? "contains" : "not contains", value };
}

/** @param {Reader} reader @returns {string | null} */
function readPath(reader) {
  const root = reader.tokens[reader.index];
  if (root?.kind !== "word" || !ROOTS.includes(root.text)) return null;
  const parts = [root.text];
  reader.index += 1;
  while (reader.tokens[reader.index]?.text === "." && reader.tokens[reader.index + 1]?.kind === "word") {
    parts.push(reader.tokens[reader.index + 1].text);
    reader.index += 2;
  }
  return parts.length <= MOST_PARTS && !parts.some((part) => part.startsWith("_")) ? parts.join(".") : null;
}

/** @param {Reader} reader @returns {Operator | null} */
function readOperator(reader) {
  const { text } = reader.tokens[reader.index] ?? { text: "" };
  const isNegated = text === "not" && reader.tokens[reader.index + 1]?.text === "in";
  if (!SYMBOLS.has(text) && text !== "in" && !isNegated) return null;
  reader.index += isNegated ? 2 : 1;
  return isNegated ? "not in" : /** @type {Operator} */ (text);
}

/** @param {Reader} reader @returns {Scalar | Scalar[] | undefined} undefined when there is no literal */
function readValue(reader) {
  if (reader.tokens[reader.index]?.text !== "[") return readScalar(reader);
  /** @type {Scalar[]} */
  const values = [];
  do {
    reader.index += 1;
    const value = readScalar(reader);
    if (value === undefined) return undefined;
    values.push(value);
  } while (reader.tokens[reader.index]?.text === ",");
  if (reader.tokens[reader.index]?.text !== "]") return undefined;
  reader.index += 1;
  return values;
}

/** @param {Reader} reader @returns {Scalar | undefined} */
function readScalar(reader) {
  const sign = reader.tokens[reader.index]?.text === "-" ? "-" : "";
  const token = reader.tokens[reader.index + sign.length];
  if (!token || (sign && token.kind !== "number")) return undefined;
  reader.index += 1 + sign.length;
  if (token.kind === "string") return unquote(token.text);
  if (token.kind === "number") return exactNumber(sign + token.text);
  return token.kind === "word" ? CONSTANTS.get(token.text) : undefined;
}

/** A number that survives being a JavaScript number. @param {string} text @returns {number | undefined} */
function exactNumber(text) {
  const plain = text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  return literal(Number(text)) === plain ? Number(text) : undefined;
}
