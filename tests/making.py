"""Cases and editions that tests make, with what a test does not ask about filled in."""

from __future__ import annotations

from typing import Any
from unittest import mock

from cases.models import Case, Edition, User
from cases.rulebook.editions.builder import Document
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows.casework import log_case
from cases.workflows.editions.publishing import publish


def make_case(by: User, title: str = "Another case", *countries: str, **fields: Any) -> Case:
    """An open case, about Niger unless countries are given."""
    about = {"place": "", "populations": "p", "summary": "s", "confidentiality": "open"}
    return log_case(by=by, title=title, countries=countries or ("NER",), **about | fields)


def publish_unchecked(document: Document, rulebook: Rulebook) -> Edition:
    """An edition after publishing, without its proofs, which have tests of their own."""
    with mock.patch("cases.workflows.editions.publishing.check", return_value=rulebook):
        return publish(document)[0]
