/** Short messages at the edge of the page that go away by themselves. */

import { el } from "./dom.js";
import { gettext } from "./i18n.js";

/** How long a message stays when nobody looks at it, in ms. */
const DURATION = 8000;
const MOST = 3;

/**
 * @typedef {object} ToastOptions
 * @property {{label: string, run: () => void}} [action] a button beside the text
 * @property {number} [duration] in ms; 0 keeps the message until it is closed
 */

/**
 * @param {HTMLElement} [host] where the messages appear; made when left out
 * @returns {(text: string, options?: ToastOptions) => () => void} shows a message and gives what closes it
 */
export function createToasts(host = el("div", { class: "ds-toasts", role: "status" })) {
  if (!host.isConnected) document.body.append(host);
  return (text, { action, duration = DURATION } = {}) => {
    const toast = el("div", { class: "toast" }, el("span", {}, text));
    const close = () => toast.remove();
    if (action) toast.append(button(action.label, () => { close(); action.run(); }));
    toast.append(button(gettext("Close"), close));
    host.append(toast);
    while (host.childElementCount > MOST) host.firstElementChild?.remove();
    closeWhenUnread(toast, close, duration);
    return close;
  };
}

/**
 * @param {string} label
 * @param {() => void} run
 */
function button(label, run) {
  return el("button", { type: "button", class: "button button-quiet", onclick: run }, label);
}

/**
 * The clock stands still while the pointer or the focus is on the message.
 * @param {HTMLElement} toast
 * @param {() => void} close
 * @param {number} duration
 */
function closeWhenUnread(toast, close, duration) {
  if (!duration) return;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const start = () => { timer = setTimeout(close, duration); };
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
  start();
}
