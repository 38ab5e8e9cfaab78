"""A rulebook as a document: checked as a whole, and changed entry by entry.

The document is what an edition stores. Whatever its origin (fixtures, import, editor, API), it
passes `parse` here, so no rulebook that contradicts itself is ever accepted. `files` reads and
writes documents, `building` makes rulebooks of them.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import jsonschema

from cases.rulebook.editions.builder import (
    Document,
    Entry,
    build,
    claim_of,
    measure_of,
    period_of,
    question_of,
    retired_of,
)
from cases.rulebook.editions.schema import (
    DEFINITIONS,
    EDITION,
    ENTRY_SCHEMAS,
    KINDS,
    OPTIONAL_KINDS,
    entries_of,
)
from cases.rulebook.editions.yaml_files import DEPTH, TOO_DEEP, Origins, read_folder
from cases.rulebook.entries import catalogue
from cases.rulebook.entries.conditions import (
    Atom,
    check_atom,
    check_condition,
    leaves,
    parse_condition,
    parse_tree,
    questions_of,
)
from cases.rulebook.entries.issues import Place, Problem, RulebookError
from cases.rulebook.entries.questions import MOST_OPTIONS, Question, consent_scopes
from cases.rulebook.entries.rules import (
    EACH,
    CouldBeClaim,
    FlagClaim,
    GateClaim,
    RetiredKind,
    Rulebook,
    Selector,
    SomeClaim,
    StatusClaim,
)
from cases.rulebook.wording.translation import braces_in, texts_of

# Control characters but tab and line break, halves of characters, and what YAML takes for a line
# break.
UNKEPT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")

# What no other entry names, so that a change of one can make nothing else wrong.
UNNAMED = ("rules", "gates", "deferrals")


def parse(document: Document, origins: Origins | None = None) -> Rulebook:
    """The rulebook that a document describes. Raises RulebookError with every problem found, each
    with its place.
    """
    origins = origins or Origins()
    problems = list(_schema_problems(document, origins))
    if problems:
        raise RulebookError(problems)
    problems = list(_Checker(document, origins).problems())
    if problems:
        raise RulebookError(problems)
    return build(document)


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
    places = [place for place, item in enumerate(entries) if item["code"] == code] if code else []
    if places:
        entries[places[0] : places[0] + 1] = [entry] if entry is not None else []
    elif entry is not None:
        entries.append(entry)
    if not entries and kind in OPTIONAL_KINDS:
        return {name: value for name, value in document.items() if name != kind}
    return {**document, kind: entries}


def check_entry(document: Document, kind: str, entry: Any) -> list[Problem]:
    """What is wrong with a document of which all but this entry, which stands in it, was accepted
    before.
    """
    place = Origins().place(kind, 0, _with_code(entry))
    if _is_too_deep(entry):
        return [Problem(place, TOO_DEEP)]
    unkept = list(_unkept(entry, place))
    if unkept:
        return unkept
    validator = jsonschema.Draft202012Validator(ENTRY_SCHEMAS[kind])
    shape = [
        Problem(_at(place, _path(error)), _say(error)) for error in validator.iter_errors(entry)
    ]
    if shape:
        return shape
    checker = _Checker(document, Origins())
    return list(checker.about(kind, entry) if kind in UNNAMED else checker.problems())


def load_folder(folder: Path) -> tuple[Document, Rulebook]:
    """Read, check and parse a folder: the document to store and the rulebook that it is."""
    document, origins = read_folder(folder)
    return document, parse(document, origins)


def _schema_problems(document: Any, origins: Origins) -> Iterator[Problem]:
    if not isinstance(document, dict):
        yield Problem(Place(), "a rulebook is a mapping of lists")
        return
    edition = jsonschema.Draft202012Validator({**EDITION, "$defs": DEFINITIONS})
    unkept = list(_unkept(document.get("edition", {}), Place("", "edition")))
    yield from unkept
    for error in [] if unkept else edition.iter_errors(document.get("edition", {})):
        yield Problem(Place("", "edition", "", _path(error)), _say(error))
    for name in document.keys() - {"edition", *KINDS}:
        yield Problem(Place("", str(name)), f"not one of edition, {', '.join(KINDS)}")
    for kind in KINDS:
        validator = jsonschema.Draft202012Validator(ENTRY_SCHEMAS[kind])
        if kind not in document:
            if kind in OPTIONAL_KINDS:
                continue
            yield Problem(Place("", kind), "the list is missing: an empty one is []")
            continue
        entries = document[kind]
        if not isinstance(entries, list):
            yield Problem(Place("", kind), "a list of entries is needed")
            continue
        for index, entry in enumerate(entries):
            if _is_too_deep(entry):
                yield Problem(origins.place(kind, index, entry), TOO_DEEP)
                continue
            unkept = list(_unkept(entry, origins.place(kind, index, _with_code(entry))))
            if unkept:
                yield from unkept
                continue
            if _has_its_shape(kind, repr(entry)):
                continue
            for error in validator.iter_errors(entry):
                yield Problem(origins.place(kind, index, entry, _path(error)), _say(error))


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
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _say(error: jsonschema.ValidationError) -> str:
    """A schema error in words that say what to do."""
    value = json.dumps(error.instance, ensure_ascii=False, default=str)
    shown = value if len(value) <= 80 else f"{value[:77]}…"
    if error.validator == "required":
        present = error.instance if isinstance(error.instance, dict) else {}
        missing = [name for name in cast("list[str]", error.validator_value) if name not in present]
        return f"{', '.join(missing)} is missing"
    if error.validator == "dependentRequired":
        return "'show_if' and 'default' go together: one of them is missing"
    if error.validator == "additionalProperties":
        allowed = ", ".join(
            cast("dict[str, Any]", error.schema).get(
                "properties", ["the two letters of a language"]
            )
        )
        return (
            f"a field that is not known here: {error.message.split('(')[-1].rstrip(')')} (known: "
            f"{allowed})"
        )
    if error.validator == "enum":
        return (
            f"{shown} is not one of {', '.join(map(str, cast('list[Any]', error.validator_value)))}"
        )
    if error.validator in ("minItems", "minLength"):
        return "must not be empty"
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
        self.questions: dict[str, Question] = {}
        self.capabilities = {
            (actor["code"], item["measure"], item["role"])
            for actor in document["actors"]
            for item in actor["can"]
        }

    def problems(self) -> Iterator[Problem]:
        for kind in KINDS:
            seen: set[str] = set()
            for index, entry in enumerate(entries_of(self.document, kind)):
                place = self.origins.place(kind, index, entry)
                if entry["code"] in seen:
                    yield Problem(place, "this code stands twice")
                seen.add(entry["code"])
                yield from self._addressable(entry, place)
                if isinstance(entry.get("citation"), list):
                    yield from self._known(entry["citation"], "passages", place, "citation")
                yield from self._translated(kind, entry, place)
        # Questions first: conditions are checked against them.
        others = (
            "sections",
            "passages",
            "measures",
            "actors",
            "countries",
            "organisations",
            "rules",
            "gates",
            "deferrals",
            "flags",
            "retired",
        )
        for kind in ("questions", *others):
            check = getattr(self, f"_{kind}")
            for index, entry in enumerate(entries_of(self.document, kind)):
                yield from check(entry, self.origins.place(kind, index, entry))
        for index, entry in enumerate(self.document["invariants"]):
            yield from self._invariant(entry, self.origins.place("invariants", index, entry))

    def about(self, kind: str, entry: Entry) -> Iterator[Problem]:
        """What is wrong with one entry of a kind that no other entry names."""
        self.questions = {raw["code"]: question_of(raw) for raw in self.document["questions"]}
        place = self.origins.place(kind, 0, entry)
        if sum(item["code"] == entry["code"] for item in entries_of(self.document, kind)) > 1:
            yield Problem(place, "this code stands twice")
        yield from self._addressable(entry, place)
        yield from self._known(entry["citation"], "passages", place, "citation")
        yield from self._translated(kind, entry, place)
        yield from getattr(self, f"_{kind}")(entry, place)

    def _known(
        self, codes: Iterable[str], kind: str, place: Place, where: str
    ) -> Iterator[Problem]:
        for code in codes:
            if code not in self.codes[kind]:
                yield Problem(_at(place, where), f"there is no '{code}' among the {kind}")

    @staticmethod
    def _addressable(entry: Entry, place: Place) -> Iterator[Problem]:
        """A code stands in the address of the entry's page, beside those of a new entry and of a
        removal.
        """
        if entry["code"] == "new" or entry["code"].endswith(("/new", "/remove")):
            yield Problem(
                _at(place, "code"), "'new' and '/remove' at the end name pages of the editor"
            )

    def _translated(self, kind: str, entry: Entry, place: Place) -> Iterator[Problem]:
        """What is wrong with the translations of an entry: each is of a text that it has, with the
        same braces.
        """
        if "translations" not in entry:
            return
        texts = texts_of(kind, entry)
        for language, translations in entry["translations"].items():
            if language == self.document["edition"]["language"]:
                yield Problem(
                    _at(place, f"translations.{language}"),
                    "the entry is written in that language itself",
                )
            for path, text in translations.items():
                where = f"translations.{language}.{path}"
                if path not in texts:
                    yield Problem(_at(place, where), "the entry has no such text")
                elif braces_in(text) != braces_in(texts[path]):
                    needed = (
                        ", ".join(f"{{{name}}}" for name in sorted(braces_in(texts[path]) or ()))
                        or "none"
                    )
                    yield Problem(
                        _at(place, where), f"the braces must be those of the original: {needed}"
                    )

    def _condition(self, raw: Any, place: Place, where: str) -> Iterator[Problem]:
        yield from check_condition(parse_condition(raw), self.questions, _at(place, where))

    def _dates(self, rows: Iterable[Entry], place: Place, where: str) -> Iterator[Problem]:
        for row in rows:
            try:
                period = period_of(row)
            except ValueError as error:
                yield Problem(_at(place, where), f"not a date of the calendar: {error}")
                continue
            if period.first and period.last and period.last < period.first:
                yield Problem(
                    _at(place, where), f"'to' ({period.last}) lies before 'from' ({period.first})"
                )

    def _passages(self, entry: Entry, place: Place) -> Iterator[Problem]:
        yield from self._known([entry["source"]], "sources", place, "source")

    def _questions(self, entry: Entry, place: Place) -> Iterator[Problem]:
        yield from self._known([entry["section"]], "sections", place, "section")
        options = [option["code"] for option in entry["options"]]
        if len(set(options)) < len(options):
            yield Problem(_at(place, "options"), "an option's code stands twice")
        if entry["kind"] == "scale" and options != [0, 1, 2, 3, 4]:
            yield Problem(
                _at(place, "options"), "a scale has the options 0, 1, 2, 3 and 4, in this order"
            )
        if entry["kind"] == "multiple" and len(options) > MOST_OPTIONS:
            yield Problem(
                _at(place, "options"),
                f"several answers can be chosen of {MOST_OPTIONS} options at most",
            )
        if entry["kind"] != "scale" and not all(isinstance(code, str) for code in options):
            yield Problem(
                _at(place, "options"), "an option's code is a word; numbers are for scales"
            )
        if "show_if" in entry:
            # Only earlier questions are in self.questions, so neither a question nor a chain can
            # depend on itself.
            later = {q["code"] for q in self.document["questions"]} - self.questions.keys()
            for atom in leaves(parse_condition(entry["show_if"])):
                if atom.question in later:
                    loop = (
                        "on itself"
                        if atom.question == entry["code"]
                        else f"on the later question '{atom.question}'"
                    )
                    message = (
                        f"depends {loop}: it would be circular; a question may depend on earlier "
                        "ones only"
                    )
                    yield Problem(_at(place, "show_if"), message)
                else:
                    yield from check_atom(atom, self.questions, _at(place, "show_if"))
        question = question_of(entry)
        if "default" in entry:
            try:
                question.read(entry["default"])
            except ValueError as error:
                yield Problem(_at(place, "default"), str(error))
        self.questions[question.code] = question

    def _sections(self, entry: Entry, place: Place) -> Iterator[Problem]:
        asked = list(self.questions)
        for index, table in enumerate(entry.get("tables", [])):
            where = _at(place, f"tables[{index}].questions")
            rows = [self.questions[code] for code in table["questions"] if code in self.questions]
            yield from self._known(table["questions"], "questions", place, where.field)
            for row in rows:
                if row.section != entry["code"]:
                    yield Problem(where, f"'{row.code}' belongs to another section")
                if row.kind == "multiple":
                    yield Problem(where, f"several options can be chosen of '{row.code}'")
                if [(item.code, item.label) for item in row.options] != [
                    (item.code, item.label) for item in rows[0].options
                ]:
                    yield Problem(where, f"'{row.code}' has not the options of '{rows[0].code}'")
            first = asked.index(rows[0].code) if rows else 0
            if [row.code for row in rows] != asked[first : first + len(rows)]:
                yield Problem(where, "they must follow each other in the questionnaire")
        tables = entry.get("tables", [])
        for field, codes in (
            ("code", [table["code"] for table in tables]),
            ("questions", [code for table in tables for code in table["questions"]]),
        ):
            for code, count in Counter(codes).items():
                if count > 1:
                    yield Problem(_at(place, "tables"), f"'{code}' stands twice in its {field}")

    def _measures(self, entry: Entry, place: Place) -> Iterator[Problem]:
        if not entry["code"].startswith(entry["form"].lower() + "."):
            yield Problem(
                _at(place, "code"), f"begins with '{entry['form'].lower()}.', as its form does"
            )
        if entry["consent_scope"] is not None:
            yield from self._scopes([entry["consent_scope"]], place, "consent_scope")
        for index, caution in enumerate(entry["cautions"]):
            if "when" in caution:
                yield from self._condition(caution["when"], place, f"cautions[{index}].when")
        if entry.get("builds_on"):
            yield from self._condition(entry["builds_on"]["when"], place, "builds_on.when")
        if "evidence" in entry:
            if entry["evidence"]["strength"] != "none" and not entry["evidence"]["sources"]:
                yield Problem(
                    _at(place, "evidence.sources"), "evidence of any strength names its sources"
                )
            yield from self._known(
                entry["evidence"]["sources"], "sources", place, "evidence.sources"
            )
            yield from self._dates(
                [{"from": entry["evidence"]["reviewed_on"]}], place, "evidence.reviewed_on"
            )

    def _actors(self, entry: Entry, place: Place) -> Iterator[Problem]:
        yield from self._dates(entry["names"], place, "names")
        yield from self._known((item["measure"] for item in entry["can"]), "measures", place, "can")
        for (measure, role), count in Counter(
            (item["measure"], item["role"]) for item in entry["can"]
        ).items():
            if count > 1:
                yield Problem(_at(place, "can"), f"'{measure}' stands twice in the role {role}")

    def _countries(self, entry: Entry, place: Place) -> Iterator[Problem]:
        yield from self._dates(
            [{"from": entry["since"]}] if entry.get("since") else [], place, "since"
        )

    def _organisations(self, entry: Entry, place: Place) -> Iterator[Problem]:
        yield from self._dates(entry["names"], place, "names")
        yield from self._dates([{"from": entry["as_of"]}], place, "as_of")
        yield from self._known(
            (row["country"] for row in entry["members"]), "countries", place, "members"
        )
        for row in entry["members"]:
            where = f"members {row['country']}"
            yield from self._dates([row, *row.get("suspended", [])], place, where)

    def _rules(self, entry: Entry, place: Place) -> Iterator[Problem]:
        yield from self._known([entry["measure"]], "measures", place, "measure")
        if not entry["code"].startswith(entry["measure"] + "."):
            yield Problem(
                _at(place, "code"), f"begins with its measure's code, '{entry['measure']}.'"
            )
        yield from self._condition(entry["when"], place, "when")
        yield from self._placeholders(entry["rationale"], [entry["when"]], place, "rationale")
        named = [(code, role) for role, codes in entry["actors"].items() for code in codes]
        if not any(role == "lead" for _, role in named):
            yield Problem(_at(place, "actors.lead"), "at least one actor must lead")
        for code, role in named:
            if code not in self.codes["actors"]:
                yield Problem(
                    _at(place, f"actors.{role}"), f"there is no '{code}' among the actors"
                )
            elif (code, entry["measure"], role) not in self.capabilities:
                message = (
                    f"'{code}' has no entry in its 'can' for '{entry['measure']}' in the role "
                    f"{role}"
                )
                yield Problem(_at(place, f"actors.{role}"), message)

    def _gates(self, entry: Entry, place: Place) -> Iterator[Problem]:
        conditions = [entry["holds"], *(row["when"] for row in entry.get("on_condition", []))]
        yield from self._selector(entry["applies_to"], place, "applies_to")
        yield from self._condition(entry["holds"], place, "holds")
        for index, row in enumerate(entry.get("on_condition", [])):
            yield from self._condition(row["when"], place, f"on_condition[{index}].when")
        for name, text in entry["says"].items():
            yield from self._placeholders(text, conditions, place, f"says.{name}")

    def _deferrals(self, entry: Entry, place: Place) -> Iterator[Problem]:
        yield from self._selector(entry["applies_to"], place, "applies_to")
        yield from self._condition(entry["when"], place, "when")
        yield from self._placeholders(entry["reason"], [entry["when"]], place, "reason")

    def _retired(self, entry: Entry, place: Place) -> Iterator[Problem]:
        """What is wrong with what became of a code, as far as this edition alone tells."""
        retired = retired_of(entry)
        if retired.kind == "option" and "." not in retired.code:
            yield Problem(
                _at(place, "code"), "an option needs its question: 'option.QUESTION.CODE'"
            )
            return
        if self._has(retired.kind, retired.code):
            yield Problem(
                _at(place, "code"), f"this edition still has the {retired.kind} '{retired.code}'"
            )
        fits = {
            "replaced": len(retired.into) == 1,
            "split": len(retired.into) > 1,
            "dropped": not retired.into,
        }
        if not fits[retired.how]:
            needed = {
                "replaced": "exactly one code",
                "split": "at least two codes",
                "dropped": "no code",
            }
            yield Problem(_at(place, "into"), f"'{retired.how}' needs {needed[retired.how]} here")
        for code in retired.into:
            if not self._has(retired.kind, code):
                yield Problem(
                    _at(place, "into"), f"there is no {retired.kind} '{code}' in this edition"
                )
        if retired.carry and retired.kind not in ("question", "option"):
            yield Problem(_at(place, "carry"), "only answers are carried over")
        targets = {code.partition(".")[0] for code in retired.into}
        for index, (row, raw) in enumerate(zip(retired.carry, entry.get("carry", []), strict=True)):
            where = f"carry[{index}]"
            if row.to not in targets:
                yield Problem(_at(place, f"{where}.to"), f"'{row.to}' is not named in 'into'")
                continue
            if ("take" in raw) == ("value" in raw):
                yield Problem(_at(place, where), "either 'take' or 'value' is needed")
            elif row.to in self.questions and "value" in raw:
                try:
                    self.questions[row.to].read(raw["value"])
                except ValueError as error:
                    yield Problem(_at(place, f"{where}.value"), str(error))

    def _has(self, kind: RetiredKind, code: str) -> bool:
        """Whether this edition has a question, an option (of a question), a measure or an actor."""
        if kind == "option":
            of, _, option = code.partition(".")
            question = self.questions.get(of)
            return question is not None and option in map(str, question.option_codes)
        return code in self.codes[f"{kind}s"]

    def _flags(self, entry: Entry, place: Place) -> Iterator[Problem]:
        yield from self._condition(entry["when"], place, "when")
        yield from self._known(entry["still"], "measures", place, "still")

    def _invariant(self, entry: Entry, place: Place) -> Iterator[Problem]:
        if "for_each" in entry:
            yield from self._selector(entry["for_each"], place, "for_each")
        for side in ("if", "then"):
            for claim in leaves(parse_tree(entry[side], claim_of)):
                where = _at(place, side)
                match claim:
                    case Atom():
                        yield from check_atom(claim, self.questions, where)
                    case (
                        StatusClaim(measure=code)
                        | CouldBeClaim(measure=code)
                        | GateClaim(measure=code)
                    ) if code == EACH:
                        if "for_each" not in entry:
                            yield Problem(
                                where,
                                "'each' needs a 'for_each' that says which measures it stands for",
                            )
                    case (
                        StatusClaim(measure=code)
                        | CouldBeClaim(measure=code)
                        | GateClaim(measure=code)
                    ):
                        yield from self._known([code], "measures", place, side)
                    case FlagClaim(flag=code):
                        yield from self._known([code], "flags", place, side)
                    case SomeClaim():
                        pass

    def _selector(self, raw: Entry, place: Place, where: str) -> Iterator[Problem]:
        selector = Selector.parse(raw)
        yield from self._known(selector.measures, "measures", place, where)
        yield from self._scopes(selector.consent_scope, place, where)
        if not any(selector.fits(self._bare(entry)) for entry in self.document["measures"]):
            yield Problem(_at(place, where), "no measure fits")

    def _scopes(self, codes: Iterable[str], place: Place, where: str) -> Iterator[Problem]:
        known = consent_scopes(self.questions)
        for code in codes:
            if code not in known:
                listed = ", ".join(known) or "none"
                yield Problem(
                    _at(place, where),
                    f"no question asks for consent to '{code}': the kinds of help are {listed}",
                )

    @staticmethod
    def _bare(entry: Entry) -> catalogue.Measure:
        """A measure without its evidence, whose dates may be wrong and decide nothing."""
        return measure_of({name: value for name, value in entry.items() if name != "evidence"})

    def _placeholders(
        self, text: str, conditions: Iterable[Any], place: Place, where: str
    ) -> Iterator[Problem]:
        asked = frozenset().union(*(questions_of(parse_condition(raw)) for raw in conditions))
        names = braces_in(text)
        if names is None:
            yield Problem(
                _at(place, where),
                "a brace is not closed, or holds more than the code of a question",
            )
            return
        for name in sorted(names - asked):
            yield Problem(_at(place, where), f"{{{name}}} is no question of this entry's condition")


def _with_code(entry: Any) -> Any:
    """An entry, if it can be named by its code."""
    return (
        entry if isinstance(entry, dict) and not UNKEPT.search(str(entry.get("code", ""))) else None
    )


def _unkept(value: Any, place: Place) -> Iterator[Problem]:
    """What in a value no file and no database keeps as it is: control characters, and numbers that
    are not whole.
    """
    if isinstance(value, str):
        found = UNKEPT.search(value)
        if found:
            yield Problem(place, f"the character U+{ord(found[0]):04X} cannot be kept: take it out")
    elif isinstance(value, float):
        yield Problem(place, "a whole number is needed")
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _unkept(str(name), place)
            yield from _unkept(
                part, _at(place, f"{place.field}.{name}" if place.field else str(name))
            )
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _unkept(part, _at(place, f"{place.field}[{index}]"))


def _at(place: Place, where: str) -> Place:
    return Place(place.file, place.kind, place.entry, where)


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
