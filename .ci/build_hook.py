"""
Hatch build hook: compile the message catalogues and put them into the wheel as goflow/locale.

Babel writes the .mo files, so that building needs no gettext tools.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MessagesHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for source in sorted(Path(self.root, "locale").glob("*/LC_MESSAGES/*.po")):
            compiled = source.with_suffix(".mo")
            with source.open("rb") as catalogue, compiled.open("wb") as target:
                write_mo(target, read_po(catalogue))
            # Hatch leaves git-ignored files out unless they are named here.
            build_data["artifacts"].append(f"/{compiled.relative_to(self.root).as_posix()}")
        # An editable install reads the top-level folder, so only a real wheel gets a copy.
        if self.target_name == "wheel" and version == "standard" and Path(self.root, "locale").is_dir():
            build_data["force_include"]["locale"] = "goflow/locale"
