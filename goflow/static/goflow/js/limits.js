/** The words of time limits, kept up to date each minute. Without it, each new page tells them. */

const EVERY = 60_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The largest unit first. @type {readonly (readonly [string, number])[]} */
const UNITS = [
  ["year", 365 * DAY], ["month", 30 * DAY], ["week", 7 * DAY], ["day", DAY], ["hour", HOUR], ["minute", MINUTE],
];

/** What each state looks like: the class of the badge, and the drawing of the sprite. */
const LOOKS = Object.freeze({
  onTrack: ["off", "clock"], dueSoon: ["warn", "hourglass"], breached: ["bad", "alert"],
});

/**
 * @param {number} due in milliseconds, as the other moments
 * @param {number} warn
 * @param {number} now
 * @returns {keyof typeof LOOKS}
 */
export function stateAt(due, warn, now) {
  if (due <= now) return "breached";
  return warn <= now ? "dueSoon" : "onTrack";
}

/**
 * A length of time in its largest unit, in the words of the language.
 * @param {number} length in milliseconds, whichever way it points
 * @param {string} language
 * @returns {string}
 */
export function span(length, language) {
  const whole = Math.abs(length);
  const [unit, size] = UNITS.find(([, size]) => whole >= size) ?? UNITS[UNITS.length - 1];
  const options = /** @type {Intl.NumberFormatOptions} */ ({ style: "unit", unit, unitDisplay: "long" });
  return new Intl.NumberFormat(language, options).format(Math.floor(whole / size));
}

/**
 * Bring one badge up to date.
 * @param {HTMLElement} element a `time` with `data-warn` and the words of each state
 * @param {number} now
 * @param {string} language
 */
export function update(element, now, language) {
  const due = Date.parse(element.getAttribute("datetime") ?? "");
  const state = stateAt(due, Date.parse(element.dataset.warn ?? ""), now);
  const badge = element.querySelector(".badge");
  const words = element.dataset[state];
  if (!badge || !words || Number.isNaN(due)) return;
  const text = words.replace("%(time)s", span(due - now, language));
  const [look, picture] = LOOKS[state];
  badge.className = `badge badge-${look}`;
  const use = badge.querySelector("use");
  use?.setAttribute("href", (use.getAttribute("href") ?? "").replace(/#.*$/, `#${picture}`));
  const told = badge.lastChild;
  if (told && told.textContent !== text) told.textContent = text;
}

/** Every minute, but only while somebody looks. */
function start() {
  const language = document.documentElement.lang || "en";
  const all = () => {
    if (document.hidden) return;
    for (const element of document.querySelectorAll("time.limit[data-warn]")) {
      update(/** @type {HTMLElement} */ (element), Date.now(), language);
    }
  };
  setInterval(all, EVERY);
  document.addEventListener("visibilitychange", all);
}

if (globalThis.document) start();
