"""Assessments: their answers, and the advice that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from cases.models import Answer, Assessment, User
from cases.permissions import may
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.questions import Answers
from cases.rulebook.reasoning.advice import Advice, advise, as_document, possible_statuses
from cases.rulebook.reasoning.bitplanes import unpack
from cases.rulebook_phrases import phrases


class Mark(NamedTuple):
    """That a question is answered in some way, without the answer."""

    question: str
    state: str
    carried_over: bool


def marks_of(assessment: Assessment) -> dict[str, Mark]:
    """What is answered, by question: one statement."""
    rows = Answer.objects.filter(assessment_id=assessment.pk).order_by()
    return {row[0]: Mark(*row) for row in rows.values_list("question", "state", "carried_over")}


def recorded_answers(
    assessment: Assessment, questions: Iterable[str] | None = None
) -> list[Answer]:
    """Everything recorded, or what is recorded for some questions, with its sources: two
    statements.
    """
    answers = assessment.answers.select_related("answered_by").prefetch_related("sources")
    return list(answers if questions is None else answers.filter(question__in=questions))


def given_in(marks: Mapping[str, Mark], known: Answers) -> Answers:
    """The answers as the rules module takes them: None for unknown, nothing for what is not yet
    answered.
    """
    return {
        code: known.get(code) for code, mark in marks.items() if mark.state != Answer.State.OPEN
    }


def answers_of(assessment: Assessment) -> Answers:
    """An assessment's answers as the rules module takes them: one statement."""
    known = unpack(rulebook_of(assessment.edition_id).questionnaire, assessment.packed)
    return given_in(marks_of(assessment), known)


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
    """An assessment with everything that its advice rests on, as JSON: what a snapshot keeps and
    what pages show.
    """
    rulebook = rulebook_of(assessment.edition_id)
    files: dict[str, list[dict[str, Any]]] = {}
    for file in assessment.attachments.all():
        about = {
            "id": file.pk,
            "name": file.name,
            "kind": file.content_type,
            "size": file.size,
            "digest": file.digest,
        }
        files.setdefault(file.question, []).append(about)
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
                "effective_on": answer.effective_on.isoformat() if answer.effective_on else None,
                "carried_over": answer.carried_over,
                "sources": [
                    {
                        "title": source.title,
                        "publisher": source.publisher,
                        "published_on": source.published_on.isoformat()
                        if source.published_on
                        else None,
                        "url": source.url,
                        "reliability": source.reliability,
                    }
                    for source in answer.sources.all()
                ],
            }
            for answer in recorded_answers(assessment)
        },
        "attachments": files,
        "unplaced": _unplaced(assessment),
        "advice": _advice_document(assessment),
    }


def _unplaced(assessment: Assessment) -> list[dict[str, Any]]:
    """The answers of an earlier edition that have no place in this one, as JSON."""
    return [
        {
            "question": row.question,
            "title": row.title,
            "answered": row.answered,
            "why": row.why,
            "confidence": row.confidence,
            "note": row.note,
            "effective_on": row.effective_on.isoformat() if row.effective_on else None,
            "sources": [source.title for source in row.sources.all()],
            "placed_with": row.placed_with,
            "reason": row.reason,
        }
        for row in assessment.unplaced.prefetch_related("sources")
    ]


def _advice_document(assessment: Assessment) -> dict[str, Any]:
    """The advice as JSON, with the answers of low confidence that a status rests on alone."""
    document = as_document(advice_on(assessment))
    weak = set(
        assessment.answers.filter(confidence=Answer.Confidence.LOW).values_list(
            "question", flat=True
        )
    )
    rulebook, answers = rulebook_of(assessment.edition_id), answers_of(assessment)
    for code, row in document["measures"].items():
        row["fragile"] = [
            question
            for question in row["rests_on"]
            if question in weak
            and len(possible_statuses(rulebook, {**answers, question: None}, code)) > 1
        ]
    return document


def standing_content(assessment: Assessment) -> dict[str, Any]:
    """What pages show of an assessment: as it was frozen once submitted, as it stands now while it
    is a draft.
    """
    if assessment.is_draft:
        return content_of(assessment)
    content: dict[str, Any] = assessment.snapshot.content
    return content


def content_for(user: User, assessment: Assessment) -> dict[str, Any]:
    """What pages show a person: names of sources and files are left out where the person may not
    know them.
    """
    content = standing_content(assessment)
    if may(user, "cases.view_sources", assessment):
        return content
    answers = {
        code: answer | {"sources": [_unnamed(source) for source in answer["sources"]]}
        for code, answer in content["answers"].items()
    }
    unplaced = [row | {"sources": []} for row in content.get("unplaced", ())]
    return content | {"answers": answers, "attachments": {}, "unplaced": unplaced}


def _unnamed(source: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": _("A source that is not named here"),
        "publisher": _("withheld"),
        "published_on": None,
        "url": "",
        "reliability": source["reliability"],
    }
