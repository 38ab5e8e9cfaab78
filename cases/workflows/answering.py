"""Starting assessments and recording answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Answer, Assessment, Case, Edition, Event, Source, User
from cases.queries.assessments import answers_of
from cases.queries.editions import rulebook_of
from cases.rulebook.planes import pack
from cases.workflows.events import record
from cases.workflows.filing import StaleError


class NotADraftError(Exception):
    """A submitted assessment is frozen: its answers cannot be changed."""


@dataclass(frozen=True)
class Given:
    """What someone gives for one question. `value` is as JSON keeps it, and is used where `state` is known."""

    question: str
    state: str
    value: Any = None
    confidence: str = ""
    note: str = ""
    sources: frozenset[int] = field(default_factory=frozenset)
    # Whether an answer that was carried over is said to hold still.
    confirmed: bool = False

    @property
    def is_blank(self) -> bool:
        return self.state == Answer.State.OPEN and not (self.confidence or self.note or self.sources)


def start_assessment(
    case: Case, *, by: User, as_of: date, edition: Edition, earlier: Assessment | None = None
) -> Assessment:
    """A new draft about a case as it stands on a date, made against an edition.

    With an earlier assessment of the case its answers are carried over, marked as such until someone confirms or
    changes them; what the edition does not ask or allow any more is left behind.
    """
    with transaction.atomic():
        assessment = Assessment.objects.create(case=case, edition=edition, as_of=as_of, author=by)
        data = {"assessment": str(assessment.pk), "as_of": as_of.isoformat()}
        if earlier is not None:
            data["carried_over_from"] = str(earlier.pk)
            _carry_over(earlier, assessment)
        record(Event.Verb.ASSESSMENT_STARTED, by=by, case=case, **data)
    return assessment


def _carry_over(earlier: Assessment, assessment: Assessment) -> None:
    questionnaire = rulebook_of(assessment.edition_id).questionnaire
    for before in earlier.answers.prefetch_related("sources"):
        question = questionnaire.by_code.get(before.question)
        if question is None:
            continue
        try:
            question.read(before.value)
        except ValueError:
            continue
        answer = Answer.objects.create(
            assessment=assessment,
            question=before.question,
            state=before.state,
            value=before.value,
            confidence=before.confidence,
            note=before.note,
            answered_by=before.answered_by,
            carried_over=True,
        )
        answer.sources.set(before.sources.all())
    packed = pack(questionnaire, answers_of(assessment))
    Assessment.objects.filter(pk=assessment.pk).update(packed=packed)


@transaction.atomic
def save_answer(assessment: Assessment, given: Given, *, by: User, version: int) -> Answer | None:
    """Record what is given for one question that stood at `version` (0: nothing recorded yet).

    Returns the answer, or None where nothing is recorded and nothing is given. Raises StaleError with the answer that
    someone else has recorded since, NotADraftError once submitted, and AnswerError for a value that the questionnaire
    does not allow.
    """
    draft = Assessment.objects.select_for_update().only("status", "edition_id").get(pk=assessment.pk)
    if not draft.is_draft:
        raise NotADraftError
    questionnaire = rulebook_of(draft.edition_id).questionnaire
    known = given.state == Answer.State.KNOWN
    read = questionnaire.read_answers({given.question: given.value if known else None})
    value = questionnaire.dump_answers(read)[given.question]
    answer = Answer.objects.select_for_update().filter(assessment=assessment, question=given.question).first()
    if (answer.version if answer else 0) != version:
        raise StaleError(answer)
    if answer is None:
        if given.is_blank:
            return None
        answer = Answer(assessment=assessment, question=given.question, version=0)
    elif not _differs(answer, given, value) and not (answer.carried_over and given.confirmed):
        return answer
    answer.state, answer.value = given.state, value
    answer.confidence, answer.note = given.confidence, given.note
    answer.answered_by = by
    answer.carried_over = False
    answer.version += 1
    try:
        with transaction.atomic():
            answer.save()
    except IntegrityError:
        # Someone else recorded the first answer between our look and our writing.
        raise StaleError(Answer.objects.get(assessment=assessment, question=given.question)) from None
    answer.sources.set(Source.objects.filter(case_id=assessment.case_id, pk__in=given.sources))
    packed = pack(questionnaire, answers_of(draft))
    Assessment.objects.filter(pk=assessment.pk).update(changed_at=timezone.now(), packed=packed)
    return answer


def _differs(answer: Answer, given: Given, value: Any) -> bool:
    before = (answer.state, answer.value, answer.confidence, answer.note)
    return before != (given.state, value, given.confidence, given.note) or given.sources != frozenset(
        answer.sources.values_list("pk", flat=True)
    )


def save_answers(assessment: Assessment, rows: Iterable[tuple[Given, int]], *, by: User) -> dict[str, Answer | None]:
    """Record a section's answers, each on its own: one that is stale does not keep the others from being saved.

    Returns, by question, the answers that someone else has recorded since and that were therefore left alone.
    """
    stale: dict[str, Answer | None] = {}
    for given, version in rows:
        try:
            save_answer(assessment, given, by=by, version=version)
        except StaleError as error:
            stale[given.question] = error.current
    return stale


@transaction.atomic
def discard_draft(assessment: Assessment, *, by: User) -> None:
    """Remove a draft with its answers; what it held stays in the record of the case."""
    draft = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if not draft.is_draft:
        raise NotADraftError
    held = {answer.question: [answer.state, answer.value, answer.note] for answer in draft.answers.all()}
    record(
        Event.Verb.ASSESSMENT_DISCARDED,
        by=by,
        case=draft.case,
        assessment=str(draft.pk),
        as_of=draft.as_of.isoformat(),
        answers=held,
    )
    draft.delete()
