"""The rulebook that a document describes: each entry as a value that the rules module uses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast

from cases.rulebook.editions.schema import entries_of
from cases.rulebook.entries import catalogue
from cases.rulebook.entries.conditions import Atom, Group, parse_atom, parse_condition, parse_tree
from cases.rulebook.entries.questions import Option, Question, Questionnaire, Section, Table
from cases.rulebook.entries.rules import (
    Carry,
    Claim,
    CouldBeClaim,
    Deferral,
    Flag,
    FlagClaim,
    Gate,
    GateClaim,
    Invariant,
    NamedCondition,
    Retired,
    Rule,
    Rulebook,
    Selector,
    SomeClaim,
    StatusClaim,
)

Document = dict[str, Any]
Entry = Mapping[str, Any]


def digest_of(value: Any) -> str:
    """SHA-256 of a JSON value in canonical form (sorted keys, no white space, UTF-8), in
    hexadecimal.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def period_of(raw: Entry) -> catalogue.Period:
    return catalogue.Period(
        *(date.fromisoformat(raw[end]) if raw.get(end) else None for end in ("from", "to"))
    )


def _names(raw: Iterable[Entry]) -> tuple[catalogue.Name, ...]:
    return tuple(catalogue.Name(row["name"], row.get("short", ""), period_of(row)) for row in raw)


def _section(raw: Entry) -> Section:
    return Section(
        code=raw["code"],
        title=raw["title"],
        intro=raw["intro"],
        tables=tuple(
            Table(row["code"], row["title"], row.get("hint", ""), tuple(row["questions"]))
            for row in raw.get("tables", [])
        ),
    )


def _option(raw: Mapping[str, Any]) -> Option:
    """An option. A level of a scale has the question's risk factors unless it names its own."""
    level = raw["code"] if isinstance(raw["code"], int) else raw.get("level")
    return Option(raw["code"], raw["label"], raw["meaning"], level)


def question_of(raw: Entry) -> Question:
    default = raw.get("default")
    return Question(
        code=raw["code"],
        section=raw["section"],
        kind=raw["kind"],
        title=raw["title"],
        text=raw["text"],
        why=raw["why"],
        help=raw["help"],
        options=tuple(_option(row) for row in raw["options"]),
        risk_factors=tuple(raw["risk_factors"]),
        citation=tuple(raw["citation"]),
        show_if=parse_condition(raw["show_if"]) if "show_if" in raw else None,
        default=frozenset(default) if isinstance(default, list) else default,
    )


def _evidence(raw: Entry) -> catalogue.Evidence:
    return catalogue.Evidence(
        strength=raw["strength"],
        direct=raw["direct"],
        says=raw["says"],
        contextual=tuple(raw["contextual"]),
        design=tuple(raw["design"]),
        sources=tuple(raw["sources"]),
        reviewed_on=date.fromisoformat(raw["reviewed_on"]),
        review=raw.get("review"),
    )


def measure_of(raw: Entry) -> catalogue.Measure:
    existing = raw.get("builds_on")
    return catalogue.Measure(
        code=raw["code"],
        form=raw["form"],
        title=raw["title"],
        horizon=raw["horizon"],
        consent_scope=raw["consent_scope"],
        needs_mandate=raw["needs_mandate"],
        coercive=raw["coercive"],
        what=raw["what"],
        how=raw["how"],
        cautions=tuple(
            catalogue.Caution(row["text"], parse_condition(row["when"]) if "when" in row else None)
            for row in raw["cautions"]
        ),
        builds_on=catalogue.Existing(parse_condition(existing["when"]), existing["what"])
        if existing
        else None,
        boundary=raw.get("boundary"),
        citation=tuple(raw["citation"]),
        evidence=_evidence(raw["evidence"]) if "evidence" in raw else None,
    )


def _actor(raw: Entry) -> catalogue.Actor:
    return catalogue.Actor(
        code=raw["code"],
        category=raw["category"],
        names=_names(raw["names"]),
        mandate=raw["mandate"],
        can=tuple(
            catalogue.Capability(
                row["measure"],
                row["role"],
                row["does"],
                row.get("needs"),
                bool(row.get("always", False)),
            )
            for row in raw["can"]
        ),
        needs_first=raw["needs_first"],
        citation=tuple(raw["citation"]),
    )


def _country(raw: Entry) -> catalogue.Country:
    since = date.fromisoformat(raw["since"]) if raw.get("since") else None
    return catalogue.Country(raw["code"], raw["name"], raw["un"], since)


def _organisation(raw: Entry) -> catalogue.Organisation:
    return catalogue.Organisation(
        code=raw["code"],
        names=_names(raw["names"]),
        kind=raw["kind"],
        security_role=raw["security_role"],
        as_of=date.fromisoformat(raw["as_of"]),
        members=tuple(
            catalogue.Membership(
                row["country"], period_of(row), tuple(map(period_of, row.get("suspended", [])))
            )
            for row in raw["members"]
        ),
        citation=raw["citation"],
    )


def _rule(raw: Entry) -> Rule:
    actors = tuple((code, role) for role in catalogue.ROLES for code in raw["actors"].get(role, []))
    return Rule(
        code=raw["code"],
        measure=raw["measure"],
        when=parse_condition(raw["when"]),
        priority=raw["priority"],
        rationale=raw["rationale"],
        actors=actors,
        citation=tuple(raw["citation"]),
    )


def _gate(raw: Entry) -> Gate:
    return Gate(
        code=raw["code"],
        kind=raw["kind"],
        title=raw["title"],
        applies_to=Selector.parse(raw["applies_to"]),
        holds=parse_condition(raw["holds"]),
        on_condition=tuple(
            NamedCondition(parse_condition(row["when"]), row["condition"])
            for row in raw.get("on_condition", [])
        ),
        says_holds=raw["says"]["holds"],
        says_fails=raw["says"]["fails"],
        says_unknown=raw["says"]["unknown"],
        opens=raw["opens"],
        citation=tuple(raw["citation"]),
    )


def _deferral(raw: Entry) -> Deferral:
    return Deferral(
        code=raw["code"],
        title=raw["title"],
        applies_to=Selector.parse(raw["applies_to"]),
        when=parse_condition(raw["when"]),
        reason=raw["reason"],
        look_again=raw["look_again"],
        citation=tuple(raw["citation"]),
    )


def _flag(raw: Entry) -> Flag:
    return Flag(
        code=raw["code"],
        when=parse_condition(raw["when"]),
        title=raw["title"],
        notice=raw["notice"],
        still=tuple(raw["still"]),
        beyond=tuple(raw["beyond"]),
        citation=tuple(raw["citation"]),
    )


def claim_of(raw: Entry) -> Claim:
    if "question" in raw:
        return parse_atom(raw)
    if "could_be" in raw:
        return CouldBeClaim(raw["measure"], tuple(raw["could_be"]))
    if "measure" in raw:
        return StatusClaim(raw["measure"], tuple(raw["status"]))
    if "some_measure" in raw:
        return SomeClaim(Selector.parse(raw["some_measure"]), tuple(raw["status"]))
    if "gate" in raw:
        return GateClaim(raw["gate"], raw["of"], tuple(raw["value"]))
    return FlagClaim(raw["flag"])


def _invariant(raw: Entry) -> Invariant:
    return Invariant(
        code=raw["code"],
        says=raw["says"],
        for_each=Selector.parse(raw["for_each"]) if "for_each" in raw else None,
        premise=cast("Claim | Group[Claim]", parse_tree(raw["if"], claim_of)),
        conclusion=cast("Claim | Group[Claim]", parse_tree(raw["then"], claim_of)),
        citation=tuple(raw["citation"]),
    )


def _carry(raw: Entry) -> Carry:
    value = raw.get("value")
    return Carry(
        to=raw["to"],
        take=raw.get("take"),
        value=frozenset(value) if isinstance(value, list) else value,
        when=parse_condition(raw["when"]) if "when" in raw else None,
    )


def _only_of(option: str, row: Carry) -> Carry:
    """A row of an option: it speaks only of answers in which that option is chosen."""
    question, _, code = option.partition(".")
    chosen = Atom(question, "in", (int(code) if code.isdecimal() else code,))
    return replace(row, when=Group("all", (chosen, *((row.when,) if row.when else ()))))


def retired_of(raw: Entry) -> Retired:
    kind, _, code = raw["code"].partition(".")
    rows = tuple(map(_carry, raw.get("carry", [])))
    return Retired(
        kind=kind,
        code=code,
        how=raw["how"],
        into=tuple(raw["into"]),
        why=raw["why"],
        carry=tuple(_only_of(code, row) for row in rows) if kind == "option" else rows,
        citation=tuple(raw.get("citation", [])),
    )


def _plain(raw: Entry) -> dict[str, Any]:
    """An entry without what is beside it: its translations and its editors' comment."""
    return {name: value for name, value in raw.items() if name not in ("translations", "comment")}


def build(document: Document) -> Rulebook:
    """The rulebook that a document describes, for a document that `parse` has accepted before."""
    return Rulebook(
        digest=digest_of(document),
        title=document["edition"]["title"],
        sources={
            raw["code"]: catalogue.Source(
                code=raw["code"],
                title=raw["title"],
                publisher=raw["publisher"],
                year=raw.get("year"),
                url=raw.get("url"),
                basis=raw.get("basis"),
            )
            for raw in document["sources"]
        },
        passages={raw["code"]: catalogue.Passage(**_plain(raw)) for raw in document["passages"]},
        questionnaire=Questionnaire(
            tuple(_section(raw) for raw in document["sections"]),
            tuple(question_of(raw) for raw in document["questions"]),
        ),
        measures={raw["code"]: measure_of(raw) for raw in document["measures"]},
        actors={raw["code"]: _actor(raw) for raw in document["actors"]},
        countries={raw["code"]: _country(raw) for raw in document["countries"]},
        organisations=tuple(_organisation(raw) for raw in document["organisations"]),
        rules=tuple(_rule(raw) for raw in document["rules"]),
        gates=tuple(_gate(raw) for raw in document["gates"]),
        deferrals=tuple(_deferral(raw) for raw in entries_of(document, "deferrals")),
        flags=tuple(_flag(raw) for raw in document["flags"]),
        invariants=tuple(_invariant(raw) for raw in document["invariants"]),
        retired=tuple(retired_of(raw) for raw in entries_of(document, "retired")),
    )
