"""Reports as JSON for programs, and the JSON Schema that is made from the same types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from cases.queries.reports.case_list import CaseList
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.texts import visible
from cases.queries.reports.values import Publisher, Report
from cases.queries.reports.wording import address

# What is published, by the name in its address.
KINDS: Mapping[str, type] = {"report": Report, "cases": CaseList}


def json_file(kind: str, value: Report | CaseList, organisation: Organisation) -> bytes:
    """A report as JSON, which names the schema that it follows and the organisation."""
    document = {
        "$schema": address(f"/schemas/{kind}.json"),
        "organisation": _dump(Publisher(organisation.name, organisation.classification)),
        **_dump(value),
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _dump(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _dump(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_dump(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return visible(value) if isinstance(value, str) else value


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of file."""
    defined: dict[str, Any] = {}
    root = KINDS[kind]
    _define(root, defined)
    whole = defined.pop(root.__name__)
    whole["properties"] = {
        "$schema": {"type": "string", "format": "uri"},
        "organisation": _schema_of(Publisher, defined),
        **whole["properties"],
    }
    whole["required"] = ["organisation", *whole["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": root.__name__,
        **whole,
        "$defs": dict(sorted(defined.items())),
    }


def _define(made: type, defined: dict[str, Any]) -> None:
    if made.__name__ in defined:
        return
    defined[made.__name__] = {}
    hints = get_type_hints(made)
    names = [field.name for field in fields(made)]
    defined[made.__name__] = {
        "description": " ".join((made.__doc__ or "").split()),
        "type": "object",
        "properties": {name: _schema_of(hints[name], defined) for name in names},
        "required": names,
        "additionalProperties": False,
    }


_PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Any: {},
}


def _schema_of(hint: Any, defined: dict[str, Any]) -> dict[str, Any]:
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    if isinstance(hint, type) and is_dataclass(hint):
        _define(hint, defined)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _schema_of(get_args(hint)[0], defined)}
    if get_origin(hint) is UnionType:
        return {"anyOf": [_schema_of(part, defined) for part in get_args(hint)]}
    raise TypeError(f"no JSON Schema for {hint}")
