"""Starting assessments and recording answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from cases.after_commit import after_commit
from cases.models import Answer, Assessment, Case, Edition, Event, Source, User
from cases.models.notification import NotificationKind
from cases.queries.assessing.answering import QuestionnaireState, questionnaire_state
from cases.queries.assessing.assessments import Mark, known_values
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.questions import Value
from cases.rulebook.reasoning.answer_codes import pack
from cases.workflows.assessing.carry_over import carry_answers
from cases.workflows.assessing.day_assessed import update_day_assessed
from cases.workflows.assessing.planning import copy_choices
from cases.workflows.errors import NotADraftError, PairingError, StaleError
from cases.workflows.locking import lock_assessment
from cases.workflows.notifications import notify, notify_of_submission
from cases.workflows.record import record_event

# One row for each source of an answer, so that one statement reads both.
_ANSWERS = Answer.objects.annotate(linked=F("sources")).order_by()


@dataclass(frozen=True)
class AnswerInput:
    """What a person enters for one question. `value` is JSON, used only if `state` is known."""

    question: str
    state: str
    value: Any = None
    confidence: str = ""
    note: str = ""
    sources: frozenset[int] = field(default_factory=frozenset)
    effective_on: date | None = None
    # Whether the person confirms an answer that was carried over.
    confirmed: bool = False

    @property
    def is_blank(self) -> bool:
        grounds = self.confidence or self.note or self.sources or self.effective_on
        return self.state == Answer.State.OPEN and not grounds


@dataclass(frozen=True)
class SavedAnswer:
    """The result of a save: the answer, or None if nothing was entered, and the questionnaire
    before and after.
    """

    answer: Answer | None
    before: QuestionnaireState
    after: QuestionnaireState


def start_assessment(
    case: Case,
    *,
    by: User,
    as_of: date,
    edition: Edition,
    earlier: Assessment | None = None,
    amends: Assessment | None = None,
    same_assessment: bool = False,
) -> Assessment:
    """Start a draft about a case on a date, made with an edition.

    The answers of an earlier assessment are carried over with their sources and notes, and marked
    until someone confirms or changes them. Those that do not fit the edition are kept to be placed
    by hand. `same_assessment` says that the earlier one is made again, as when a reviewer has
    returned it: its answers are then not marked, unless the edition changed them.
    """
    with transaction.atomic():
        assessment = Assessment.objects.create(
            case=case, edition=edition, as_of=as_of, author=by, amends=amends
        )
        data = {"assessment": str(assessment.pk), "as_of": as_of.isoformat()}
        if earlier is not None:
            data["carried_over_from"] = str(earlier.pk)
            carry_answers(earlier, assessment, same_assessment=same_assessment)
        if amends is not None:
            copy_choices(amends, assessment)
        record_event(Event.Verb.ASSESSMENT_STARTED, by=by, case=case, **data)
    return assessment


def save_answer(
    assessment: Assessment, entered: AnswerInput, *, by: User, version: int
) -> SavedAnswer:
    """Save the answer to one question, which was read at `version` (0 if there was none).

    Raises StaleError with the answer that someone else has saved since, NotADraftError once
    submitted, and AnswerError for a value that the questionnaire does not allow. Nothing is locked
    while it reads: the write succeeds only if nobody has written in between, and otherwise it
    starts again. Keeps `assessment.packed` up to date.
    """
    while True:
        try:
            with transaction.atomic():
                return _save_answer(assessment, entered, by=by, version=version)
        except _ConcurrentWriteError:
            if not _drafts(assessment).exists():
                raise NotADraftError from None
            assessment.refresh_from_db(fields=["packed"])


class _ConcurrentWriteError(Exception):
    """Someone else has written between the read and the write."""


def _drafts(assessment: Assessment) -> QuerySet[Assessment]:
    return Assessment.objects.filter(pk=assessment.pk, status=Assessment.Status.DRAFT)


def _save_answer(
    assessment: Assessment, entered: AnswerInput, *, by: User, version: int
) -> SavedAnswer:
    before = questionnaire_state(assessment)
    questionnaire = before.rulebook.questionnaire
    known = entered.state == Answer.State.KNOWN
    read = questionnaire.read_answers({entered.question: entered.value if known else None})
    value = questionnaire.dump_answers(read)[entered.question]
    rows = list(_ANSWERS.filter(assessment_id=assessment.pk, question=entered.question))
    answer: Answer | None = rows[0] if rows else None
    if version == 0 and entered.is_blank:
        return SavedAnswer(answer, before, before)
    linked = {row.linked for row in rows} - {None}
    same = answer and not _differs(answer, entered, value, linked)
    if (answer.version if answer else 0) != version:
        if answer and same and answer.answered_by_id == by.pk:
            # Sent twice: the page did not know whether the first one arrived.
            return SavedAnswer(answer, before, before)
        raise StaleError(answer)
    if answer and same and not (answer.carried_over and entered.confirmed):
        if not _drafts(assessment).exists():
            raise NotADraftError
        return SavedAnswer(answer, before, before)
    marks = {**before.answers, entered.question: Mark(entered.question, entered.state, False)}
    after = QuestionnaireState(
        before.rulebook, marks, known_values(marks, {**before.values, **read})
    )
    packed, now = pack(questionnaire, after.values), timezone.now()
    unchanged = _drafts(assessment).filter(packed=assessment.packed)
    if not unchanged.update(packed=packed, changed_at=now):
        raise _ConcurrentWriteError
    assessment.packed = packed
    fields = {
        "state": entered.state,
        "value": value,
        "confidence": entered.confidence,
        "note": entered.note,
        "effective_on": entered.effective_on,
        "answered_by": by,
        "carried_over": False,
        "changed_at": now,
        "version": version + 1,
    }
    if answer is None:
        answer = _new_row(assessment, entered.question, fields)
    else:
        _change_row(answer, fields, version=version)
    if entered.sources != linked:
        answer.sources.set(
            Source.objects.filter(case_id=assessment.case_id, pk__in=entered.sources)
        )
    return SavedAnswer(answer, before, after)


def _new_row(assessment: Assessment, question: str, fields: Mapping[str, Any]) -> Answer:
    try:
        return Answer.objects.create(assessment_id=assessment.pk, question=question, **fields)
    except IntegrityError as error:
        raise _ConcurrentWriteError from error


def _change_row(answer: Answer, fields: Mapping[str, Any], *, version: int) -> None:
    if not Answer.objects.filter(pk=answer.pk, version=version).update(**fields):
        raise _ConcurrentWriteError
    for name, new in fields.items():
        setattr(answer, name, new)


def _differs(answer: Answer, entered: AnswerInput, value: Any, linked: set[int]) -> bool:
    before = (
        answer.state,
        answer.value,
        answer.confidence,
        answer.note,
        answer.effective_on,
        linked,
    )
    return before != (
        entered.state,
        value,
        entered.confidence,
        entered.note,
        entered.effective_on,
        set(entered.sources),
    )


def save_answers(
    assessment: Assessment, rows: Iterable[tuple[AnswerInput, int]], *, by: User
) -> dict[str, Answer | None]:
    """Save the answers of a section one by one; one that is stale does not stop the others.

    Returns, by question, the answers that someone else has saved since and that were left alone.
    """
    stale: dict[str, Answer | None] = {}
    for entered, version in rows:
        try:
            save_answer(assessment, entered, by=by, version=version)
        except StaleError as error:
            stale[entered.question] = error.current
    return stale


def confirm_carried_over(
    assessment: Assessment, versions: Mapping[str, int], *, by: User
) -> tuple[int, int]:
    """Confirm answers that were carried over, each as it was read at its version.

    Returns how many are confirmed and how many are left: because someone else has changed them
    since, or because they became true only after the day that is assessed.
    """
    rows = assessment.answers.filter(question__in=versions, carried_over=True)
    confirmed = left = 0
    for row in rows.prefetch_related("sources"):
        if row.effective_on and row.effective_on > assessment.as_of:
            left += 1
            continue
        answer = AnswerInput(
            row.question,
            row.state,
            row.value,
            row.confidence,
            row.note,
            frozenset(source.pk for source in row.sources.all()),
            row.effective_on,
            confirmed=True,
        )
        try:
            save_answer(assessment, answer, by=by, version=versions[row.question])
        except StaleError:
            left += 1
        else:
            confirmed += 1
    return confirmed, left


@transaction.atomic
def save_what_if_answers(
    assessment: Assessment, tried: Mapping[str, Value | None], *, by: User
) -> None:
    """Save answers that were tried out in a draft. Notes and sources are kept."""
    questionnaire = rulebook_of(assessment.edition_id).questionnaire
    rows = {row.question: row for row in assessment.answers.prefetch_related("sources")}
    for code, value in tried.items():
        row = rows.get(code)
        entered = AnswerInput(
            code,
            Answer.State.UNKNOWN if value is None else Answer.State.KNOWN,
            questionnaire[code].dump(value),
            "",
            row.note if row else "",
            frozenset(source.pk for source in row.sources.all()) if row else frozenset(),
        )
        save_answer(assessment, entered, by=by, version=row.version if row else 0)


@transaction.atomic
def correct_date(assessment: Assessment, as_of: date, *, by: User) -> None:
    """Give a draft another date. Its answers stay. Those that were carried over from an assessment
    of another day, and that nobody has touched since, are marked until someone confirms them.

    Raises NotADraftError, and PairingError for one of two independent assessments, which are of the
    same day.
    """
    draft = lock_assessment(assessment)
    if not draft.is_draft:
        raise NotADraftError
    if draft.partner is not None:
        raise PairingError
    if draft.as_of == as_of:
        return
    about = {"assessment": str(draft.pk), "before": draft.as_of.isoformat()}
    draft.as_of = as_of
    draft.save(update_fields=["as_of", "changed_at"])
    if draft.carried_from is not None and draft.carried_from.as_of != as_of:
        carried = draft.carried_from.answers.values("question")
        draft.answers.filter(question__in=carried, version=1).update(carried_over=True)
    record_event(
        Event.Verb.ASSESSMENT_DATED, by=by, case=draft.case, **about, as_of=as_of.isoformat()
    )


@transaction.atomic
def discard_draft(assessment: Assessment, *, by: User) -> None:
    """Remove a draft with its answers and files. The answers stay in the record of the case.

    If it was one of two independent assessments, the other is no longer blind. Its author is
    notified and, if it is submitted, those who are asked to review it.
    """
    draft = lock_assessment(assessment)
    if not draft.is_draft:
        raise NotADraftError
    partner = draft.partner
    answers = list(draft.answers.prefetch_related("sources"))
    event = record_event(
        Event.Verb.ASSESSMENT_DISCARDED,
        by=by,
        case=draft.case,
        assessment=str(draft.pk),
        as_of=draft.as_of.isoformat(),
        answers={row.question: [row.state, row.value, row.note] for row in answers},
        grounds={row.question: _recorded_grounds(row) for row in answers},
        unplaced={row.question: [row.answered, row.note] for row in draft.unplaced.all()},
        files=list(draft.attachments.values_list("name", flat=True)),
        partner=str(partner.pk) if partner else "",
    )
    if partner is not None:
        Assessment.objects.filter(pk=partner.pk).update(blind=False, second_to=None)
        update_day_assessed(draft.case)
        partner.refresh_from_db()
        notify(event, NotificationKind.ACCESS_CHANGED, [partner.author], partner)
        if not partner.is_draft:
            notify_of_submission(partner)
    for attachment in draft.attachments.all():
        after_commit(attachment.file.delete, save=False)
    draft.delete()


def _recorded_grounds(answer: Answer) -> list[Any]:
    """The confidence in an answer, since when it is true, and the titles of its sources."""
    since = answer.effective_on.isoformat() if answer.effective_on else ""
    return [answer.confidence, since, [source.title for source in answer.sources.all()]]
