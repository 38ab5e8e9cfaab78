"""A rulebook as a document: checked as a whole, and changed entry by entry.

The document is what an edition stores. Whatever its origin (fixtures, import, editor, API), it
passes `parse` here, so no rulebook that contradicts itself is ever accepted. `shape_checks` and
`content_checks` find what is wrong with it, `yaml_files` reads and writes it, and `builder` makes
a rulebook of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema

from cases.rulebook.editions.builder import Document, Entry, build
from cases.rulebook.editions.content_checks import Checker, circle_issues
from cases.rulebook.editions.schema import ENTRY_SCHEMAS
from cases.rulebook.editions.shape_checks import (
    entry_issues,
    is_too_deep,
    schema_issues,
    unkept_issues,
    with_code,
)
from cases.rulebook.editions.yaml_files import TOO_DEEP, Origins, read_folder
from cases.rulebook.entries.issues import Issue, Location, RulebookError
from cases.rulebook.entries.kinds import KINDS, entries_of
from cases.rulebook.entries.rulebook import Rulebook

# The kinds of entry that no other entry refers to, so that a change cannot make another entry
# wrong.
UNNAMED = ("rules", "gates", "deferrals")

# The fields by which an entry says which measures come before others.
COMES_FIRST = ("after", "opened_by", "ended_by")


# How many problems of a document are looked for. Nobody reads more, and a document in which
# everything is wrong would take minutes.
MOST_ISSUES = 500


def parse(document: Document, origins: Origins | None = None) -> Rulebook:
    """The rulebook that a document describes. Raises RulebookError with the problems found, each
    with its place.
    """
    origins = origins or Origins()
    issues = first_issues(schema_issues(document, origins))
    if issues:
        raise RulebookError(issues)
    issues = first_issues(Checker(document, origins).issues())
    if issues:
        raise RulebookError(issues)
    rulebook = build(document)
    issues = list(circle_issues(rulebook))
    if issues:
        raise RulebookError(issues)
    return rulebook


def first_issues(issues: Iterator[Issue]) -> list[Issue]:
    """The first of many problems, and a last one that says so if there are more."""
    found = list(islice(issues, MOST_ISSUES))
    if next(issues, None) is not None:
        more = f"these are the first {MOST_ISSUES} problems: correct them to see the others"
        found.append(Issue(Location(), more))
    return found


def _last_name(names: Sequence[Entry]) -> str:
    """The name that is still in use or, if there is none, the one that was used last."""
    last = max(names, key=lambda name: str(name.get("to") or "9999"), default=None)
    return str(last["name"]) if last else ""


def title_of(entry: Entry) -> str:
    """The title, name or sentence of an entry, or its code if it has none."""
    return str(
        entry.get("title")
        or entry.get("name")
        or _last_name(entry.get("names") or [])
        or entry.get("says")
        or entry.get("where")
        or entry["code"]
    )


def called(document: Document, kind: str, entry: Entry) -> str:
    """What people call an entry of a document: a rule by the measure that it calls for."""
    if kind == "rules":
        entry = next(
            (item for item in document["measures"] if item["code"] == entry["measure"]), entry
        )
    return title_of(entry)


def put_entry(document: Document, kind: str, code: str, entry: Entry | None) -> Document:
    """The document with the entry of this code replaced, added or removed."""
    entries: list[Entry] = list(entries_of(document, kind))
    indexes = [index for index, item in enumerate(entries) if item["code"] == code] if code else []
    if indexes:
        entries[indexes[0] : indexes[0] + 1] = [entry] if entry is not None else []
    elif entry is not None:
        entries.append(entry)
    if not entries and KINDS[kind].optional:
        return {name: value for name, value in document.items() if name != kind}
    return {**document, kind: entries}


def check_entry(document: Document, kind: str, entry: Any) -> list[Issue]:
    """What is wrong with one entry of a document whose other entries were accepted before."""
    location = Origins().location(kind, 0, with_code(entry))
    if is_too_deep(entry):
        return [Issue(location, TOO_DEEP)]
    unkept = first_issues(unkept_issues(entry, location))
    if unkept:
        return unkept
    validator = jsonschema.Draft202012Validator(ENTRY_SCHEMAS[kind])
    shape = first_issues(entry_issues(validator, entry, location))
    if shape:
        return shape
    checker = Checker(document, Origins())
    issues = list(checker.about(kind, entry) if kind in UNNAMED else checker.issues())
    if not issues and any(entry.get(field) for field in COMES_FIRST):
        issues = list(circle_issues(build(document)))
    return issues


def load_folder(folder: Path) -> tuple[Document, Rulebook]:
    """Read, check and parse a folder: the document to store and the rulebook that it is."""
    document, origins = read_folder(folder)
    return document, parse(document, origins)
