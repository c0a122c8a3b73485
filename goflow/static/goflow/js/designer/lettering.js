/** Text in a drawing without a font at hand: how wide it is about, and how it is cut into lines. */

/** Of what stands at transitions, in pixels. */
export const LABEL_SIZE = 11;
const LABEL_ROOM = 104;
const LABEL_WIDEST = 160;
const ELLIPSIS = "…";
const NOT_IN_XML = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const NARROW = new Set(" .,:;'|!()[]/ilIjtfr");
const BROAD = new Set("mwMW%@—…");

/** The text without characters that XML cannot hold. @param {string} text */
export function clean(text) {
  return text.replace(NOT_IN_XML, "");
}

/** About how wide the text is, in the unit of the font size. @param {string} text @param {number} size */
export function width(text, size) {
  let sum = 0;
  for (const char of text) sum += share(char);
  return size * sum;
}

/**
 * The text in at most so many lines of that width; the last one ends in an ellipsis when text is left out.
 * @param {string} text
 * @param {number} room
 * @param {number} size
 * @param {number} lines
 * @returns {string[]}
 */
export function wrap(text, room, size, lines) {
  /** @type {string[]} */
  const found = [];
  let line = "";
  for (const piece of pieces(clean(text), room, size)) {
    if (width((line + piece).trimEnd(), size) <= room) {
      line = (line + piece).trimStart();
    } else {
      found.push(line.trimEnd());
      line = piece.trimStart();
    }
  }
  const kept = [...found, line.trimEnd()].filter(Boolean);
  return kept.length <= lines ? kept : [...kept.slice(0, lines - 1), cut(kept[lines - 1], room, size)];
}

/**
 * As `wrap`, but no word is broken: a word wider than the room widens it, up to `widest`.
 *
 * Only a single word wider than that is cut; else an ellipsis stands for words that are left out.
 * @param {string} text @param {number} room @param {number} size @param {number} lines @param {number} widest
 * @returns {string[]}
 */
export function whole(text, room, size, lines, widest) {
  const words = wordsOf(clean(text)).map((word) => shortened(word, widest, size));
  const wide = Math.max(room, 0, ...words.filter((word) => !WIDE.test(word)).map((word) => width(word, size)));
  const found = wrap(words.join(" "), wide, size, text.length + 1);
  return found.length <= lines ? found : [...found.slice(0, lines - 1), fewer(found[lines - 1], wide, size)];
}

/** What stands at a transition, in lines that break no word. @param {string} text @returns {string[]} */
export function labelLines(text) {
  return whole(text, LABEL_ROOM, LABEL_SIZE, 2, LABEL_WIDEST);
}

/** @param {string} text */
function wordsOf(text) {
  return text.match(/\S+/g) ?? [];
}

/** @param {string} word @param {number} widest @param {number} size */
function shortened(word, widest, size) {
  // Scripts with wide characters break between any two of them.
  return WIDE.test(word) || width(word, size) <= widest ? word : cut(word, widest, size);
}

/** The text without the words that leave no room for an ellipsis; a single one makes room itself. @param {string} text @param {number} room @param {number} size */
function fewer(text, room, size) {
  const words = wordsOf(text);
  while (words.length > 1 && width(words.join(" ") + ELLIPSIS, size) > room) words.pop();
  const line = words.join(" ");
  return WIDE.test(line) ? cut(line, room, size) : line.replace(/…+$/, "") + ELLIPSIS;
}

/** @param {string} text @param {number} room @param {number} size */
function cut(text, room, size) {
  const chars = [...text];
  while (chars.length && width(chars.join("") + ELLIPSIS, size) > room) chars.pop();
  return chars.join("").trimEnd() + ELLIPSIS;
}

/** @param {string} text @param {number} room @param {number} size @returns {string[]} */
function pieces(text, room, size) {
  const words = text.match(/\s+|[^\s]+/g) ?? [];
  return words.flatMap((piece) => (width(piece, size) > room || WIDE.test(piece) ? [...piece] : [piece]));
}

/** @param {string} char */
function share(char) {
  if (/\p{Mn}/u.test(char)) return 0;
  if (WIDE.test(char)) return 1;
  if (NARROW.has(char)) return 0.34;
  return /\p{Lu}/u.test(char) || BROAD.has(char) ? 0.72 : 0.57;
}
