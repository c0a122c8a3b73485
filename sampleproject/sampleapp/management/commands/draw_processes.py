from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sampleproject.sampleapp.drawing import PICTURES, pictures


class Command(BaseCommand):
    help = "Draw the processes of this project for the documentation."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for path, text in pictures().items():
            path.write_text(text, encoding="utf-8")
        self.stdout.write(f"Drawn in {PICTURES}.")
