"""
Says hello to webhook endpoints, and tells what they answered.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from goflow.desk.addresses import whole_number
from goflow.errors import GoflowError
from goflow.outbound.envelope import PING
from goflow.outbound.models import Delivery, WebhookEndpoint
from goflow.outbound.pinging import ping_now
from goflow.outbound.webhooks import covers, wanted

SHOWN = 100


class Command(BaseCommand):
    """
    ``goflow_webhook_test`` for every enabled endpoint, ``--endpoint NAME`` for one.
    """

    help = "Send a test event to webhook endpoints the way every event goes, and tell what they answered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """
        Options of the command.
        """
        parser.add_argument("--action", default=PING, choices=[PING], help="the event to send")
        parser.add_argument(
            "--endpoint", metavar="NAME|ID", help="only this endpoint, also when it is disabled"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # Django's own signature
        """
        Exit code 1 when a receiver did not accept.
        """
        targets = self._targets(options["endpoint"], options["action"])
        try:
            found = ping_now(targets)
        except GoflowError as exc:
            raise CommandError(str(exc)) from exc
        for delivery in found:
            self.stdout.write(_line(delivery))
        if not all(delivery.status == Delivery.Status.DELIVERED for delivery in found) or not found:
            raise CommandError("Not every receiver accepted the test.")

    def _targets(self, named: str | None, action: str) -> list[WebhookEndpoint]:
        endpoints = WebhookEndpoint.objects.order_by("name", "pk")
        if named is None:
            enabled = endpoints.filter(enabled=True)
            listening = [
                one for one in enabled if any(covers(name, action) for name in wanted(one.event_types))
            ]
            if not listening:
                raise CommandError(
                    f"No enabled endpoint listens to {action}. Create one in the administration, "
                    "or name one with --endpoint."
                )
            return listening
        by_id = endpoints.filter(pk=whole_number(named) or 0)
        found = list(by_id or endpoints.filter(name=named))
        if not found:
            raise CommandError(
                f"There is no webhook endpoint {named!r}. Check its name in the administration."
            )
        return found


def _line(delivery: Delivery) -> str:
    endpoint = delivery.endpoint
    if not delivery.log:
        return f"{endpoint.name} ({endpoint.url}): no attempt yet; is another worker busy with it?"
    last = delivery.log[-1]
    first_line = last["answer"].strip().split("\n")[0][:SHOWN]
    said = "" if last["status"] is None else f"answered {last['status']} in {last['ms']} ms"
    parts = (said, last["error"], first_line)
    return f"{endpoint.name} ({endpoint.url}): {', '.join(part for part in parts if part)}"
