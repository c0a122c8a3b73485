/** Modal dialogs on the browser's own `dialog`, which keeps the focus inside and gives it back. */

import { el } from "./dom.js";
import { gettext } from "./i18n.js";

/**
 * @import { Content } from "./dom.js"
 */

/**
 * @typedef {object} Action
 * @property {string} value what the dialog answers when this is chosen
 * @property {string} label
 * @property {"primary" | "secondary" | "danger" | "quiet"} [look]
 * @property {() => boolean | Promise<boolean>} [check] asked first; false keeps the dialog open
 * @typedef {object} DialogOptions
 * @property {string} title
 * @property {Content | Content[]} content
 * @property {Action[]} actions the last one is taken by Enter in a field
 * @property {string} [className]
 */

let opened = 0;

/**
 * Show a dialog.
 * @param {DialogOptions} options
 * @returns {Promise<string>} the value of the chosen action; empty when it was closed with Escape
 */
export function openDialog({ title, content, actions, className = "" }) {
  opened += 1;
  const titleId = `dialog-title-${opened}`;
  const buttons = actions.map((action) => actionButton(action, () => choose(action)));
  const form = el(
    "form", { class: "ds-dialog-body", novalidate: true },
    el("h2", { id: titleId }, title), content, el("div", { class: "actions" }, buttons),
  );
  const dialog = el("dialog", { class: `ds-dialog ${className}`.trim(), "aria-labelledby": titleId }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const last = actions[actions.length - 1];
    if (last && !buttons[buttons.length - 1].disabled) void choose(last);
  });

  /** @param {Action} action */
  async function choose(action) {
    if (!action.check || await action.check()) dialog.close(action.value);
  }
  return show(dialog);
}

/**
 * Ask before doing something.
 * @param {{title: string, text: string, confirm: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export async function confirmDialog({ title, text, confirm, danger = false }) {
  const answer = await openDialog({
    title,
    content: el("p", {}, text),
    actions: [
      { value: "", label: gettext("Cancel"), look: "secondary" },
      { value: "yes", label: confirm, look: danger ? "danger" : "primary" },
    ],
  });
  return answer === "yes";
}

/**
 * @param {Action} action
 * @param {() => void} choose
 */
function actionButton({ label, look = "secondary", value }, choose) {
  return el(
    "button", { type: "button", class: `button button-${look}`, "data-value": value, onclick: choose }, label,
  );
}

/**
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<string>}
 */
function show(dialog) {
  const focused = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
      resolve(dialog.returnValue);
    }, { once: true });
  });
}
