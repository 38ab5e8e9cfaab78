"""The questionnaire: its questions, the answers that each allows, and how answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from cases.rulebook.entries.catalogue import Citation, WordCode
from cases.rulebook.entries.conditions import Code, Condition
from cases.rulebook.entries.description import Field
from cases.rulebook.entries.description import gettext_noop as _
from cases.rulebook.entries.issues import AnswerError

QuestionKind = Literal["single", "multiple", "scale"]
Level = Literal[0, 1, 2, 3, 4]
# Of the Framework of Analysis for Atrocity Crimes (United Nations, 2014).
RiskFactorCode = Literal[
    "RF1",
    "RF2",
    "RF3",
    "RF4",
    "RF5",
    "RF6",
    "RF7",
    "RF8",
    "RF9",
    "RF10",
    "RF11",
    "RF12",
    "RF13",
    "RF14",
]

# How many options a multiple choice may have: the chosen ones are kept as bits of two bytes.
MOST_OPTIONS = 15

# A known answer: an option's code, a level of a scale, or the set of the options chosen (empty:
# none of these).
Value = str | int | frozenset[str]
# What is recorded for the questions asked. None is *unknown* (asked, not known); a question not in
# it is not answered.
Answers = Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Option:
    code: Annotated[Code, Field(_("Code"))]
    label: Annotated[str, Field(_("Label"), weight="defines")]
    meaning: Annotated[str, Field(_("How to tell that it applies"), weight="defines")]
    # None if it says nothing about the risk factors. On a scale, the option is itself the level.
    level: Annotated[
        Level | None,
        Field(
            _("Level"),
            help=_(
                "How far the answer points to the question's risk factors, and how grave a "
                "problem it describes, 0 not at all to 4 severely."
            ),
        ),
    ] = None

    def __post_init__(self) -> None:
        if isinstance(self.code, int):
            object.__setattr__(self, "level", self.code)


@dataclass(frozen=True, slots=True)
class RiskFactor:
    """What an edition calls a risk factor of the Framework of Analysis."""

    code: Annotated[RiskFactorCode, Field(_("Code"))]
    title: Annotated[str, Field(_("Title"), weight="explains", lines=2)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One structured question. A question with `show_if` counts as `default` wherever it is not
    shown.
    """

    code: WordCode
    section: Annotated[str, Field(_("Section"), refers_to="sections")]
    kind: Annotated[QuestionKind, Field(_("Kind"))]
    title: Annotated[
        str,
        Field(
            _("Title"),
            help=_("Two to five words, used in sentences and tables."),
            weight="explains",
        ),
    ]
    text: Annotated[str, Field(_("Question"), weight="defines", lines=2)]
    why: Annotated[str, Field(_("Why it matters"), weight="explains", lines=2)]
    help: Annotated[str, Field(_("How to decide"), weight="explains", lines=3)]
    options: Annotated[tuple[Option, ...], Field(_("Answers"), at_least=2)]
    show_if: Annotated[
        Condition | None,
        Field(_("Asked only where"), help=_("A condition on earlier questions.")),
    ] = None
    default: Annotated[
        Value | None,
        Field(
            _("Its value if it is not asked"),
            help=_("An answer's code, several codes separated by commas, or “none”."),
        ),
    ] = None
    risk_factors: Annotated[tuple[RiskFactorCode, ...], Field(_("Risk factors"))]
    problem: Annotated[
        str | None,
        Field(
            _("The problem that it describes"),
            help=_(
                "For a question about a harm or a danger: the problem that a grave answer "
                "describes, as pages name it. The level of the answer says how grave it is."
            ),
            weight="defines",
            lines=2,
        ),
    ] = None
    citation: Citation
    option_codes: tuple[Code, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "option_codes", tuple(option.code for option in self.options))

    def label(self, value: Value | None) -> str:
        """The labels of a value's options, as a reader sees them; empty for None and for nothing
        chosen.
        """
        chosen = value if isinstance(value, frozenset) else {value}
        return ", ".join(option.label for option in self.options if option.code in chosen)

    def level(self, value: Value) -> int | None:
        """How far a known answer points to the question's risk factors: of several options the one
        that points most.
        """
        chosen = value if isinstance(value, frozenset) else {value}
        levels = [
            option.level
            for option in self.options
            if option.code in chosen and option.level is not None
        ]
        if (
            isinstance(value, frozenset)
            and not value
            and any(option.level is not None for option in self.options)
        ):
            return 0
        return max(levels, default=None)

    def read(self, raw: Any) -> Value | None:
        """A value as JSON gives it (None for unknown), checked. Raises ValueError that says what
        would be right.
        """
        if raw is None:
            return None
        known = ", ".join(str(code) for code in self.option_codes)
        if self.kind == "multiple":
            if not isinstance(raw, list | tuple | set | frozenset):
                raise ValueError(f"a list of options is needed, from {known}")
            for code in raw:
                if not isinstance(code, str) or code not in self.option_codes:
                    raise ValueError(f"'{code}' is not one of its options: {known}")
            return frozenset(raw)
        if self.kind == "scale":
            if isinstance(raw, bool) or not isinstance(raw, int) or raw not in self.option_codes:
                raise ValueError(f"'{raw}' is not a level: a whole number from 0 to 4 is needed")
            return raw
        if not isinstance(raw, str) or raw not in self.option_codes:
            raise ValueError(f"'{raw}' is not one of its options: {known}")
        return raw

    def allows(self, value: Value) -> bool:
        """Whether a value names only options that the question has."""
        options = value if isinstance(value, frozenset) else {value}
        return set(options) <= set(self.option_codes)

    def dump(self, value: Value | None) -> Any:
        """A value as JSON keeps it, multiple choices in the order of the options: the inverse of
        `read`.
        """
        if isinstance(value, frozenset):
            return [code for code in self.option_codes if code in value]
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionTable:
    """Questions of a section with the same options, laid out as the rows of one table."""

    code: WordCode
    title: Annotated[str, Field(_("Title"), weight="explains")]
    hint: Annotated[str, Field(_("Hint"), weight="explains")] = ""
    questions: Annotated[
        tuple[str, ...],
        Field(
            _("Questions"),
            help=_("They follow each other, and have the same options."),
            refers_to="questions",
            at_least=2,
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    code: WordCode
    title: Annotated[str, Field(_("Title"), weight="explains")]
    intro: Annotated[str, Field(_("Introduction"), weight="explains", lines=3)]
    tables: Annotated[
        tuple[QuestionTable, ...], Field(_("Questions that are laid out as one table"))
    ] = ()


# The questions on consent by kind of help begin with this; before them, one question had the kinds
# as its options.
CONSENT_TO = "consent_to_"
CONSENT_SCOPE = "consent_scope"
# The question on how far the violence has come; measures have a line in each of its options.
PHASE = "phase"


def consent_scopes(questions: Mapping[str, Question]) -> tuple[str, ...]:
    """The kinds of help to which a questionnaire asks for consent."""
    scopes = tuple(
        code.removeprefix(CONSENT_TO) for code in questions if code.startswith(CONSENT_TO)
    )
    if scopes or CONSENT_SCOPE not in questions:
        return scopes
    return tuple(str(code) for code in questions[CONSENT_SCOPE].option_codes)


def phases(questions: Mapping[str, Question]) -> tuple[str, ...]:
    """The phases of a questionnaire; none if it does not ask for the phase."""
    asked = questions.get(PHASE)
    return tuple(str(code) for code in asked.option_codes) if asked else ()


@dataclass(frozen=True)
class Questionnaire:
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    by_code: Mapping[str, Question] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "by_code", {question.code: question for question in self.questions}
        )

    def __getitem__(self, code: str) -> Question:
        return self.by_code[code]

    def in_section(self, code: str) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.section == code)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Each question's place in the order in which they are asked."""
        return {question.code: index for index, question in enumerate(self.questions)}

    def read_answers(self, raw: Mapping[str, Any]) -> dict[str, Value | None]:
        """Answers read from JSON. AnswerError names every unknown code and wrong value."""
        answers: dict[str, Value | None] = {}
        problems: dict[str, str] = {}
        for code, value in raw.items():
            question = self.by_code.get(code)
            if question is None:
                problems[code] = "there is no such question"
                continue
            try:
                answers[code] = question.read(value)
            except ValueError as error:
                problems[code] = str(error)
        if problems:
            raise AnswerError(problems)
        return answers

    def readable(self, answers: Mapping[str, Any]) -> dict[str, Value | None]:
        """The answers to another questionnaire that this one allows."""
        allowed: dict[str, Value | None] = {}
        for code, value in answers.items():
            if code in self.by_code:
                with suppress(ValueError):
                    allowed[code] = self.by_code[code].read(value)
        return allowed

    def dump_answers(self, answers: Answers) -> dict[str, Any]:
        """Answers as JSON keeps them, in the order of the questionnaire."""
        return {
            question.code: question.dump(answers[question.code])
            for question in self.questions
            if question.code in answers
        }
