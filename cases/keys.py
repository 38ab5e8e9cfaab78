"""What is made with the key that the database does not hold."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet
from django.conf import settings

_ENCRYPTED = "encrypted:"


def _key_for(purpose: str) -> bytes:
    """A key of its own for each purpose, made from `DATA_KEY`."""
    return hmac.digest(settings.DATA_KEY.encode(), purpose.encode(), "sha256")


def keyed_digest(text: str) -> str:
    """HMAC-SHA-256 of a text, in hexadecimal."""
    return hmac.new(_key_for("record"), text.encode(), "sha256").hexdigest()


def fingerprint(key: str) -> str:
    """What tells two keys apart without giving them away."""
    return hashlib.sha256(b"fingerprint:" + key.encode()).hexdigest()[:16]


def _factors() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key_for("factors")))


def encrypted(text: str) -> str:
    """A secret as the database keeps it."""
    return _ENCRYPTED + _factors().encrypt(text.encode()).decode()


def decrypted(kept: str) -> str:
    """A secret that the database keeps. What was written before secrets were encrypted is as it
    was.
    """
    if not kept.startswith(_ENCRYPTED):
        return kept
    return _factors().decrypt(kept.removeprefix(_ENCRYPTED).encode()).decode()
