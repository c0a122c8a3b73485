from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from leavedemo.leave.seed import seed


class Command(BaseCommand):
    help = "Create the sample users, accounts and processes of the leave demo; what exists stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        published = seed()
        self.stdout.write(
            f"Published: {', '.join(published)}" if published else "Everything was there already."
        )
