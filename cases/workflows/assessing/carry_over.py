"""Carrying answers over to a new assessment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain

from django.core.files.base import ContentFile

from cases.models import Answer, Assessment, Attachment, UnplacedAnswer
from cases.queries.assessing.assessments import answers_of
from cases.queries.editions.rulebooks import rulebook_of, rulebooks_between
from cases.rulebook.editions.succession import AnswerOutcome, Succession, carry_through
from cases.rulebook.entries.questions import Question, Value
from cases.rulebook.reasoning.answer_codes import pack
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases


def carry_answers(
    earlier: Assessment, assessment: Assessment, *, same_assessment: bool = False
) -> None:
    """Carry everything that was recorded in an earlier assessment of the case over to a new draft.

    Answers keep their notes, sources, confidence and files. One that the draft's edition has no
    place for becomes an `UnplacedAnswer`. Each answer is marked as carried over until someone
    confirms or changes it. Where the draft is the same assessment once more, only those are marked
    of which the newer edition made another answer.
    """
    rows = {row.question: row for row in earlier.answers.prefetch_related("sources")}
    succession = _succession(earlier, assessment, rows)
    origins: dict[str, list[Answer]] = {}
    changed: set[str] = set()
    for outcome in succession.outcomes:
        for code in outcome.to:
            origins.setdefault(code, []).append(rows[outcome.question])
            if outcome.changed or outcome.lost:
                changed.add(code)
    for code, answers in origins.items():
        _carry(assessment, code, answers, succession, mark=not same_assessment or code in changed)
    for outcome in succession.outcomes:
        if outcome.needs_placing:
            _keep_unplaced(earlier, assessment, rows[outcome.question], outcome)
    _carry_unplaced(earlier, assessment)
    _carry_files(earlier, assessment, succession.outcomes)
    questionnaire = rulebook_of(assessment.edition_id).questionnaire
    assessment.packed = pack(questionnaire, succession.values)
    assessment.carried_from = earlier
    assessment.save(update_fields=["packed", "carried_from"])


def _succession(
    earlier: Assessment, assessment: Assessment, rows: Mapping[str, Answer]
) -> Succession:
    answers = answers_of(earlier)
    questionnaire = rulebook_of(earlier.edition_id).questionnaire
    editions = rulebooks_between(earlier.edition_id, assessment.edition_id)
    return carry_through(questionnaire, editions, answers, rows)


def _carry(
    assessment: Assessment,
    code: str,
    answers: Sequence[Answer],
    succession: Succession,
    *,
    mark: bool,
) -> None:
    """Record the answer to one question of the draft, from one or more answers of before."""
    question = rulebook_of(assessment.edition_id).questionnaire[code]
    value = succession.values.get(code)
    answer = Answer.objects.create(
        assessment=assessment,
        question=code,
        state=_state(code, succession.values),
        value=None if value is None else question.dump(value),
        confidence=lowest_confidence(answers),
        note=_joined_notes(answers),
        effective_on=_latest(row.effective_on for row in answers),
        answered_by=answers[0].answered_by,
        carried_over=mark,
    )
    answer.sources.set(set(chain.from_iterable(row.sources.all() for row in answers)))


def _state(code: str, values: Mapping[str, Value | None]) -> str:
    if code not in values:
        return Answer.State.OPEN
    return Answer.State.UNKNOWN if values[code] is None else Answer.State.KNOWN


def lowest_confidence(answers: Iterable[Answer]) -> str:
    """The lowest stated confidence; empty if none is stated."""
    stated = [row.confidence for row in answers if row.confidence]
    return min(stated, key=Answer.Confidence.values.index, default="")


def _joined_notes(answers: Sequence[Answer]) -> str:
    notes = [row.note for row in answers if row.note]
    if len(answers) == 1 or len(notes) < 2:
        return "\n\n".join(notes)
    return "\n\n".join(f"[{row.question}] {row.note}" for row in answers if row.note)


def _latest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _keep_unplaced(
    earlier: Assessment, assessment: Assessment, row: Answer, outcome: AnswerOutcome
) -> None:
    question = rulebook_of(earlier.edition_id).questionnaire[row.question]
    kept = UnplacedAnswer.objects.create(
        assessment=assessment,
        question=row.question,
        title=question.title,
        answered=_in_words(question, row, outcome),
        why=outcome.why,
        state=row.state,
        value=row.value,
        confidence=row.confidence,
        note=row.note,
        effective_on=row.effective_on,
        answered_by=row.answered_by,
    )
    kept.sources.set(row.sources.all())


def _carry_unplaced(earlier: Assessment, assessment: Assessment) -> None:
    """Take along the answers that had no place in the earlier assessment either."""
    again = set(assessment.unplaced.values_list("question", flat=True))
    for row in earlier.unplaced.filter(placed_with="").exclude(question__in=again):
        sources = list(row.sources.all())
        row.pk = None
        row._state.adding = True
        row.assessment = assessment
        row.save()
        row.sources.set(sources)


def _in_words(question: Question, row: Answer, outcome: AnswerOutcome) -> str:
    """What was answered; where only some options have no place, those."""
    if outcome.to and outcome.lost:
        return question.label(frozenset(outcome.lost))
    value = question.read(row.value) if row.state == Answer.State.KNOWN else None
    text = say_value(question, value, phrases())
    return text[:1].upper() + text[1:]


def _carry_files(
    earlier: Assessment, assessment: Assessment, outcomes: Iterable[AnswerOutcome]
) -> None:
    """Copy the files: to the first question that took the answer up, else under the old question.

    Each assessment has copies of its own, so that removing a file of one leaves the other whole.
    """
    new_question = {outcome.question: outcome.to[0] for outcome in outcomes if outcome.to}
    copy_files(earlier, assessment, new_question)


def copy_files(
    earlier: Assessment, assessment: Assessment, new_question: Mapping[str, str]
) -> None:
    """Copy the files of an assessment. `new_question` maps a question to the one after it."""
    for file in earlier.attachments.all():
        with file.file.open("rb") as stored:
            content = ContentFile(stored.read())
        copy = Attachment(
            assessment=assessment,
            question=new_question.get(file.question, file.question),
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            digest=file.digest,
            added_by=file.added_by,
        )
        copy.file.save(file.name, content, save=False)
        copy.save()
