"""Digests and encryption with the key that is kept outside of the database."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet
from django.conf import settings

_ENCRYPTED = "encrypted:"


def _key_for(purpose: str) -> bytes:
    """A separate key for each purpose, derived from `DATA_KEY`."""
    return hmac.digest(settings.DATA_KEY.encode(), purpose.encode(), "sha256")


def keyed_digest(text: str) -> str:
    """HMAC-SHA-256 of a text, in hexadecimal."""
    return hmac.new(_key_for("record"), text.encode(), "sha256").hexdigest()


def fingerprint(key: str) -> str:
    """A short text that identifies the key without revealing it."""
    return hashlib.sha256(b"fingerprint:" + key.encode()).hexdigest()[:16]


def _factors() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key_for("factors")))


def encrypted(text: str) -> str:
    """A secret in encrypted form, as the database stores it."""
    return _ENCRYPTED + _factors().encrypt(text.encode()).decode()


def decrypted(kept: str) -> str:
    """A stored secret in plain text. One stored before encryption began is unchanged."""
    if not kept.startswith(_ENCRYPTED):
        return kept
    return _factors().decrypt(kept.removeprefix(_ENCRYPTED).encode()).decode()
