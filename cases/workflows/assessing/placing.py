"""Settling answers that could not be carried over: placed with another question, or put aside."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Answer, Event, UnplacedAnswer, User
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.errors import NotADraftError, SettledError
from cases.workflows.locking import lock_assessment
from cases.workflows.record import record_event


@transaction.atomic
def place(unplaced: UnplacedAnswer, question: str, *, by: User) -> Answer:
    """Move what was recorded with an unplaced answer to a question of the draft's edition.

    Its note is added to that of the question, its sources and files to those of the question. The
    value of the question is left as it is, since only a person can tell what it is now. Raises
    SettledError where the answer was settled meanwhile, NotADraftError once submitted.
    """
    kept = _locked_answer(unplaced)
    assessment = kept.assessment
    row = assessment.answers.filter(question=question).prefetch_related("sources").first()
    sources = frozenset(source.pk for source in kept.sources.all())
    if row is not None:
        sources |= {source.pk for source in row.sources.all()}
    note = _("%(title)s (%(answered)s)") % {"title": kept.title, "answered": kept.answered}
    parts = [row.note if row else "", f"{note}: {kept.note}" if kept.note else note]
    answer_input = AnswerInput(
        question,
        row.state if row else Answer.State.OPEN,
        row.value if row else None,
        row.confidence if row else "",
        "\n\n".join(part for part in parts if part),
        sources,
        row.effective_on if row else None,
    )
    saved = save_answer(assessment, answer_input, by=by, version=row.version if row else 0)
    assessment.attachments.filter(question=kept.question).update(question=question)
    _settle(kept, by=by, placed_with=question)
    assert saved.answer is not None  # noqa: S101 - a note was given, so there is a row
    return saved.answer


@transaction.atomic
def put_aside(unplaced: UnplacedAnswer, reason: str, *, by: User) -> None:
    """Leave an unplaced answer out of the draft, with a reason. It stays readable with the draft.

    Raises SettledError where the answer was settled meanwhile, NotADraftError once submitted.
    """
    _settle(_locked_answer(unplaced), by=by, reason=reason)


def _locked_answer(unplaced: UnplacedAnswer) -> UnplacedAnswer:
    if not lock_assessment(unplaced.assessment).is_draft:
        raise NotADraftError
    kept = UnplacedAnswer.objects.select_related("assessment__case").get(pk=unplaced.pk)
    if kept.settled_at is not None:
        raise SettledError
    return kept


def _settle(kept: UnplacedAnswer, *, by: User, placed_with: str = "", reason: str = "") -> None:
    kept.settled_at, kept.settled_by = timezone.now(), by
    kept.placed_with, kept.reason = placed_with, reason
    kept.save(update_fields=["settled_at", "settled_by", "placed_with", "reason"])
    about = {
        "assessment": str(kept.assessment_id),
        "question": kept.question,
        "placed_with": placed_with,
        "reason": reason,
    }
    record_event(Event.Verb.ANSWER_PLACED, by=by, case=kept.assessment.case, **about)
