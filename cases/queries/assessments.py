"""Assessments: their answers, and the advice that follows from them."""

from __future__ import annotations

from typing import Any

from cases.models import Answer, Assessment
from cases.phrases import phrases
from cases.queries.editions import rulebook_of
from cases.rulebook.advice import Advice, advise, as_document, possible_statuses
from cases.rulebook.questions import Answers


def recorded_answers(assessment: Assessment) -> list[Answer]:
    """Everything recorded, with its sources: two statements."""
    return list(assessment.answers.select_related("answered_by").prefetch_related("sources"))


def answers_of(assessment: Assessment) -> Answers:
    """The answers as the rules module takes them: None for unknown, nothing for what is not yet answered."""
    rows = assessment.answers.exclude(state=Answer.State.OPEN).values_list("question", "value")
    return rulebook_of(assessment.edition_id).questionnaire.read_answers(dict(rows))


def advice_on(assessment: Assessment) -> Advice:
    """The advice on an assessment as it stands now."""
    return advise(
        rulebook_of(assessment.edition_id),
        answers_of(assessment),
        countries=assessment.case.country_codes,
        as_of=assessment.as_of,
        phrases=phrases(),
    )


def content_of(assessment: Assessment) -> dict[str, Any]:
    """An assessment with everything that its advice rests on, as JSON: what a snapshot keeps and what pages show."""
    rulebook = rulebook_of(assessment.edition_id)
    return {
        "case": {"id": str(assessment.case_id), "title": assessment.case.title},
        "countries": assessment.case.country_codes,
        "as_of": assessment.as_of.isoformat(),
        "edition": rulebook.digest,
        "answers": {
            answer.question: {
                "state": answer.state,
                "value": answer.value,
                "confidence": answer.confidence,
                "note": answer.note,
                "carried_over": answer.carried_over,
                "sources": [
                    {
                        "title": source.title,
                        "publisher": source.publisher,
                        "published_on": source.published_on.isoformat() if source.published_on else None,
                        "url": source.url,
                        "reliability": source.reliability,
                    }
                    for source in answer.sources.all()
                ],
            }
            for answer in recorded_answers(assessment)
        },
        "advice": _advice_document(assessment),
    }


def _advice_document(assessment: Assessment) -> dict[str, Any]:
    """The advice as JSON, with the answers of low confidence that a status rests on alone."""
    document = as_document(advice_on(assessment))
    weak = set(assessment.answers.filter(confidence=Answer.Confidence.LOW).values_list("question", flat=True))
    rulebook, answers = rulebook_of(assessment.edition_id), answers_of(assessment)
    for code, row in document["measures"].items():
        row["fragile"] = [
            question
            for question in row["rests_on"]
            if question in weak and len(possible_statuses(rulebook, {**answers, question: None}, code)) > 1
        ]
    return document


def standing_content(assessment: Assessment) -> dict[str, Any]:
    """What pages show of an assessment: as it was frozen once submitted, as it stands now while it is a draft."""
    if assessment.is_draft:
        return content_of(assessment)
    content: dict[str, Any] = assessment.snapshot.content
    return content
