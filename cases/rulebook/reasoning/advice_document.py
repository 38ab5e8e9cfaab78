"""Advice as JSON: what `manage.py advise` prints and what a submitted assessment keeps.

The JSON names measures, rules, gates and deferrals by their codes and holds every sentence in
full, so that the advice reads the same however the product says things later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Deferral, Gate, Rule
from cases.rulebook.reasoning.advice import (
    ActorAdvice,
    Advice,
    DeferralFinding,
    Gap,
    GateFinding,
    MeasureAdvice,
    RuleFinding,
)
from cases.rulebook.reasoning.leads import PlacedActor
from cases.rulebook.reasoning.plan import Plan
from cases.rulebook.reasoning.problems import Problem

Document = Mapping[str, Any]


def dump(advice: Advice) -> dict[str, Any]:
    """The advice as JSON."""
    document = {
        "edition": advice.edition,
        "measures": {
            code: _dump_measure(row) | (_dump_placed(row) if advice.plan else {})
            for code, row in advice.measures.items()
        },
        "flags": list(advice.flags),
        "possible_flags": list(advice.possible_flags),
        "gaps": list(map(_dump_gap, advice.gaps)),
    }
    if advice.plan:
        document["problems"] = list(map(_dump_problem, advice.problems))
        document["plan"] = _lists(asdict(advice.plan))
    return document


def _dump_gap(gap: Gap) -> dict[str, Any]:
    return {
        "question": gap.question,
        "asked": gap.is_unknown,
        "moves": gap.moves,
        "measures": list(gap.measures),
    }


def _dump_problem(problem: Problem) -> dict[str, Any]:
    return _lists(asdict(problem))


def _dump_placed(row: MeasureAdvice) -> dict[str, Any]:
    """What the plan says of a measure."""
    return {
        "line": row.line,
        "lead": _lists(asdict(row.lead)) if row.lead else None,
        "partners": [_lists(asdict(item)) for item in row.partners],
        "waits_for": list(row.waits_for),
        "opens": list(row.opens),
        "way": row.way,
        "path": list(row.path),
    }


def _lists(row: Mapping[str, Any]) -> dict[str, Any]:
    """A value's fields as JSON has them: lists for tuples."""
    return {
        name: [list(item) if isinstance(item, tuple) else item for item in value]
        if isinstance(value, tuple)
        else value
        for name, value in row.items()
    }


def load(document: Document, rulebook: Rulebook) -> Advice:
    """The advice that `dump` wrote with the same edition's rulebook: its inverse.

    What was written before there were deferrals or plans has none. Raises KeyError where the
    document is of another edition or lacks a field.
    """
    entries = _Entries(rulebook)
    return Advice(
        edition=document["edition"],
        measures={code: entries.measure(code, row) for code, row in document["measures"].items()},
        flags=tuple(document["flags"]),
        possible_flags=tuple(document["possible_flags"]),
        gaps=tuple(
            Gap(row["question"], row["asked"], tuple(row["measures"])) for row in document["gaps"]
        ),
        problems=tuple(Problem(**_tuples(row)) for row in document.get("problems", ())),
        plan=Plan(**_tuples(document["plan"])) if "plan" in document else None,
    )


def _tuples(row: Document) -> dict[str, Any]:
    """The fields of a value from JSON: the inverse of `_lists`."""
    return {
        name: tuple(tuple(item) if isinstance(item, list) else item for item in value)
        if isinstance(value, list)
        else value
        for name, value in row.items()
    }


def _dump_measure(row: MeasureAdvice) -> dict[str, Any]:
    return {
        "form": row.measure.form,
        "status": row.status,
        "possible": list(row.possible),
        "exact": row.exact,
        "priority": row.priority,
        "horizon": row.measure.horizon,
        "start": row.start,
        "actors": list(map(_dump_actor, row.actors)),
        "rules": list(map(_dump_rule, row.rules)),
        "gates": list(map(_dump_gate, row.gates)),
        "deferrals": list(map(_dump_deferral, row.deferrals)),
        "why": list(row.why),
        "rests_on": list(row.rests_on),
        "matters": list(row.matters),
        "cautions": list(row.cautions),
        "citation": list(row.measure.citation),
    }


def _dump_deferral(item: DeferralFinding) -> dict[str, Any]:
    return {
        "code": item.deferral.code,
        "value": "true" if item.holds else "unknown",
        "reason": item.says,
        "look_again": item.look_again,
    }


def _dump_gate(item: GateFinding) -> dict[str, Any]:
    return {
        "code": item.gate.code,
        "holds": item.holds,
        "says": item.says,
        "condition": item.condition,
        "value": item.value,
        "opens": item.opens,
    }


def _dump_rule(item: RuleFinding) -> dict[str, Any]:
    return {
        "code": item.rule.code,
        "holds": item.holds,
        "says": item.says,
        "rests_on": sorted(item.rests_on),
    }


def _dump_actor(item: ActorAdvice) -> dict[str, Any]:
    return {
        "actor": item.actor,
        "role": item.role,
        "name": item.name,
        "short": item.short,
        "organisations": list(item.organisations),
        "does": item.does,
        "needs": item.needs,
    }


class _Entries:
    """A rulebook's entries by their codes, for reading advice."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.measures: Mapping[str, Measure] = rulebook.measures
        self.rules: Mapping[str, Rule] = {rule.code: rule for rule in rulebook.rules}
        self.gates: Mapping[str, Gate] = {gate.code: gate for gate in rulebook.gates}
        self.deferrals: Mapping[str, Deferral] = {item.code: item for item in rulebook.deferrals}

    def measure(self, code: str, row: Document) -> MeasureAdvice:
        return MeasureAdvice(
            measure=self.measures[code],
            status=row["status"],
            possible=tuple(row["possible"]),
            exact=row["exact"],
            priority=row["priority"],
            actors=tuple(
                ActorAdvice(**{**item, "organisations": tuple(item["organisations"])})
                for item in row["actors"]
            ),
            rules=tuple(self._rule(item) for item in row["rules"]),
            gates=tuple(self._gate(item) for item in row["gates"]),
            deferrals=tuple(self._deferral(item) for item in row.get("deferrals", ())),
            rests_on=tuple(row["rests_on"]),
            matters=tuple(row["matters"]),
            start=row["start"],
            cautions=tuple(row["cautions"]),
            line=row.get("line"),
            lead=PlacedActor(**_tuples(row["lead"])) if row.get("lead") else None,
            partners=tuple(PlacedActor(**_tuples(item)) for item in row.get("partners", ())),
            waits_for=tuple(row.get("waits_for", ())),
            opens=tuple(row.get("opens", ())),
            way=row.get("way"),
            path=tuple(row.get("path", ())),
        )

    def _deferral(self, item: Mapping[str, Any]) -> DeferralFinding:
        return DeferralFinding(
            self.deferrals[item["code"]],
            True if item["value"] == "true" else None,
            item["reason"],
            item["look_again"],
        )

    def _gate(self, item: Mapping[str, Any]) -> GateFinding:
        return GateFinding(
            self.gates[item["code"]],
            item["value"],
            item["says"],
            item["condition"],
            item["opens"],
        )

    def _rule(self, item: Mapping[str, Any]) -> RuleFinding:
        return RuleFinding(
            self.rules[item["code"]],
            item["holds"],
            frozenset(item["rests_on"]),
            item["says"],
        )
