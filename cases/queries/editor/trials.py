"""What an entry says, and what an edited entry would do before it is saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Assessment, Case, Draft, User
from cases.queries.editions.invariant_sentences import say_invariant
from cases.queries.editions.rulebook_comparison import (
    MeasureComparison,
    answers_in_words,
    answers_under,
    compare_rulebooks,
)
from cases.queries.editor.drafts import rulebook_in
from cases.rulebook.editions.builder import Document, Entry, build
from cases.rulebook.editions.documents import EditionDocument
from cases.rulebook.editions.loader import UNNAMED, check_entry, parse, put_entry
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.conditions import Condition
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Selector
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.wording.sentences import say_condition
from cases.rulebook_phrases import phrases


def entry_in_words(rulebook: Rulebook, kind: str, code: str) -> str:
    """What an entry says, as a sentence: the condition of a rule, a gate, a deferral or a notice,
    and what an invariant demands.

    Empty for other kinds.
    """
    if kind == "invariants":
        return next(
            (say_invariant(item, rulebook) for item in rulebook.invariants if item.code == code), ""
        )
    condition = _condition(rulebook, kind, code)
    return (
        say_condition(condition, rulebook.questionnaire, phrases()) if condition is not None else ""
    )


def covered(rulebook: Rulebook, kind: str, code: str) -> tuple[Measure, ...] | None:
    """The measures that a gate, a deferral or an invariant covers. None if an invariant is about
    all measures together.
    """
    chosen: dict[str, dict[str, Selector | None]] = {
        "gates": {gate.code: gate.applies_to for gate in rulebook.gates},
        "deferrals": {deferral.code: deferral.applies_to for deferral in rulebook.deferrals},
        "invariants": {invariant.code: invariant.for_each for invariant in rulebook.invariants},
    }
    selector = chosen.get(kind, {}).get(code)
    return rulebook.select(selector) if selector is not None else None


def _condition(rulebook: Rulebook, kind: str, code: str) -> Condition | None:
    conditions: dict[str, Condition] = {
        "rules": {rule.code: rule.when for rule in rulebook.rules},
        "gates": {gate.code: gate.holds for gate in rulebook.gates},
        "deferrals": {deferral.code: deferral.when for deferral in rulebook.deferrals},
        "flags": {flag.code: flag.when for flag in rulebook.flags},
    }.get(kind, {})
    return conditions.get(code)


@dataclass(frozen=True)
class Edit:
    """An entry as it is being edited, before it is saved: the draft with it, and the draft as it is
    published there.
    """

    kind: str
    code: str
    document: Document
    before: Document

    @cached_property
    def old(self) -> Rulebook:
        return rulebook_in(EditionDocument(self.before))

    @cached_property
    def new(self) -> Rulebook:
        return build(self.document)


def edit_of(draft: Draft, kind: str, code: str, entry: Entry) -> Edit:
    """The draft with the edited entry, and the draft with that entry as published or, if the rest
    of the draft does not fit the published entry, the published edition.

    Raises RulebookError with what is wrong with the entry.
    """
    document = put_entry(draft.document, kind, code, entry)
    problems = check_entry(document, kind, entry)
    if problems:
        raise RulebookError(problems)
    new_code = str(entry["code"])
    published = EditionDocument(draft.base.document).entry(kind, new_code)
    before = put_entry(draft.document, kind, new_code, published)
    # Other entries of the draft may refer to what is new in this one. Then only the published
    # edition is valid without it.
    if not (
        _fits_without(before, kind)
        if published is None
        else not check_entry(before, kind, published)
    ):
        before = draft.base.document
    return Edit(kind, new_code, document, before)


def _fits_without(document: Document, kind: str) -> bool:
    """Whether a document stays valid without an entry. No other entry refers to rules, gates or
    deferrals.
    """
    try:
        return kind in UNNAMED or bool(parse(document))
    except RulebookError:
        return False


@dataclass(frozen=True)
class Trial:
    """An edited entry tried on one assessment: whether its condition is true there, and on which
    answers that rests.
    """

    assessment: Assessment
    truth: bool | None
    rests_on: tuple[tuple[str, str], ...]
    # For the measures whose status the edit would change: what they are, and what they would be.
    pairs: tuple[MeasureComparison, ...]


def trial(edit: Edit, assessment: Assessment) -> Trial:
    """Try an edited rule, gate, deferral or notice on what was answered in an assessment."""
    old, new = edit.old, edit.new
    answers = answers_under(assessment, new.questionnaire)
    condition = _condition(new, edit.kind, edit.code)
    finding = Facts(new.questionnaire, answers).judge(condition) if condition is not None else None
    questions = finding.rests_on if finding else frozenset()
    return Trial(
        assessment,
        finding.truth if finding else None,
        tuple(answers_in_words({code: answers.get(code) for code in questions}, new.questionnaire)),
        compare_rulebooks(
            old, new, answers, countries=assessment.case.country_codes, as_of=assessment.as_of
        ).differing,
    )


def tried_cases(user: User) -> QuerySet[Case]:
    """The cases on which an entry can be tried. Sensitive ones open on their own pages only."""
    visible = Case.objects.visible_to(user).exclude(confidentiality=Case.Confidentiality.SENSITIVE)
    submitted = Assessment.objects.submitted().filter(case=OuterRef("pk"), blind=False)
    return visible.filter(Exists(submitted)).order_by("-changed_at")


def latest_of(cases: Iterable[Case]) -> list[Assessment]:
    """The latest assessment of each case, in the order of the cases: whoever sees a case sees what
    was submitted.
    """
    order = {case.pk: index for index, case in enumerate(cases)}
    rows = (
        Assessment.objects.filter(case__in=order)
        .latest_of_each_case()
        .select_related("case")
        .prefetch_related("case__countries")
    )
    return sorted(rows, key=lambda row: order[row.case_id])
