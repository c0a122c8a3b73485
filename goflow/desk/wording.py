"""
Lists and leads in words. Every pattern is one text for translators; nothing is put together from pieces.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from goflow.core.leads import Lead, Manner


def every(texts: Iterable[str]) -> str:
    """
    "A, B and C".
    """
    return _listed(
        [*texts],
        gettext("%(first)s and %(second)s"),
        gettext("%(first)s, %(second)s"),
        gettext("%(first)s, and %(second)s"),
    )


def either(texts: Iterable[str]) -> str:
    """
    "A, B or C".
    """
    return _listed(
        [*texts],
        gettext("%(first)s or %(second)s"),
        gettext("%(first)s, %(second)s"),
        gettext("%(first)s, or %(second)s"),
    )


def lead_text(lead: Lead | None) -> str:
    """
    Where a decision leads: alternatives as alternatives, what opens together as that; empty for nowhere.
    """
    return "" if lead is None else _told(lead)


def _told(lead: Lead) -> str:
    if lead.manner is Manner.ACTIVITY:
        return lead.title
    if lead.manner is Manner.PERHAPS:
        return gettext("perhaps %(what)s") % {"what": _told(lead.parts[0])}
    join = every if lead.manner is Manner.ALL else either
    return join(_inner(part) for part in lead.parts)


def _inner(lead: Lead) -> str:
    is_group = lead.manner in {Manner.ALL, Manner.ANY}
    return gettext("(%(what)s)") % {"what": _told(lead)} if is_group else _told(lead)


def _listed(texts: list[str], two: str, more: str, last: str) -> str:
    """
    The patterns of a list as the CLDR has them: for exactly two, between the first ones, before the last.
    """
    if len(texts) < 3:
        return two % {"first": texts[0], "second": texts[1]} if len(texts) == 2 else "".join(texts)
    told = texts[0]
    for text in texts[1:-1]:
        told = more % {"first": told, "second": text}
    return last % {"first": told, "second": texts[-1]}
