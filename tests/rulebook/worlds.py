"""Small rulebooks and answers for property tests, and the naive reference that everything else must
agree with.

The reference knows no diagram and no three-valued logic: it tries every completion of the missing
answers.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import parse
from cases.rulebook.entries.conditions import Condition, Group
from cases.rulebook.entries.questions import Question, Questionnaire, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Gate

Complete = Mapping[str, Value]
DAY = date(2026, 1, 1)


def question(code: str, kind: str, options: int = 3, **more: Any) -> dict[str, Any]:
    codes: list[Any] = (
        list(range(5)) if kind == "scale" else [f"o{number}" for number in range(options)]
    )
    return {
        "code": code,
        "section": "s",
        "kind": kind,
        "title": code.title(),
        "text": f"What of {code}?",
        "why": "It matters.",
        "help": "Look.",
        "options": [{"code": item, "label": f"L{item}", "meaning": "So."} for item in codes],
        "risk_factors": [],
        "citation": ["p"],
        **more,
    }


# A parent, a child that it hides, a grandchild, and one question of each kind beside them.
QUESTIONS = [
    question("parent", "single"),
    question(
        "child", "multiple", 2, show_if={"question": "parent", "in": ["o0", "o1"]}, default=[]
    ),
    question("grandchild", "single", 2, show_if={"question": "child", "in": ["o1"]}, default="o1"),
    question("level", "scale"),
    question("single", "single"),
    question("many", "multiple", 2),
]
ATOMS: list[dict[str, Any]] = [
    *({"question": "parent", "in": [code]} for code in ("o0", "o1", "o2")),
    {"question": "parent", "none_of": ["o2"]},
    {"question": "child", "in": ["o0"]},
    {"question": "child", "in": ["o0", "o1"]},
    {"question": "child", "none_of": ["o0", "o1"]},
    {"question": "grandchild", "in": ["o0"]},
    {"question": "grandchild", "in": ["o1"]},
    *({"question": "level", "at_least": bound} for bound in (1, 2, 4)),
    {"question": "level", "at_most": 2},
    {"question": "level", "in": [0, 3]},
    {"question": "single", "in": ["o0", "o2"]},
    {"question": "single", "none_of": ["o0"]},
    {"question": "many", "in": ["o0"]},
    {"question": "many", "none_of": ["o1"]},
]


def groups_of(lines: list[dict[str, Any]], most: int) -> st.SearchStrategy[dict[str, Any]]:
    """One of the lines, or groups of up to `most` of them in all."""
    return st.recursive(
        st.sampled_from(lines),
        lambda inner: st.builds(
            lambda kind, parts: {kind: parts},
            st.sampled_from(["all", "any", "none"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        max_leaves=most,
    )


conditions = groups_of(ATOMS, 6)


def document(
    rules: list[Any],
    gates: list[tuple[Any, ...]],
    flags: Sequence[Any] = (),
    deferrals: Sequence[Any] = (),
) -> dict[str, Any]:
    """A rulebook of one measure with these conditions of rules and deferrals, and gates as (holds,
    named conditions, kind), of which the kind is consent where it is left out.
    """
    text = "Something."
    return {
        "edition": {"title": "Small", "language": "en"},
        "sources": [{"code": "S", "title": text, "publisher": text}],
        "passages": [{"code": "p", "source": "S", "where": text, "says": text}],
        "sections": [{"code": "s", "title": text, "intro": text}],
        "questions": QUESTIONS,
        "measures": [
            {
                "code": "enc.m",
                "form": "ENC",
                "title": text,
                "horizon": "short",
                "consent_scope": None,
                "needs_mandate": False,
                "coercive": False,
                "what": text,
                "how": text,
                "cautions": [{"text": text}],
                "citation": ["p"],
            }
        ],
        "actors": [
            {
                "code": "someone",
                "category": "non_state",
                "names": [{"name": "Someone"}],
                "mandate": text,
                "can": [{"measure": "enc.m", "role": "lead", "does": text}],
                "needs_first": None,
                "citation": ["p"],
            }
        ],
        "countries": [],
        "organisations": [],
        "rules": [
            {
                "code": f"enc.m.r{number}",
                "measure": "enc.m",
                "when": when,
                "priority": "high",
                "rationale": text,
                "actors": {"lead": ["someone"]},
                "citation": ["p"],
            }
            for number, when in enumerate(rules)
        ],
        "gates": [
            {
                "code": f"g{number}",
                "kind": kind[0] if kind else "consent",
                "title": text,
                "applies_to": {"measures": ["enc.m"]},
                "holds": holds,
                "on_condition": [{"when": when, "condition": text} for when in named],
                "says": {"holds": text, "fails": text, "unknown": text},
                "opens": text,
                "citation": ["p"],
            }
            for number, (holds, named, *kind) in enumerate(gates)
        ],
        "deferrals": [
            {
                "code": f"d{number}",
                "title": text,
                "applies_to": {"measures": ["enc.m"]},
                "when": when,
                "reason": text,
                "look_again": text,
                "citation": ["p"],
            }
            for number, when in enumerate(deferrals)
        ],
        "flags": list(flags),
        "invariants": [],
    }


gates = st.tuples(
    conditions,
    st.lists(conditions, max_size=2),
    st.sampled_from(["consent", "mandate", "do_no_harm"]),
)
documents: st.SearchStrategy[dict[str, Any]] = st.builds(
    lambda rules, gates, deferrals: document(rules, gates, deferrals=deferrals),
    st.lists(conditions, min_size=1, max_size=3),
    st.lists(gates, max_size=3),
    st.lists(conditions, max_size=2),
)
rulebooks: st.SearchStrategy[Rulebook] = documents.map(parse)


def values_of(item: Question) -> list[Value]:
    """Every possible answer to a question except unknown."""
    if item.kind != "multiple":
        return list(item.option_codes)
    codes = [str(code) for code in item.option_codes]
    sizes = range(len(codes) + 1)
    return [frozenset(chosen) for size in sizes for chosen in itertools.combinations(codes, size)]


def answers_to(questionnaire: Questionnaire) -> st.SearchStrategy[dict[str, Value | None]]:
    """Answers with any of the questions unknown or not answered."""
    return st.fixed_dictionaries(
        {},
        optional={
            item.code: st.none() | st.sampled_from(values_of(item))
            for item in questionnaire.questions
        },
    )


@st.composite
def situations(draw: st.DrawFn) -> tuple[Rulebook, dict[str, Value | None]]:
    rulebook = draw(rulebooks)
    return rulebook, draw(answers_to(rulebook.questionnaire))


def completions(
    questionnaire: Questionnaire, answers: Mapping[str, Value | None]
) -> Iterator[Complete]:
    """Every way to answer all the questions that keeps what is known."""
    choices = [
        [answers[item.code]] if answers.get(item.code) is not None else values_of(item)
        for item in questionnaire.questions
    ]
    for row in itertools.product(*choices):
        # The values are of several types.
        yield dict(zip(questionnaire.by_code, row, strict=True))  # type: ignore[arg-type]


def is_true(condition: Condition, questionnaire: Questionnaire, complete: Complete) -> bool:
    """Whether a condition holds for complete answers."""
    if isinstance(condition, Group):
        parts = (is_true(part, questionnaire, complete) for part in condition.parts)
        if condition.kind == "all":
            return all(parts)
        return any(parts) if condition.kind == "any" else not any(parts)
    item = questionnaire[condition.question]
    value = complete[condition.question]
    if item.show_if is not None and not is_true(item.show_if, questionnaire, complete):
        assert item.default is not None
        value = item.default
    return condition.accepts(value)


def status_of(rulebook: Rulebook, measure: str, complete: Complete) -> str:
    """The status of a measure for complete answers, by the plain definition."""

    def holds(condition: Condition) -> bool:
        return is_true(condition, rulebook.questionnaire, complete)

    if not any(holds(rule.when) for rule in rulebook.rules_for[measure]):
        return "not_indicated"
    values = {gate.code: value_of(gate, rulebook, complete) for gate in rulebook.gates_for[measure]}
    if any(
        values[gate.code] == "fails"
        for gate in rulebook.gates_for[measure]
        if gate.kind == "do_no_harm"
    ):
        return "blocked"
    if any(holds(deferral.when) for deferral in rulebook.deferrals_for[measure]):
        return "deferred"
    if "fails" in values.values():
        return "blocked"
    return "conditional" if "on_condition" in values.values() else "recommended"


def value_of(gate: Gate, rulebook: Rulebook, complete: Complete) -> str:
    """What a gate says for complete answers."""
    if is_true(gate.holds, rulebook.questionnaire, complete):
        return "holds"
    met = any(is_true(row.when, rulebook.questionnaire, complete) for row in gate.on_condition)
    return "on_condition" if met else "fails"


def with_entry(document: Document, kind: str, code: str, **fields: Any) -> Document:
    """The document with these fields of an entry changed."""
    changed = copy.deepcopy(document)
    next(item for item in changed[kind] if item["code"] == code).update(fields)
    return changed
