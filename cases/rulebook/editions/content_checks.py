"""What is wrong with the entries of a document, beyond what the schema can express."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import chain
from typing import ClassVar

from cases.rulebook.editions.builder import Document, Entry, read, read_statement
from cases.rulebook.editions.yaml_files import Origins
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
from cases.rulebook.entries.invariants import (
    EACH,
    CouldBeClaim,
    FlagClaim,
    GateClaim,
    SomeClaim,
    StatusClaim,
)
from cases.rulebook.entries.issues import Issue, Location
from cases.rulebook.entries.kinds import KINDS, entries_of
from cases.rulebook.entries.questions import MOST_OPTIONS, Question, consent_scopes, phases
from cases.rulebook.entries.retired import How, Retired, RetiredKind
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Selector
from cases.rulebook.reasoning.sequence import circle
from cases.rulebook.wording.translation import braces_in, texts_of

# How many codes take the place of one that is retired, at least and at most, and in words.
INTO: Mapping[How, tuple[int, int, str]] = {
    "replaced": (1, 1, "exactly one code"),
    "split": (2, sys.maxsize, "at least two codes"),
    "dropped": (0, 0, "no code"),
}


class Checker:
    """Checks what entries say of each other, once each entry has the right shape."""

    def __init__(self, document: Document, origins: Origins) -> None:
        self.document = document
        self.origins = origins
        self.codes: dict[str, set[str]] = {
            kind: {entry["code"] for entry in entries_of(document, kind)} for kind in KINDS
        }
        # The questions checked so far. A `show_if` may use only these.
        self.questions: dict[str, Question] = {}
        self.capabilities: set[tuple[str, str, str]] = set()
        for actor in document["actors"]:
            self.capabilities |= {
                (actor["code"], item["measure"], item["role"]) for item in actor["can"]
            }

    def issues(self) -> Iterator[Issue]:
        # Questions first: conditions are checked against them.
        for kind in dict.fromkeys(("questions", *KINDS)):
            seen: set[str] = set()
            for index, entry in enumerate(entries_of(self.document, kind)):
                location = self.origins.location(kind, index, entry)
                if entry["code"] in seen:
                    yield Issue(location, "this code occurs twice")
                seen.add(entry["code"])
                yield from self._entry(kind, entry, location)

    def about(self, kind: str, entry: Entry) -> Iterator[Issue]:
        """What is wrong with one entry of a kind that no other entry names."""
        self.questions = {raw["code"]: read(Question, raw) for raw in self.document["questions"]}
        location = self.origins.location(kind, 0, entry)
        if sum(item["code"] == entry["code"] for item in entries_of(self.document, kind)) > 1:
            yield Issue(location, "this code occurs twice")
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
            yield from self._scopes(item.values, location.at(item.path))
        elif about.refers_to == "phase":
            yield from self._phases(item.values, location.at(item.path))
        elif about.refers_to == "problem":
            yield from self._problems(item.values, location.at(item.path))
        elif about.refers_to:
            yield from self._known(item.values, about.refers_to, location.at(item.path))
        elif about.filled_in:
            yield from _placeholders(item.value, questions, location.at(item.path))
        elif item.field.is_condition:
            yield from self._condition(entry, item, location.at(item.path))
        elif item.field.type is date:
            yield from _date(item, location.at(item.path))
        elif item.field.type is Selector:
            yield from self._selector(item.value, location.at(item.path))

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
        """Check that a code does not clash with the addresses of the pages to add and remove an
        entry.
        """
        if entry["code"] == "new" or entry["code"].endswith(("/new", "/remove")):
            yield Issue(
                location.at("code"),
                "'new' and '/remove' at the end name pages of the editor",
            )

    def _translated(self, kind: str, entry: Entry, location: Location) -> Iterator[Issue]:
        """What is wrong with the translations of an entry: each is of a text that it has, with the
        same braces.
        """
        if "translations" not in entry:
            return
        texts = texts_of(kind, entry)
        for language, translations in entry["translations"].items():
            where = location.at(f"translations.{language}")
            if language == self.document["edition"]["language"]:
                yield Issue(where, "the entry is written in that language itself")
            for path, text in translations.items():
                where = location.at(f"translations.{language}.{path}")
                if path not in texts:
                    yield Issue(where, "the entry has no such text")
                elif braces_in(text) != braces_in(texts[path]):
                    names = sorted(braces_in(texts[path]) or ())
                    needed = ", ".join(f"{{{name}}}" for name in names) or "none"
                    message = f"the braces must be the same as in the original: {needed}"
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
        where = location.at("options")
        if len(set(options)) < len(options):
            yield Issue(where, "an option's code occurs twice")
        if entry["kind"] == "scale" and options != [0, 1, 2, 3, 4]:
            yield Issue(where, "a scale has the options 0, 1, 2, 3 and 4, in this order")
        if entry["kind"] == "multiple" and len(options) > MOST_OPTIONS:
            message = f"a multiple choice has at most {MOST_OPTIONS} options"
            yield Issue(where, message)
        if entry["kind"] != "scale" and not all(isinstance(code, str) for code in options):
            yield Issue(where, "an option's code is a word; numbers are for scales")
        question = read(Question, entry)
        if "default" in entry:
            try:
                question.read(entry["default"])
            except ValueError as error:
                yield Issue(location.at("default"), str(error))
        self.questions[question.code] = question

    def _section(self, entry: Entry, location: Location) -> Iterator[Issue]:
        tables = entry.get("tables", [])
        for index, table in enumerate(tables):
            where = location.at(f"tables[{index}].questions")
            rows = [self.questions[code] for code in table["questions"] if code in self.questions]
            yield from self._table(entry["code"], rows, where)
        twice = {
            "code": [table["code"] for table in tables],
            "questions": list(chain.from_iterable(table["questions"] for table in tables)),
        }
        for field, codes in twice.items():
            for code, count in Counter(codes).items():
                if count > 1:
                    yield Issue(location.at("tables"), f"'{code}' occurs twice in its {field}")

    def _table(self, section: str, rows: list[Question], where: Location) -> Iterator[Issue]:
        """What is wrong with questions that are to be the rows of one table of a section."""
        for row in rows:
            if row.section != section:
                yield Issue(where, f"'{row.code}' belongs to another section")
            if row.kind == "multiple":
                yield Issue(where, f"'{row.code}' is a multiple choice")
            if _options_of(row) != _options_of(rows[0]):
                yield Issue(where, f"'{row.code}' does not have the options of '{rows[0].code}'")
        codes = list(self.questions)
        first = codes.index(rows[0].code) if rows else 0
        if [row.code for row in rows] != codes[first : first + len(rows)]:
            yield Issue(where, "they must follow each other in the questionnaire")

    def _measure(self, entry: Entry, location: Location) -> Iterator[Issue]:
        prefix = f"{entry['form'].lower()}."
        if not entry["code"].startswith(prefix):
            yield Issue(location.at("code"), f"begins with '{prefix}', as its form does")
        evidence = entry.get("evidence")
        if evidence and evidence["strength"] != "none" and not evidence["sources"]:
            yield Issue(
                location.at("evidence.sources"), "evidence of any strength needs its sources"
            )
        yield from self._acts_on(entry, location)
        yield from self._lines(entry, location)

    def _acts_on(self, entry: Entry, location: Location) -> Iterator[Issue]:
        named = Counter(row["problem"] for row in entry.get("acts_on", []))
        for code, count in named.items():
            if count > 1:
                yield Issue(location.at("acts_on"), f"'{code}' occurs twice")

    def _lines(self, entry: Entry, location: Location) -> Iterator[Issue]:
        """A measure that has a line in some phase has exactly one in each."""
        if not entry.get("lines"):
            return
        counts = Counter(chain.from_iterable(row["phases"] for row in entry["lines"]))
        where = location.at("lines")
        for phase in phases(self.questions):
            if counts[phase] != 1:
                times = "in no line" if not counts[phase] else "in more than one line"
                yield Issue(where, f"the phase '{phase}' is {times}")
        lines = Counter(row["line"] for row in entry["lines"])
        for line, count in lines.items():
            if count > 1:
                yield Issue(where, f"the line '{line}' occurs twice")

    def _country(self, entry: Entry, location: Location) -> Iterator[Issue]:
        if entry["code"] in entry.get("neighbours", ()):
            yield Issue(location.at("neighbours"), "a country cannot be its own neighbour")

    def _actor(self, entry: Entry, location: Location) -> Iterator[Issue]:
        pairs = Counter((item["measure"], item["role"]) for item in entry["can"])
        for (measure, role), count in pairs.items():
            if count > 1:
                yield Issue(location.at("can"), f"'{measure}' occurs twice in the role {role}")
        able = {item["measure"] for item in entry["can"]}
        for index, row in enumerate(entry.get("suitability", [])):
            for code in row.get("measures", ()):
                if code in self.codes["measures"] and code not in able:
                    where = location.at(f"suitability[{index}].measures")
                    yield Issue(where, f"it cannot take '{code}': add it to what it can do")

    def _rule(self, entry: Entry, location: Location) -> Iterator[Issue]:
        measure = entry["measure"]
        if not entry["code"].startswith(f"{measure}."):
            yield Issue(location.at("code"), f"begins with its measure's code, '{measure}.'")
        for role, codes in entry["actors"].items():
            for code in codes:
                can = (code, measure, role) in self.capabilities
                if code in self.codes["actors"] and not can:
                    yield Issue(
                        location.at(f"actors.{role}"),
                        f"'{code}' cannot {role} '{measure}': add it to what it can do",
                    )

    def _invariant(self, entry: Entry, location: Location) -> Iterator[Issue]:
        for side in ("if", "then"):
            for claim in leaves(read_statement(entry[side])):
                where = location.at(side)
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
                                "'each' needs a 'for_each' that says which measures it means",
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
        """What is wrong with what became of a code, judged by this edition alone."""
        retired = read(Retired, entry)
        where = location.at("code")
        if retired.kind == "option" and "." not in retired.code:
            yield Issue(where, "an option needs its question: 'option.QUESTION.CODE'")
            return
        if self._has(retired.kind, retired.code):
            yield Issue(where, f"this edition still has the {retired.kind} '{retired.code}'")
        least, most, needed = INTO[retired.how]
        where = location.at("into")
        if not least <= len(retired.into) <= most:
            yield Issue(where, f"'{retired.how}' needs {needed} here")
        for code in retired.into:
            if not self._has(retired.kind, code):
                yield Issue(where, f"there is no {retired.kind} '{code}' in this edition")
        if retired.carry and retired.kind not in ("question", "option"):
            yield Issue(location.at("carry"), "only answers are carried over")
        targets = {code.partition(".")[0] for code in retired.into}
        for index, raw in enumerate(entry.get("carry", [])):
            yield from self._carry(raw, targets, location, f"carry[{index}]")

    def _carry(
        self, raw: Entry, targets: set[str], location: Location, where: str
    ) -> Iterator[Issue]:
        """What is wrong with a row that carries an old answer over to one of the new questions."""
        if raw["to"] not in targets:
            yield Issue(location.at(f"{where}.to"), f"'{raw['to']}' is not named in 'into'")
        elif ("take" in raw) == ("value" in raw):
            yield Issue(location.at(where), "either 'take' or 'value' is needed")
        elif raw["to"] in self.questions and "value" in raw:
            try:
                self.questions[raw["to"]].read(raw["value"])
            except ValueError as error:
                yield Issue(location.at(f"{where}.value"), str(error))

    def _has(self, kind: RetiredKind, code: str) -> bool:
        """Whether this edition has a question, an option (of a question), a measure or an actor."""
        if kind == "option":
            of, _, option = code.partition(".")
            question = self.questions.get(of)
            return question is not None and option in map(str, question.option_codes)
        return code in self.codes[f"{kind}s"]

    # The checks of a kind of entry that its description does not cover.
    OWN_CHECKS: ClassVar[Mapping[str, Callable[[Checker, Entry, Location], Iterator[Issue]]]] = {
        "sections": _section,
        "questions": _question,
        "measures": _measure,
        "actors": _actor,
        "countries": _country,
        "rules": _rule,
        "invariants": _invariant,
        "retired": _retired,
    }


def circle_issues(rulebook: Rulebook) -> Iterator[Issue]:
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
    """What is wrong with a date: it is not in the calendar, or a period ends before it begins."""
    try:
        date.fromisoformat(item.value)
    except ValueError as error:
        yield Issue(where, f"not a valid date: {error}")
        return
    first = item.beside.get("from")
    if item.field.name == "to" and first and item.value < first:
        yield Issue(where, f"'to' ({item.value}) is before 'from' ({first})")


def _placeholders(text: str, questions: frozenset[str], where: Location) -> Iterator[Issue]:
    """What is wrong with the braces of a text: they name questions of the entry's conditions."""
    names = braces_in(text)
    if names is None:
        yield Issue(where, "a brace is not closed, or holds more than the code of a question")
        return
    for name in sorted(names - questions):
        yield Issue(where, f"{{{name}}} is not a question in this entry's conditions")
