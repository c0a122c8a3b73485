/* A role that the drawing names and nobody has made yet is made here, by those who may. */

import { gettext, interpolate } from "../core/i18n.js";

/**
 * @import { createApi } from "../core/api.js"
 * @import { createToasts } from "../core/toast.js"
 * @import { Editor } from "./editor.js"
 */

/**
 * @param {Editor} editor
 * @param {{api: ReturnType<typeof createApi>, url: string, toast: ReturnType<typeof createToasts>, ask: () => Promise<void>}} options
 */
export function createRoles(editor, { api, url, toast, ask }) {
  editor.on("make-role", async (name) => {
    const { data } = await api.post(url, { name });
    editor.names.roles = [...new Set([...(editor.names.roles ?? []), data.name])].sort();
    const words = interpolate(gettext("The role “%(name)s” exists now. It has no members yet."), { name: data.name });
    toast(words, data.members ? { action: { label: gettext("Add members"), run: () => void window.open(data.members, "_blank") } } : {});
    await ask();
  });
}
