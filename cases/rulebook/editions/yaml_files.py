"""Rulebooks as YAML: read from a text or from the files of a folder, and written out again, always
in one order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml
from yaml.composer import Composer

from cases.rulebook.editions.builder import Document, Entry
from cases.rulebook.editions.schema import DEFINITIONS, EDITION_SCHEMA, ENTRY_SCHEMAS
from cases.rulebook.entries.issues import Issue, Location, RulebookError
from cases.rulebook.entries.kinds import KINDS

# How deep lists and mappings may be nested; no readable condition comes near it.
DEPTH = 40
# How many values a file may hold: many times those of any edition.
VALUES = 100_000
TOO_MANY = f"the file holds more than {VALUES} values"
CHECK_YAML = (
    "Check the indentation, which takes spaces only, and put a text with “: ”, “#” or a quotation "
    "mark in quotation marks"
)
TOO_DEEP = f"lists and mappings are nested more than {DEPTH} deep"


@dataclass(frozen=True)
class Origins:
    """Which file each entry of a document came from, so that an error can name it."""

    files: Mapping[tuple[str, int], str] = field(default_factory=dict)

    def location(self, kind: str, index: int, entry: Any, where: str = "") -> Location:
        code = (
            str(entry.get("code", f"number {index + 1}"))
            if isinstance(entry, dict)
            else f"number {index + 1}"
        )
        return Location(self.files.get((kind, index), ""), kind, code, where)


class _Loader(Composer, yaml.CSafeLoader):
    """YAML with JSON's types alone: `no` and `2012-01-01` stay texts, and a key that occurs twice
    is an error.

    libyaml splits the text, several times faster than Python does. The nodes are made here, where
    an alias can be refused.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)
        self.values = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.values += 1
        if self.values > VALUES:
            raise yaml.composer.ComposerError(None, None, TOO_MANY, None)
        if self.check_event(yaml.AliasEvent):
            mark = cast("Any", self).peek_event().start_mark
            raise yaml.composer.ComposerError(
                None, None, "an alias (*) is used here: write out what it refers to", mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key, count in Counter(map(str, keys)).items():
            if count > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"'{key}' occurs twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]{0,17})$", "-0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def read_yaml(text: str, file: str = "") -> Any:
    """The value that a YAML text holds. Raises RulebookError with the line where the text is
    broken.
    """
    try:
        # _Loader is a CSafeLoader.
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # nosec B506
    except RecursionError as error:
        raise RulebookError([Issue(Location(file), TOO_DEEP)]) from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        # An explicit tag, such as !!int, on what it does not fit.
        raise RulebookError([Issue(Location(file), f"not valid YAML: {error}")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        # An error at the end of a text is reported past its last line.
        last = text.rstrip("\n").count("\n")
        line = f"line {min(mark.line, last) + 1}" if mark else ""
        message = str(getattr(error, "problem", None) or error)
        if isinstance(error, yaml.scanner.ScannerError | yaml.parser.ParserError):
            message = f"{message}. {CHECK_YAML}"
        raise RulebookError(
            [Issue(Location(file, "", "", line), f"not valid YAML: {message}")]
        ) from error


def comments_in(text: str) -> list[int]:
    """The lines of a YAML text on which a comment begins. Documents keep no comments."""
    lines: list[int] = []
    end = 0
    for token in yaml.scan(text, Loader=_Loader) if "#" in text else ():
        between = text[end : token.start_mark.index]
        first = text.count("\n", 0, end) + 1 if "#" in between else 0
        lines += [
            first + index
            for index, text_of_line in enumerate(between.split("\n"))
            if "#" in text_of_line
        ]
        end = token.end_mark.index
    return lines


def read_folder(folder: Path) -> tuple[Document, Origins]:
    """The document that the YAML files of a folder make together, with the origin of each entry.

    Raises RulebookError for a folder without YAML files, a broken file, or a file that is no
    mapping of lists.
    """
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not paths:
        raise RulebookError(
            [Issue(Location(str(folder)), "there is no folder with .yaml files here")]
        )
    document: Document = {name: [] for name, kind in KINDS.items() if not kind.optional}
    files: dict[tuple[str, int], str] = {}
    issues: list[Issue] = []
    for path in paths:
        try:
            content = read_yaml(path.read_text(encoding="utf-8"), path.name)
        except RulebookError as error:
            issues.extend(error.issues)
            continue
        except (OSError, UnicodeDecodeError) as error:
            issues.append(Issue(Location(path.name), f"cannot be read as UTF-8 text: {error}"))
            continue
        if not isinstance(content, dict):
            issues.append(
                Issue(Location(path.name), "a mapping of lists (questions, measures, …) is needed")
            )
            continue
        for kind, value in content.items():
            if kind == "edition" and "edition" not in document:
                document["edition"] = value
            elif kind in KINDS and isinstance(value, list):
                entries = document.setdefault(kind, [])
                for entry in value:
                    files[kind, len(entries)] = path.name
                    entries.append(entry)
            elif kind in KINDS:
                issues.append(Issue(Location(path.name, kind), "a list of entries is needed"))
            else:
                issues.append(
                    Issue(Location(path.name, str(kind)), f"not one of edition, {', '.join(KINDS)}")
                )
    if issues:
        raise RulebookError(issues)
    return document, Origins(files)


class _Dumper(yaml.SafeDumper):
    """YAML that `read_yaml` reads back to the same value: texts that another type could be mistaken
    for are quoted.
    """

    yaml_implicit_resolvers = yaml.SafeDumper.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _sorted(value: Any, schema: Entry) -> Any:
    """A value with the fields of each mapping in the order of its schema; others (languages, paths)
    by name.
    """
    if isinstance(value, list):
        return [_sorted(item, schema.get("items", {})) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "$ref" in schema:
        schema = DEFINITIONS[schema["$ref"].rsplit("/", 1)[1]]
    shapes = (
        shape
        for shape in schema.get("anyOf", ())
        if value.keys() <= shape.get("properties", {}).keys()
    )
    fields = next(shapes, schema).get("properties", {})
    names = [*(name for name in fields if name in value), *sorted(value.keys() - fields.keys())]
    return {name: _sorted(value[name], fields.get(name, {})) for name in names}


def write_yaml(document: Document) -> str:
    """The document as YAML, its lists in the order of KINDS, the fields of an entry in that of the
    schema.

    The inverse of `read_yaml`: the same document gives the same text, whatever it was read from or
    kept in.
    """
    schemas = {kind: {"items": schema} for kind, schema in ENTRY_SCHEMAS.items()}
    ordered = {
        name: _sorted(document[name], schemas.get(name, EDITION_SCHEMA))
        for name in ("edition", *KINDS)
        if name in document
    }
    return yaml.dump(ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def write_entry(kind: str, entry: Entry) -> str:
    """One entry of a list as YAML, as a file of that list has it: the inverse of `read_yaml`."""
    return yaml.dump(
        _sorted(entry, ENTRY_SCHEMAS[kind]),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )
