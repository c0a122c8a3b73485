"""
The sentences of incidents that no exception explains, by code. Doors translate them and fill in the title.

An incident whose code is not here carries the message of what failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def _(text: str) -> str:
    """
    Marks a sentence for the catalogues; the core itself speaks English.
    """
    return text


TEXTS: Mapping[str, str] = {
    "no-transition": _("No way leads on from “{title}” with what is known. Correct the data and try again."),
    "join-starved": _(
        "“{title}” waits for a branch that cannot come any more. Withdraw the request, and check the process."
    ),
    "or-join-cycle": _(
        "“{title}” and another join wait only for each other. Withdraw the request, and change the process."
    ),
    "endless-loop": _("“{title}” opened more than 200 times in one step. Change the process."),
    "too-many-steps": _(
        "One step moved more than 20,000 work items and was stopped at “{title}”. Change the process."
    ),
    "nobody-can-take": _(
        "Nobody active may take “{title}”. Add people to its groups and try again, or hand it over."
    ),
}


def activity_of(key: str, params: Mapping[str, object]) -> str:
    """
    The key of the activity that an incident is told about: its item's, else the first join that waits.
    """
    joins = params.get("joins")
    return str(joins[0]) if not key and isinstance(joins, Sequence) and joins else key


def sentence(code: str, title: str) -> str:
    """
    What happened, in English; empty for a code that has no sentence of its own.
    """
    return TEXTS.get(code, "").format(title=title)
