"""
What the engine's verbs return.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from goflow.runtime.models import Incident, ProcessInstance, WorkItem


@dataclass(frozen=True, slots=True)
class Completion:
    """
    What a verb did: the item it was about (None for an instance as a whole), the items it opened.

    ``incidents`` are those that the verb raised on the way; the verb itself stays done.
    """

    workitem: WorkItem | None
    instance: ProcessInstance
    opened: tuple[WorkItem, ...] = ()
    incidents: tuple[Incident, ...] = ()

    @property
    def instance_status(self) -> str:
        """
        The status of the instance after the verb.
        """
        return str(self.instance.status)

    def as_json(self) -> dict[str, object]:
        """
        The answer as it is kept under an idempotency key.
        """
        return {
            "workitem": None if self.workitem is None else self.workitem.pk,
            "instance": self.instance.pk,
            "opened": [item.pk for item in self.opened],
            "incidents": [incident.pk for incident in self.incidents],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Completion:
        """
        The same answer again, read from the rows as they are now.
        """
        items = WorkItem.objects.select_related("instance").in_bulk([kept["workitem"], *kept["opened"]])
        return cls(
            workitem=items.get(kept["workitem"]),
            instance=ProcessInstance.objects.get(pk=kept["instance"]),
            opened=tuple(items[pk] for pk in kept["opened"] if pk in items),
            incidents=tuple(Incident.objects.filter(pk__in=kept["incidents"])),
        )
