"""What is wrong with the shape of a document: the schema, and characters that no file keeps."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, cast

import jsonschema

from cases.rulebook.editions.schema import DEFINITIONS, EDITION_SCHEMA, ENTRY_SCHEMAS, MISSING
from cases.rulebook.editions.yaml_files import DEPTH, TOO_DEEP, Origins
from cases.rulebook.entries.issues import Issue, Location
from cases.rulebook.entries.kinds import KINDS

# Control characters but tab and line break, halves of characters, and what YAML takes for a line
# break.
UNKEPT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def schema_issues(document: Any, origins: Origins) -> Iterator[Issue]:
    if not isinstance(document, dict):
        yield Issue(Location(), "a rulebook must be a mapping of lists")
        return
    edition = jsonschema.Draft202012Validator({**EDITION_SCHEMA, "$defs": DEFINITIONS})
    unkept = list(unkept_issues(document.get("edition", {}), Location("", "edition")))
    yield from unkept
    for error in [] if unkept else edition.iter_errors(document.get("edition", {})):
        yield Issue(Location("", "edition", "", path_of(error)), message_of(error))
    for name in document.keys() - {"edition", *KINDS}:
        yield Issue(Location("", str(name)), f"not one of edition, {', '.join(KINDS)}")
    for kind, described in KINDS.items():
        validator = jsonschema.Draft202012Validator(ENTRY_SCHEMAS[kind])
        if kind not in document:
            if described.optional:
                continue
            yield Issue(Location("", kind), "the list is missing: an empty one is []")
            continue
        entries = document[kind]
        if not isinstance(entries, list):
            yield Issue(Location("", kind), "a list of entries is needed")
            continue
        for index, entry in enumerate(entries):
            if is_too_deep(entry):
                yield Issue(origins.location(kind, index, entry), TOO_DEEP)
                continue
            unkept = list(unkept_issues(entry, origins.location(kind, index, with_code(entry))))
            if unkept:
                yield from unkept
                continue
            if _has_its_shape(kind, repr(entry)):
                continue
            for error in validator.iter_errors(entry):
                yield Issue(origins.location(kind, index, entry, path_of(error)), message_of(error))


@lru_cache(maxsize=8192)
def _has_its_shape(kind: str, written: str) -> bool:
    """Whether an entry, as `repr` writes it, fits the schema of its kind.

    The result is cached, because a save changes one entry of many.
    """
    validator = jsonschema.Draft202012Validator(ENTRY_SCHEMAS[kind])
    return validator.is_valid(ast.literal_eval(written))


def path_of(error: jsonschema.ValidationError) -> str:
    """The field that has a schema error, such as `when.all[0].in`."""
    text = ""
    for part in error.absolute_path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def message_of(error: jsonschema.ValidationError) -> str:
    """A schema error in words that say what to do."""
    value = json.dumps(error.instance, ensure_ascii=False, default=str)
    schema = cast("dict[str, Any]", error.schema)
    shown = value if len(value) <= 80 else f"{value[:77]}…"
    if error.validator == "required":
        present = error.instance if isinstance(error.instance, dict) else {}
        missing = [name for name in cast("list[str]", error.validator_value) if name not in present]
        why = [text for name in missing if (text := schema["properties"][name].get(MISSING))]
        return ": ".join([f"{', '.join(missing)} is missing", *why])
    if error.validator == "dependentRequired":
        return "'show_if' and 'default' go together: one of them is missing"
    if error.validator == "additionalProperties":
        allowed = ", ".join(schema.get("properties", ["the two letters of a language"]))
        unknown = error.message.split("(")[-1].rstrip(")")
        return f"unknown field: {unknown} (known: {allowed})"
    if error.validator == "enum":
        return (
            f"{shown} is not one of {', '.join(map(str, cast('list[Any]', error.validator_value)))}"
        )
    if error.validator in ("minItems", "minLength"):
        return str(schema.get(MISSING, "must not be empty"))
    if error.validator == "pattern":
        return (
            f"{shown} does not have the form that is needed here"
            if str(error.instance).strip()
            else "must not be empty"
        )
    if error.validator == "anyOf" and isinstance(error.instance, dict):
        return f"{shown} is neither a group (all, any, none) nor a line of a known form"
    return f"{shown} is not what is needed here"


def with_code(entry: Any) -> Any:
    """An entry, if it can be named by its code."""
    return (
        entry if isinstance(entry, dict) and not UNKEPT.search(str(entry.get("code", ""))) else None
    )


def unkept_issues(value: Any, location: Location) -> Iterator[Issue]:
    """What a file or database would not keep unchanged: control characters, and numbers that are
    not whole.
    """
    if isinstance(value, str):
        match = UNKEPT.search(value)
        if match:
            yield Issue(
                location, f"the character U+{ord(match[0]):04X} cannot be kept: take it out"
            )
    elif isinstance(value, float):
        yield Issue(location, "a whole number is needed")
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from unkept_issues(str(name), location)
            yield from unkept_issues(
                part,
                location.at(f"{location.field}.{name}" if location.field else str(name)),
            )
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from unkept_issues(part, location.at(f"{location.field}[{index}]"))


def is_too_deep(value: Any) -> bool:
    """Whether lists and mappings are nested deeper than DEPTH."""
    level = [value]
    for _ in range(DEPTH):
        parts = [
            item.values() if isinstance(item, dict) else item
            for item in level
            if isinstance(item, (dict, list))
        ]
        level = list(chain.from_iterable(parts))
        if not level:
            return False
    return any(isinstance(item, (dict, list)) for item in level)
