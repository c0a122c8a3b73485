/* What the fields of a process are called where people read of changes: as in the panel. */

import { gettext } from "../core/i18n.js";

/** @param {string} field @returns {string} */
export function fieldName(field) {
  return new Map([...ofActivities(), ...ofTransitions()]).get(field) ?? field;
}

/** Whether a field has a name that people know. @param {string} field */
export function isNamed(field) {
  return fieldName(field) !== field;
}

/** @returns {[string, string][]} also those that the process itself has */
function ofActivities() {
  return [
    ["title", gettext("Title")], ["description", gettext("Description")], ["priority", gettext("Priority")],
    ["content_type", gettext("About")], ["begin", gettext("Begins with")], ["end", gettext("Ends with")],
    ["node_type", gettext("Drawn as")], ["kind", gettext("What happens")], ["subflow", gettext("Process to run")],
    ["terminate", gettext("Stops every other branch when done")], ["roles", gettext("Roles")], ["allowed_groups", gettext("Groups")],
    ["allowed_users", gettext("People")], ["push_application", gettext("Given to (push application)")],
    ["join_mode", gettext("Opens when these branches have arrived")], ["split_mode", gettext("Then takes these transitions")],
    ["autostart", gettext("Starts by itself (automatic)")], ["autofinish", gettext("Finishes with its application")],
    ["application", gettext("Application")], ["form_class", gettext("Form")], ["form_template", gettext("Form template")],
    ["compensation_handler", gettext("Compensation")], ["sla_duration", gettext("To be done within")], ["sla_warn", gettext("Warn after")],
    ["sla_roles", gettext("Tell these roles")], ["escalations", gettext("When it stays open")],
  ];
}

/** @returns {[string, string][]} */
function ofTransitions() {
  return [
    ["condition", gettext("Condition")], ["name", gettext("Name")], ["source", gettext("From")], ["target", gettext("To")],
    ["pre_hook", gettext("Before (hook)")], ["post_hook", gettext("After (hook)")],
  ];
}
