"""
The steps of a story as lines for a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from goflow.core.problem import TraceStep


def lines(steps: Iterable[TraceStep], indent: str = "  ") -> Iterator[str]:
    """
    One line per step: what is done, and what is open then; ``[key]`` is a transition on which a token waits.
    """
    for step in steps:
        open_now = ", ".join((*step.items, *(f"[{key}]" for key in step.tokens))) or "–"
        yield f"{indent}{_done(step)} → {open_now}"


def _done(step: TraceStep) -> str:
    if not step.activity:
        return _("start")
    how = step.timeout or step.outcome
    return f"{step.activity} ({how})" if how else step.activity
