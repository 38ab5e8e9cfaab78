"""What differs between two rulebooks, field by field, and whether it can change what is advised.

A change is one of *meaning* unless it is known to be harmless, and then it is *editorial*: it may
be published without a new edition of the rules and invalidates nothing that was decided. What is
harmless:

- explanations, which people read and on which neither an answer nor a status depends;
- translations, the comments of editors, and the evidence for a measure, which is shown beside the
  advice;
- in the texts that fix what an answer or a condition means: spaces, the style of quotation marks
  and dashes, a capital letter, a full stop at the end; and one misspelt word, which no other text
  has, put right by one letter into one that others have. A comma, a sign or a word that is not
  misspelt counts as meaning: only a reader can tell.

Every other change, a condition, a code, an actor, a date, a source, is one of meaning.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from cases.rulebook.entries.conditions import Condition
from cases.rulebook.entries.description import Described
from cases.rulebook.entries.invariants import Statement
from cases.rulebook.entries.kinds import EDITION, KINDS, entries_of

Weight = Literal["meaning", "editorial"]
Why = Literal[
    "explanation",
    "translation",
    "evidence",
    "comment",
    "typography",
    "typo",
    "wording",
    "order",
    "condition",
    "content",
    "entry",
]
Entry = Mapping[str, Any]
Fields = Mapping[str, Described]

# The fields that identify an item of a list. Items without one are identified by their place.
IDENTITY = ("code", "country", "measure", "role", "problem", "line", "from")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs, None where it is absent. `path` is such as `options[none].label`."""

    path: str
    before: Any
    after: Any
    weight: Weight
    why: Why


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry that differs, with its fields; an entry that is in one rulebook only has none."""

    kind: str
    code: str
    before: Entry | None
    after: Entry | None
    differences: tuple[Difference, ...]

    @property
    def act(self) -> Literal["added", "removed", "changed"]:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def fields(self) -> tuple[str, ...]:
        """The top-level fields in which the entry differs."""
        return tuple(dict.fromkeys(re.split(r"[.\[]", item.path)[0] for item in self.differences))

    @property
    def weight(self) -> Weight:
        """Whether the change can change what is advised."""
        if self.act == "changed":
            return (
                "meaning"
                if any(item.weight == "meaning" for item in self.differences)
                else "editorial"
            )
        # A source or a passage that is new changes nothing until an entry rests on it, which is a
        # change of its own.
        return (
            "editorial"
            if self.act == "added" and self.kind in ("sources", "passages")
            else "meaning"
        )


def differences(before: Entry, after: Entry) -> tuple[EntryChange, ...]:
    """Every entry in which two documents differ, list by list, those that were removed last."""
    changes: list[EntryChange] = []
    words = _Words(before)
    heads = (before.get("edition", {}), after.get("edition", {}))
    if heads[0] != heads[1]:
        fields = tuple(_differing_fields(EDITION.by_name, *heads, words))
        changes.append(EntryChange("edition", "", *heads, fields))
    for kind, of_kind in KINDS.items():
        old = {entry["code"]: entry for entry in entries_of(before, kind)}
        new = {entry["code"]: entry for entry in entries_of(after, kind)}
        moved = _moved([code for code in old if code in new], [code for code in new if code in old])
        for code in dict.fromkeys([*new, *old]):
            was, now = old.get(code), new.get(code)
            if was is None or now is None:
                changes.append(EntryChange(kind, code, was, now, ()))
                continue
            changed = [*_differing_fields(of_kind.by_name, was, now, words)]
            if code in moved:
                weight: Weight = "meaning" if of_kind.ordered else "editorial"
                changed.append(Difference("order", *moved[code], weight, "order"))
            if changed:
                changes.append(EntryChange(kind, code, was, now, tuple(changed)))
    return tuple(changes)


def weight_of(changes: tuple[EntryChange, ...]) -> Weight:
    """Editorial if every change is editorial, and otherwise meaning."""
    return "meaning" if any(change.weight == "meaning" for change in changes) else "editorial"


def _moved(before: list[str], after: list[str]) -> dict[str, tuple[int, int]]:
    """The codes that follow a different code than before, with their positions."""
    follows_before = dict(zip(before, ["", *before], strict=False))
    follows_after = dict(zip(after, ["", *after], strict=False))
    return {
        code: (before.index(code) + 1, after.index(code) + 1)
        for code in after
        if follows_before[code] != follows_after[code]
    }


class _Words:
    """How often each word occurs in the texts of a document, counted when first needed."""

    def __init__(self, document: Entry) -> None:
        self._document = document

    @cached_property
    def counts(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        pending: list[Any] = [self._document]
        while pending:
            value = pending.pop()
            if isinstance(value, str):
                counts.update(re.findall(r"\w+", value.casefold()))
            elif isinstance(value, Mapping):
                pending += [part for name, part in value.items() if name != "translations"]
            elif isinstance(value, list):
                pending += value
        return counts


def _differing_fields(
    described: Fields, before: Entry, after: Entry, words: _Words, path: str = ""
) -> Iterator[Difference]:
    """The fields in which two mappings differ, each judged by how it is described."""
    for name in dict.fromkeys([*before, *after]):
        here = f"{path}.{name}" if path else name
        field, was, now = described.get(name), before.get(name), after.get(name)
        if was == now:
            continue
        parts = field.by_name if field else {}
        whole = field is not None and _is_whole(field)
        if not whole and isinstance(was, Mapping) and isinstance(now, Mapping):
            yield from _differing_fields(parts, was, now, words, here)
        elif not whole and _is_rows(was) and _is_rows(now):
            yield from _differing_rows(parts, was or [], now or [], words, here)
        else:
            yield Difference(here, was, now, *_weigh(field, was, now, words))


def _is_whole(field: Described) -> bool:
    """Whether any difference within a field counts as a difference of the whole field."""
    return _is_condition(field) or field.about.weight in ("evidence", "translation")


def _is_condition(field: Described) -> bool:
    return field.type in (Condition, Statement)


def _is_rows(value: Any) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
    )


def _differing_rows(
    described: Fields, before: list[Entry], after: list[Entry], words: _Words, path: str
) -> Iterator[Difference]:
    old, new = _rows_by_name(before), _rows_by_name(after)
    for name in dict.fromkeys([*new, *old]):
        was, now = old.get(name), new.get(name)
        if was is None or now is None:
            yield Difference(f"{path}[{name}]", was, now, "meaning", "content")
        elif was != now:
            yield from _differing_fields(described, was, now, words, f"{path}[{name}]")
    common = [[name for name in names if name in old and name in new] for names in (old, new)]
    if common[0] != common[1]:
        yield Difference(path, list(old), list(new), "meaning", "order")


def name_of_row(row: Entry, index: int) -> str:
    """The name of a list's row in a path: what identifies it, or its index."""
    return " ".join(str(row[field]) for field in IDENTITY if field in row) or str(index)


def _rows_by_name(rows: list[Entry]) -> dict[str, Entry]:
    by_name: dict[str, Entry] = {}
    for index, row in enumerate(rows, 1):
        name = name_of_row(row, index)
        by_name[name if name not in by_name else f"{name} {index}"] = row
    return by_name


def _weigh(field: Described | None, before: Any, after: Any, words: _Words) -> tuple[Weight, Why]:
    """How much a difference in a field matters, and why; that in a field that is not described is
    one of content.
    """
    if field is None:
        return "meaning", "content"
    if _is_condition(field):
        return "meaning", "condition"
    match field.about.weight:
        case "explains":
            return "editorial", "explanation"
        case "evidence" | "comment" | "translation" as why:
            return "editorial", why
        case "defines" if isinstance(before, str) and isinstance(after, str):
            if _signs(before) == _signs(after):
                return "editorial", "typography"
            typo = _is_typo(before, after, words)
            return ("editorial", "typo") if typo else ("meaning", "wording")
    return "meaning", "content"


# Quotation marks and dashes of different styles say the same.
_STYLES = str.maketrans(
    {**dict.fromkeys("“”„«»‟", '"'), **dict.fromkeys("‘’‚‛", "'"), **dict.fromkeys("–—", "–")}
)


def _signs(text: str) -> list[str]:
    """The words and signs of a text, without differences of typography."""
    signs = re.findall(r"\w+|[^\w\s]", text.translate(_STYLES).strip())
    if signs and signs[-1] == ".":
        signs.pop()
    # An acronym differs from the word with the same letters: WHO, who.
    return [sign if len(sign) > 1 and sign.isupper() else sign.casefold() for sign in signs]


def _is_typo(before: str, after: str, words: _Words) -> bool:
    """Whether the only difference is one word, misspelt by one letter: no other text has it, and
    others have the new.
    """
    old, new = _signs(before), _signs(after)
    wrong = [(was, now) for was, now in zip(old, new, strict=False) if was != now]
    if len(old) != len(new) or len(wrong) != 1:
        return False
    was, now = wrong[0]
    return (
        words.counts[was] == old.count(was)
        and words.counts[now] > old.count(now)
        and _one_letter(was, now)
    )


def _one_letter(before: str, after: str) -> bool:
    """Whether one letter was added, removed, replaced or swapped with its neighbour, in a word of
    five letters or more without digits.
    """
    short, long = sorted((before, after), key=len)
    if (
        len(short) < 5
        or before[0] != after[0]
        or any(character.isdigit() for character in before + after)
    ):
        return False
    if len(long) - len(short) > 1:
        return False
    start = next(
        (index for index, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = (
        short[:start] + short[start + 1 : start + 2] + short[start : start + 1] + short[start + 2 :]
    )
    return short[start + 1 :] == long[start + 1 :] or swapped == long
