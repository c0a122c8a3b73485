/* Who else has the draft open, and whether they saved: asked every few seconds, shown as names. */

import { ApiError } from "../core/api.js";
import { gettext, interpolate } from "../core/i18n.js";
import { icon } from "./icons.js";
import { el } from "./parts.js";

/**
 * @import { createApi } from "../core/api.js"
 */

const USUAL = 20;

/**
 * @param {HTMLElement} place
 * @param {{api: ReturnType<typeof createApi>, url: string, onRevision: (revision: number) => void}} options
 */
export function createPresence(place, { api, url, onRevision }) {
  const ask = async () => {
    let poll = USUAL;
    try {
      const { data } = await api.post(url, {}, { safe: true });
      show(place, data.others ?? []);
      onRevision(data.revision);
      poll = data.poll ?? USUAL;
    } catch (error) {
      // Without an answer nobody is shown; saving tells about the connection.
      if (!(error instanceof ApiError)) throw error;
      show(place, []);
    }
    window.setTimeout(ask, poll * 1000);
  };
  void ask();
}

/** @param {HTMLElement} place @param {string[]} others */
function show(place, others) {
  place.replaceChildren(...others.map((name) => el("span", { class: "badge badge-info" }, icon("user"), interpolate(gettext("%(name)s is here too"), { name }))));
}
