"""
The sentences of lint, by code. Doors translate them by code and fill in the same parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


def _(text: str) -> str:
    """
    Marks a sentence for the catalogues; the core itself speaks English.
    """
    return text


class Text(NamedTuple):
    """
    Severity, what is wrong, and what to do; both sentences are ``str.format`` templates.
    """

    severity: str
    message: str
    fix: str


TEXTS: Mapping[str, Text] = {
    "one-start": Text(
        "error",
        _("The process has no begin activity."),
        _("Choose the activity a new instance starts with."),
    ),
    "unknown-begin": Text(
        "error",
        _("The begin activity “{key}” does not exist."),
        _("Choose one of the activities as begin."),
    ),
    "unknown-end": Text(
        "error",
        _("The end activity “{key}” does not exist."),
        _("Choose one of the activities as end, or leave it blank."),
    ),
    "end-required": Text(
        "error",
        _("The process has no end: every activity leads on to another one."),
        _("Choose an end activity, or remove the transitions out of the last one."),
    ),
    "end-has-outgoing": Text(
        "error",
        _("Transitions lead out of the end “{title}”; they are never taken."),
        _("Remove these transitions, or choose another end."),
    ),
    "dangling-end": Text(
        "warning",
        _("“{title}” has no way out, so a branch ends there as it does at the end “{end}”."),
        _("Connect it to what comes next, or to the end."),
    ),
    "unknown-activity": Text(
        "error",
        _("The transition “{name}” is connected to “{key}”, which does not exist."),
        _("Connect both ends to activities of this process, or remove the transition."),
    ),
    "duplicate-key": Text(
        "error",
        _("The key “{key}” is used {count} times."),
        _("Give every activity and every transition its own key."),
    ),
    "unreachable": Text(
        "error",
        _("“{title}” can never be reached from the begin activity."),
        _("Connect it with a transition, or remove it."),
    ),
    "no-path-to-end": Text(
        "error",
        _("From “{title}” no way leads to an end."),
        _("Add a transition that leads to an end."),
    ),
    "self-loop": Text(
        "warning",
        _("The transition “{name}” leads back to the activity it comes from."),
        _("Check that repeating the activity is intended."),
    ),
    "duplicate-edge": Text(
        "warning",
        _("The transition “{name}” exists twice with the same condition."),
        _("Remove one of the two."),
    ),
    "label-required": Text(
        "error",
        _("The activity “{key}” has no title."),
        _("Give it a title."),
    ),
    "title-too-long": Text(
        "error",
        _("The title “{title}” has {length} characters; at most {limit} are allowed."),
        _("Shorten the title and put the rest into the description."),
    ),
    "duplicate-title": Text(
        "error",
        _("{count} activities are called “{title}”."),
        _("Rename them so that people can tell them apart."),
    ),
    "condition-syntax": Text(
        "error",
        _("The condition of “{name}” is not understood at position {position}: expected {expected}."),
        _("Correct the condition."),
    ),
    "unknown-field": Text(
        "error",
        _("The condition of “{name}” reads “{field}”, which does not exist or may not be read."),
        _("Use a readable name, or allow it in GOFLOW_CONDITION_FIELDS."),
    ),
    "ambiguous-branch": Text(
        "error",
        _("{count} transitions out of “{title}” have no condition, but only one can be taken."),
        _("Keep one of them as “otherwise” and give the others conditions."),
    ),
    "missing-default": Text(
        "warning",
        _("Every transition out of “{title}” has a condition; when none holds, the item cannot go on."),
        _("Make one of them “otherwise” by clearing its condition."),
    ),
    "overlap-branch": Text(
        "warning",
        _("Two transitions out of “{title}” accept the same outcome ({outcomes}); the first one is taken."),
        _("Let each outcome appear once, or check their order."),
    ),
    "fake-join": Text(
        "warning",
        _("“{title}” waits for several branches ({mode}) but has fewer than two ways in."),
        _("Set its join to xor, or connect the missing branches."),
    ),
    "timeouts-only": Text(
        "error",
        _("“{title}” is left by timeouts only, so nobody can complete it."),
        _("Add a transition that is no timeout."),
    ),
    "timeout-never-fires": Text(
        "warning",
        _("“{title}” does not wait, so a timeout out of it never fires."),
        _("Move the timeout to an activity that waits for a person, or remove it."),
    ),
    "subflow-not-supported": Text(
        "error",
        _("“{title}” is a subflow, and subflows are not run by this version."),
        _("Model it as activities of this process."),
    ),
    "no-subflow": Text(
        "error",
        _("The subflow “{title}” names no process."),
        _("Choose the process to run."),
    ),
    "subflow-cycle": Text(
        "error",
        _("The subflow “{title}” runs “{name}”, which leads back to this process."),
        _("Choose a process that does not run this one."),
    ),
    "subflow-unpublished": Text(
        "error",
        _("The subflow “{title}” runs “{name}”, which has no published version."),
        _("Publish that process first, or choose another one."),
    ),
    "nobody-can-do-it": Text(
        "warning",
        _("Nobody can do “{title}”: {names} has no active member."),
        _("Add members, or name other roles, groups or users."),
    ),
    "no-form": Text(
        "warning",
        _("People who work on “{title}” get no page: it has neither an application nor a form."),
        _("Choose a form or an application."),
    ),
    "no-application": Text(
        "error",
        _("The automatic activity “{title}” has no application to run."),
        _("Choose a registered application, or let a person do it."),
    ),
    "open-to-everyone": Text(
        "warning",
        _("Nobody is named for “{title}”, so any signed-in user may take it."),
        _("Name roles, groups or users, or a push application."),
    ),
    "unknown-application": Text(
        "error",
        _("“{title}” uses the application “{name}”, which is not registered."),
        _("Register it in a workflow_apps module, or choose another one."),
    ),
    "unknown-push-application": Text(
        "error",
        _("“{title}” uses the push application “{name}”, which is not registered."),
        _("Register it in a workflow_apps module, or choose another one."),
    ),
    "file-in-form": Text(
        "error",
        _("The form “{form}” of “{title}” asks for a file ({fields}), and files are not stored yet."),
        _("Choose a form without files, and ask for the address of the file instead."),
    ),
    "file-in-start-form": Text(
        "error",
        _("The form that starts the process asks for a file ({fields}), and files are not stored yet."),
        _("Register a start form without files, and ask for the address of the file instead."),
    ),
    "key-taken-twice": Text(
        "error",
        _("“{title}” and a field of the start form share the key “{key}”, where its answers are to stand."),
        _("Rename the field, or make the activity anew under another title."),
    ),
    "unknown-form": Text(
        "error",
        _("“{title}” uses the form “{name}”, which is not registered."),
        _("Register it in a workflow_apps module, or leave it blank for the generic form."),
    ),
    "unknown-role": Text(
        "error",
        _("“{title}” names the role “{name}”, which does not exist."),
        _("Create the role, or choose another one."),
    ),
    "unknown-user": Text(
        "error",
        _("“{title}” names the user “{name}”, who does not exist."),
        _("Write the user name as it is stored, or choose somebody else."),
    ),
    "unknown-model": Text(
        "error",
        _("The process is for “{name}”, which is no model of this project."),
        _("Choose another model, or none."),
    ),
    "unknown-hook": Text(
        "error",
        _("The transition “{title}” uses the hook “{name}”, which is not registered."),
        _("Register it in a workflow_apps module, or remove it."),
    ),
    "sla-syntax": Text(
        "error",
        _("The time limit of “{title}” is not understood: {problem}"),
        _("Write a number and a unit, such as 3d or 12h."),
    ),
    "sla-order": Text(
        "warning",
        _("“{title}” warns after {warn}, which is not before its limit of {duration}."),
        _("Set a limit, and let the warning come before it."),
    ),
    "escalation-syntax": Text(
        "error",
        _("Step {step} of the escalation of “{title}” does not say after how long: “{after}”."),
        _("Write a number and a unit, such as 3d or 12h."),
    ),
    "escalation-roles": Text(
        "error",
        _("Step {step} of the escalation of “{title}” gives the work to others and names no role."),
        _("Choose the roles that get the work, or let the step remind."),
    ),
    "escalation-priority": Text(
        "error",
        _("Step {step} of the escalation of “{title}” raises the priority and does not say to what."),
        _("Write a priority of 1 or more, or let the step remind."),
    ),
    "escalation-order": Text(
        "warning",
        _("Step {step} of the escalation of “{title}” comes due before the step above it."),
        _("Put the steps in the order in which they come due."),
    ),
    "deadlock": Text(
        "error",
        _("{title} can wait for ever: nothing may come from {missing} any more."),
        _("Set its join to or, so that it waits for what can still come, or let the split take all ways."),
    ),
    "or-join-cycle": Text(
        "error",
        _("The joins {title} can wait for each other for ever."),
        _("Set one of them to xor, or let the ways between them not pass through both."),
    ),
    "cannot-complete": Text(
        "error",
        _("“{title}” can be reached but never be completed: no transition out of it can be taken."),
        _("Add a transition without a condition, or correct the conditions."),
    ),
    "improper-completion": Text(
        "warning",
        _("The end “{end}” can be completed while “{other}” is still open; the instance goes on with that."),
        _("Let the branches meet in a join before the end, or mark the end as terminating."),
    ),
    "multi-run": Text(
        "warning",
        _("“{title}” can be open {count} times at once: branches arrive without waiting for each other."),
        _("Set its join to and, so that it waits for all of them, or let the split before it take one way."),
    ),
    "dead-activity": Text(
        "warning",
        _("“{title}” can never open, whatever is decided before it."),
        _("Check the conditions and the join before it, or remove it."),
    ),
    "not-fully-checked": Text(
        "warning",
        _("The process was not fully checked: {states} situations were played, and there are more."),
        _("Let fewer branches be open at once, and look for activities that open again and again."),
    ),
}
