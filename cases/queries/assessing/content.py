"""What an assessment says: its answers with their grounds, its files, and its advice.

A draft's content is read from its rows; a submitted assessment's is what its snapshot froze. Both
are an `AssessmentContent`. Only `dump_content` writes a snapshot's JSON, and only `load_content`
reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from django.utils.translation import gettext as _

from cases.models import Answer, Assessment, Attachment, Source, UnplacedAnswer, User
from cases.permissions import may
from cases.queries.assessing.assessments import recorded_answers
from cases.queries.assessing.chosen_plan import Choice, number_chosen, plan_choices_of
from cases.queries.assessing.follow_on import follow_on_of
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.questions import Answers, Question, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning import advice_document
from cases.rulebook.reasoning.advice import Advice
from cases.rulebook.reasoning.adviser import advise, decisive_answers
from cases.rulebook.reasoning.follow_on import FollowOn
from cases.rulebook_phrases import phrases

# The version of the JSON that a snapshot keeps. Version 1 did not say its number and kept what is
# fragile with each measure; its first snapshots have no files, dates, comment or unplaced answers.
# Version 2 has no choices in a plan, nor what follows from what was done.
VERSION = 3


class UnknownVersionError(ValueError):
    """A snapshot was written by a later version of the product."""


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A source as it was when an answer was read: a later revision of it changes nothing here."""

    title: str
    publisher: str
    published_on: date | None
    url: str
    reliability: str


@dataclass(frozen=True, slots=True)
class FileRef:
    id: int
    name: str
    content_type: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """What is recorded for one question, with its grounds; `value` is None unless it is known."""

    state: str
    value: Value | None = None
    confidence: str = ""
    note: str = ""
    effective_on: date | None = None
    carried_over: bool = False
    sources: tuple[SourceRef, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether it was answered, including with *unknown*. A note alone is not an answer."""
        return self.state != Answer.State.OPEN


@dataclass(frozen=True, slots=True)
class LeftAnswer:
    """An answer of an earlier edition without a place in this one, in the words of its own edition;
    `placed_with` is the question with which somebody placed it, `reason` why it was put aside.
    """

    question: str
    title: str
    answered: str
    why: str
    confidence: str
    note: str
    effective_on: date | None
    sources: tuple[str, ...]
    placed_with: str
    reason: str


NOT_ANSWERED = RecordedAnswer(Answer.State.OPEN)


@dataclass(frozen=True)
class AssessmentContent:
    """An assessment with everything that its advice rests on."""

    case: str
    title: str
    countries: tuple[str, ...]
    as_of: date
    edition: str
    answers: Mapping[str, RecordedAnswer]
    files: Mapping[str, tuple[FileRef, ...]]
    unplaced: tuple[LeftAnswer, ...]
    advice: Advice
    # For each measure the answers of low confidence without which its status would be open.
    fragile: Mapping[str, tuple[str, ...]]
    # In what the chosen plan differs from the computed one.
    choices: tuple[Choice, ...] = ()
    # By measure, what follows from what was done with it.
    follow_on: Mapping[str, FollowOn] = field(default_factory=dict)
    # What the author said on submitting about what was left open.
    comment: str = ""

    @property
    def values(self) -> Answers:
        """The answers as the rules module takes them: None for unknown."""
        return values_of(self.answers)


def values_of(answers: Mapping[str, RecordedAnswer]) -> Answers:
    """Recorded answers as the rules module takes them: None for unknown, and nothing for a question
    that is not answered.
    """
    return {code: answer.value for code, answer in answers.items() if answer.is_answered}


def current_content(assessment: Assessment) -> AssessmentContent:
    """An assessment's content as its rows are now, its sentences in the reader's language."""
    rulebook = rulebook_of(assessment.edition_id)
    answers = {
        answer.question: _recorded(answer, rulebook.questionnaire[answer.question])
        for answer in recorded_answers(assessment)
    }
    files: dict[str, tuple[FileRef, ...]] = {}
    for file in assessment.attachments.all():
        files[file.question] = (*files.get(file.question, ()), _file_ref(file))
    countries = tuple(assessment.case.country_codes)
    choices = plan_choices_of(assessment)
    advice = advise(
        rulebook,
        values_of(answers),
        countries=countries,
        as_of=assessment.as_of,
        phrases=phrases(),
        most=number_chosen(choices),
    )
    return AssessmentContent(
        case=str(assessment.case_id),
        title=assessment.case.title,
        countries=countries,
        as_of=assessment.as_of,
        edition=rulebook.digest,
        answers=answers,
        files=files,
        unplaced=tuple(map(_left_answer, assessment.unplaced.prefetch_related("sources"))),
        advice=advice,
        fragile=_fragile(rulebook, answers, advice),
        choices=choices,
        follow_on=follow_on_of(assessment, rulebook, values_of(answers), advice),
    )


def submitted_content(assessment: Assessment) -> AssessmentContent:
    """The content that submitting an assessment froze."""
    return load_content(assessment.snapshot.content, rulebook_of(assessment.edition_id))


def content_of(assessment: Assessment) -> AssessmentContent:
    """What pages show of an assessment: the frozen content once it is submitted, and until then the
    current one.
    """
    return current_content(assessment) if assessment.is_draft else submitted_content(assessment)


def content_for(user: User, assessment: Assessment) -> AssessmentContent:
    """What pages show a person: sources and files are left unnamed where the person may not know
    them.
    """
    content = content_of(assessment)
    if may(user, "cases.view_sources", assessment):
        return content
    answers = {
        code: replace(answer, sources=tuple(map(_withheld, answer.sources)))
        for code, answer in content.answers.items()
    }
    unplaced = tuple(replace(row, sources=()) for row in content.unplaced)
    return replace(content, answers=answers, files={}, unplaced=unplaced)


@dataclass(frozen=True, slots=True)
class StoredCase:
    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContent:
    """An AssessmentContent as a snapshot keeps it. What has a default is not in every version."""

    version: int = 1
    case: StoredCase
    countries: tuple[str, ...]
    as_of: date
    edition: str
    answers: Mapping[str, RecordedAnswer]
    attachments: Mapping[str, tuple[FileRef, ...]] = field(default_factory=dict)
    unplaced: tuple[LeftAnswer, ...] = ()
    advice: advice_document.Document
    fragile: Mapping[str, tuple[str, ...]] | None = None
    choices: tuple[Choice, ...] = ()
    follow_on: tuple[FollowOn, ...] = ()
    word: str = ""


def _json_converter() -> Converter:
    """Reads and writes a StoredContent. Values of answers and the advice are left as they are."""
    converter = Converter(unstruct_collection_overrides={tuple: list})
    converter.register_structure_hook(date, lambda text, _type: date.fromisoformat(text))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook_func(
        lambda type_: type_ == Value | None, lambda value, _type: value
    )
    kind = override(rename="kind")
    converter.register_structure_hook(
        FileRef, make_dict_structure_fn(FileRef, converter, content_type=kind)
    )
    converter.register_unstructure_hook(
        FileRef, make_dict_unstructure_fn(FileRef, converter, content_type=kind)
    )
    return converter


_JSON = _json_converter()


def dump_content(content: AssessmentContent, rulebook: Rulebook) -> dict[str, object]:
    """A content as the JSON that a snapshot keeps. `rulebook` is that of its own edition."""
    answers = {
        code: replace(answer, value=rulebook.questionnaire[code].dump(answer.value))
        for code, answer in content.answers.items()
    }
    stored = StoredContent(
        version=VERSION,
        case=StoredCase(content.case, content.title),
        countries=content.countries,
        as_of=content.as_of,
        edition=content.edition,
        answers=answers,
        attachments=content.files,
        unplaced=content.unplaced,
        advice=advice_document.dump(content.advice),
        fragile=content.fragile,
        choices=content.choices,
        follow_on=tuple(content.follow_on.values()),
        word=content.comment,
    )
    document: dict[str, object] = _JSON.unstructure(stored)
    return document


def load_content(document: Mapping[str, Any], rulebook: Rulebook) -> AssessmentContent:
    """The content that a snapshot of this version or an earlier one keeps. `rulebook` is that of
    the assessment's own edition.

    Raises UnknownVersionError for a later version.
    """
    version = document.get("version", 1)
    if version > VERSION:
        raise UnknownVersionError(f"version {version} is later than {VERSION}")
    stored = _JSON.structure(document, StoredContent)
    fragile = stored.fragile
    if fragile is None:
        measures = stored.advice["measures"]
        fragile = {code: tuple(row.get("fragile", ())) for code, row in measures.items()}
    return AssessmentContent(
        case=stored.case.id,
        title=stored.case.title,
        countries=stored.countries,
        as_of=stored.as_of,
        edition=stored.edition,
        answers={
            code: replace(answer, value=rulebook.questionnaire[code].read(answer.value))
            for code, answer in stored.answers.items()
        },
        files=stored.attachments,
        unplaced=stored.unplaced,
        advice=advice_document.load(stored.advice, rulebook),
        fragile={code: questions for code, questions in fragile.items() if questions},
        choices=stored.choices,
        follow_on={item.measure: item for item in stored.follow_on},
        comment=stored.word,
    )


def _fragile(
    rulebook: Rulebook, answers: Mapping[str, RecordedAnswer], advice: Advice
) -> dict[str, tuple[str, ...]]:
    weak = {code for code, row in answers.items() if row.confidence == Answer.Confidence.LOW}
    values = values_of(answers)
    fragile: dict[str, tuple[str, ...]] = {}
    for code, row in advice.measures.items():
        questions = [question for question in row.rests_on if question in weak]
        decisive = decisive_answers(rulebook, values, code, questions)
        if decisive:
            fragile[code] = decisive
    return fragile


def _recorded(answer: Answer, question: Question) -> RecordedAnswer:
    return RecordedAnswer(
        answer.state,
        question.read(answer.value),
        answer.confidence,
        answer.note,
        answer.effective_on,
        answer.carried_over,
        tuple(map(_source_ref, answer.sources.all())),
    )


def _left_answer(row: UnplacedAnswer) -> LeftAnswer:
    return LeftAnswer(
        row.question,
        row.title,
        row.answered,
        row.why,
        row.confidence,
        row.note,
        row.effective_on,
        tuple(source.title for source in row.sources.all()),
        row.placed_with,
        row.reason,
    )


def _source_ref(source: Source) -> SourceRef:
    return SourceRef(
        source.title, source.publisher, source.published_on, source.url, source.reliability
    )


def _withheld(source: SourceRef) -> SourceRef:
    title = _("A source that is not named here")
    return SourceRef(title, _("withheld"), None, "", source.reliability)


def _file_ref(file: Attachment) -> FileRef:
    return FileRef(file.pk, file.name, file.content_type, file.size, file.digest)
