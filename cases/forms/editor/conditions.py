"""A condition as lines of a form: all of, any of or none of some lines, with groups of lines one
level deep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, cast

from django import forms
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases import labels
from cases.rulebook.entries.conditions import GROUP_KINDS, OPERATORS
from cases.rulebook.entries.questions import Question, Questionnaire

LEVELS = ("at_least", "at_most")


@dataclass
class ConditionLine:
    """One line as it was typed; without a question it is blank."""

    question: str = ""
    relation: str = ""
    values: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> ConditionLine:
        relation = next(name for name in OPERATORS if name in raw)
        operand = raw[relation]
        return cls(
            raw["question"],
            relation,
            [str(code) for code in operand] if isinstance(operand, list) else [str(operand)],
        )

    def problem(self, questionnaire: Questionnaire) -> str:
        """What is wrong with the line, or nothing."""
        if not self.question:
            return ""
        question = questionnaire.by_code.get(self.question)
        if question is None:
            return _("There is no such question: choose one from the list.")
        chosen = [
            value for value in self.values if value in {str(code) for code in question.option_codes}
        ]
        if self.relation not in labels.RELATION[question.kind]:
            return _("Choose how the answer is compared.")
        return "" if chosen else _("Choose at least one answer.")

    def raw(self, questionnaire: Questionnaire) -> dict[str, Any]:
        codes = [
            code for code in questionnaire[self.question].option_codes if str(code) in self.values
        ]
        return {
            "question": self.question,
            self.relation: codes[0] if self.relation in LEVELS else codes,
        }


@dataclass
class Block:
    """A line alone (`line`), or a group of lines."""

    kind: str
    lines: list[ConditionLine]


@dataclass
class Shape:
    """A condition as the form shows it."""

    kind: str = "all"
    blocks: list[Block] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        lines = chain.from_iterable(block.lines for block in self.blocks)
        return not any(line.question for line in lines)

    @classmethod
    def of(cls, raw: Mapping[str, Any] | None) -> Shape | None:
        """The shape of a condition, or None where it is nested deeper than the form shows."""
        if raw is None:
            return cls()
        kind = next((name for name in GROUP_KINDS if name in raw), None)
        if kind is None:
            return cls("all", [Block("line", [ConditionLine.of(raw)])])
        blocks = []
        for part in raw[kind]:
            inner = next((name for name in GROUP_KINDS if name in part), None)
            if inner is None:
                blocks.append(Block("line", [ConditionLine.of(part)]))
            elif any(_is_group(leaf) for leaf in part[inner]):
                return None
            else:
                blocks.append(Block(inner, [ConditionLine.of(leaf) for leaf in part[inner]]))
        return cls(kind, blocks)

    @classmethod
    def typed(cls, data: Mapping[str, Any], name: str) -> Shape:
        """The condition as it was typed, without the parts that were removed."""
        shape = cls(data.get(f"{name}-kind") or "all")
        for index in range(count_of(data, name)):
            prefix = f"{name}-{index}"
            names = [f"{prefix}-{inner}" for inner in range(count_of(data, prefix))]
            lines = [_typed_line(data, at) for at in names if not data.get(f"{at}-gone")]
            kind = data.get(f"{prefix}-kind") or "line"
            if lines and not data.get(f"{prefix}-gone"):
                shape.blocks.append(
                    Block(kind if kind in (*GROUP_KINDS, "line") else "line", lines)
                )
        return shape

    def problems(self, questionnaire: Questionnaire) -> list[str]:
        if self.kind not in GROUP_KINDS:
            return [_("Choose whether all, any or none of the lines must be true.")]
        problems = []
        for number, block in enumerate(self.blocks, 1):
            for inner, line in enumerate(block.lines, 1):
                problem = line.problem(questionnaire)
                label = str(number) if block.kind == "line" else f"{number}.{inner}"
                if problem:
                    problems.append(
                        _("Line %(place)s: %(problem)s") % {"place": label, "problem": problem}
                    )
        return problems

    def raw(self, questionnaire: Questionnaire) -> dict[str, Any]:
        """The condition as a document writes it. A single line needs no group."""
        parts: list[dict[str, Any]] = []
        for block in self.blocks:
            lines = [line.raw(questionnaire) for line in block.lines if line.question]
            if lines:
                parts += lines if block.kind == "line" else [{block.kind: lines}]
        return parts[0] if len(parts) == 1 and self.kind != "none" else {self.kind: parts}


def _typed_line(data: Mapping[str, Any], name: str) -> ConditionLine:
    return ConditionLine(
        data.get(f"{name}-question", ""),
        data.get(f"{name}-relation", ""),
        _values(data, f"{name}-value"),
    )


def code_in(text: str) -> str | int:
    """An option's code as it was typed: a level of a scale is a number, and no number is longer
    than a form shows.
    """
    return int(text) if text.isdecimal() and len(text) < 10 else text


# No list has more rows than this. A forged number must not make a page endless.
MOST_ROWS = 2_000


def count_of(data: Mapping[str, Any], name: str) -> int:
    text = str(data.get(f"{name}-count", "0"))
    return min(int(text[:9]), MOST_ROWS) if text.isdecimal() else 0


def _values(data: Mapping[str, Any], name: str) -> list[str]:
    if isinstance(data, MultiValueDict):
        return [str(value) for value in data.getlist(name)]
    value = data.get(name, [])
    return value if isinstance(value, list) else [value]


def redraw(data: MultiValueDict[str, str], command: str) -> None:
    """Change what a form holds as one of its buttons asks: another line, group or row, or one less.

    Commands are `line:PLACE`, `group:PLACE`, `inner:PLACE`, `row:PLACE` and `gone:PLACE`; others
    change nothing.
    """
    act, _colon, name = command.partition(":")
    if act == "gone":
        data[f"{name}-gone"] = "1"
    elif act in ("line", "group", "inner", "row"):
        number = count_of(data, name)
        data[f"{name}-count"] = str(number + 1)
        if act in ("line", "group"):
            data[f"{name}-{number}-kind"] = "line" if act == "line" else "any"
            data[f"{name}-{number}-count"] = "1"


class ConditionWidget(forms.Widget):
    use_fieldset = True
    questionnaire: Questionnaire

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Shape:
        return Shape.typed(data, name)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-count" not in data

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        shape = value if isinstance(value, Shape) else Shape.of(value) or Shape()
        if not shape.blocks and self.is_required:
            shape.blocks.append(Block("line", [ConditionLine()]))
        wrong = bool(attrs and attrs.get("aria-invalid"))
        blocks = enumerate(shape.blocks, 1)
        context = {
            "name": name,
            "shape": shape,
            "blocks": [self._block(block, name, number, wrong=wrong) for number, block in blocks],
            "groups": labels.GROUP,
            "sections": self._sections(),
        }
        return render_to_string("editor/condition.html", context)

    def _block(self, block: Block, name: str, number: int, *, wrong: bool) -> dict[str, Any]:
        """A block for the template. Lines of a group are numbered 2.1, 2.2 and so on."""
        name = f"{name}-{number - 1}"
        lines = []
        for index, line in enumerate(block.lines):
            place = f"{number}" if block.kind == "line" else f"{number}.{index + 1}"
            lines.append(self._line(line, f"{name}-{index}", wrong=wrong) | {"place": place})
        return {"name": name, "kind": block.kind, "lines": lines}

    def _sections(self) -> list[tuple[str, Sequence[Question]]]:
        sections = self.questionnaire.sections
        return [(item.title, self.questionnaire.in_section(item.code)) for item in sections]

    def _line(self, line: ConditionLine, name: str, *, wrong: bool) -> dict[str, Any]:
        question = self.questionnaire.by_code.get(line.question)
        relations = labels.RELATION[question.kind] if question else {}
        relation = line.relation if line.relation in relations else next(iter(relations), "")
        return {
            "name": name,
            "question": line.question,
            "relations": relations,
            "relation": relation,
            "one": relation in LEVELS,
            "options": [(str(option.code), option) for option in question.options]
            if question
            else [],
            "values": line.values,
            "problem": line.problem(self.questionnaire) if wrong else "",
        }


class ConditionField(forms.Field):
    """A condition as a document writes it: `{all: […]}`, or one line."""

    widget = ConditionWidget

    def set_questionnaire(self, questionnaire: Questionnaire) -> None:
        self.own_widget.questionnaire = questionnaire

    @property
    def own_widget(self) -> ConditionWidget:
        return cast("ConditionWidget", self.widget)

    def clean(self, value: Shape) -> dict[str, Any] | None:
        if value.is_blank:
            if self.required:
                raise forms.ValidationError(_("Choose a question for at least one line."))
            return None
        questionnaire = self.own_widget.questionnaire
        problems = value.problems(questionnaire)
        if problems:
            raise forms.ValidationError(problems)
        return value.raw(questionnaire)


def as_written_before(before: Any, after: Any) -> Any:
    """A condition with each line that means the same as before written as it was before, or all of
    it if nothing changed.
    """
    if before is None or after is None or Shape.of(before) is None:
        return after
    operands = {_line_of(leaf): leaf for leaf in _leaves(before)}
    kept = _with_operands(after, operands)
    return before if _without_groups_of_one(before) == _without_groups_of_one(kept) else kept


def _line_of(leaf: Mapping[str, Any]) -> tuple[str, str, frozenset[Any]]:
    relation = next(name for name in OPERATORS if name in leaf)
    operand = leaf[relation]
    return (
        leaf["question"],
        relation,
        frozenset(operand if isinstance(operand, list) else [operand]),
    )


def _is_group(raw: Mapping[str, Any]) -> bool:
    return any(name in raw for name in GROUP_KINDS)


def _leaves(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    kind = next((name for name in GROUP_KINDS if name in raw), None)
    return [raw] if kind is None else list(chain.from_iterable(map(_leaves, raw[kind])))


def _with_operands(raw: Mapping[str, Any], operands: Mapping[Any, Any]) -> Mapping[str, Any]:
    kind = next((name for name in GROUP_KINDS if name in raw), None)
    return (
        operands.get(_line_of(raw), raw)
        if kind is None
        else {kind: [_with_operands(part, operands) for part in raw[kind]]}
    )


def _without_groups_of_one(raw: Any) -> Any:
    """A condition without groups of one line."""
    kind = next((name for name in GROUP_KINDS if name in raw), None)
    if kind is None:
        return raw
    parts = [_without_groups_of_one(part) for part in raw[kind]]
    return parts[0] if len(parts) == 1 and kind != "none" else {kind: parts}
