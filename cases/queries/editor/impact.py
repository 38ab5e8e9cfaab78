"""What another rulebook would change, over the latest assessment of every case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from heapq import nsmallest
from itertools import chain
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import numpy.typing as npt
from cattrs import structure
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from cases import labels
from cases.models import (
    Assessment,
    CaseCountry,
    User,
)
from cases.queries.assessing.packed_answers import read_codes, recoded
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.questions import Questionnaire
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.bitplanes import NotExactError, Portfolio
from cases.rulebook.reasoning.bulk_plans import NOT_SHOWN, PlanInputs, first_of, plan_inputs

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# While statuses are counted, each is kept as its index in this list.
STATUSES = ("open", "not_indicated", "recommended", "conditional", "deferred", "blocked")
# How many assessments are listed for each change of status, and how many of those with the most
# changes.
SAMPLES, FOREMOST = 5, 50
# Keys in one statement.
LOOKUP = 5_000

# A measure with the status that assessments have and the one that they would have.
Move = tuple[str, str, str]


@dataclass(frozen=True)
class StoredImpact:
    """An Impact as the result of a job keeps it. Results of an earlier version count no plans."""

    assessments: int
    affected: int
    # A measure, the status before and after, how many assessments, and the keys of some of them.
    moves: tuple[tuple[str, str, str, int, tuple[str, ...]], ...]
    countries: dict[str, int]
    foremost: tuple[tuple[int, str], ...]
    plans: int = 0
    leads: int = 0


@dataclass(frozen=True)
class Impact:
    """How many assessments would read differently, and how. Assessments are named by their keys in
    hexadecimal.

    The impact of two sets of assessments together is their sum, however they were divided.
    """

    assessments: int = 0
    affected: int = 0
    moves: Counter[Move] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    samples: dict[Move, list[str]] = field(default_factory=dict)
    # Those with the most measures that would change, with how many.
    foremost: list[tuple[int, str]] = field(default_factory=list)
    # Those of which the plan would begin with other measures, and those in which a measure that is
    # shown before and after would have another lead.
    plans: int = 0
    leads: int = 0

    def __add__(self, other: Impact) -> Impact:
        samples = {
            move: sorted([*self.samples.get(move, ()), *other.samples.get(move, ())])[:SAMPLES]
            for move in {**self.samples, **other.samples}
        }
        return Impact(
            self.assessments + other.assessments,
            self.affected + other.affected,
            self.moves + other.moves,
            self.countries + other.countries,
            samples,
            sorted([*self.foremost, *other.foremost], key=lambda row: (-row[0], row[1]))[:FOREMOST],
            self.plans + other.plans,
            self.leads + other.leads,
        )

    def as_json(self) -> dict[str, object]:
        moves = [
            (*move, number, tuple(self.samples.get(move, ())))
            for move, number in sorted(self.moves.items())
        ]
        return asdict(
            StoredImpact(
                assessments=self.assessments,
                affected=self.affected,
                moves=tuple(moves),
                countries=dict(sorted(self.countries.items())),
                foremost=tuple(self.foremost),
                plans=self.plans,
                leads=self.leads,
            )
        )

    @classmethod
    def of_json(cls, raw: Mapping[str, object]) -> Impact:
        stored = structure(raw, StoredImpact)
        impact = cls(
            assessments=stored.assessments,
            affected=stored.affected,
            countries=Counter(stored.countries),
            foremost=list(stored.foremost),
            plans=stored.plans,
            leads=stored.leads,
        )
        for measure, before, after, number, keys in stored.moves:
            impact.moves[measure, before, after] = number
            impact.samples[measure, before, after] = list(keys)
        return impact

    def count(self, *, to: str = "", away_from: str = "") -> int:
        """How many measures would gain a status, or would lose it."""
        return sum(
            number
            for (_, before, after), number in self.moves.items()
            if to == after or away_from == before
        )


def impact(
    assessments: QuerySet[Assessment],
    old: Rulebook,
    new: Rulebook,
    *,
    by_country: bool = True,
    with_plans: bool = True,
) -> Impact:
    """What would change for these assessments if the new rulebook were used in place of the old
    one.

    Answers are read by question and option; an option that a rulebook does not have counts as
    unknown. A measure that a rulebook does not have counts as not indicated.
    """
    changed = measures_to_compare(old, new)
    # A key is read as text: of 100,000 assessments, making values of the keys would take longer
    # than all the rest.
    keyed = assessments.order_by().annotate(key=Cast("pk", CharField()))
    keys: list[str] = []
    parts: list[tuple[Portfolio, Portfolio]] = []
    for source, codes, (batch,) in read_codes(keyed, "key"):
        keys += batch
        before = _portfolio(codes, source, old.questionnaire)
        same = old.questionnaire == new.questionnaire
        parts.append((before, before if same else _portfolio(codes, source, new.questionnaire)))
    moves: Counter[Move] = Counter()
    rows_of: dict[Move, npt.NDArray[np.intp]] = {}
    changes = np.zeros(len(keys), np.int64)
    for measure in changed:
        was = np.concatenate(
            [np.zeros(0, np.int8), *(_statuses(before, old, measure) for before, _ in parts)]
        )
        becomes = np.concatenate(
            [np.zeros(0, np.int8), *(_statuses(after, new, measure) for _, after in parts)]
        )
        differs = was != becomes
        changes += differs
        pairs = was * np.int8(len(STATUSES)) + becomes
        for pair in np.unique(pairs[differs]):
            move = (measure, STATUSES[pair // len(STATUSES)], STATUSES[pair % len(STATUSES)])
            rows_of[move] = np.flatnonzero(pairs == pair)
            moves[move] = len(rows_of[move])
    affected = np.flatnonzero(changes)
    plans = [changed_plans(*pair, old, new) for pair in parts] if with_plans else []
    return Impact(
        len(keys),
        len(affected),
        moves,
        _countries(keyed, [keys[row] for row in affected], of=len(keys))
        if by_country
        else Counter(),
        {move: _first(SAMPLES, (keys[row] for row in rows)) for move, rows in rows_of.items()},
        _most_changed(changes, keys),
        sum(number for number, _leads in plans),
        sum(number for _plans, number in plans),
    )


def changed_plans(
    before: Portfolio, after: Portfolio, old: Rulebook, new: Rulebook
) -> tuple[int, int]:
    """The number of assessments in which the plan would begin with other measures, and of those in
    which a measure shown before and after would have another lead. Both are 0 if
    either rulebook makes no plan.
    """
    if not old.problems or not new.problems:
        return 0, 0
    was, becomes = _plan_inputs(before, old), _plan_inputs(after, new)
    comparable = _plan_fields(old) == _plan_fields(new)
    rows = np.flatnonzero(was.differs(becomes)) if comparable else np.arange(before.rows)
    kept: dict[tuple[bool, bytes], tuple[str, ...]] = {}

    def first(rulebook: Rulebook, inputs: PlanInputs, row: int) -> tuple[str, ...]:
        key = rulebook is new, inputs.key(row)
        if key not in kept:
            kept[key] = first_of(rulebook, inputs, row)
        return kept[key]

    plans = sum(first(old, was, int(row)) != first(new, becomes, int(row)) for row in rows)
    return plans, int(_other_lead(was, becomes, old, new).sum())


def _plan_inputs(portfolio: Portfolio, rulebook: Rulebook) -> PlanInputs:
    statuses = [_statuses(portfolio, rulebook, code) for code in rulebook.measures]
    recommended, conditional = STATUSES.index("recommended"), STATUSES.index("conditional")
    return plan_inputs(
        rulebook,
        portfolio,
        [row == recommended for row in statuses],
        [row == conditional for row in statuses],
    )


def _plan_fields(rulebook: Rulebook) -> object:
    """What decides the order and the choice in addition to the answers."""
    problems = [question.code for question in rulebook.problems]
    fields = []
    for code, measure in rulebook.measures.items():
        strength = measure.evidence and measure.evidence.strength
        when = (measure.horizon, measure.lines)
        fields.append((code, measure.form, *when, strength, rulebook.directly[code]))
    return problems, fields


def _other_lead(
    was: PlanInputs, becomes: PlanInputs, old: Rulebook, new: Rulebook
) -> npt.NDArray[np.bool_]:
    """The assessments in which a measure shown before and after would have another lead."""
    found = np.zeros(was.crisis.size, np.bool_)
    actors = [*dict.fromkeys((*old.actors, *new.actors))]
    place = {code: number for number, code in enumerate(actors)}
    # The last number means that nobody leads.
    renumbered = [np.array([*(place[code] for code in book.actors), -1]) for book in (old, new)]
    rows_of_new = {code: number for number, code in enumerate(new.measures)}
    for number, code in enumerate(old.measures):
        if code in rows_of_new:
            row = rows_of_new[code]
            shown = (was.ready[number] < NOT_SHOWN) & (becomes.ready[row] < NOT_SHOWN)
            before, after = renumbered[0][was.leads[number]], renumbered[1][becomes.leads[row]]
            found |= shown & (before != after)
    return found


def measures_to_compare(old: Rulebook, new: Rulebook) -> list[str]:
    """The measures whose status may differ between the two rulebooks: all of them if the questions
    differ.
    """
    codes = [*old.measures, *(code for code in new.measures if code not in old.measures)]
    if old.questionnaire != new.questionnaire:
        return codes
    return [code for code in codes if _logic(old, code) != _logic(new, code)]


def _logic(rulebook: Rulebook, measure: str) -> object:
    gates = rulebook.gates_for.get(measure, ())
    return (
        {rule.when for rule in rulebook.rules_for.get(measure, ())},
        {(gate.kind, gate.holds, tuple(row.when for row in gate.on_condition)) for gate in gates},
        {deferral.when for deferral in rulebook.deferrals_for.get(measure, ())},
    )


def _portfolio(
    codes: npt.NDArray[np.uint16], source: Questionnaire, target: Questionnaire
) -> Portfolio:
    return Portfolio(target, recoded(codes, source, target))


def _statuses(portfolio: Portfolio, rulebook: Rulebook, measure: str) -> npt.NDArray[np.int8]:
    """Each assessment's status by its index in STATUSES; exact unless that would take too long."""
    if measure not in rulebook.measures:
        return np.full(portfolio.rows, STATUSES.index("not_indicated"), np.int8)
    try:
        planes = portfolio.statuses(rulebook, measure)
    except NotExactError:
        planes = portfolio.statuses(rulebook, measure, exact=False)
    statuses = np.zeros(portfolio.rows, np.int8)
    for index, status in enumerate(STATUSES[1:], 1):
        statuses[portfolio.rows_of(getattr(planes, status))] = index
    return statuses


def _first(number: int, keys: Iterable[str]) -> list[str]:
    """The first keys in their order, in hexadecimal. Dashes are at the same places in all keys, so
    they do not change the order.
    """
    return [key.replace("-", "") for key in nsmallest(number, keys)]


def _most_changed(changes: npt.NDArray[np.int64], keys: list[str]) -> list[tuple[int, str]]:
    """The assessments with the most measures that would change, and how many: FOREMOST at most.

    Assessments with equally many are taken in the order of their keys, without sorting all of them:
    after an edit of one rule, every assessment that changes has one change.
    """
    found: list[tuple[int, str]] = []
    for number in np.unique(changes[changes > 0])[::-1]:
        rows = np.flatnonzero(changes == number)
        first = _first(FOREMOST - len(found), (keys[row] for row in rows))
        found += [(int(number), key) for key in first]
        if len(found) == FOREMOST:
            break
    return found


class Keyed(TypedDict):
    """The annotation of an assessment: its key as text."""

    key: str


def _countries(
    keyed: QuerySet[WithAnnotations[Assessment, Keyed]], keys: list[str], *, of: int
) -> Counter[str]:
    """How many of the cases with these assessments lie in each country; a case in several counts in
    each.

    A few of many are looked up by key; if they are many, reading the countries of all cases is
    faster.
    """
    if len(keys) * 3 < of or len(keys) <= LOOKUP:
        parts = [keys[start : start + LOOKUP] for start in range(0, len(keys), LOOKUP)]
        rows = CaseCountry.objects.order_by()
        codes_of_parts = (
            rows.filter(case__assessments__pk__in=part).values_list("code", flat=True)
            for part in parts
        )
        return Counter(chain.from_iterable(codes_of_parts))
    wanted = set(keys)
    return Counter(
        code
        for key, code in keyed.values_list("key", "case__countries__code")
        if key in wanted and code is not None
    )


@dataclass(frozen=True)
class Shift:
    """One change of status that some assessments would see, with a few of them to look at."""

    measure: Measure
    before: str
    after: str
    number: int
    samples: tuple[Assessment, ...]


@dataclass(frozen=True)
class ShownImpact:
    """An impact as a page shows it; the samples are assessments that the reader may still see."""

    assessments: int
    affected: int
    figures: tuple[tuple[labels.Label, int], ...]
    shifts: tuple[Shift, ...]
    countries: tuple[tuple[str, int], ...]
    foremost: tuple[tuple[Assessment, int], ...]

    @property
    def changes_anything(self) -> bool:
        """Whether a status, a plan or a lead would change anywhere."""
        return bool(self.affected) or any(number for _name, number in self.figures)


def impact_for(user: User, old: Rulebook, new: Rulebook) -> ShownImpact:
    """What would change in the latest assessments of the cases that a person may see."""
    change = impact(
        Assessment.objects.visible_to(user).latest_of_each_case(),
        old,
        new,
        by_country=False,
        with_plans=False,
    )
    # Everything that the impact names is among those that the person may see.
    return shown_impact(change, old, new, Assessment.objects.all(), with_plans=False)


def shown_impact(
    change: Impact,
    old: Rulebook,
    new: Rulebook,
    assessments: QuerySet[Assessment],
    *,
    with_plans: bool = True,
) -> ShownImpact:
    """An impact with those of its samples that are among these assessments: one statement."""
    keys = {key for _number, key in change.foremost}.union(*change.samples.values())
    seen = assessments.filter(pk__in=keys).select_related("case").defer("packed")
    by_key = {row.pk.hex: row for row in seen}
    shifts = []
    for (code, before, after), number in change.moves.items():
        measure = new.measures.get(code) or old.measures[code]
        sampled = change.samples.get((code, before, after), ())
        samples = tuple(by_key[key] for key in sampled if key in by_key)
        shifts.append(Shift(measure, before, after, number, samples))
    order = {code: index for index, code in enumerate([*new.measures, *old.measures])}
    # An edit of one rule is shown at once, without its plans.
    plans = (
        ((_("with another plan"), change.plans), (_("with another lead"), change.leads))
        if with_plans
        else ()
    )
    figures = (
        (_("newly recommended"), change.count(to="recommended")),
        (_("no longer recommended"), change.count(away_from="recommended")),
        (_("newly made to wait"), change.count(to="deferred")),
        (_("newly blocked"), change.count(to="blocked")),
        (_("now open"), change.count(to="open")),
        *plans,
    )
    return ShownImpact(
        change.assessments,
        change.affected,
        figures,
        tuple(
            sorted(
                shifts, key=lambda shift: (-shift.number, order[shift.measure.code], shift.after)
            )
        ),
        tuple(sorted(change.countries.items(), key=lambda row: (-row[1], row[0]))),
        tuple((by_key[key], number) for number, key in change.foremost if key in by_key),
    )
