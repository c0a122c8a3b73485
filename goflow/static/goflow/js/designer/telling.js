/* What somebody else did with the drawing, in one sentence. */

import { gettext, interpolate, ngettext } from "../core/i18n.js";

/** @import { Difference } from "./diff.js" */

/**
 * What somebody did, as one sentence; empty when only the order of things differs.
 * @param {readonly Difference[]} differences
 * @param {string} who
 */
export function told(differences, who) {
  if (!differences.length) return "";
  if (differences.length > 1) return interpolate(
    ngettext("%(who)s changed %(count)s thing: %(titles)s", "%(who)s changed %(count)s things: %(titles)s", differences.length),
    { who, count: differences.length, titles: shortList(differences) });
  const [{ title, state, changes }] = differences;
  const renamed = changes.find(({ field }) => field === "title");
  if (renamed) return interpolate(gettext("%(who)s renamed “%(before)s” to “%(after)s”"), { who, before: String(renamed.before), after: String(renamed.after) });
  const words = {
    added: gettext("%(who)s added “%(title)s”"), removed: gettext("%(who)s removed “%(title)s”"),
    changed: gettext("%(who)s changed “%(title)s”"), moved: gettext("%(who)s moved “%(title)s”"),
  };
  return interpolate(words[state], { who, title });
}

/** @param {readonly Difference[]} differences */
function shortList(differences) {
  const titles = differences.slice(0, 3).map(({ title }) => `“${title}”`);
  return differences.length > 3 ? `${titles.join(", ")}, …` : titles.join(", ");
}
