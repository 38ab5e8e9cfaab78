"""The rulebook that a document describes: each entry as a value that the rules module uses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date
from typing import Any, TypeVar, get_args

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override

from cases.rulebook.editions.first_edition import FIRST_CONTRADICTIONS, FIRST_RISK_FACTORS
from cases.rulebook.entries.conditions import (
    Code,
    Condition,
    parse_atom,
    parse_condition,
    parse_tree,
    questions_of,
)
from cases.rulebook.entries.description import described, is_list, is_union, without_none
from cases.rulebook.entries.invariants import (
    Claim,
    CouldBeClaim,
    FlagClaim,
    GateClaim,
    SomeClaim,
    Statement,
    StatusClaim,
)
from cases.rulebook.entries.kinds import KINDS, entries_of
from cases.rulebook.entries.questions import Questionnaire, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Contradiction

Document = dict[str, Any]
Entry = Mapping[str, Any]
T = TypeVar("T")


def canonical(value: Any) -> str:
    """A JSON value in canonical form: sorted keys, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(value: Any) -> str:
    """SHA-256 of a JSON value in canonical form in UTF-8, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def read_claim(raw: Entry) -> Claim:
    """A line of an invariant: what it is shows in the fields that it has."""
    if "question" in raw:
        return parse_atom(raw)
    if "could_be" in raw:
        return read(CouldBeClaim, raw)
    if "measure" in raw:
        return read(StatusClaim, raw)
    if "some_measure" in raw:
        return read(SomeClaim, raw)
    if "gate" in raw:
        return read(GateClaim, raw)
    return read(FlagClaim, raw)


def read_statement(raw: Entry) -> Statement:
    """What an invariant says on one of its sides."""
    return parse_tree(raw, read_claim)


# How a union of types is read where the raw value does not name its type.
_UNIONS: Mapping[object, Callable[[Any], Any]] = {
    Condition: parse_condition,
    Statement: read_statement,
    Value: lambda raw: frozenset(raw) if isinstance(raw, list) else raw,
    Code: lambda raw: raw,
}
_reader = Converter(detailed_validation=False)
_reader.register_structure_hook(date, lambda raw, _kind: date.fromisoformat(raw))


@_reader.register_structure_hook_factory(is_dataclass)
def _structure_fields(kind: Any) -> Any:
    """How a described type is read: each field by its name in the document."""
    names: dict[str, Any] = {
        field.attribute: override(rename=field.name) for field in described(kind)
    }
    return make_dict_structure_fn(kind, _reader, **names)


def _union(raw: Any, kind: Any) -> Any:
    if raw is None:
        return None
    bare = without_none(kind)
    return _UNIONS[bare](raw) if bare in _UNIONS else _reader.structure(raw, bare)


def _structure_list(raw: Any, kind: Any) -> tuple[Any, ...]:
    """A list, or one value that is written without one."""
    item = get_args(kind)[0]
    return tuple(_reader.structure(one, item) for one in (raw if isinstance(raw, list) else [raw]))


_reader.register_structure_hook_func(is_union, _union)
_reader.register_structure_hook_func(is_list, _structure_list)


def read(kind: type[T], raw: Entry) -> T:
    """The value that a part of a document describes, for a part that the schema accepts."""
    return _reader.structure(raw, kind)


def build(document: Document) -> Rulebook:
    """The rulebook that a document describes, for a document that `parse` has accepted before."""

    def values(kind: str) -> tuple[Any, ...]:
        return tuple(read(KINDS[kind].type, raw) for raw in entries_of(document, kind))

    def by_code(kind: str) -> dict[str, Any]:
        return {item.code: item for item in values(kind)}

    questionnaire = Questionnaire(values("sections"), values("questions"))
    return Rulebook(
        digest=digest_of(document),
        title=document["edition"]["title"],
        sources=by_code("sources"),
        passages=by_code("passages"),
        questionnaire=questionnaire,
        measures=by_code("measures"),
        actors=by_code("actors"),
        countries=by_code("countries"),
        organisations=values("organisations"),
        rules=values("rules"),
        gates=values("gates"),
        deferrals=values("deferrals"),
        flags=values("flags"),
        invariants=values("invariants"),
        retired=values("retired"),
        contradictions=values("contradictions") or tuple(_first_contradictions(questionnaire)),
        risk_factors={**FIRST_RISK_FACTORS, **by_code("risk_factors")},
    )


def _first_contradictions(questionnaire: Questionnaire) -> Iterator[Contradiction]:
    """The contradictions of an edition without its own list: those whose questions it asks."""
    for item in FIRST_CONTRADICTIONS:
        if questions_of(item.first) | questions_of(item.second) <= questionnaire.by_code.keys():
            yield item
