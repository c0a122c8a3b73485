"""
Where ``make_jwt_key`` (and its old name ``make_rsa``) keeps the keys that sign tokens.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage
from django.core.management.base import CommandError
from django.utils.deconstruct import deconstructible

PRIVATE = 0o600
PUBLIC = 0o644


@deconstructible
class KeyStorage(Storage):
    """
    Files on the local disk, made with their mode and never overwritten.
    """

    def __init__(self, mode: int = PRIVATE) -> None:
        self.mode = mode

    def _open(self, name: str, mode: str = "rb") -> Any:  # a file
        return Path(name).open(mode)

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """
        Write a new key. The name comes from the settings, so that it may be absolute.

        Raises CommandError when there is one already.
        """
        path = Path(str(name))
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self.mode)
        except FileExistsError as exc:
            raise CommandError(
                f"{path} exists already. Delete it first if you want a new key; "
                "everybody who is signed in must then sign in again."
            ) from exc
        with open(descriptor, "wb") as file:
            file.write(content.read())
        return str(name)

    def exists(self, name: str) -> bool:
        """
        Answers no, so that Django keeps the name; saving refuses to overwrite.
        """
        return False


private_storage = KeyStorage(PRIVATE)
public_storage = KeyStorage(PUBLIC)
