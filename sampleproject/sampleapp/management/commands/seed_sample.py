from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sampleproject.sampleapp.seed import seed


class Command(BaseCommand):
    help = "Create the people and processes of the sample project; what exists stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        published = seed()
        self.stdout.write(
            f"Published: {', '.join(published)}" if published else "Everything was there already."
        )
