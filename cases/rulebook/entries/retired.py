"""What became of the entries of the previous edition, and how old answers are carried over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal, cast

from cases.rulebook.entries.catalogue import Citation
from cases.rulebook.entries.conditions import Atom, Condition, Group
from cases.rulebook.entries.description import CODE, RETIRED_CODE, WORD, Field
from cases.rulebook.entries.description import gettext_noop as _
from cases.rulebook.entries.questions import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """How an old answer becomes one to the question `to`, where `when` is true of the old answers.

    It is the answer to the old question `take`, or the fixed `value` where `take` is None.
    """

    to: Annotated[str, Field(_("Becomes an answer to"), refers_to="questions")]
    take: Annotated[
        str | None, Field(_("The answer to this question of the previous edition"), pattern=WORD)
    ] = None
    value: Annotated[
        Value | None,
        Field(
            _("Or always this answer"),
            help=_("Its code, or several codes separated by commas."),
        ),
    ] = None
    when: Annotated[
        Condition | None,
        Field(
            _("Where"),
            help=_("YAML: a condition over the questions of the previous edition."),
            of_edition_before=True,
            lines=3,
        ),
    ] = None


def _only_where_chosen(option: str, row: Carry) -> Carry:
    question, _dot, code = option.partition(".")
    chosen = Atom(question, "in", (int(code) if code.isdecimal() else code,))
    return replace(row, when=Group("all", (chosen, *((row.when,) if row.when else ()))))


RetiredKind = Literal["question", "option", "measure", "actor"]
How = Literal["replaced", "split", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """What became of something that the previous edition has and this one does not."""

    entry: Annotated[
        str,
        Field(
            _("Code"),
            help=_(
                "What it was, and its code in the previous edition: question.CODE, "
                "option.QUESTION.CODE, measure.CODE or actor.CODE."
            ),
            name="code",
            pattern=RETIRED_CODE,
        ),
    ]
    how: Annotated[How, Field(_("What happened to it"))]
    into: Annotated[
        tuple[str, ...],
        Field(
            _("Codes of this edition that take its place"),
            help=_("An option after its question: QUESTION.CODE. Leave empty if it was dropped."),
            pattern=CODE,
            lines=3,
        ),
    ]
    why: Annotated[str, Field(_("Why"), weight="explains", lines=2)]
    carry: Annotated[
        tuple[Carry, ...],
        Field(
            _("How answers to it are carried over"),
            help=_("The first row that fits counts, for each new question."),
        ),
    ] = ()
    citation: Citation = ()

    def __post_init__(self) -> None:
        """Let the rows of an option apply only to answers in which that option is chosen."""
        if self.kind == "option":
            rows = tuple(_only_where_chosen(self.code, row) for row in self.carry)
            object.__setattr__(self, "carry", rows)

    @property
    def kind(self) -> RetiredKind:
        return cast("RetiredKind", self.entry.partition(".")[0])

    @property
    def code(self) -> str:
        """Its code under the previous edition; an option's after that of its question."""
        return self.entry.partition(".")[2]
