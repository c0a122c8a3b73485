"""
Keys of the project: made when they are first needed, readable by their owner only.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(path: Path) -> str:
    """
    The key kept in the file; when there is no file yet, one is made with mode 0600.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    key = secrets.token_urlsafe(50)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key
