"""The demonstration, whose files are read as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from cases.models import Answer, Assessment, Case, Edition, User
from cases.queries.editions.rulebooks import shipped_folders
from cases.queries.reports.context import ASSESSMENTS
from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import load_folder
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.demo import load_cases, load_users
from tests.making import publish_unchecked
from tests.reports.poison import NOTES


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The assessments of the demonstration that a person may see."""

    reader: User
    assessments: tuple[Assessment, ...]


@pytest.fixture(scope="session")
def newest_document() -> tuple[Document, Rulebook]:
    """The newest edition that comes with the product, read once in a session."""
    return load_folder(shipped_folders()[-1])


@pytest.fixture
def noted(
    case: Case, analyst: User, edition: Edition, newest_document: tuple[Document, Rulebook]
) -> Assessment:
    """A draft of the newest edition with a note at sixty questions."""
    newest = publish_unchecked(*newest_document)
    draft = start_assessment(case, by=analyst, as_of=date(2012, 12, 20), edition=newest)
    codes = list(newest_document[1].questionnaire.by_code)[:NOTES]
    Answer.objects.bulk_create(
        Answer(assessment=draft, question=code, state="unknown", note="?", answered_by=analyst)
        for code in codes
    )
    return ASSESSMENTS.get(pk=draft.pk)


@pytest.fixture
def demonstration(db: None) -> Demonstration:
    """The demonstration with every edition that comes with the product, as an analyst sees it."""
    for folder in shipped_folders():
        publish_unchecked(*load_folder(folder))
    load_cases(load_users())
    reader = User.objects.get(username="amina.analyst")
    seen = Assessment.objects.visible_to(reader)
    return Demonstration(reader, tuple(ASSESSMENTS.filter(pk__in=seen.values("pk"))))
