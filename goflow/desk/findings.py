"""
Findings about a definition in the language of who reads them.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext

from goflow.core.problem import Problem, TraceStep
from goflow.core.problem_texts import TEXTS


def sentences(problem: Problem) -> tuple[str, str]:
    """
    What is wrong, and what to do about it.
    """
    text = TEXTS.get(problem.code)
    if text is None:
        return problem.message, problem.fix
    return (
        gettext(text.message).format(**problem.params),
        gettext(text.fix).format(**problem.params),
    )


def step_text(step: TraceStep, titles: Mapping[str, str]) -> str:
    """
    One step of a story, with the titles of activities by their keys.
    """
    where = titles.get(step.activity, step.activity)
    texts = {"activity": where, "outcome": step.outcome or "", "time": step.timeout}
    if not step.activity:
        told = gettext("The request starts.")
    elif step.timeout:
        told = gettext("The time for “%(activity)s” is up.") % texts
    elif step.outcome:
        told = gettext("“%(activity)s” is completed with “%(outcome)s”.") % texts
    else:
        told = gettext("“%(activity)s” is completed.") % texts
    names = ", ".join(titles.get(key, key) for key in step.items)
    return told + " " + gettext("Open then: %(names)s.") % {"names": names or gettext("nothing")}
