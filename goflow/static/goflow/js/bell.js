/** The count behind the bell, kept up to date while the page is looked at. Without it, each new page counts. */

import { createApi, SessionError } from "./core/api.js";

const EVERY = 60_000;

/**
 * @typedef {object} Bell
 * @property {Element} label in words, for those who do not see the number
 * @property {HTMLElement} count hidden when there is nothing to read
 */

/**
 * Show what the server says.
 * @param {Bell} bell
 * @param {{unread: number, count: string, label: string}} found
 */
export function show({ label, count }, found) {
  label.textContent = found.label;
  count.textContent = found.count;
  count.hidden = !found.unread;
}

/**
 * A function that asks the server once and shows what has changed; false when asking again makes no sense.
 * @param {string} address
 * @param {Bell} bell
 * @param {Pick<ReturnType<typeof createApi>, "get">} api
 */
export function createRefresh(address, bell, api) {
  let etag = "";
  return async () => {
    try {
      const answer = await api.get(address, etag ? { ifNoneMatch: etag } : {});
      etag = answer.etag ?? "";
      if (answer.data) show(bell, answer.data);
    } catch (error) {
      // Without a connection the old number stays; signed out, there is nobody to count for.
      return !(error instanceof SessionError);
    }
    return true;
  };
}

/** Ask every minute, but only while somebody looks. */
function start() {
  const link = document.getElementById("bell");
  const label = document.getElementById("bell-label");
  const count = document.getElementById("bell-count");
  const address = link?.dataset.unread;
  if (!address || !label || !count) return;
  const refresh = createRefresh(address, { label, count }, createApi({ retries: 0 }));
  let last = Date.now();
  const look = async () => {
    if (document.hidden || Date.now() - last < EVERY) return;
    last = Date.now();
    if (!await refresh()) clearInterval(timer);
  };
  const timer = setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}

if (globalThis.document) start();
