"""The draft edition as its pages show it: what differs from the published one, and what
verification finds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Assessment, Draft, Event, User
from cases.permissions import may
from cases.queries.editions.invariant_sentences import say_invariant
from cases.queries.editions.rulebook_comparison import Pair, answers_under, beside, said
from cases.rulebook.editions.builder import Document, build, digest_of
from cases.rulebook.editions.document_diff import EntryChange, differences, weight_of
from cases.rulebook.editions.loader import UNNAMED, called, check_entry, parse, put_entry
from cases.rulebook.editions.safety_regressions import undone
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.conditions import Code, Condition, questions_of
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.kinds import entries_of
from cases.rulebook.entries.questions import Question
from cases.rulebook.entries.rules import Rule, Rulebook, Selector
from cases.rulebook.reasoning.dnf import Cell, TooManyRowsError, alternatives
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.reasoning.verification import Remark, Verdict, verify
from cases.rulebook.wording.sentences import Phrases, join, lower_first, say_condition
from cases.rulebook_phrases import phrases

Entry = Mapping[str, Any]
LEVELS = ("error", "warning", "info")


@dataclass(frozen=True)
class State:
    """A draft with what follows from it."""

    digest: str
    changed: tuple[EntryChange, ...]
    verdict: Verdict

    @property
    def is_editorial(self) -> bool:
        """Whether it changes words alone, so that it becomes a revision of the edition and no new
        one.
        """
        return weight_of(self.changed) == "editorial"

    def remarks_on(self, kind: str, code: str) -> tuple[Remark, ...]:
        return tuple(
            item
            for item in self.verdict.remarks
            if (item.place.kind, item.place.entry) == (kind, code)
        )


def state_of(draft: Draft) -> State:
    """What a draft changes and what is wrong with it, proved over every possible set of answers."""
    digest = digest_of(draft.document)
    base, held = _Held(draft.base.document, draft.base.digest), _Held(draft.document, digest)
    return State(digest, _changes(base, held), _verdict(base, held, phrases()))


def without_note(document: Document) -> Document:
    """A document without its edition's note, on which no status and no impact depends."""
    return {
        **document,
        "edition": {name: value for name, value in document["edition"].items() if name != "note"},
    }


class _Held:
    """A document under its digest, so that what is proved of it is kept."""

    def __init__(self, document: Entry, digest: str) -> None:
        self.document, self.digest = document, digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.digest == other.digest


@lru_cache(maxsize=4)
def _rulebook(held: _Held) -> Rulebook:
    return build(dict(held.document))


@lru_cache(maxsize=4)
def _changes(before: _Held, after: _Held) -> tuple[EntryChange, ...]:
    return differences(before.document, after.document)


@lru_cache(maxsize=4)
def _verdict(before: _Held, held: _Held, words: Phrases) -> Verdict:
    """What verification finds, kept for each language that it is read in."""
    verdict = verify(_rulebook(held), words)
    return Verdict(
        (*undone(dict(before.document), dict(held.document)), *verdict.remarks), verdict.proved
    )


def verdict_on(draft: Draft, document: Document) -> Verdict:
    """What verification finds in a document that the loader accepts, after the edition that the
    draft was made from.
    """
    base = _Held(draft.base.document, draft.base.digest)
    return _verdict(base, _Held(document, digest_of(document)), phrases())


def findings(document: Document, verdict: Verdict) -> list[tuple[str, str, str, list[Remark]]]:
    """What verification found, entry by entry, the gravest first: list, code, what it is called,
    remarks. An entry that is missing is called nothing.
    """
    found: dict[tuple[str, str], list[Remark]] = {}
    for remark in sorted(verdict.remarks, key=lambda remark: LEVELS.index(remark.level)):
        found.setdefault((remark.place.kind, remark.place.entry), []).append(remark)
    entries = {
        (kind, entry["code"]): entry
        for kind in {kind for kind, _code in found}
        for entry in entries_of(document, kind)
    }
    return [
        (*place, called(document, place[0], entries[place]) if place in entries else "", remarks)
        for place, remarks in found.items()
    ]


def rulebook_of_draft(draft: Draft) -> Rulebook:
    return _rulebook(_Held(draft.document, digest_of(draft.document)))


def said_in_words(rulebook: Rulebook, kind: str, code: str) -> str:
    """What an entry says, as a sentence: the condition of a rule, a gate, a deferral or a notice,
    and what an invariant demands.

    Empty for other kinds.
    """
    if kind == "invariants":
        return next(
            (say_invariant(item, rulebook) for item in rulebook.invariants if item.code == code), ""
        )
    found = _condition(rulebook, kind, code)
    return say_condition(found, rulebook.questionnaire, phrases()) if found is not None else ""


def covered(rulebook: Rulebook, kind: str, code: str) -> tuple[Measure, ...] | None:
    """The measures before which a gate stands, that a deferral makes wait, or of which an invariant
    speaks; None where it speaks of all at once.
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
        return _rulebook(_Held(self.before, digest_of(self.before)))

    @cached_property
    def new(self) -> Rulebook:
        return build(self.document)


def edit_of(draft: Draft, kind: str, code: str, entry: dict[str, Any]) -> Edit:
    """What an edited entry makes of the draft, beside the draft with that entry as the published
    edition has it, or beside the published edition where the rest of the draft does not fit that.

    Raises RulebookError with what is wrong with the entry.
    """
    document = put_entry(draft.document, kind, code, entry)
    problems = check_entry(document, kind, entry)
    if problems:
        raise RulebookError(problems)
    given = str(entry["code"])
    published = next(
        (item for item in entries_of(draft.base.document, kind) if item["code"] == given), None
    )
    before = put_entry(draft.document, kind, given, published)
    # Other entries of the draft may rest on what is new in this one: then only the published
    # edition stands without it.
    if not (
        _stands(before, kind) if published is None else not check_entry(before, kind, published)
    ):
        before = draft.base.document
    return Edit(kind, given, document, before)


def _stands(document: Document, kind: str) -> bool:
    """Whether a document of which an entry was taken out is one still: nothing names rules,
    gates and deferrals.
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
    pairs: tuple[Pair, ...]


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
        tuple(said({code: answers.get(code) for code in questions}, new.questionnaire)),
        beside(
            old, new, answers, countries=assessment.case.country_codes, as_of=assessment.as_of
        ).differing,
    )


@dataclass(frozen=True)
class Saved:
    """One time that an entry was changed: who, when, and what it was after it (None: removed)."""

    event: Event
    before: Entry | None
    after: Entry | None

    @property
    def fields(self) -> tuple[str, ...]:
        if self.before is None or self.after is None:
            return ()
        names = dict.fromkeys([*self.before, *self.after])
        return tuple(name for name in names if self.before.get(name) != self.after.get(name))


_SAVES = (
    Event.Verb.ENTRY_ADDED,
    Event.Verb.ENTRY_CHANGED,
    Event.Verb.ENTRY_REMOVED,
    Event.Verb.DRAFT_IMPORTED,
)


def _saves(
    about: Mapping[str, Any], **more: Any
) -> Iterator[tuple[Event, str, str, Entry | None, Entry | None]]:
    """Saves of entries in draft editions, the first first: each with its event, list and code, what
    it was and became.

    `about` narrows them in the database, as far as it can: whoever asks still looks at the list and
    the code.
    """
    # A file that was imported is one event for many entries.
    wanted = Q(**about) | Q(verb=Event.Verb.DRAFT_IMPORTED) if about else Q()
    events = Event.objects.filter(wanted, case=None, verb__in=_SAVES, **more)
    for event in events.select_related("actor").order_by("pk"):
        rows = event.data["changed"] if event.verb == Event.Verb.DRAFT_IMPORTED else [event.data]
        for row in rows:
            yield event, row["kind"], row["entry"], row.get("before"), row.get("after")


def history_of(kind: str, code: str) -> list[Saved]:
    """Every time that an entry was changed in a draft edition, the last first."""
    saves = _saves({"data__kind": kind, "data__entry": code})
    found = [
        Saved(event, before, after)
        for event, *place, before, after in saves
        if place == [kind, code]
    ]
    return found[::-1]


def sent_back(draft: Draft) -> Event | None:
    """That a proposal of the draft was taken or sent back, where none was made since."""
    verbs = (Event.Verb.EDITION_PROPOSED, Event.Verb.PROPOSAL_ENDED)
    events = Event.objects.filter(case=None, verb__in=verbs, at__gte=draft.started_at)
    last = events.select_related("actor").order_by("pk").last()
    return last if last and last.verb == Event.Verb.PROPOSAL_ENDED else None


@dataclass(frozen=True)
class Waiting:
    """What of the draft edition waits for a catalogue admin: another one's proposal, and changes of
    invariants.
    """

    draft: Draft
    proposed: bool
    asked: int


def waiting_for(user: User) -> Waiting | None:
    """What of the draft edition waits for somebody who may edit the catalogue; None for nothing."""
    if not may(user, "cases.edit_catalogue"):
        return None
    draft = Draft.objects.select_related("proposed_by").defer("document").first()
    if draft is None:
        return None
    proposed = draft.proposed_by_id not in (None, user.pk)
    asked = sum(change["by"] != user.pk for change in draft.asked.values())
    return Waiting(draft, proposed, asked) if proposed or asked else None


def removed_from(draft: Draft, kind: str) -> dict[str, Entry]:
    """The entries of a list that were taken out of a draft and are not in it again, as they were,
    by their codes.
    """
    there = {entry["code"] for entry in entries_of(draft.document, kind)}
    found: dict[str, Entry] = {
        entry["code"]: entry for entry in entries_of(draft.base.document, kind)
    }
    for _event, of, code, before, after in _saves({"data__kind": kind}, at__gte=draft.started_at):
        if of == kind and before is not None and after is None:
            found[code] = before
    return {code: entry for code, entry in found.items() if code not in there}


def versions_so_far() -> dict[str, int]:
    """Where the versions of entries go on in a new draft, by "kind/code": past all that earlier
    drafts reached.

    So a form that was opened in an earlier draft fits no version of this one, and undoes nothing.
    An entry that was never saved has none: it still says what the form has read.
    """
    saves = Counter(f"{kind}/{code}" for _event, kind, code, _before, _after in _saves({}))
    drafts = Event.objects.filter(case=None, verb=Event.Verb.DRAFT_STARTED).count()
    return {entry: number + drafts for entry, number in saves.items()}


@dataclass(frozen=True)
class RuleColumn:
    """A rule in a table of rules, with its condition in words. No alternatives: they are too many
    for a table.
    """

    rule: Rule
    sentence: str
    alternatives: int


@dataclass(frozen=True)
class RuleTable:
    """The rules of a measure beside each other: for each question what each rule asks of it.

    A cell holds, in words, what is asked, each with the numbers of the alternatives that ask it;
    none where all of them do. A rule is true where all that one alternative asks is.
    """

    measure: Measure
    columns: tuple[RuleColumn, ...]
    rows: tuple[
        tuple[Question, tuple[tuple[RuleColumn, tuple[tuple[tuple[int, ...], str], ...]], ...]], ...
    ]
    gates: tuple[tuple[str, str, str], ...]
    deferrals: tuple[tuple[str, str, str], ...]


def rule_table(rulebook: Rulebook, code: str) -> RuleTable:
    """All rules that call for a measure, and its gates and deferrals. Raises KeyError for no
    such measure.
    """
    asked = rulebook.questionnaire
    place = {question.code: number for number, question in enumerate(asked.questions)}
    columns: list[RuleColumn] = []
    cells: dict[tuple[str, str], dict[str, list[int]]] = {}
    for rule in rulebook.rules_for[code]:
        try:
            rows = sorted(
                alternatives(rule.when, asked), key=lambda row: sorted(map(place.__getitem__, row))
            )
        except TooManyRowsError:
            rows = []
        columns.append(RuleColumn(rule, say_condition(rule.when, asked, phrases()), len(rows)))
        for number, row in enumerate(rows, 1):
            for question, cell in row.items():
                said_here = cells.setdefault((question, rule.code), {})
                said_here.setdefault(_say_cell(cell, asked[question]), []).append(number)

    def lines(column: RuleColumn, question: str) -> tuple[tuple[tuple[int, ...], str], ...]:
        found = cells.get((question, column.rule.code), {})
        return tuple(
            (() if len(of) == column.alternatives else tuple(of), text)
            for text, of in found.items()
        )

    shown = {question for question, _rule in cells}
    return RuleTable(
        rulebook.measures[code],
        tuple(columns),
        tuple(
            (question, tuple((column, lines(column, question.code)) for column in columns))
            for question in asked.questions
            if question.code in shown
        ),
        tuple(
            (gate.code, gate.title, say_condition(gate.holds, asked, phrases()))
            for gate in rulebook.gates_for[code]
        ),
        tuple(
            (item.code, item.title, say_condition(item.when, asked, phrases()))
            for item in rulebook.deferrals_for[code]
        ),
    )


def _say_cell(cell: Cell, question: Question) -> str:
    """What an alternative asks of a question, without the question."""
    labels_of = {option.code: lower_first(option.label) for option in question.options}
    codes = question.option_codes
    fitting = [code for code in codes if code in cell.fitting]
    left = [code for code in codes if code not in cell.fitting]

    def either(some: Iterable[Code]) -> str:
        return join([labels_of[code] for code in some], phrases().either, phrases())

    if question.kind == "multiple":
        wanted = [
            _("includes %s") % either(code for code in codes if code in some) for some in cell.among
        ]
        return join(
            [*wanted, *([_("does not include %s") % either(left)] if left else [])],
            phrases().both,
            phrases(),
        )
    if question.kind == "scale" and left and fitting == list(codes[-len(fitting) :]):
        return _("%s or higher") % either(fitting[:1])
    if question.kind == "scale" and left and fitting == list(codes[: len(fitting)]):
        return _("%s or lower") % either(fitting[-1:])
    if not left:
        return _("any answer")
    return either(fitting) if len(fitting) <= max(len(left), 3) else _("not %s") % either(left)


@dataclass(frozen=True)
class Use:
    """One condition that asks for the answer to a question."""

    kind: str
    code: str
    title: str
    condition: str


def uses_of(rulebook: Rulebook, code: str) -> list[Use]:
    """Every rule, gate, deferral, notice and question whose condition a question feeds. Raises
    KeyError for no such question.
    """
    asked = rulebook.questionnaire
    asked[code]
    found: list[tuple[str, str, str, Condition]] = [
        *(
            ("rules", rule.code, rulebook.measures[rule.measure].title, rule.when)
            for rule in rulebook.rules
        ),
        *(("gates", gate.code, gate.title, gate.holds) for gate in rulebook.gates),
        *(
            ("gates", gate.code, gate.title, row.when)
            for gate in rulebook.gates
            for row in gate.on_condition
        ),
        *(("deferrals", item.code, item.title, item.when) for item in rulebook.deferrals),
        *(("flags", flag.code, flag.title, flag.when) for flag in rulebook.flags),
        *(
            ("questions", item.code, item.title, item.show_if)
            for item in asked.questions
            if item.show_if
        ),
    ]
    return [
        Use(kind, entry, title, say_condition(condition, asked, phrases()))
        for kind, entry, title, condition in found
        if code in questions_of(condition)
    ]
