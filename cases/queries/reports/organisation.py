"""The organisation whose files and pages these are: its name, logo and classification."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Organisation:
    """How an organisation shows itself. `logo` is an image in `logo_format`: png, jpg or svg."""

    name: str = ""
    classification: str = ""
    logo: bytes = b""
    logo_format: str = ""


def organisation() -> Organisation:
    """The organisation of this installation, as its settings say."""
    return Organisation(
        name=settings.ORGANISATION_NAME, classification=settings.ORGANISATION_CLASSIFICATION
    )
