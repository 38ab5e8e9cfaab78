"""The review of a submitted assessment as its pages show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.country_names import country_name
from cases.models import (
    Answer,
    Assessment,
    Case,
    CaseMember,
    CaseTeam,
    Comment,
    Event,
    MeasureDecision,
    ReviewDecision,
    Source,
    Step,
    Thread,
    User,
)
from cases.models.assessment import assessment_seen_by
from cases.models.review import ASKED_FOR, SIGN_OFFS_NEEDED, TRANSITIONS
from cases.models.user import ANALYST
from cases.queries.assessing.content import (
    NOT_ANSWERED,
    AssessmentContent,
    RecordedAnswer,
    SourceRef,
    current_content,
    submitted_content,
)
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import MeasureAdvice
from cases.rulebook.wording.sentences import say_value
from cases.rulebook_phrases import phrases

# What a reviewer decides on: the measures that are advised, or would be if a gate were open.
DECIDED_ON = ("recommended", "conditional", "deferred", "blocked")


def kinds_for(status: str) -> tuple[str, ...]:
    """The decisions that fit a measure by the status that the advice gives it."""
    kind = MeasureDecision.Kind
    if status in ASKED_FOR:
        return (kind.ENDORSE, kind.AMEND, kind.REJECT, kind.ASK)
    if status in DECIDED_ON:
        return (kind.AGREE, kind.REJECT, kind.ASK)
    return (kind.ASK,)


@dataclass(frozen=True)
class Row:
    """One recommendation with what each reviewer decided last."""

    measure: Measure
    status: str
    decisions: tuple[MeasureDecision, ...]
    open_threads: int


@dataclass(frozen=True)
class ChangeSinceSeen:
    """A difference from a snapshot: the value as it was seen, the value now, and the answers
    concerned.
    """

    what: labels.Label
    then: str
    now: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """A review as its page shows it. `needed` is how many sign-offs it takes, and `asked_by_level`
    how many the confidentiality of its case asks for now.
    """

    rows: tuple[Row, ...]
    decisions: tuple[ReviewDecision, ...]
    needed: int
    asked_by_level: int
    possible: tuple[str, ...]
    changes: tuple[ChangeSinceSeen, ...]

    @property
    def signed(self) -> int:
        return len(self.signers)

    @property
    def signers(self) -> list[User]:
        return [decision.reviewer for decision in in_effect(self.decisions)]

    @property
    def undecided(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.decisions)


def in_effect(decisions: Iterable[ReviewDecision]) -> list[ReviewDecision]:
    """The sign-offs among an assessment's decisions that are not withdrawn, the earliest first."""
    signed: dict[int, ReviewDecision] = {}
    for decision in decisions:
        if decision.kind == ReviewDecision.Kind.SIGN_OFF:
            signed[decision.reviewer_id] = decision
        elif decision.kind == ReviewDecision.Kind.WITHDRAW:
            signed.pop(decision.reviewer_id, None)
    return list(signed.values())


def acted_on(assessment: Assessment) -> Step | None:
    """The first step that somebody recorded with a measure of an assessment since it was signed
    off.
    """
    signed = in_effect(assessment.review_decisions.all())
    if not signed:
        return None
    content = submitted_content(assessment)
    advised = [code for code, row in content.advice.measures.items() if row.status in DECIDED_ON]
    steps = assessment.case.steps.filter(measure__in=advised, recorded_at__gte=signed[0].given_at)
    return steps.select_related("recorded_by").order_by("pk").first()


def review_of(assessment: Assessment, rulebook: Rulebook) -> Review:
    """The state of the review of a submitted assessment, and what has changed since it was read."""
    latest: dict[tuple[str, int], MeasureDecision] = {}
    for decision in assessment.measure_decisions.select_related("reviewer"):
        latest[decision.measure, decision.reviewer_id] = decision
    open_threads = Counter(
        assessment.threads.filter(anchor=Thread.Anchor.MEASURE, resolved_at=None).values_list(
            "code", flat=True
        )
    )
    decisions = tuple(assessment.review_decisions.select_related("reviewer"))
    needed = _sign_offs_needed(assessment, len(in_effect(decisions)))
    return Review(
        tuple(_row(row, latest, open_threads) for row in decided_rows(assessment)),
        decisions,
        needed,
        SIGN_OFFS_NEEDED[Case.Confidentiality(assessment.case.confidentiality)],
        tuple(
            kind
            for (state, kind) in TRANSITIONS
            if state == assessment.review_state and kind != ReviewDecision.Kind.WITHDRAW
        ),
        tuple(changes_under(assessment, rulebook)),
    )


def _sign_offs_needed(assessment: Assessment, signed: int) -> int:
    """How many sign-offs an assessment takes, of which it has some.

    What was signed off stays so when its case becomes sensitive. What one reviewer has signed off
    in a sensitive case takes a second one even if the case is no longer sensitive.
    """
    asked = SIGN_OFFS_NEEDED[Case.Confidentiality(assessment.case.confidentiality)]
    if assessment.review_state == Assessment.ReviewState.SIGNED_OFF:
        return signed
    if assessment.review_state in (Assessment.ReviewState.PENDING, Assessment.ReviewState.REFERRED):
        return max(asked, signed + 1)
    return asked


def _row(
    row: MeasureAdvice,
    latest: Mapping[tuple[str, int], MeasureDecision],
    open_threads: Mapping[str, int],
) -> Row:
    return Row(
        row.measure,
        row.status,
        tuple(
            decision
            for (measure, _reviewer), decision in latest.items()
            if measure == row.measure.code
        ),
        open_threads[row.measure.code],
    )


def next_undecided(assessment: Assessment, code: str) -> str | None:
    """The measure after this one, in the order of the review, on which nobody has decided."""
    decided = set(assessment.measure_decisions.values_list("measure", flat=True)) | {code}
    codes = [row.measure.code for row in decided_rows(assessment)]
    at = codes.index(code) if code in codes else -1
    return next((item for item in codes[at + 1 :] + codes[:at] if item not in decided), None)


def decided_rows(assessment: Assessment) -> list[MeasureAdvice]:
    """What the advice says of the measures on which a reviewer decides, in the order of review."""
    content = submitted_content(assessment)
    rows = [row for row in content.advice.measures.values() if row.status in DECIDED_ON]
    return sorted(rows, key=lambda row: (DECIDED_ON.index(row.status), row.urgency))


def changes_under(assessment: Assessment, rulebook: Rulebook) -> list[ChangeSinceSeen]:
    """What differs now from the snapshot: what a sign-off that names its digest no longer covers.

    The same change under several answers, as when a source is revised, is listed once.
    """
    then, now = submitted_content(assessment), current_content(assessment)
    answers: dict[_ChangedPart, list[str]] = {}
    for part, question in _changed_parts(rulebook, then, now):
        titles = answers.setdefault(part, [])
        if question and question.title not in titles:
            titles.append(question.title)
    changes = [
        ChangeSinceSeen(part.what, part.then, part.now, tuple(titles))
        for part, titles in answers.items()
    ]
    for code, row in then.advice.measures.items():
        status = now.advice.measures[code].status
        if status != row.status:
            before, after = (str(labels.STATUS[item]) for item in (row.status, status))
            changes.append(ChangeSinceSeen(row.measure.title, before, after, ()))
    return changes


@dataclass(frozen=True)
class _ChangedPart:
    """A part of a content that differs, by what a reader calls it."""

    what: labels.Label
    then: str
    now: str


_Changes = Iterator[tuple[_ChangedPart, Question | None]]


def _changed_parts(rulebook: Rulebook, then: AssessmentContent, now: AssessmentContent) -> _Changes:
    """Each part that differs, with the question under which it does."""
    for what, before, after in (
        (_("The case's title"), then.title, now.title),
        (_("The countries"), _country_names(then), _country_names(now)),
        (_("The date"), str(then.as_of), str(now.as_of)),
        (_("The edition"), then.edition, now.edition),
    ):
        if before != after:
            yield _ChangedPart(what, before, after), None
    for code, answer in then.answers.items():
        question = rulebook.questionnaire[code]
        yield from _changed_answer(question, answer, now.answers.get(code, NOT_ANSWERED))
    for code, files in then.files.items():
        if files != now.files.get(code, ()):
            names = [file.name for file in files]
            left = [file.name for file in now.files.get(code, ())]
            part = _ChangedPart(_("The files"), _listed(names), _listed(left))
            # Those of an answer without a place are kept under a question of an earlier edition.
            yield part, rulebook.questionnaire.by_code.get(code)


def _country_names(content: AssessmentContent) -> str:
    return ", ".join(country_name(code, content.as_of) for code in content.countries)


def _changed_answer(question: Question, then: RecordedAnswer, now: RecordedAnswer) -> _Changes:
    for what, before, after in (
        (_("Whether it is known"), _state_in_words(then), _state_in_words(now)),
        (_("An answer"), _say_answer(question, then), _say_answer(question, now)),
        (_("A confidence"), _confidence_in_words(then), _confidence_in_words(now)),
        (_("A note"), then.note, now.note),
    ):
        if before != after:
            yield _ChangedPart(what, before or "–", after or "–"), question
    if len(then.sources) != len(now.sources):
        titles = [[source.title for source in row.sources] for row in (then, now)]
        yield _ChangedPart(_("The sources of an answer"), *map(_listed, titles)), question
    else:
        for source, revised in zip(then.sources, now.sources, strict=True):
            for part in _changed_source(source, revised):
                yield part, question


def _changed_source(then: SourceRef, now: SourceRef) -> Iterator[_ChangedPart]:
    for what, before, after in (
        (_("A source's title"), then.title, now.title),
        (_("A source's publisher"), then.publisher, now.publisher),
        (_("A source's date"), then.published_on, now.published_on),
        (_("A source's address"), then.url, now.url),
        (
            _("A source's reliability"),
            _reliability_in_words(then),
            _reliability_in_words(now),
        ),
    ):
        if before != after:
            yield _ChangedPart(what, str(before or "–"), str(after or "–"))


def _state_in_words(answer: RecordedAnswer) -> str:
    return str(Answer.State(answer.state).label)


def _confidence_in_words(answer: RecordedAnswer) -> str:
    return str(labels.CONFIDENCE.get(answer.confidence, ""))


def _reliability_in_words(source: SourceRef) -> str:
    return str(dict(Source.Reliability.choices).get(source.reliability, ""))


def _say_answer(question: Question, answer: RecordedAnswer) -> str:
    return say_value(question, answer.value, phrases())


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "–"


def withdrawn_by(assessment: Assessment) -> int:
    """How many requests to actors its sign-off has withdrawn; none where it is not signed off."""
    signed = assessment.case.events.filter(
        verb=Event.Verb.SIGNED_OFF, data__assessment=str(assessment.pk)
    )
    last = signed.order_by("-pk").first()
    return len(last.data.get("withdrawn", ())) if last else 0


def threads_about(assessment: Assessment, anchor: str, code: str) -> list[Thread]:
    """The threads anchored to one recommendation or answer, with their comments: two statements."""
    threads = assessment.threads.filter(anchor=anchor, code=code).select_related("resolved_by")
    return list(threads.prefetch_related("comments__author"))


def quoted_in(assessment: Assessment, key: str) -> Comment | None:
    """The comment that a reply quotes, if it is in a thread of this assessment."""
    if not key.isdecimal() or len(key) > 18:
        return None
    return (
        Comment.objects.filter(thread__assessment=assessment, pk=int(key))
        .select_related("author")
        .first()
    )


def returned_to(user: User) -> QuerySet[Assessment]:
    """What was returned to a person and has no new draft yet: to its author or, once the author can
    no longer work on it, to the owner of its case.
    """
    state = Assessment.ReviewState.RETURNED
    returned = Assessment.objects.filter(review_state=state).order_by()
    of_others = returned.filter(case__owner=user).exclude(_author_works_on_it())
    keys = returned.filter(author=user).values("pk").union(of_others.values("pk"))
    seen = Assessment.objects.visible_to(user).in_cases_not_closed()
    open_ones = seen.filter(pk__in=keys, amended_by=None)
    return open_ones.select_related("case", "author").order_by("-submitted_at")


def _author_works_on_it() -> Q:
    """Whether the author of an assessment can still change what is in its case."""
    role = CaseMember.Role.CONTRIBUTOR
    alone = CaseMember.objects.filter(case=OuterRef("case"), user=OuterRef("author"), role=role)
    by_team = CaseTeam.objects.filter(
        case=OuterRef("case"), team__members=OuterRef("author"), role=role
    ).exclude(unconfirmed=OuterRef("author"))
    able = User.objects.filter(pk=OuterRef("author"), is_active=True, groups__name=ANALYST)
    takes_part = Q(author=F("case__owner")) | Q(Exists(alone)) | Q(Exists(by_team))
    return takes_part & Q(Exists(able))


def mentions_of(user: User) -> QuerySet[Comment]:
    """Comments in open threads that mention a person, of assessments that the person may see, the
    newest first.
    """
    seen = assessment_seen_by(user, "thread__assessment__")
    mentioning = Comment.mentions.through.objects.filter(user=user).values("comment")
    comments = Comment.objects.filter(
        seen,
        pk__in=mentioning,
        thread__resolved_at=None,
        thread__assessment__case__closed_at=None,
    )
    return comments.select_related("author", "thread__assessment__case").order_by("-pk")
