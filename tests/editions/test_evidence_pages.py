"""Where the evidence for a measure is shown, who reviewed it, and how its sources are known."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, Edition, User
from cases.rulebook.editions.builder import Document
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows.editions.publishing import publish

UNCHECKED = "Desk review. No expert has checked it yet."


def _entry(document: Document, kind: str, code: str) -> dict[str, Any]:
    entries: list[dict[str, Any]] = document[kind]
    return next(item for item in entries if item["code"] == code)


@pytest.fixture
def edition(db: None, first_document: tuple[Document, Rulebook]) -> Edition:
    """The first edition, with a desk review of one measure and nothing found on another."""
    document = copy.deepcopy(first_document[0])
    _entry(document, "sources", "AAG")["basis"] = "read"
    _entry(document, "sources", "FoA")["basis"] = "general_knowledge"
    evidence: dict[str, Any] = {
        "strength": "limited",
        "direct": False,
        "says": "It helped.",
        "contextual": [],
        "design": [],
        "sources": ["AAG", "FoA"],
        "reviewed_on": "2026-11-25",
        "review": "desk",
    }
    _entry(document, "measures", "enc.remind")["evidence"] = evidence
    nothing = {"strength": "none", "says": "We found no study of it.", "review": "expert"}
    _entry(document, "measures", "enc.norms")["evidence"] = evidence | nothing
    return publish(document)[0]


@pytest.fixture
def reader(client: Client, analyst: User, edition: Edition) -> Client:
    client.force_login(analyst)
    return client


def _page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_the_catalogue_says_that_no_expert_has_checked_a_desk_review(reader: Client) -> None:
    assert UNCHECKED in _page(reader, "measure_detail", "enc.remind")
    assert UNCHECKED not in _page(reader, "measure_detail", "enc.norms")
    assert UNCHECKED not in _page(reader, "measure_detail", "enc.condemnation")


def test_the_catalogue_says_how_each_study_is_known(reader: Client) -> None:
    page = _page(reader, "measure_detail", "enc.remind")
    assert "Read for this review" in page
    assert "General knowledge of the field" in page


def test_the_catalogue_says_that_no_study_was_found_rather_than_that_the_evidence_is_indirect(
    reader: Client,
) -> None:
    page = _page(reader, "measure_detail", "enc.norms")
    assert "We found no study of it." in page
    assert "Where we looked" in page
    assert "and indirect" not in page


def test_an_advice_shows_the_evidence_beside_the_measure(reader: Client, draft: Assessment) -> None:
    page = _page(reader, "measure_in_advice", draft.pk, "enc.remind")
    assert UNCHECKED in page
    assert "It helped." in page
    assert "General knowledge of the field" in page
    without = _page(reader, "measure_in_advice", draft.pk, "cap.media")
    assert "Nobody has weighed the evidence for this measure yet" in without


def test_the_overview_counts_desk_reviews_and_what_was_not_found(reader: Client) -> None:
    page = " ".join(_page(reader, "catalogue").split())
    assert "1 is a desk review that no expert has checked yet" in page
    assert "For 1 of these no study was found" in page


def test_the_sources_name_the_measures_whose_evidence_they_are(reader: Client) -> None:
    page = _page(reader, "source_list")
    assert "Evidence for:" in page
    assert reverse("measure_detail", args=["enc.norms"]) in page
