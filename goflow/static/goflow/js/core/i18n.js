/**
 * Translated texts: a thin layer over Django's JavaScript catalogue, which defines functions on `window`.
 *
 * Without the catalogue (in tests, or when its request failed) the English texts are used. The names are those
 * that `makemessages --domain djangojs` looks for, so a text becomes translatable by being passed to one.
 */

/**
 * @typedef {object} Catalogue
 * @property {(text: string) => string} [gettext]
 * @property {(singular: string, plural: string, count: number) => string} [ngettext]
 * @property {(context: string, text: string) => string} [pgettext]
 */

/** @returns {Catalogue} */
function catalogue() {
  return /** @type {Catalogue} */ (/** @type {unknown} */ (globalThis));
}

/**
 * The text in the language of the page.
 * @param {string} text
 * @returns {string}
 */
export function gettext(text) {
  const translate = catalogue().gettext;
  return translate ? translate(text) : text;
}

/**
 * The singular or plural text for a count, in the language of the page.
 * @param {string} singular
 * @param {string} plural
 * @param {number} count
 * @returns {string}
 */
export function ngettext(singular, plural, count) {
  const translate = catalogue().ngettext;
  if (translate) return translate(singular, plural, count);
  return count === 1 ? singular : plural;
}

/**
 * The text in the language of the page, where the same English text means different things.
 * @param {string} context
 * @param {string} text
 * @returns {string}
 */
export function pgettext(context, text) {
  const translate = catalogue().pgettext;
  return translate ? translate(context, text) : text;
}

/**
 * Put values in place of `%(name)s`. A name without a value stays as it is; `%%` becomes `%`.
 * @param {string} text
 * @param {Readonly<Record<string, string | number>>} values
 * @returns {string}
 */
export function interpolate(text, values) {
  return text.replace(/%%|%\((\w+)\)[sd]/g, (found, name) => {
    if (found === "%%") return "%";
    return Object.prototype.hasOwnProperty.call(values, name) ? String(values[name]) : found;
  });
}

/**
 * The language of the page, as `Intl` names it.
 * @returns {string}
 */
export function language() {
  const named = globalThis.document?.documentElement.lang;
  return named || "en";
}
