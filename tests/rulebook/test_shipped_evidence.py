"""What the shipped edition says of the evidence for its measures."""

from __future__ import annotations

from collections import Counter

import pytest

from cases.rulebook.entries.rulebook import Rulebook
from tests.conftest import FIXTURES
from tests.rulebook.shipped import SHIPPED


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return SHIPPED


def test_every_measure_says_what_studies_found_or_that_none_was_found(rulebook: Rulebook) -> None:
    for measure in rulebook.measures.values():
        evidence = measure.evidence
        assert evidence is not None, measure.code
        assert evidence.sources, measure.code
        if evidence.strength == "none":
            assert "found no study" in evidence.says, measure.code
            assert not evidence.direct, measure.code


def test_every_review_of_evidence_is_marked_as_a_desk_review(rulebook: Rulebook) -> None:
    reviews = Counter(item.evidence.review for item in rulebook.measures.values() if item.evidence)
    assert reviews == {"desk": len(rulebook.measures)}


def test_every_source_says_whether_it_was_read_or_is_general_knowledge(rulebook: Rulebook) -> None:
    assert [item.code for item in rulebook.sources.values() if item.basis is None] == []


def test_every_source_is_cited_by_a_passage_or_as_evidence(rulebook: Rulebook) -> None:
    cited = {passage.source for passage in rulebook.passages.values()}
    for measure in rulebook.measures.values():
        cited |= set(measure.evidence.sources) if measure.evidence else set()
    assert set(rulebook.sources) - cited == set()


def test_every_capability_of_an_actor_is_used(rulebook: Rulebook) -> None:
    """Every actor who can lead a measure is weighed for it; who supports or authorises is named
    by a rule.
    """
    used = {(actor, rule.measure, role) for rule in rulebook.rules for actor, role in rule.actors}
    idle = [
        (actor.code, can.measure, can.role)
        for actor in rulebook.actors.values()
        for can in actor.can
        if can.role != "lead" and not can.always and (actor.code, can.measure, can.role) not in used
    ]
    assert idle == []


def test_the_documentation_counts_the_evidence_as_it_is(rulebook: Rulebook) -> None:
    text = (FIXTURES.parent / "docs" / "evidence.md").read_text(encoding="utf-8")
    weighed = [item.evidence for item in rulebook.measures.values() if item.evidence]
    for strength, number in Counter(evidence.strength for evidence in weighed).items():
        assert f"| {strength} | {number} |" in text
    cited = Counter(source for evidence in weighed for source in evidence.sources)
    for source, number in cited.items():
        assert f"| {source} | {number} |" in text, source
