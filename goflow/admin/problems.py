"""
What lint found, as lines for people: the sentence in their language and links to what it is about.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from goflow.admin.bases import link
from goflow.core.lint import Problem, Severity
from goflow.desk.findings import sentences
from goflow.workflow.models import Activity, Process, Transition
from goflow.workflow.publishing import problems


@dataclass(frozen=True, slots=True)
class Line:
    """
    One finding.
    """

    is_error: bool
    where: SafeString
    message: str
    fix: str


def lines(process: Process) -> list[Line]:
    """
    The findings about a version, errors first.
    """
    found = problems(process)
    if not found:
        return []
    named = _named(process)
    made = [_line(problem, named) for problem in found]
    return sorted(made, key=lambda line: not line.is_error)


def _named(process: Process) -> dict[str, Activity | Transition]:
    activities = Activity.objects.filter(process=process)
    transitions = Transition.objects.filter(process=process).select_related("input", "output")
    return {row.key: row for rows in (transitions, activities) for row in rows}


def _line(problem: Problem, named: dict[str, Activity | Transition]) -> Line:
    message, fix = sentences(problem)
    return Line(
        is_error=problem.severity is Severity.ERROR,
        where=format_html_join(", ", "{}", ((_link(key, named),) for key in problem.elements)),
        message=message,
        fix=fix,
    )


def _link(key: str, named: dict[str, Activity | Transition]) -> SafeString | str:
    return link(named[key]) if key in named else key
