/* Light or dark, chosen without leaving the drawing: the server keeps the choice, the page follows at once. */

import { gettext } from "../core/i18n.js";

/** @typedef {{value: string, label: string, is_current: boolean}} Theme */

/**
 * @param {{url: string, token: () => string, themes: Theme[], toast: (text: string) => void}} options
 */
export function createAppearance({ url, token, themes, toast }) {
  let current = themes.find((theme) => theme.is_current)?.value ?? "system";
  return {
    themes,
    get current() { return current; },
    /** @param {string} theme */
    async choose(theme) {
      if (!await kept(url, token(), theme)) {
        toast(gettext("The appearance could not be changed. Try again later."));
        return;
      }
      current = theme;
      const { dataset } = document.documentElement;
      if (theme === "system") delete dataset.theme;
      else dataset.theme = theme;
    },
  };
}

/** Send what the form in the footer of other pages sends. @param {string} url @param {string} token @param {string} theme */
async function kept(url, token, theme) {
  try {
    const answer = await fetch(url, {
      method: "POST", redirect: "manual", credentials: "same-origin",
      headers: { "X-CSRFToken": token }, body: new URLSearchParams({ theme, next: window.location.pathname }),
    });
    // The page it would lead back to is this one.
    return answer.type === "opaqueredirect";
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
