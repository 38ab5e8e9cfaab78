"""Editions of the rulebook, parsed once in a process: they never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db.models import QuerySet

from cases.catalogue_language import reading_language
from cases.models import Edition
from cases.rulebook.editions.builder import Document, build
from cases.rulebook.entries.catalogue import Actor, Measure
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.wording.translation import localised

Entry = TypeVar("Entry")


class NoEditionError(LookupError):
    """No edition is published yet: `manage.py load_rulebook` publishes the first."""


def current_edition() -> Edition:
    """The newest edition, without its document."""
    edition = Edition.objects.newest()
    if edition is None:
        raise NoEditionError
    return edition


def edition_with_number(number: int) -> Edition:
    """The newest revision of an edition, without its document. Raises NoEditionError."""
    edition = Edition.objects.defer("document").filter(number=number).order_by("-revision").first()
    if edition is None:
        raise NoEditionError
    return edition


def editions_newest_first() -> QuerySet[Edition]:
    """All editions without their documents, each with who published it."""
    return Edition.objects.without_document().select_related("published_by")


def edition_or_none(key: int) -> Edition | None:
    """An edition with its document."""
    return Edition.objects.filter(pk=key).first()


def document_of(edition_id: int) -> Document:
    document: Document = Edition.objects.values_list("document", flat=True).get(pk=edition_id)
    return document


def shipped_folders() -> list[Path]:
    """The folders of the editions that come with the product, the first edition first."""
    fixtures = settings.BASE_DIR / "fixtures"
    earlier = sorted((fixtures / "editions").iterdir(), key=lambda folder: int(folder.name))
    return [*earlier, fixtures / "rulebook"]


def rulebook_of(edition_id: int) -> Rulebook:
    """The rulebook of an edition, with its texts in the reader's language if they are
    translated.
    """
    return kept_rulebook(edition_id, reading_language())


@lru_cache(maxsize=16)
def kept_rulebook(edition_id: int, language: str) -> Rulebook:
    """The document was checked when it was published, so it is only parsed here."""
    document = document_of(edition_id)
    rulebook = build(document)
    return (
        replace(build(localised(document, language)), digest=rulebook.digest)
        if language
        else rulebook
    )


def current_rulebook() -> Rulebook:
    return rulebook_of(current_edition().pk)


def rulebooks_between(earlier: int, later: int) -> list[Rulebook]:
    """The rulebooks that lead from one edition to another, given by their keys, the later one last.

    Of each edition in between it is the newest revision.
    """
    numbers = dict(Edition.objects.filter(pk__in=[earlier, later]).values_list("pk", "number"))
    newest = dict(
        Edition.objects.filter(number__gt=numbers[earlier], number__lt=numbers[later])
        .order_by("number", "revision")
        .values_list("number", "pk")
    )
    return [rulebook_of(pk) for pk in [*newest.values(), later]]


def measures_of_all_editions() -> dict[str, Measure]:
    """Every measure that an edition has or had, those of the newest edition first.

    What was done with a measure stays readable under its title when an edition drops the measure.
    """
    measures: dict[str, Measure] = {}
    for rulebook in _newest_first():
        measures = {**measures, **_missing(measures, rulebook.measures)}
    return measures


def actors_of_all_editions() -> dict[str, Actor]:
    """Every actor that an edition has or had, those of the newest edition first."""
    actors: dict[str, Actor] = {}
    for rulebook in _newest_first():
        actors = {**actors, **_missing(actors, rulebook.actors)}
    return actors


def _newest_first() -> list[Rulebook]:
    keys = Edition.objects.order_by("-number", "-revision").values_list("pk", flat=True)
    return [rulebook_of(pk) for pk in keys]


def _missing(known: Mapping[str, Entry], more: Mapping[str, Entry]) -> dict[str, Entry]:
    return {code: entry for code, entry in more.items() if code not in known}
