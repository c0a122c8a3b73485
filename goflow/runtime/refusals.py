"""
How a person is told that completing a step leads nowhere.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from goflow.core.refusals import Unmet
from goflow.core.stepping import NothingHolds
from goflow.errors import OutcomeRequired


class DecisionRequired(OutcomeRequired):
    """
    The step asks for a decision, and none was given.
    """

    template = _("This step needs a decision. Choose one of: %(expected)s.")


class ConditionNotMet(OutcomeRequired):
    """
    The step knows the outcome, but another condition does not hold; ``params["unmet"]`` says which.
    """

    code = "condition-not-met"
    template = _(
        "“%(what)s” does not lead on now, because of this: %(unmet)s."
        " Check your answers, or ask an administrator of the process."
    )


def refusal(found: NothingHolds, outcome: str | None, activity: str) -> OutcomeRequired:
    """
    The error to raise: a decision is missing, is no decision of the step, or a condition beside it fails.

    ``activity`` is the title of the step.
    """
    expected = ", ".join(f"“{value}”" for value in found.expected)
    params = {"outcome": outcome or "", "expected": expected, "outcomes": list(found.expected)}
    if expected and not found.unmet and not found.is_vetoed:
        return DecisionRequired(**params) if outcome is None else OutcomeRequired(**params)
    unmet = "; ".join(map(_told, found.unmet)) or _refused(found, activity)
    return ConditionNotMet(what=outcome or activity, unmet=unmet, **params)


def _refused(found: NothingHolds, activity: str) -> str:
    if found.is_vetoed:
        return gettext("a check of the process refuses it")
    return gettext("no transition out of “%(activity)s” takes it") % {"activity": activity}


def _told(unmet: Unmet) -> str:
    values = ", ".join(_valued(name, value) for name, value in unmet.values.items())
    if not values:
        return unmet.text
    return gettext("%(condition)s (%(values)s)") % {"condition": unmet.text, "values": values}


def _valued(name: str, value: object) -> str:
    if value is None:
        return gettext("%(name)s is not known") % {"name": name}
    if isinstance(value, bool):
        value = gettext("true") if value else gettext("false")
    return gettext("%(name)s is %(value)s") % {"name": name, "value": value}
