"""How the kinds of entry are described: each field once, at the type that holds it.

A field is annotated with a `Field`. From these annotations follow the JSON Schema, reading, the
order in which an entry is written, the weight of a difference, what is translated, the forms of
the editor and the tables in docs/rulebook-format.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, MISSING, dataclass, fields, is_dataclass
from functools import cache, cached_property, reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from cases.rulebook.entries.conditions import Condition

# What a difference in a field means for the advice (document_diff says how each is judged).
Weight = Literal["meaning", "explains", "defines", "evidence", "comment", "translation"]
Translations = Mapping[str, Mapping[str, str]]

# Codes are part of addresses. The end is \Z, because $ also fits before a line break.
CODE = r"\A[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-]))*\Z"
# That of a source may be the symbol of a document, such as A/68/947.
SOURCE_CODE = r"\A[A-Za-z0-9](?:[A-Za-z0-9_-]|[./](?=[A-Za-z0-9_-]))*\Z"
# Questions are named in the texts of rules too, between braces.
WORD = r"\A[a-z][a-z0-9_]*\Z"
# A code of the previous edition, after the kind of thing that it named.
RETIRED_CODE = r"\A(?:question|option|measure|actor)(?:\.[A-Za-z0-9_-]+)+\Z"
COUNTRY_CODE = r"\A[A-Z]{3}\Z"
URL = r"\Ahttps?://[^\s<>\"]+\Z"
LANGUAGE = r"\A[a-z]{2}\Z"


def gettext_noop(text: str) -> str:
    """Mark a text for translation. The pages look its translation up when they show it."""
    return text


_ = gettext_noop


@dataclass(frozen=True, slots=True)
class Field:
    """What a field's type does not say about it."""

    label: str
    _: KW_ONLY
    help: str = ""
    weight: Weight = "meaning"
    # Whether it is translated, where its weight does not say so: see `Described.is_translated`.
    translated: bool | None = None
    # The list of the document whose codes it holds; or "consent_scope" for what consent covers,
    # "phase" for the phases, "problem" for the questions that describe a problem.
    refers_to: str = ""
    # Its name in the document, where that is no name in Python.
    name: str = ""
    pattern: str = ""
    least: int | None = None
    most: int | None = None
    # The least number of rows or parts.
    at_least: int = 0
    # The message if it is missing or has too few, where the general message is not enough.
    missing: str = ""
    # Whether a list may hold each code once only.
    unique: bool = False
    # Whether an optional field may also be written as null.
    nullable: bool = False
    # Whether one value may be written without a list.
    alone: bool = False
    # Whether braces in it are replaced by the answers to questions.
    filled_in: bool = False
    # Whether it refers to the questions of the previous edition.
    of_edition_before: bool = False
    # The height of its text area in the editor; 0 for a single line.
    lines: int = 0


@dataclass(frozen=True)
class Described:
    """A field of a type with what its annotation says. `type` is that of one item where `many`."""

    attribute: str
    about: Field
    type: Any
    many: bool
    # What it is where an entry leaves it out; MISSING where no entry may.
    default: Any
    nullable: bool

    @cached_property
    def name(self) -> str:
        """Its name in the document."""
        return self.about.name or self.attribute

    @cached_property
    def required(self) -> bool:
        return self.default is MISSING

    @cached_property
    def parts(self) -> tuple[Described, ...]:
        """The fields of the type that it holds or has rows of."""
        return described(cast("type", self.type)) if is_dataclass(self.type) else ()

    @cached_property
    def by_name(self) -> Mapping[str, Described]:
        """Its parts by their names."""
        return {part.name: part for part in self.parts}

    @cached_property
    def is_condition(self) -> bool:
        """Whether it is a condition on the questions of its own edition."""
        return bool(self.type == Condition) and not self.about.of_edition_before

    @cached_property
    def is_translated(self) -> bool:
        """Whether it is a text that readers of other languages need: one that explains or defines,
        unless its annotation says otherwise.
        """
        if self.type is not str:
            return False
        if self.about.translated is not None:
            return self.about.translated
        return self.about.weight in ("explains", "defines")


@cache
def described(kind: type) -> tuple[Described, ...]:
    """The fields of a type that are part of the document, in the order of writing."""
    hints = get_type_hints(kind, include_extras=True)
    described_fields = []
    for field in fields(kind):
        hint = hints[field.name]
        about = next((item for item in getattr(hint, "__metadata__", ()) if _is_field(item)), None)
        if about is None:
            continue
        required = field.default is MISSING
        bare = without_none(_bare(hint))
        many = is_list(bare)
        described_fields.append(
            Described(
                field.name,
                about,
                _bare(get_args(bare)[0]) if many else bare,
                many,
                field.default,
                about.nullable or (required and bare != _bare(hint)),
            )
        )
    return tuple(described_fields)


def _is_field(item: object) -> bool:
    return isinstance(item, Field)


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)


def is_list(hint: Any) -> bool:
    return bool(get_origin(hint) is tuple)


def without_none(hint: Any) -> Any:
    """A type without None, where that is one of its alternatives."""
    if not is_union(hint):
        return hint
    return reduce(or_, (part for part in get_args(hint) if part is not NoneType))


@dataclass(frozen=True, slots=True)
class Held:
    """What a raw entry holds in one of its fields: `path` is such as `cautions[0].when`, and
    `beside` the mapping that has the field.
    """

    path: str
    field: Described
    value: Any
    beside: Mapping[str, Any]

    @property
    def values(self) -> list[Any]:
        """Each item of a list; of anything else, itself."""
        return self.value if isinstance(self.value, list) else [self.value]


def walk(parts: Iterable[Described], raw: Mapping[str, Any], path: str = "") -> Iterator[Held]:
    """Every described field that an entry has, at any depth. Rows are counted from 0."""
    for part in parts:
        value = raw.get(part.name)
        if value is None:
            continue
        here = f"{path}.{part.name}" if path else part.name
        yield Held(here, part, value, raw)
        if part.many and part.parts:
            for index, row in enumerate(value):
                yield from walk(part.parts, row, f"{here}[{index}]")
        else:
            yield from walk(part.parts, value, here)


@dataclass(frozen=True, kw_only=True)
class Editorial:
    """What every entry may carry beside what it says."""

    comment: Annotated[
        str | None,
        Field(
            _("Comment for those who edit"),
            help=_(
                "It is kept in exported and imported files. Readers of the catalogue do not see it."
            ),
            weight="comment",
            lines=2,
        ),
    ] = None
    translations: Annotated[
        Translations | None,
        Field(
            _("Translations"),
            help=_("The texts of the entry in other languages, each by its path."),
            weight="translation",
        ),
    ] = None
