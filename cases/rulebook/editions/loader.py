"""A rulebook as a document: checked as a whole, and changed entry by entry.

The document is what an edition stores. Whatever its origin (fixtures, import, editor, API), it
passes `parse` here, so no rulebook that contradicts itself is ever accepted. `files` reads and
writes documents, `building` makes rulebooks of them.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar, cast

import jsonschema

from cases.rulebook.editions.builder import Document, Entry, build, read, read_statement
from cases.rulebook.editions.schema import DEFINITIONS, EDITION_SCHEMA, ENTRY_SCHEMAS, MISSING
from cases.rulebook.editions.yaml_files import DEPTH, TOO_DEEP, Origins, read_folder
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.conditions import (
    Atom,
    Code,
    check_atom,
    check_condition,
    leaves,
    parse_condition,
    questions_of,
)
from cases.rulebook.entries.description import Held, walk
from cases.rulebook.entries.issues import Issue, Location, RulebookError
from cases.rulebook.entries.kinds import KINDS, entries_of
from cases.rulebook.entries.questions import MOST_OPTIONS, Question, consent_scopes, phases
from cases.rulebook.entries.rules import (
    EACH,
    CouldBeClaim,
    FlagClaim,
    GateClaim,
    How,
    Retired,
    RetiredKind,
    Rulebook,
    Selector,
    SomeClaim,
    StatusClaim,
)
from cases.rulebook.reasoning.sequence import circle
from cases.rulebook.wording.translation import braces_in, texts_of

# Control characters but tab and line break, halves of characters, and what YAML takes for a line
# break.
UNKEPT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")

# What no other entry names, so that a change of one can make nothing else wrong.
UNNAMED = ("rules", "gates", "deferrals")

# The fields by which an entry says which measures come before others.
COMES_FIRST = ("after", "opened_by", "ended_by")

# How many codes take the place of one that is retired, at least and at most, and in words.
INTO: Mapping[How, tuple[int, int, str]] = {
    "replaced": (1, 1, "exactly one code"),
    "split": (2, sys.maxsize, "at least two codes"),
    "dropped": (0, 0, "no code"),
}


def parse(document: Document, origins: Origins | None = None) -> Rulebook:
    """The rulebook that a document describes. Raises RulebookError with every problem found, each
    with its place.
    """
    origins = origins or Origins()
    issues = list(_schema_issues(document, origins))
    if issues:
        raise RulebookError(issues)
    issues = list(_Checker(document, origins).issues())
    if issues:
        raise RulebookError(issues)
    rulebook = build(document)
    issues = list(_circle(rulebook))
    if issues:
        raise RulebookError(issues)
    return rulebook


def title_of(entry: Entry) -> str:
    """What an entry is called, as far as it says so itself: its code where it has no title, name or
    sentence.
    """
    names = entry.get("names")
    named = names[0]["name"] if names else ""
    return str(
        entry.get("title")
        or entry.get("name")
        or named
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


def put_entry(document: Document, kind: str, code: str, entry: dict[str, Any] | None) -> Document:
    """The document with an entry in the place of the one with this code, added where there is none,
    or without it.
    """
    entries = list(entries_of(document, kind))
    indexes = [index for index, item in enumerate(entries) if item["code"] == code] if code else []
    if indexes:
        entries[indexes[0] : indexes[0] + 1] = [entry] if entry is not None else []
    elif entry is not None:
        entries.append(entry)
    if not entries and KINDS[kind].optional:
        return {name: value for name, value in document.items() if name != kind}
    return {**document, kind: entries}


def check_entry(document: Document, kind: str, entry: Any) -> list[Issue]:
    """What is wrong with a document of which all but this entry, which stands in it, was accepted
    before.
    """
    location = Origins().location(kind, 0, _with_code(entry))
    if _is_too_deep(entry):
        return [Issue(location, TOO_DEEP)]
    unkept = list(_unkept(entry, location))
    if unkept:
        return unkept
    validator = jsonschema.Draft202012Validator(ENTRY_SCHEMAS[kind])
    shape = [
        Issue(_at(location, _path(error)), _say(error)) for error in validator.iter_errors(entry)
    ]
    if shape:
        return shape
    checker = _Checker(document, Origins())
    issues = list(checker.about(kind, entry) if kind in UNNAMED else checker.issues())
    if not issues and any(entry.get(field) for field in COMES_FIRST):
        issues = list(_circle(build(document)))
    return issues


def load_folder(folder: Path) -> tuple[Document, Rulebook]:
    """Read, check and parse a folder: the document to store and the rulebook that it is."""
    document, origins = read_folder(folder)
    return document, parse(document, origins)


def _schema_issues(document: Any, origins: Origins) -> Iterator[Issue]:
    if not isinstance(document, dict):
        yield Issue(Location(), "a rulebook is a mapping of lists")
        return
    edition = jsonschema.Draft202012Validator({**EDITION_SCHEMA, "$defs": DEFINITIONS})
    unkept = list(_unkept(document.get("edition", {}), Location("", "edition")))
    yield from unkept
    for error in [] if unkept else edition.iter_errors(document.get("edition", {})):
        yield Issue(Location("", "edition", "", _path(error)), _say(error))
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
            if _is_too_deep(entry):
                yield Issue(origins.location(kind, index, entry), TOO_DEEP)
                continue
            unkept = list(_unkept(entry, origins.location(kind, index, _with_code(entry))))
            if unkept:
                yield from unkept
                continue
            if _has_its_shape(kind, repr(entry)):
                continue
            for error in validator.iter_errors(entry):
                yield Issue(origins.location(kind, index, entry, _path(error)), _say(error))


@lru_cache(maxsize=8192)
def _has_its_shape(kind: str, written: str) -> bool:
    """Whether an entry, as `repr` writes it, fits the schema of its kind.

    Kept, since a save changes one entry of many: the rest is not looked at again.
    """
    validator = jsonschema.Draft202012Validator(ENTRY_SCHEMAS[kind])
    return validator.is_valid(ast.literal_eval(written))


def _path(error: jsonschema.ValidationError) -> str:
    """The field in which a schema error lies, as `when.all[0].in`."""
    text = ""
    for part in error.absolute_path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _say(error: jsonschema.ValidationError) -> str:
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
        return f"a field that is not known here: {unknown} (known: {allowed})"
    if error.validator == "enum":
        return (
            f"{shown} is not one of {', '.join(map(str, cast('list[Any]', error.validator_value)))}"
        )
    if error.validator in ("minItems", "minLength"):
        return str(schema.get(MISSING, "must not be empty"))
    if error.validator == "pattern":
        return (
            f"{shown} has not the form that is needed here"
            if str(error.instance).strip()
            else "must not be empty"
        )
    if error.validator == "anyOf" and isinstance(error.instance, dict):
        return f"{shown} is neither a group (all, any, none) nor a line that is known here"
    return f"{shown} is not what is needed here"


class _Checker:
    """What entries say of each other, over a document whose entries each have the right shape."""

    def __init__(self, document: Document, origins: Origins) -> None:
        self.document = document
        self.origins = origins
        self.codes: dict[str, set[str]] = {
            kind: {entry["code"] for entry in entries_of(document, kind)} for kind in KINDS
        }
        # Those that were checked: of a question with `show_if` only the earlier ones count.
        self.questions: dict[str, Question] = {}
        self.capabilities = {
            (actor["code"], item["measure"], item["role"])
            for actor in document["actors"]
            for item in actor["can"]
        }

    def issues(self) -> Iterator[Issue]:
        # Questions first: conditions are checked against them.
        for kind in dict.fromkeys(("questions", *KINDS)):
            seen: set[str] = set()
            for index, entry in enumerate(entries_of(self.document, kind)):
                location = self.origins.location(kind, index, entry)
                if entry["code"] in seen:
                    yield Issue(location, "this code stands twice")
                seen.add(entry["code"])
                yield from self._entry(kind, entry, location)

    def about(self, kind: str, entry: Entry) -> Iterator[Issue]:
        """What is wrong with one entry of a kind that no other entry names."""
        self.questions = {raw["code"]: read(Question, raw) for raw in self.document["questions"]}
        location = self.origins.location(kind, 0, entry)
        if sum(item["code"] == entry["code"] for item in entries_of(self.document, kind)) > 1:
            yield Issue(location, "this code stands twice")
        yield from self._entry(kind, entry, location)

    def _entry(self, kind: str, entry: Entry, location: Location) -> Iterator[Issue]:
        yield from self._addressable(entry, location)
        yield from self._translated(kind, entry, location)
        items = tuple(walk(KINDS[kind].fields, entry))
        conditions = [parse_condition(item.value) for item in items if item.field.is_condition]
        questions = frozenset[str]().union(*map(questions_of, conditions))
        for item in items:
            yield from self._field(entry, item, questions, location)
        check = self.OWN_CHECKS.get(kind)
        if check:
            yield from check(self, entry, location)

    def _field(
        self, entry: Entry, item: Held, questions: frozenset[str], location: Location
    ) -> Iterator[Issue]:
        """What is wrong with a field by its description; `questions` are those of the entry's
        conditions.
        """
        about = item.field.about
        if about.refers_to == "consent_scope":
            yield from self._scopes(item.values, _at(location, item.path))
        elif about.refers_to == "phase":
            yield from self._phases(item.values, _at(location, item.path))
        elif about.refers_to == "problem":
            yield from self._problems(item.values, _at(location, item.path))
        elif about.refers_to:
            yield from self._known(item.values, about.refers_to, _at(location, item.path))
        elif about.filled_in:
            yield from _placeholders(item.value, questions, _at(location, item.path))
        elif item.field.is_condition:
            yield from self._condition(entry, item, _at(location, item.path))
        elif item.field.type is date:
            yield from _date(item, _at(location, item.path))
        elif item.field.type is Selector:
            yield from self._selector(item.value, _at(location, item.path))

    def _known(self, codes: Iterable[str], kind: str, where: Location) -> Iterator[Issue]:
        for code in codes:
            if code not in self.codes[kind]:
                yield Issue(where, f"there is no '{code}' among the {kind}")

    def _scopes(self, codes: Iterable[str], where: Location) -> Iterator[Issue]:
        known = consent_scopes(self.questions)
        for code in codes:
            if code not in known:
                listed = ", ".join(known) or "none"
                yield Issue(
                    where,
                    f"no question asks for consent to '{code}': the kinds of help are {listed}",
                )

    def _phases(self, codes: Iterable[str], where: Location) -> Iterator[Issue]:
        known = phases(self.questions)
        for code in codes:
            if code not in known:
                listed = ", ".join(known) or "none"
                yield Issue(where, f"there is no phase '{code}': the phases are {listed}")

    def _problems(self, codes: Iterable[str], where: Location) -> Iterator[Issue]:
        for code in codes:
            question = self.questions.get(code)
            if question is None or question.problem is None:
                yield Issue(where, f"no question '{code}' describes a problem")

    @staticmethod
    def _addressable(entry: Entry, location: Location) -> Iterator[Issue]:
        """A code stands in the address of the entry's page, beside those of a new entry and of a
        removal.
        """
        if entry["code"] == "new" or entry["code"].endswith(("/new", "/remove")):
            yield Issue(
                _at(location, "code"), "'new' and '/remove' at the end name pages of the editor"
            )

    def _translated(self, kind: str, entry: Entry, location: Location) -> Iterator[Issue]:
        """What is wrong with the translations of an entry: each is of a text that it has, with the
        same braces.
        """
        if "translations" not in entry:
            return
        texts = texts_of(kind, entry)
        for language, translations in entry["translations"].items():
            where = _at(location, f"translations.{language}")
            if language == self.document["edition"]["language"]:
                yield Issue(where, "the entry is written in that language itself")
            for path, text in translations.items():
                where = _at(location, f"translations.{language}.{path}")
                if path not in texts:
                    yield Issue(where, "the entry has no such text")
                elif braces_in(text) != braces_in(texts[path]):
                    names = sorted(braces_in(texts[path]) or ())
                    needed = ", ".join(f"{{{name}}}" for name in names) or "none"
                    message = f"the braces must be those of the original: {needed}"
                    yield Issue(where, message)

    def _condition(self, entry: Entry, item: Held, where: Location) -> Iterator[Issue]:
        if item.path != "show_if":
            yield from check_condition(parse_condition(item.value), self.questions, where)
            return
        # Only earlier questions are in self.questions, so neither a question nor a chain of them
        # can depend on itself.
        later = {raw["code"] for raw in self.document["questions"]} - self.questions.keys()
        for atom in leaves(parse_condition(item.value)):
            if atom.question in later:
                itself = atom.question == entry["code"]
                on = "on itself" if itself else f"on the later question '{atom.question}'"
                yield Issue(
                    where,
                    f"depends {on}: it would be circular; "
                    "a question may depend on earlier ones only",
                )
            else:
                yield from check_atom(atom, self.questions, where)

    def _selector(self, raw: Entry, where: Location) -> Iterator[Issue]:
        selector = read(Selector, raw)
        if not any(selector.fits(measure) for measure in self._measures_of_document):
            yield Issue(where, "no measure fits")

    @cached_property
    def _measures_of_document(self) -> list[Measure]:
        """The measures without their evidence, whose dates may be wrong and decide nothing."""
        return [
            read(Measure, {name: value for name, value in entry.items() if name != "evidence"})
            for entry in self.document["measures"]
        ]

    def _question(self, entry: Entry, location: Location) -> Iterator[Issue]:
        options = [option["code"] for option in entry["options"]]
        where = _at(location, "options")
        if len(set(options)) < len(options):
            yield Issue(where, "an option's code stands twice")
        if entry["kind"] == "scale" and options != [0, 1, 2, 3, 4]:
            yield Issue(where, "a scale has the options 0, 1, 2, 3 and 4, in this order")
        if entry["kind"] == "multiple" and len(options) > MOST_OPTIONS:
            message = f"several answers can be chosen of {MOST_OPTIONS} options at most"
            yield Issue(where, message)
        if entry["kind"] != "scale" and not all(isinstance(code, str) for code in options):
            yield Issue(where, "an option's code is a word; numbers are for scales")
        question = read(Question, entry)
        if "default" in entry:
            try:
                question.read(entry["default"])
            except ValueError as error:
                yield Issue(_at(location, "default"), str(error))
        self.questions[question.code] = question

    def _section(self, entry: Entry, location: Location) -> Iterator[Issue]:
        tables = entry.get("tables", [])
        for index, table in enumerate(tables):
            where = _at(location, f"tables[{index}].questions")
            rows = [self.questions[code] for code in table["questions"] if code in self.questions]
            yield from self._table(entry["code"], rows, where)
        twice = {
            "code": [table["code"] for table in tables],
            "questions": [code for table in tables for code in table["questions"]],
        }
        for field, codes in twice.items():
            for code, count in Counter(codes).items():
                if count > 1:
                    yield Issue(_at(location, "tables"), f"'{code}' stands twice in its {field}")

    def _table(self, section: str, rows: list[Question], where: Location) -> Iterator[Issue]:
        """What is wrong with questions that are to be the rows of one table of a section."""
        for row in rows:
            if row.section != section:
                yield Issue(where, f"'{row.code}' belongs to another section")
            if row.kind == "multiple":
                yield Issue(where, f"several options can be chosen of '{row.code}'")
            if _options_of(row) != _options_of(rows[0]):
                yield Issue(where, f"'{row.code}' has not the options of '{rows[0].code}'")
        codes = list(self.questions)
        first = codes.index(rows[0].code) if rows else 0
        if [row.code for row in rows] != codes[first : first + len(rows)]:
            yield Issue(where, "they must follow each other in the questionnaire")

    def _measure(self, entry: Entry, location: Location) -> Iterator[Issue]:
        prefix = f"{entry['form'].lower()}."
        if not entry["code"].startswith(prefix):
            yield Issue(_at(location, "code"), f"begins with '{prefix}', as its form does")
        evidence = entry.get("evidence")
        if evidence and evidence["strength"] != "none" and not evidence["sources"]:
            yield Issue(
                _at(location, "evidence.sources"), "evidence of any strength names its sources"
            )
        yield from self._acts_on(entry, location)
        yield from self._lines(entry, location)

    def _acts_on(self, entry: Entry, location: Location) -> Iterator[Issue]:
        named = Counter(row["problem"] for row in entry.get("acts_on", []))
        for code, count in named.items():
            if count > 1:
                yield Issue(_at(location, "acts_on"), f"'{code}' stands twice")

    def _lines(self, entry: Entry, location: Location) -> Iterator[Issue]:
        """A measure that has a line in some phase has exactly one in each."""
        if not entry.get("lines"):
            return
        counts = Counter(phase for row in entry["lines"] for phase in row["phases"])
        where = _at(location, "lines")
        for phase in phases(self.questions):
            if counts[phase] != 1:
                times = "in no line" if not counts[phase] else "in more than one line"
                yield Issue(where, f"the phase '{phase}' is {times}")
        lines = Counter(row["line"] for row in entry["lines"])
        for line, count in lines.items():
            if count > 1:
                yield Issue(where, f"the line '{line}' stands twice")

    def _country(self, entry: Entry, location: Location) -> Iterator[Issue]:
        if entry["code"] in entry.get("neighbours", ()):
            yield Issue(_at(location, "neighbours"), "a country is no neighbour of its own")

    def _actor(self, entry: Entry, location: Location) -> Iterator[Issue]:
        pairs = Counter((item["measure"], item["role"]) for item in entry["can"])
        for (measure, role), count in pairs.items():
            if count > 1:
                yield Issue(_at(location, "can"), f"'{measure}' stands twice in the role {role}")
        able = {item["measure"] for item in entry["can"]}
        for index, row in enumerate(entry.get("suitability", [])):
            for code in row.get("measures", ()):
                if code in self.codes["measures"] and code not in able:
                    where = _at(location, f"suitability[{index}].measures")
                    yield Issue(where, f"it has no entry in its 'can' for '{code}'")

    def _rule(self, entry: Entry, location: Location) -> Iterator[Issue]:
        measure = entry["measure"]
        if not entry["code"].startswith(f"{measure}."):
            yield Issue(_at(location, "code"), f"begins with its measure's code, '{measure}.'")
        for role, codes in entry["actors"].items():
            for code in codes:
                can = (code, measure, role) in self.capabilities
                if code in self.codes["actors"] and not can:
                    yield Issue(
                        _at(location, f"actors.{role}"),
                        f"'{code}' has no entry in its 'can' for '{measure}' in the role {role}",
                    )

    def _invariant(self, entry: Entry, location: Location) -> Iterator[Issue]:
        for side in ("if", "then"):
            for claim in leaves(read_statement(entry[side])):
                where = _at(location, side)
                match claim:
                    case Atom():
                        yield from check_atom(claim, self.questions, where)
                    case (
                        StatusClaim(measure=code)
                        | CouldBeClaim(measure=code)
                        | GateClaim(measure=code)
                    ) if code == EACH:
                        if "for_each" not in entry:
                            yield Issue(
                                where,
                                "'each' needs a 'for_each' that says which measures it stands for",
                            )
                    case (
                        StatusClaim(measure=code)
                        | CouldBeClaim(measure=code)
                        | GateClaim(measure=code)
                    ):
                        yield from self._known([code], "measures", where)
                    case FlagClaim(flag=code):
                        yield from self._known([code], "flags", where)
                    case SomeClaim():
                        pass

    def _retired(self, entry: Entry, location: Location) -> Iterator[Issue]:
        """What is wrong with what became of a code, as far as this edition alone tells."""
        retired = read(Retired, entry)
        where = _at(location, "code")
        if retired.kind == "option" and "." not in retired.code:
            yield Issue(where, "an option needs its question: 'option.QUESTION.CODE'")
            return
        if self._has(retired.kind, retired.code):
            yield Issue(where, f"this edition still has the {retired.kind} '{retired.code}'")
        least, most, needed = INTO[retired.how]
        where = _at(location, "into")
        if not least <= len(retired.into) <= most:
            yield Issue(where, f"'{retired.how}' needs {needed} here")
        for code in retired.into:
            if not self._has(retired.kind, code):
                yield Issue(where, f"there is no {retired.kind} '{code}' in this edition")
        if retired.carry and retired.kind not in ("question", "option"):
            yield Issue(_at(location, "carry"), "only answers are carried over")
        targets = {code.partition(".")[0] for code in retired.into}
        for index, raw in enumerate(entry.get("carry", [])):
            yield from self._carry(raw, targets, location, f"carry[{index}]")

    def _carry(
        self, raw: Entry, targets: set[str], location: Location, where: str
    ) -> Iterator[Issue]:
        """What is wrong with a row that carries an old answer over to one of the new questions."""
        if raw["to"] not in targets:
            yield Issue(_at(location, f"{where}.to"), f"'{raw['to']}' is not named in 'into'")
        elif ("take" in raw) == ("value" in raw):
            yield Issue(_at(location, where), "either 'take' or 'value' is needed")
        elif raw["to"] in self.questions and "value" in raw:
            try:
                self.questions[raw["to"]].read(raw["value"])
            except ValueError as error:
                yield Issue(_at(location, f"{where}.value"), str(error))

    def _has(self, kind: RetiredKind, code: str) -> bool:
        """Whether this edition has a question, an option (of a question), a measure or an actor."""
        if kind == "option":
            of, _, option = code.partition(".")
            question = self.questions.get(of)
            return question is not None and option in map(str, question.option_codes)
        return code in self.codes[f"{kind}s"]

    # What a kind of entry has to keep to beyond what its description says.
    OWN_CHECKS: ClassVar[Mapping[str, Callable[[_Checker, Entry, Location], Iterator[Issue]]]] = {
        "sections": _section,
        "questions": _question,
        "measures": _measure,
        "actors": _actor,
        "countries": _country,
        "rules": _rule,
        "invariants": _invariant,
        "retired": _retired,
    }


def _circle(rulebook: Rulebook) -> Iterator[Issue]:
    """What is wrong with the order of measures: one has to come before itself."""
    codes = circle(rulebook)
    if codes:
        yield Issue(
            Location("", "measures", codes[0]),
            f"it would have to come before itself: {' before '.join(codes)}",
        )


def _options_of(question: Question) -> list[tuple[Code, str]]:
    return [(option.code, option.label) for option in question.options]


def _date(item: Held, where: Location) -> Iterator[Issue]:
    """What is wrong with a date: it is none of the calendar, or a period ends before it begins."""
    try:
        date.fromisoformat(item.value)
    except ValueError as error:
        yield Issue(where, f"not a date of the calendar: {error}")
        return
    first = item.beside.get("from")
    if item.field.name == "to" and first and item.value < first:
        yield Issue(where, f"'to' ({item.value}) lies before 'from' ({first})")


def _placeholders(text: str, questions: frozenset[str], where: Location) -> Iterator[Issue]:
    """What is wrong with the braces of a text: they name questions of the entry's conditions."""
    names = braces_in(text)
    if names is None:
        yield Issue(where, "a brace is not closed, or holds more than the code of a question")
        return
    for name in sorted(names - questions):
        yield Issue(where, f"{{{name}}} is no question of this entry's condition")


def _with_code(entry: Any) -> Any:
    """An entry, if it can be named by its code."""
    return (
        entry if isinstance(entry, dict) and not UNKEPT.search(str(entry.get("code", ""))) else None
    )


def _unkept(value: Any, location: Location) -> Iterator[Issue]:
    """What in a value no file and no database keeps as it is: control characters, and numbers that
    are not whole.
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
            yield from _unkept(str(name), location)
            yield from _unkept(
                part, _at(location, f"{location.field}.{name}" if location.field else str(name))
            )
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _unkept(part, _at(location, f"{location.field}[{index}]"))


def _at(location: Location, where: str) -> Location:
    return Location(location.file, location.kind, location.entry, where)


def _is_too_deep(value: Any) -> bool:
    """Whether more than DEPTH lists and mappings lie in one another."""
    level = [value]
    for _ in range(DEPTH):
        parts = [
            item.values() if isinstance(item, dict) else item
            for item in level
            if isinstance(item, (dict, list))
        ]
        level = [item for part in parts for item in part]
        if not level:
            return False
    return any(isinstance(item, (dict, list)) for item in level)
