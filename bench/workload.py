"""The workload of the benchmarks: a seeded rulebook and a portfolio of answers, as columns of small
numbers.

60 questions (25 single, 15 multiple, 20 scales), 120 rules of 2 to 8 atoms over 43 measures, 15 %
of the answers unknown.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np

from cases.rulebook.editions.builder import build
from cases.rulebook.entries.questions import Questionnaire, Value
from cases.rulebook.entries.rulebook import Rulebook

SEED = 20_261_124
UNKNOWN = -1
# A column holds, for each assessment: the option's index (single, scale), the options' bits
# (multiple), or UNKNOWN.
Columns = Mapping[str, np.ndarray]


def _question(code: str, kind: str, options: int) -> dict[str, Any]:
    codes: list[Any] = (
        list(range(5)) if kind == "scale" else [f"o{number}" for number in range(options)]
    )
    return {
        "code": code,
        "section": "s",
        "kind": kind,
        "title": code,
        "text": code,
        "why": code,
        "help": code,
        "options": [{"code": item, "label": str(item), "meaning": str(item)} for item in codes],
        "risk_factors": [],
        "citation": ["p"],
    }


def _atom(rng: random.Random, question: Mapping[str, Any]) -> dict[str, Any]:
    if question["kind"] == "scale":
        operator = rng.choice(["at_least", "at_least", "at_most"])
        return {"question": question["code"], operator: rng.randint(1, 3)}
    codes = [option["code"] for option in question["options"]]
    chosen = rng.sample(codes, rng.randint(1, max(1, len(codes) // 2)))
    return {"question": question["code"], rng.choice(["in", "in", "none_of"]): chosen}


def _condition(rng: random.Random, questions: list[dict[str, Any]]) -> dict[str, Any]:
    atoms = [_atom(rng, question) for question in rng.sample(questions, rng.randint(2, 8))]
    parts: list[dict[str, Any]] = []
    while atoms:
        size = rng.randint(1, 3)
        taken, atoms = atoms[:size], atoms[size:]
        parts.append(taken[0] if len(taken) == 1 else {rng.choice(["any", "any", "none"]): taken})
    return {"all": parts} if len(parts) > 1 else {"any": parts}


def _gate(number: int, measure: str, kind: str, holds: Any, named: Any) -> dict[str, Any]:
    text = "Something."
    return {
        "code": f"{kind}{number}",
        "kind": kind,
        "title": text,
        "applies_to": {"measures": [measure]},
        "holds": holds,
        "on_condition": [{"when": named, "condition": text}],
        "says": {"holds": text, "fails": text, "unknown": text},
        "opens": text,
        "citation": ["p"],
    }


def rulebook(rules: int = 120, measures: int = 43, seed: int = SEED) -> Rulebook:
    """A rulebook of the size that was asked for, the same for the same seed."""
    rng = random.Random(seed)
    questions = [
        *(_question(f"single{n}", "single", rng.randint(3, 6)) for n in range(25)),
        *(_question(f"multiple{n}", "multiple", rng.randint(3, 7)) for n in range(15)),
        *(_question(f"scale{n}", "scale", 5) for n in range(20)),
    ]
    rng.shuffle(questions)
    codes = [f"enc.m{number}" for number in range(measures)]
    text = "Something."
    return build(
        {
            "edition": {"title": "Benchmark", "language": "en"},
            "sources": [{"code": "S", "title": text, "publisher": text}],
            "passages": [{"code": "p", "source": "S", "where": text, "says": text}],
            "sections": [{"code": "s", "title": text, "intro": text}],
            "questions": questions,
            "measures": [
                {
                    "code": code,
                    "form": "ENC",
                    "title": code,
                    "horizon": "short",
                    "consent_scope": None,
                    "needs_mandate": False,
                    "coercive": False,
                    "what": text,
                    "how": text,
                    "cautions": [],
                    "citation": ["p"],
                }
                for code in codes
            ],
            "actors": [],
            "countries": [],
            "organisations": [],
            "rules": [
                {
                    "code": f"{codes[number % measures]}.r{number}",
                    "measure": codes[number % measures],
                    "when": _condition(rng, questions),
                    "priority": "high",
                    "rationale": text,
                    "actors": {"lead": []},
                    "citation": ["p"],
                }
                for number in range(rules)
            ],
            "gates": [
                _gate(number, code, kind, _condition(rng, questions), _condition(rng, questions))
                for number, code in enumerate(codes)
                for kind, every in (("consent", 3), ("do_no_harm", 4))
                if number % every == 0
            ],
            "deferrals": [
                {
                    "code": f"wait{number}",
                    "title": text,
                    "applies_to": {"measures": [code]},
                    "when": _condition(rng, questions),
                    "reason": text,
                    "look_again": text,
                    "citation": ["p"],
                }
                for number, code in enumerate(codes)
                if number % 5 == 0
            ],
            "flags": [],
            "invariants": [],
        }
    )


def portfolio(
    questionnaire: Questionnaire, rows: int, unknown: float = 0.15, seed: int = SEED
) -> Columns:
    """Answers of `rows` assessments, a share of them unknown, each column drawn by itself."""
    rng = np.random.default_rng(seed)
    columns = {}
    for question in questionnaire.questions:
        size = len(question.options)
        column = rng.integers(
            0, 1 << size if question.kind == "multiple" else size, rows, dtype=np.int16
        )
        column[rng.random(rows) < unknown] = UNKNOWN
        columns[question.code] = column
    return columns


def answers_at(questionnaire: Questionnaire, columns: Columns, row: int) -> dict[str, Value | None]:
    """One assessment of a portfolio as the rules module takes it."""
    answers: dict[str, Value | None] = {}
    for question in questionnaire.questions:
        code = int(columns[question.code][row])
        if code == UNKNOWN:
            answers[question.code] = None
        elif question.kind == "multiple":
            answers[question.code] = frozenset(
                str(option.code) for bit, option in enumerate(question.options) if code >> bit & 1
            )
        else:
            answers[question.code] = question.options[code].code
    return answers
