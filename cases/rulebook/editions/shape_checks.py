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

from cases.rulebook.editions.schema import (
    CLAIM_SCHEMAS,
    DEFINITIONS,
    EDITION_SCHEMA,
    ENTRY_SCHEMAS,
    MISSING,
)
from cases.rulebook.editions.tree_checks import not_a_line, tree_issues
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
            yield from entry_issues(validator, entry, origins.location(kind, index, entry))


def entry_issues(
    validator: jsonschema.Draft202012Validator, entry: Any, location: Location
) -> Iterator[Issue]:
    """What the schema of its kind refuses in an entry; in a condition, line by line."""
    for error in validator.iter_errors(entry):
        place, tree = location.at(path_of(error)), _tree_of(error)
        if tree is None:
            yield Issue(place, message_of(error))
            continue
        others = claim_issues if tree == "statement" else not_a_line
        found = list(tree_issues(error.instance, place, others))
        yield from found or [Issue(place, message_of(error))]


def _tree_of(error: jsonschema.ValidationError) -> str | None:
    """`condition` or `statement`, if that is what the schema needs where the error is."""
    schema = cast("dict[str, Any]", error.schema)
    for name, definition in DEFINITIONS.items():
        # A field that may be empty refers to the definition beside null.
        if schema == definition or {"$ref": f"#/$defs/{name}"} in schema.get("anyOf", []):
            return name
    return None


def claim_issues(raw: dict[Any, Any], location: Location) -> Iterator[Issue]:
    """What is wrong with a claim of a statement, by the claim that has most of its fields."""
    closest = max(CLAIM_SCHEMAS, key=lambda schema: len(raw.keys() & schema["properties"]))
    if not raw.keys() & closest["properties"]:
        yield from not_a_line(raw, location)
        return
    for error in jsonschema.Draft202012Validator(closest).iter_errors(raw):
        path = path_of(error)
        field = f"{location.field}.{path}" if path else location.field
        yield Issue(location.at(field), message_of(error))


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
    schema = cast("dict[str, Any]", error.schema)
    shown = _shown(error.instance)
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
    needed = _TYPES.get(str(error.validator_value)) if error.validator == "type" else None
    if needed and isinstance(error.instance, (dict, list)):
        return f"{needed} is needed here, not {shown}"
    return f"{shown} is not what is needed here"


_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a block of fields",
}


def _shown(value: Any) -> str:
    """A value as an error names it: a list or a block of fields by what it is."""
    if isinstance(value, dict):
        return _TYPES["object"]
    if isinstance(value, list):
        return _TYPES["array"]
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}…"


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
