"""The shape of a rulebook document, as a JSON Schema (draft 2020-12).

The schema holds what can be said entry by entry; `document.check` then holds what entries say of
each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1, "pattern": r"\S"}
OPTIONAL_TEXT: Schema = {"anyOf": [TEXT, {"type": "null"}]}
# Codes stand in addresses. The end is \Z, because $ also fits before a line break.
CODE: Schema = {
    "type": "string",
    "pattern": r"\A[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-]))*\Z",
}
# That of a source may be the symbol of a document, such as A/68/947.
SOURCE_CODE: Schema = {
    "type": "string",
    "pattern": r"\A[A-Za-z0-9](?:[A-Za-z0-9_-]|[./](?=[A-Za-z0-9_-]))*\Z",
}
# Questions stand in the texts of rules too, between braces.
WORD: Schema = {"type": "string", "pattern": r"\A[a-z][a-z0-9_]*\Z"}
COUNTRY_CODE: Schema = {"type": "string", "pattern": r"\A[A-Z]{3}\Z"}
# A code of the edition before, after the kind of thing that it named.
RETIRED_CODE: Schema = {
    "type": "string",
    "pattern": r"\A(?:question|option|measure|actor)(?:\.[A-Za-z0-9_-]+)+\Z",
}
OPTION_CODE: Schema = {"anyOf": [WORD, {"type": "integer"}]}
LANGUAGE = r"\A[a-z]{2}\Z"
DATE: Schema = {"type": "string", "pattern": r"\A\d{4}-\d{2}-\d{2}\Z"}
URL: Schema = {"type": "string", "pattern": r"\Ahttps?://[^\s<>\"]+\Z"}
LEVEL: Schema = {"type": "integer", "minimum": 0, "maximum": 4}
CITATION: Schema = {"type": "array", "items": CODE, "minItems": 1, "uniqueItems": True}
CONDITION: Schema = {"$ref": "#/$defs/condition"}


def _entry(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Schema, *, at_least: int = 0) -> Schema:
    return {"type": "array", "items": items, "minItems": at_least}


def _one_or_more(items: Schema) -> Schema:
    return {"anyOf": [items, _list(items, at_least=1)]}


def _tree(name: str, *lines: Schema) -> Schema:
    part = {"$ref": f"#/$defs/{name}"}
    groups = [_entry({kind: _list(part, at_least=1)}) for kind in ("all", "any", "none")]
    return {"anyOf": [*groups, *lines]}


_ATOMS: tuple[Schema, ...] = tuple(
    _entry({"question": CODE, operator: operand})
    for operator, operand in (
        ("in", _list(OPTION_CODE, at_least=1)),
        ("none_of", _list(OPTION_CODE, at_least=1)),
        ("at_least", LEVEL),
        ("at_most", LEVEL),
    )
)
# `level`: how far the answer points to its question's risk factors, 0 not at all to 4 severely.
_OPTION: Schema = _entry({"code": OPTION_CODE, "label": TEXT, "meaning": TEXT}, {"level": LEVEL})
_FORM: Schema = {"enum": ["ENC", "CAP", "PRO"]}
_HORIZON: Schema = {"enum": ["immediate", "short", "long"]}
_GATE_KIND: Schema = {"enum": ["consent", "mandate", "do_no_harm"]}
_STATUSES: Schema = {
    "type": "array",
    "items": {
        "enum": ["recommended", "conditional", "deferred", "blocked", "open", "not_indicated"]
    },
    "minItems": 1,
}
_SELECTOR: Schema = {
    **_entry(
        {},
        {
            "measures": _one_or_more(CODE),
            "form": _one_or_more(_FORM),
            "horizon": _one_or_more(_HORIZON),
            "consent_scope": _one_or_more(CODE),
            "needs_mandate": {"type": "boolean"},
            "coercive": {"type": "boolean"},
        },
    ),
    "minProperties": 1,
}
_CLAIMS: tuple[Schema, ...] = (
    _entry({"measure": CODE, "status": _STATUSES}),
    _entry({"measure": CODE, "could_be": _STATUSES}),
    _entry({"some_measure": _SELECTOR, "status": _STATUSES}),
    _entry(
        {
            "gate": _GATE_KIND,
            "of": CODE,
            "value": _list({"enum": ["holds", "on_condition", "fails"]}, at_least=1),
        }
    ),
    _entry({"flag": CODE}),
)
# What studies say of a measure; it is shown beside the advice and decides nothing.
_EVIDENCE: Schema = _entry(
    {
        "strength": {"enum": ["strong", "moderate", "limited", "none"]},
        "direct": {"type": "boolean"},
        "says": TEXT,
        "contextual": _list(TEXT),
        "design": _list(TEXT),
        "sources": {**CITATION, "items": SOURCE_CODE, "minItems": 0},
        "reviewed_on": DATE,
    },
    # A desk review that no expert has checked, or one that an expert has.
    {"review": {"enum": ["desk", "expert"]}},
)
# By language the texts of an entry, each by its path: `title`, `options[none].label`.
_TRANSLATIONS: Schema = {
    "type": "object",
    "patternProperties": {LANGUAGE: {"type": "object", "additionalProperties": TEXT}},
    "additionalProperties": False,
}
_PERIOD: dict[str, Schema] = {"from": DATE, "to": DATE}
_NAMES = _list(_entry({"name": TEXT}, {"short": TEXT, **_PERIOD}), at_least=1)
_ACTORS = _list(CODE)

# Questions with the same options, laid out as the rows of one table.
_TABLE: Schema = _entry(
    {"code": WORD, "title": TEXT, "questions": _list(WORD, at_least=2)}, {"hint": TEXT}
)
# How an old answer becomes a new one: `take` copies the answer of an old question, `value` is fixed.
_CARRY: Schema = {
    **_entry(
        {"to": WORD},
        {
            "take": WORD,
            "value": {"anyOf": [OPTION_CODE, _list(OPTION_CODE)]},
            "when": CONDITION,
        },
    ),
    "minProperties": 2,
}

_ENTRIES: dict[str, Schema] = {
    "sources": _entry(
        {"code": SOURCE_CODE, "title": TEXT, "publisher": TEXT},
        {
            "year": {
                "anyOf": [{"type": "integer", "minimum": 1000, "maximum": 2200}, {"type": "null"}]
            },
            "url": {"anyOf": [URL, {"type": "null"}]},
            # Whether the text was read, or what it says is general knowledge of the field.
            "basis": {"enum": ["read", "general_knowledge"]},
        },
    ),
    "passages": _entry({"code": CODE, "source": SOURCE_CODE, "where": TEXT, "says": TEXT}),
    "sections": _entry({"code": WORD, "title": TEXT, "intro": TEXT}, {"tables": _list(_TABLE)}),
    "questions": {
        **_entry(
            {
                "code": WORD,
                "section": WORD,
                "kind": {"enum": ["single", "multiple", "scale"]},
                "title": TEXT,
                "text": TEXT,
                "why": TEXT,
                "help": TEXT,
                "options": _list(
                    _entry({"code": OPTION_CODE, "label": TEXT, "meaning": TEXT}, {"level": LEVEL}),
                    at_least=2,
                ),
                "risk_factors": _list({"type": "string", "pattern": r"\ARF([1-9]|1[0-4])\Z"}),
                "citation": CITATION,
            },
            {"show_if": CONDITION, "default": {"anyOf": [OPTION_CODE, _list(OPTION_CODE)]}},
        ),
        "dependentRequired": {"show_if": ["default"], "default": ["show_if"]},
    },
    "measures": _entry(
        {
            "code": CODE,
            "form": _FORM,
            "title": TEXT,
            "horizon": _HORIZON,
            "consent_scope": {"anyOf": [CODE, {"type": "null"}]},
            "needs_mandate": {"type": "boolean"},
            "coercive": {"type": "boolean"},
            "what": TEXT,
            "how": TEXT,
            "cautions": _list(_entry({"text": TEXT}, {"when": CONDITION}), at_least=1),
            "citation": CITATION,
        },
        {
            "builds_on": {"anyOf": [_entry({"when": CONDITION, "what": TEXT}), {"type": "null"}]},
            "boundary": OPTIONAL_TEXT,
            "evidence": _EVIDENCE,
        },
    ),
    "actors": _entry(
        {
            "code": WORD,
            "category": {
                "enum": [
                    "governments_regional",
                    "un_organs",
                    "un_departments",
                    "un_agencies_others",
                    "icc",
                    "non_state",
                    "host_state",
                ]
            },
            "names": _NAMES,
            "mandate": TEXT,
            "can": _list(
                _entry(
                    {
                        "measure": CODE,
                        "role": {"enum": ["lead", "support", "authorise"]},
                        "does": TEXT,
                    },
                    {"needs": OPTIONAL_TEXT, "always": {"type": "boolean"}},
                ),
                at_least=1,
            ),
            "needs_first": OPTIONAL_TEXT,
            "citation": CITATION,
        }
    ),
    "countries": _entry(
        {"code": COUNTRY_CODE, "name": TEXT, "un": {"enum": ["member", "observer"]}},
        {"since": {"anyOf": [DATE, {"type": "null"}]}},
    ),
    "organisations": _entry(
        {
            "code": CODE,
            "names": _NAMES,
            "kind": {"enum": ["regional", "subregional", "crossregional"]},
            "security_role": {"type": "boolean"},
            "as_of": DATE,
            "members": _list(
                _entry(
                    {"country": COUNTRY_CODE},
                    {
                        **_PERIOD,
                        "suspended": _list(_entry({"from": DATE}, {"to": DATE})),
                        # Only the year of the dates is known: they stand for the whole year.
                        "precision": {"enum": ["year"]},
                    },
                ),
                at_least=1,
            ),
            "citation": TEXT,
        }
    ),
    "rules": _entry(
        {
            "code": CODE,
            "measure": CODE,
            "when": CONDITION,
            "priority": {"enum": ["urgent", "high", "medium", "low"]},
            "rationale": TEXT,
            "actors": _entry({}, {"lead": _ACTORS, "support": _ACTORS, "authorise": _ACTORS}),
            "citation": CITATION,
        }
    ),
    "gates": _entry(
        {
            "code": CODE,
            "kind": _GATE_KIND,
            "title": TEXT,
            "applies_to": _SELECTOR,
            "holds": CONDITION,
            "says": _entry({"holds": TEXT, "fails": TEXT, "unknown": TEXT}),
            "opens": TEXT,
            "citation": CITATION,
        },
        {"on_condition": _list(_entry({"when": CONDITION, "condition": TEXT}))},
    ),
    "deferrals": _entry(
        {
            "code": CODE,
            "title": TEXT,
            "applies_to": _SELECTOR,
            "when": CONDITION,
            "reason": TEXT,
            "look_again": TEXT,
            "citation": CITATION,
        }
    ),
    "flags": _entry(
        {
            "code": CODE,
            "when": CONDITION,
            "title": TEXT,
            "notice": TEXT,
            "still": _list(CODE),
            "beyond": _list(TEXT),
            "citation": CITATION,
        }
    ),
    "invariants": _entry(
        {
            "code": CODE,
            "says": TEXT,
            "if": {"$ref": "#/$defs/statement"},
            "then": {"$ref": "#/$defs/statement"},
            "citation": CITATION,
        },
        {"for_each": _SELECTOR},
    ),
    "retired": _entry(
        {
            "code": RETIRED_CODE,
            "how": {"enum": ["replaced", "split", "dropped"]},
            "into": _list(CODE),
            "why": TEXT,
        },
        {"carry": _list(_CARRY), "citation": CITATION},
    ),
}

for _shape in _ENTRIES.values():
    # What those who edit an entry want each other to know; nobody else reads it.
    _shape["properties"]["comment"] = TEXT
    _shape["properties"]["translations"] = _TRANSLATIONS

# The lists of a document, in the order in which it is written out.
KINDS: tuple[str, ...] = tuple(_ENTRIES)
# Those that a document may lack, which says the same as an empty list.
OPTIONAL_KINDS: tuple[str, ...] = ("deferrals", "retired")


def entries_of(document: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """The entries of one list of a document; none where it lacks the list."""
    return cast("list[dict[str, Any]]", document.get(kind, []))


DEFINITIONS: Schema = {
    "condition": _tree("condition", *_ATOMS),
    "statement": _tree("statement", *_ATOMS, *_CLAIMS),
}
EDITION: Schema = _entry(
    {"title": TEXT, "language": {"type": "string", "pattern": LANGUAGE}}, {"note": TEXT}
)

# One schema for each kind of entry, so that an error names the entry and its field.
ENTRY_SCHEMAS: dict[str, Schema] = {
    kind: {**schema, "$defs": DEFINITIONS} for kind, schema in _ENTRIES.items()
}
