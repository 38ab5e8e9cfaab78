"""Figures on the quality of a rulebook's advice.

Each figure is shown beside what a model without any rules would reach, or is a share that ought
to be low. They are computed over the situations of the record and over situations drawn from them.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from statistics import mean

from cases.demo import Deed, DemoCase, demo_cases
from cases.rulebook.entries.questions import Answers, Question, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import PRIORITIES
from cases.rulebook.reasoning.advice import Advice
from cases.rulebook.reasoning.adviser import advise
from cases.rulebook.reasoning.live_status import MeasureStanding, standing

READY = ("recommended", "conditional")
CALLED_FOR = ("recommended", "conditional", "blocked", "open")
# How many measures count as put first, and how many of them somebody reads.
FIRST, READ = 8, 10
# How many measures a list that never looks at the situation has.
FIXED = 11
# A question that moves fewer statuses than this, on average over pairs of its answers, is weak.
WEAK = 0.1

# How many days before and after an assessment count as near it.
BEFORE, AFTER = 180, 730

# The situations of the record by kind. Situations of one kind are those that an analyst would call
# alike.
KINDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "insurgency": (
        ("mali", "2012-12-20"),
        ("nigeria", "2015-02-01"),
        ("central-african-republic", "2013-12-10"),
    ),
    "State directs": (
        ("guinea", "2009-10-30"),
        ("libya", "2011-03-10"),
        ("myanmar", "2017-09-20"),
    ),
    "unrest": (
        ("kenya", "2008-02-01"),
        ("solomon-islands", "2003-07-01"),
        ("timor-leste", "1999-09-14"),
    ),
    "after an agreement": (
        ("sierra-leone", "2002-02-01"),
        ("sierra-leone", "2006-01-15"),
        ("colombia", "2016-12-15"),
    ),
}


@dataclass(frozen=True)
class AdvisedSituation:
    """One dated situation of the record, with what the rulebook advises and what was done then."""

    key: str
    as_of: date
    answers: Answers
    advice: Advice
    done: tuple[str, ...]

    @property
    def first(self) -> list[str]:
        """The measures that can be taken, in the order in which they are put."""
        return measures_to_do_first(self.advice)


def measures_to_do_first(advice: Advice) -> list[str]:
    """The measures that are recommended or conditional in the order of the plan; in an edition
    without plans, the most urgent first.
    """
    ready = [(code, row) for code, row in advice.measures.items() if row.status in READY]
    if advice.plan is not None:
        shown = {code for code, _row in ready}
        planned = (*advice.plan.first, *advice.plan.next, *advice.plan.later)
        return [code for code in planned if code in shown]
    ready.sort(key=lambda pair: PRIORITIES.index(pair[1].priority) if pair[1].priority else 9)
    return [code for code, _row in ready]


def situations(rulebook: Rulebook) -> list[AdvisedSituation]:
    """Every dated situation of the record under a rulebook."""
    rows = []
    for item in demo_cases():
        for dated in item.assessments:
            done = _done_about(item, dated.as_of, rulebook)
            answers = dated.read_again(rulebook)
            advice = advise(rulebook, answers, countries=item.countries, as_of=dated.as_of)
            rows.append(AdvisedSituation(item.key, dated.as_of, answers, advice, done))
    return rows


def deeds_near(item: DemoCase, day: date) -> list[tuple[date, Deed]]:
    """What was done near a day, according to the record: what the advice could lead to. Each has
    its first date, and they are in the order of these dates.
    """
    near = []
    for deed in item.record:
        dates = [fact_day for _fact, fact_day in deed.facts if fact_day is not None]
        dates = [fact_day for fact_day in dates if -BEFORE <= (fact_day - day).days <= AFTER]
        if dates:
            near.append((min(dates), deed))
    return sorted(near, key=lambda pair: pair[0])


def _done_about(item: DemoCase, day: date, rulebook: Rulebook) -> tuple[str, ...]:
    """The measures that were done near a day, each once."""
    done = dict.fromkeys(deed.measure for _day, deed in deeds_near(item, day))
    return tuple(code for code in done if code in rulebook.measures)


# Against models without rules


@dataclass(frozen=True)
class Recall:
    """How many of the measures that were done a model has, and has among its first eight."""

    model: str
    ready: int
    first: int
    of: int


def recalls(rows: Sequence[AdvisedSituation], rulebook: Rulebook) -> list[Recall]:
    """The rulebook beside a fixed list and beside its gates alone.

    The fixed list has the measures that were done most often in the other cases of the record. The
    gates alone call for every measure, and leave out what a gate does not let through.
    """
    models: list[tuple[str, Callable[[AdvisedSituation], Sequence[str]]]] = [
        ("the rulebook", lambda row: row.first),
        ("a fixed list", lambda row: _fixed(rows, row)),
        ("the gates alone", lambda row: _gates_alone(row, rulebook)),
    ]
    results = []
    for name, model in models:
        ready = first = of = 0
        for row in rows:
            order = model(row)
            ready += sum(code in order for code in row.done)
            first += sum(code in order[:FIRST] for code in row.done)
            of += len(row.done)
        results.append(Recall(name, ready, first, of))
    return results


def _fixed(rows: Sequence[AdvisedSituation], row: AdvisedSituation) -> list[str]:
    others = {other.key: other.done for other in rows if other.key != row.key}
    counts = Counter(chain.from_iterable(others.values()))
    let_through = set(_passing(row))
    return [code for code, _count in counts.most_common(FIXED) if code in let_through]


def _gates_alone(row: AdvisedSituation, rulebook: Rulebook) -> list[str]:
    let_through = set(_passing(row))
    return [code for code in rulebook.measures if code in let_through]


def _passing(row: AdvisedSituation) -> Iterator[str]:
    for code, measure in row.advice.measures.items():
        if all(gate.value in ("holds", "on_condition") for gate in measure.gates):
            yield code


def slow_in_a_crisis(rows: Sequence[AdvisedSituation]) -> tuple[int, int]:
    """How many of the first ten measures in a crisis take years, out of how many."""
    slow = of = 0
    for row in rows:
        if row.answers.get("phase") in ("imminent", "ongoing"):
            horizons = [row.advice.measures[code].measure.horizon for code in row.first[:READ]]
            slow += horizons.count("long")
            of += len(horizons)
    return slow, of


# Kinds of situation


@dataclass(frozen=True)
class KindFigures:
    """For one kind of situation: how many measures are called for and shown, and how alike the sets
    of called-for measures are, within the kind and compared with other kinds (0 to 1).
    """

    kind: str
    called_for: float
    shown: float
    within: float
    to_others: Mapping[str, float]


def draw(
    rulebook: Rulebook, rows: Sequence[AdvisedSituation], kind: str, chance: random.Random
) -> Answers:
    """A random situation of a kind: each answer is a member's; a level may differ by one."""
    members = [row for row in rows if (row.key, row.as_of.isoformat()) in KINDS[kind]]
    drawn: dict[str, Value | None] = {}
    for question in rulebook.questionnaire.questions:
        value = chance.choice(members).answers.get(question.code)
        if isinstance(value, int) and chance.random() < 0.4:
            value = min(4, max(0, value + chance.choice((-1, 1))))
        drawn[question.code] = value
    return drawn


def kinds(
    rulebook: Rulebook, rows: Sequence[AdvisedSituation], number: int = 60
) -> list[KindFigures]:
    """The figures of each kind, over `number` random situations of it."""
    chance = random.Random(1)  # noqa: S311 - the same situations each time
    called: dict[str, list[frozenset[str]]] = {}
    shown: dict[str, float] = {}
    for kind in KINDS:
        statuses = [
            standing(rulebook, draw(rulebook, rows, kind, chance)).measures for _ in range(number)
        ]
        called[kind] = [_with(row, CALLED_FOR) for row in statuses]
        shown[kind] = mean(len(_with(row, READY)) for row in statuses)
    figures = []
    for kind, sets in called.items():
        others = {other: _alike(sets, called[other]) for other in KINDS if other != kind}
        within = _alike(sets, sets[::-1])
        figures.append(KindFigures(kind, mean(map(len, sets)), shown[kind], within, others))
    return figures


def _with(measures: Mapping[str, MeasureStanding], statuses: Iterable[str]) -> frozenset[str]:
    wanted = set(statuses)
    return frozenset(code for code, row in measures.items() if row.status in wanted)


def _alike(ones: Sequence[frozenset[str]], others: Sequence[frozenset[str]]) -> float:
    """The mean, over pairs of sets, of the shared measures as a share of all measures in either."""
    pairs = zip(ones, others, strict=True)
    return mean(len(a & b) / len(a | b) if a | b else 1.0 for a, b in pairs)


# Questions


def effects(rulebook: Rulebook, rows: Sequence[AdvisedSituation]) -> dict[str, float]:
    """How many statuses change with each question, on average over all pairs of its answers."""
    result = {}
    for question in rulebook.questionnaire.questions:
        changes = []
        for row in rows:
            seen = [
                standing(rulebook, {**row.answers, question.code: value}).measures
                for value in _values_to_try(question)
            ]
            changes += [
                sum(one[code].status != other[code].status for code in one)
                for one, other in itertools.combinations(seen, 2)
            ]
        result[question.code] = mean(changes)
    return result


def _values_to_try(question: Question) -> list[Value]:
    """Every answer to a question; for a multiple choice none, all, and each option alone."""
    if question.kind != "multiple":
        return list(question.option_codes)
    codes = [str(code) for code in question.option_codes]
    return [frozenset(), frozenset(codes), *(frozenset({code}) for code in codes)]


# In words


def figures(rulebooks: Mapping[str, Rulebook]) -> str:
    """The figures as Markdown tables, with a column for each rulebook by its name."""
    rows = {name: situations(rulebook) for name, rulebook in rulebooks.items()}
    head = f"| | {' | '.join(rulebooks)} |\n|---|{'---:|' * len(rulebooks)}\n"
    listed = [
        *_recall_lines(rulebooks, rows),
        *_kind_lines(rulebooks, rows),
        *_effect_lines(rulebooks, rows),
    ]
    lines = [f"| {label} | {' | '.join(cells)} |" for label, cells in listed]
    return head + "\n".join(lines) + "\n"


Rows = Mapping[str, Sequence[AdvisedSituation]]


def _recall_lines(rulebooks: Mapping[str, Rulebook], rows: Rows) -> Iterator[tuple[str, list[str]]]:
    by_name = {name: recalls(rows[name], rulebook) for name, rulebook in rulebooks.items()}
    for index in range(3):
        models = [recall[index] for recall in by_name.values()]
        model = models[0].model
        yield (
            f"done, and at hand in {model}",
            [f"{row.ready} of {row.of} ({row.ready / row.of:.0%})" for row in models],
        )
        yield (
            f"done, and among the first {FIRST} of {model}",
            [f"{row.first} of {row.of} ({row.first / row.of:.0%})" for row in models],
        )
    slow = [slow_in_a_crisis(rows[name]) for name in rulebooks]
    yield (
        f"among the first {READ} in a crisis, and takes years",
        [f"{number} of {of}" for number, of in slow],
    )


def _kind_lines(rulebooks: Mapping[str, Rulebook], rows: Rows) -> Iterator[tuple[str, list[str]]]:
    by_name = {name: kinds(rulebook, rows[name]) for name, rulebook in rulebooks.items()}
    for index, kind in enumerate(KINDS):
        figures_of_kind = [figures[index] for figures in by_name.values()]
        yield f"{kind}: called for", [f"{row.called_for:.1f}" for row in figures_of_kind]
        yield f"{kind}: shown", [f"{row.shown:.1f}" for row in figures_of_kind]
        yield f"{kind}: alike within the kind", [f"{row.within:.2f}" for row in figures_of_kind]
        for other in list(KINDS)[index + 1 :]:
            alike = [f"{row.to_others[other]:.2f}" for row in figures_of_kind]
            yield f"{kind} and {other}: alike", alike


def _effect_lines(rulebooks: Mapping[str, Rulebook], rows: Rows) -> Iterator[tuple[str, list[str]]]:
    effects_by_edition = [effects(rulebook, rows[name]) for name, rulebook in rulebooks.items()]
    weak = [
        sorted(code for code, number in row.items() if number < WEAK) for row in effects_by_edition
    ]
    yield f"questions that move less than {WEAK} statuses", [str(len(codes)) for codes in weak]
    yield "which these are", [", ".join(f"`{code}`" for code in codes) or "none" for codes in weak]
