"""
One instance walked through a drawing, with outcomes chosen by hand or at random; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, JsonResponse

from goflow.core import readers
from goflow.core.conditions import LONGEST_OUTCOME
from goflow.core.graph import ProcessDef
from goflow.core.readers import ExchangeError
from goflow.core.simulation import Run
from goflow.core.simulation import simulate as walk
from goflow.designer import bodies
from goflow.designer.answers import Refused
from goflow.designer.frame import door, find
from goflow.desk.findings import step_text
from goflow.errors import DefinitionError

MOST_OUTCOMES = 1_000


@door("POST")
def simulate(request: HttpRequest, pk: int) -> JsonResponse:
    """
    The steps of one instance: ``script`` gives outcomes by activity key, whatever it leaves open is random.
    """
    find(request, pk)
    body = bodies.read(request)
    definition = bodies.graph(body)
    try:
        found = walk(definition, runs=1, seed=bodies.whole(body, "seed") or 0, script=_script(body))
    except ExchangeError:
        raise
    except DefinitionError as exc:
        raise Refused(422, exc.code, str(exc)) from exc
    return JsonResponse(_told(found.first, definition))


def _script(body: Mapping[str, object]) -> dict[str, Sequence[str | None]]:
    given = readers.mapping(body.get("script") or {}, "script")
    return {key: _outcomes(value, f"script.{key}") for key, value in given.items()}


def _outcomes(value: object, path: str) -> list[str | None]:
    entries = readers.listing(value, path, MOST_OUTCOMES)
    read = readers.text(LONGEST_OUTCOME)
    return [None if entry is None else read(entry, f"{path}[{i}]") for i, entry in enumerate(entries)]


def _told(run: Run, definition: ProcessDef) -> dict[str, object]:
    titles = {activity.key: activity.title for activity in definition.activities}
    steps = [{**step.as_dict(), "text": step_text(step, titles)} for step in run.steps]
    return {**run.as_dict(), "steps": steps}
