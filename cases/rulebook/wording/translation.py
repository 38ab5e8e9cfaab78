"""The texts of a rulebook's entries in other languages: what can be translated, what is missing,
and the reading.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from typing import Any

from cases.rulebook.editions.document_diff import name_of_row
from cases.rulebook.entries.description import Described
from cases.rulebook.entries.kinds import KINDS, entries_of

Entry = Mapping[str, Any]


def texts_of(kind: str, entry: Entry) -> dict[str, str]:
    """The texts of an entry that can be translated, by their paths (`title`,
    `options[none].label`).
    """
    return dict(_texts(KINDS[kind].by_name, entry, ""))


def _texts(
    described: Mapping[str, Described], value: Entry, path: str
) -> Iterator[tuple[str, str]]:
    for name, part in value.items():
        field = described.get(name)
        if field is None or not (field.is_translated or field.parts):
            continue
        here = f"{path}.{name}" if path else name
        rows = enumerate(part, 1) if isinstance(part, list) else ()
        if isinstance(part, str):
            yield here, part
        elif isinstance(part, Mapping):
            yield from _texts(field.by_name, part, here)
        for index, row in rows:
            if isinstance(row, str):
                yield f"{here}[{index}]", row
            else:
                yield from _texts(field.by_name, row, f"{here}[{name_of_row(row, index)}]")


def carried_translations(kind: str, before: Entry, after: Entry) -> dict[str, dict[str, str]]:
    """The translations of an entry as they belong to it after an edit that did not touch them.

    A translation follows its text to another place of the same list. If the words of the text have
    changed, the translation is kept and has to be checked. If the text is gone, so is the
    translation.
    """
    was, now = texts_of(kind, before), texts_of(kind, after)
    translations: dict[str, dict[str, str]] = {}
    for language, texts in before.get("translations", {}).items():
        placed = {
            path: text for path, text in texts.items() if path in was and now.get(path) == was[path]
        }
        left = {path: text for path, text in texts.items() if path in was and path not in placed}
        for path, text in left.items():
            same_list = [other for other in now if _LIST.sub("[]", other) == _LIST.sub("[]", path)]
            moved = [
                other for other in same_list if now[other] == was[path] and other not in placed
            ]
            if moved:
                placed[moved[0]] = text
        for path, text in left.items():
            stays = path in now and now[path] not in was.values() and was[path] not in now.values()
            if stays and path not in placed:
                placed[path] = text
        if placed:
            translations[language] = {path: placed[path] for path in sorted(placed)}
    return translations


# The place of a row in a path.
_LIST = re.compile(r"\[[^\]]*\]")


def braces_in(text: str) -> frozenset[str] | None:
    """The names in braces that a text is filled in with; None if anything else is in braces,
    or a brace is not closed.
    """
    try:
        parts = [part[1:] for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    if any(spec or conversion or not str(name).isidentifier() for name, spec, conversion in parts):
        return None
    return frozenset(str(name) for name, _spec, _conversion in parts)


def languages_of(document: Entry) -> tuple[str, ...]:
    """The languages in which at least one text is there, the document's own first."""
    languages: set[str] = set()
    for kind in KINDS:
        for entry in entries_of(document, kind):
            languages.update(entry.get("translations", {}))
    own = document["edition"]["language"]
    return (own, *sorted(languages - {own}))


def missing_in(document: Entry, language: str) -> dict[str, list[tuple[str, int, int]]]:
    """By kind each entry with texts that are not there in a language: its code, how many are
    missing, of how many.
    """
    missing: dict[str, list[tuple[str, int, int]]] = {}
    for kind in KINDS:
        rows = []
        for entry in entries_of(document, kind):
            texts = texts_of(kind, entry)
            left = texts.keys() - entry.get("translations", {}).get(language, {}).keys()
            if left:
                rows.append((entry["code"], len(left), len(texts)))
        missing[kind] = rows
    return missing


def localised(document: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The document with each text in a language, where it is there; the others stay as they are."""
    kinds = {}
    for kind in [kind for kind in KINDS if kind in document]:
        kinds[kind] = [
            _with_texts(entry, entry.get("translations", {}).get(language, {}), "")
            for entry in entries_of(document, kind)
        ]
    return {**document, **kinds}


def _with_texts(value: Any, texts: Mapping[str, str], path: str) -> Any:
    if not texts:
        return value
    if isinstance(value, str):
        return texts.get(path, value)
    if isinstance(value, Mapping):
        return {
            name: part
            if name == "translations"
            else _with_texts(part, texts, f"{path}.{name}" if path else name)
            for name, part in value.items()
        }
    if isinstance(value, list):
        parts = []
        for index, part in enumerate(value, 1):
            row = name_of_row(part, index) if isinstance(part, Mapping) else index
            parts.append(_with_texts(part, texts, f"{path}[{row}]"))
        return parts
    return value
