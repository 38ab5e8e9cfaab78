"""The JSON Schema (draft 2020-12) of a rulebook document, made from the description of each kind of
entry.

The schema holds what can be said entry by entry; `loader` then checks what entries say of each
other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import is_dataclass
from datetime import date
from typing import Any, Literal, get_args, get_origin

from cases.rulebook.entries.conditions import Code, Condition
from cases.rulebook.entries.description import (
    CODE,
    LANGUAGE,
    WORD,
    Described,
    Translations,
    described,
)
from cases.rulebook.entries.invariants import CLAIMS, Statement
from cases.rulebook.entries.kinds import EDITION, KINDS, EntryKind
from cases.rulebook.entries.questions import Value

Schema = dict[str, Any]

# Our own annotation: the message if a field is missing or has too few items.
MISSING = "x-missing"

TEXT: Schema = {"type": "string", "minLength": 1, "pattern": r"\S"}
LEVEL: Schema = {"type": "integer", "minimum": 0, "maximum": 4}
OPTION_CODE: Schema = {"anyOf": [{"type": "string", "pattern": WORD}, {"type": "integer"}]}
CONDITION: Schema = {"$ref": "#/$defs/condition"}
STATEMENT: Schema = {"$ref": "#/$defs/statement"}

# The schemas of types other than plain texts, numbers, choices and mappings of fields.
_SHAPES: dict[Any, Schema] = {
    str: TEXT,
    bool: {"type": "boolean"},
    date: {"type": "string", "pattern": r"\A\d{4}-\d{2}-\d{2}\Z"},
    Code: OPTION_CODE,
    Value: {"anyOf": [OPTION_CODE, {"type": "array", "items": OPTION_CODE}]},
    Condition: CONDITION,
    Statement: STATEMENT,
    # By language the texts of an entry, each by its path: `title`, `options[none].label`.
    Translations: {
        "type": "object",
        "patternProperties": {
            LANGUAGE: {"type": "object", "additionalProperties": TEXT},
        },
        "additionalProperties": False,
    },
}


def _mapping(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _array(items: Schema, *, at_least: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": at_least}


def object_of(fields: Iterable[Described]) -> Schema:
    """The schema of a mapping with these fields, in their order."""
    fields = tuple(fields)
    return {
        "type": "object",
        "properties": {field.name: shape_of(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def shape_of(field: Described) -> Schema:
    """The schema of what a field holds."""
    shape = _item(field)
    if field.many:
        rows = _array(shape, at_least=field.about.at_least)
        if field.about.unique:
            rows["uniqueItems"] = True
        if field.about.missing:
            rows[MISSING] = field.about.missing
        shape = {"anyOf": [shape, _array(shape, at_least=1)]} if field.about.alone else rows
    elif field.about.at_least:
        shape = {**shape, "minProperties": field.about.at_least}
    return {"anyOf": [shape, {"type": "null"}]} if field.nullable else shape


def _item(field: Described) -> Schema:
    about = field.about
    if is_dataclass(field.type):
        return object_of(field.parts)
    if get_origin(field.type) is Literal:
        return {"enum": list(get_args(field.type))}
    if field.type is int:
        return {"type": "integer", "minimum": about.least, "maximum": about.most}
    pattern = about.pattern or (_pattern_of_code(about.refers_to) if about.refers_to else "")
    return {"type": "string", "pattern": pattern} if pattern else _SHAPES[field.type]


def _pattern_of_code(kind: str) -> str:
    """The pattern of the codes of a list."""
    return KINDS[kind].by_name["code"].about.pattern if kind in KINDS else CODE


def _tree(name: str, *lines: Schema) -> Schema:
    part = {"$ref": f"#/$defs/{name}"}
    groups = [_mapping({kind: _array(part, at_least=1)}) for kind in ("all", "any", "none")]
    return {"anyOf": [*groups, *lines]}


_OPERANDS = {
    "in": _array(OPTION_CODE, at_least=1),
    "none_of": _array(OPTION_CODE, at_least=1),
    "at_least": LEVEL,
    "at_most": LEVEL,
}
_ATOMS: tuple[Schema, ...] = tuple(
    _mapping({"question": {"type": "string", "pattern": CODE}, operator: operand})
    for operator, operand in _OPERANDS.items()
)
CLAIM_SCHEMAS = tuple(object_of(described(claim)) for claim in CLAIMS)
DEFINITIONS: Schema = {
    "condition": _tree("condition", *_ATOMS),
    "statement": _tree("statement", *_ATOMS, *CLAIM_SCHEMAS),
}


def entry_schema(kind: EntryKind) -> Schema:
    """The schema of one kind of entry."""
    schema = object_of(kind.fields)
    if kind.together:
        others = {name: [one for one in kind.together if one != name] for name in kind.together}
        schema["dependentRequired"] = others
    return schema


_ENTRIES: dict[str, Schema] = {name: entry_schema(kind) for name, kind in KINDS.items()}
# One schema for each kind of entry, so that an error names the entry and its field.
ENTRY_SCHEMAS: dict[str, Schema] = {
    name: {**schema, "$defs": DEFINITIONS} for name, schema in _ENTRIES.items()
}
EDITION_SCHEMA: Schema = object_of(described(EDITION.type))

DOCUMENT: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "rtop_assist rulebook",
    **_mapping(
        {
            "edition": EDITION_SCHEMA,
            **{name: _array(_ENTRIES[name]) for name, kind in KINDS.items() if not kind.optional},
        },
        {name: _array(_ENTRIES[name]) for name, kind in KINDS.items() if kind.optional},
    ),
    "$defs": DEFINITIONS,
}
