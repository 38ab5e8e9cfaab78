"""Two independent assessments of the same case and date: blind until both are submitted, then
compared and reconciled.
"""

from __future__ import annotations

from itertools import chain

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Answer, Assessment, Event, User
from cases.models.notification import NotificationKind
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.questions import Question
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.carry_over import copy_files
from cases.workflows.assessing.day_assessed import update_day_assessed
from cases.workflows.errors import NotADraftError, PairingError
from cases.workflows.locking import lock_assessment, lock_case
from cases.workflows.notifications import notify, notify_of_submission
from cases.workflows.record import record_event


@transaction.atomic
def start_second_assessment(
    assessment: Assessment, second_analyst: User, *, by: User
) -> Assessment:
    """Start an independent assessment of the same case, date and edition by another analyst.

    Until both are submitted, each is shown to its author only. Raises NotADraftError if the first
    is submitted, because others have seen it, and PairingError if it has a second.
    """
    first = lock_assessment(assessment)
    if not first.is_draft:
        raise NotADraftError
    if first.partner is not None:
        raise PairingError
    second = start_assessment(
        first.case, by=second_analyst, as_of=first.as_of, edition=first.edition
    )
    Assessment.objects.filter(pk=second.pk).update(second_to=first, blind=True)
    Assessment.objects.filter(pk=first.pk).update(blind=True)
    about = {"assessment": str(first.pk), "second": str(second.pk), "analyst": str(second_analyst)}
    event = record_event(Event.Verb.SECOND_ASKED, by=by, case=first.case, **about)
    second.refresh_from_db()
    notify(event, NotificationKind.HANDED_OVER, [second_analyst], second)
    return second


def unblind_if_both_submitted(assessment: Assessment, *, by: User) -> tuple[Assessment, ...]:
    """Show two independent assessments to everyone who may see them, once both are submitted.

    Returns the assessments that it shows.
    """
    partner = assessment.partner
    if partner is None or partner.is_draft:
        return ()
    _open_pair(assessment, partner, by=by)
    return assessment, partner


@transaction.atomic
def unpair(assessment: Assessment, *, by: User) -> Event:
    """Show two assessments although one is not submitted. They are no longer independent.

    Whoever is asked to review the one that is submitted is notified, as at a submission.
    """
    lock_case(assessment.case)
    partner = assessment.partner
    if partner is None:
        raise PairingError
    pair = Assessment.objects.filter(pk__in=[assessment.pk, partner.pk])
    event = _open_pair(assessment, partner, by=by)
    pair.update(second_to=None)
    for submitted in pair.submitted().select_related("case"):
        notify_of_submission(submitted)
    return event


@transaction.atomic
def stop_waiting(assessment: Assessment, *, by: User) -> None:
    """Show one's own assessment and the other of the pair, whose author is notified."""
    partner = assessment.partner
    event = unpair(assessment, by=by)
    if partner is not None:
        partner.refresh_from_db()
        notify(event, NotificationKind.ACCESS_CHANGED, [partner.author], partner)


def _open_pair(one: Assessment, other: Assessment, *, by: User) -> Event:
    Assessment.objects.filter(pk__in=[one.pk, other.pk]).update(blind=False)
    update_day_assessed(one.case)
    return record_event(
        Event.Verb.PAIR_OPENED,
        by=by,
        case=one.case,
        assessments=sorted([str(one.pk), str(other.pk)]),
    )


@transaction.atomic
def reconcile_assessments(first: Assessment, second: Assessment, *, by: User) -> Assessment:
    """Start one assessment from two: equal answers are taken, others are left open with both in the
    note.

    Equal answers keep the lower confidence. The sources, notes and files of both are kept.
    """
    started = start_assessment(first.case, by=by, as_of=first.as_of, edition=first.edition)
    Assessment.objects.filter(pk=started.pk).update(reconciles=first)
    rows = [
        {row.question: row for row in item.answers.prefetch_related("sources")}
        for item in (first, second)
    ]
    questionnaire_order = dict.fromkeys([*rows[0], *rows[1]])
    for question in questionnaire_order:
        pair = [row[question] for row in rows if question in row]
        save_answer(started, _reconciled(question, pair, (first, second)), by=by, version=0)
    for item in (first, second):
        copy_files(item, started, {})
    about = {"assessment": str(started.pk), "from": [str(first.pk), str(second.pk)]}
    record_event(Event.Verb.ASSESSMENTS_RECONCILED, by=by, case=first.case, **about)
    started.refresh_from_db()
    return started


CONFIDENCE = (Answer.Confidence.LOW, Answer.Confidence.MEDIUM, Answer.Confidence.HIGH)


def _reconciled(
    question: str, pair: list[Answer], pages: tuple[Assessment, Assessment]
) -> AnswerInput:
    names = {str(page.author) for page in pages}
    authors = {
        page.pk: str(page.author) if len(names) > 1 else page.author.name_and_username
        for page in pages
    }
    asked = rulebook_of(pages[0].edition_id).questionnaire[question]
    alike = len(pair) == 2 and (pair[0].state, pair[0].value) == (pair[1].state, pair[1].value)
    says = [(authors[row.assessment_id], row) for row in pair]
    if alike:
        confidences = [row.confidence for row in pair if row.confidence]
        confidence = min(confidences, key=CONFIDENCE.index) if len(confidences) == 2 else ""
        notes = [f"{author}: {row.note}" for author, row in says if row.note]
        state, value = pair[0].state, pair[0].value
    else:
        confidence, state, value = "", Answer.State.OPEN, None
        notes = [
            f"{author}: {_answer_in_words(asked, row)}" + (f" – {row.note}" if row.note else "")
            for author, row in says
        ]
    cited = chain.from_iterable(row.sources.all() for row in pair)
    sources = frozenset(source.pk for source in cited)
    since = [row.effective_on for row in pair if row.effective_on]
    return AnswerInput(
        question,
        state,
        value,
        confidence,
        "\n".join(notes),
        sources,
        max(since) if alike and since else None,
    )


def _answer_in_words(question: Question, row: Answer) -> str:
    """An answer in words, with its confidence and since when it is true."""
    if row.state != Answer.State.KNOWN:
        said = str(row.get_state_display()).lower()
    else:
        said = say_value(question, question.read(row.value), phrases())
    parts = [said]
    if row.confidence:
        parts.append(_("confidence %(level)s") % {"level": row.get_confidence_display().lower()})
    if row.effective_on:
        parts.append(_("true since %(date)s") % {"date": row.effective_on.isoformat()})
    return ", ".join(parts)
