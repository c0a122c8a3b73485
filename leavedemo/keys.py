"""
Keys of the demo: made when they are first needed, kept in the data folder, readable by their owner only.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def kept(path: Path, make: Callable[[], str]) -> str:
    """
    The text in the file; when there is no file yet, it is made with mode 0600.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    text = make()
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    return text


def secret_key() -> str:
    """
    A key for Django's signatures.
    """
    return secrets.token_urlsafe(50)


def private_key() -> str:
    """
    A key that signs the tokens of the API, as PEM.
    """
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def public_key(private: str) -> str:
    """
    The key that verifies what the private one has signed, as PEM.
    """
    loaded = serialization.load_pem_private_key(private.encode("ascii"), password=None)
    return (
        loaded.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode("ascii")
    )
