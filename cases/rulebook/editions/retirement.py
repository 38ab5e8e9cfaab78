"""What an edition says of codes that it no longer has, checked against the previous edition."""

from __future__ import annotations

from collections.abc import Iterator

from cases.rulebook.entries.conditions import check_condition
from cases.rulebook.entries.issues import Issue, Location
from cases.rulebook.entries.questions import Question, Questionnaire
from cases.rulebook.entries.retired import Carry, Retired
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.logic import Facts


def issues_of_retired(before: Rulebook, after: Rulebook) -> Iterator[Issue]:
    """Errors where an entry does not fit the previous edition, warnings where nothing is said of a
    code that is gone.
    """
    had, has = document_codes(before), document_codes(after)
    retired = {f"{item.kind}.{item.code}": item for item in after.retired}
    inherited = {f"{item.kind}.{item.code}" for item in before.retired}
    for code, item in retired.items():
        if code in had:
            yield from _carrying_over(item, before.questionnaire, after.questionnaire)
        elif code not in inherited:
            says = f"the previous edition has no {item.kind} '{item.code}'"
            yield Issue(Location("", "retired", code), says, "error", "retired-unknown")
    for code in had:
        if code not in has and code not in retired and not _goes_with_its_question(code, has):
            says = "the previous edition has it and this one does not: say what became of it"
            yield Issue(Location("", "retired", code), says, "warning", "unexplained-code")


def document_codes(rulebook: Rulebook) -> dict[str, None]:
    """The codes that can be retired, each after its kind, in the order of the rulebook."""
    codes: dict[str, None] = {}
    for question in rulebook.questionnaire.questions:
        codes[f"question.{question.code}"] = None
        for option in question.option_codes:
            codes[f"option.{question.code}.{option}"] = None
    codes |= dict.fromkeys(f"measure.{code}" for code in rulebook.measures)
    return codes | dict.fromkeys(f"actor.{code}" for code in rulebook.actors)


def _goes_with_its_question(code: str, has: dict[str, None]) -> bool:
    """Whether it is an option of a question that is gone as a whole."""
    kind, _, rest = code.partition(".")
    question = f"question.{rest.partition('.')[0]}"
    return kind == "option" and question not in has


def _carrying_over(item: Retired, before: Questionnaire, after: Questionnaire) -> Iterator[Issue]:
    """What is wrong with how answers are carried over."""
    code = f"{item.kind}.{item.code}"
    for index, row in enumerate(item.carry):
        location = Location("", "retired", code, f"carry[{index}]")
        if row.when is not None:
            issues = list(check_condition(row.when, before.by_code, location))
            for issue in issues:
                yield Issue(location, issue.message, "error", "carry-condition")
            if issues:
                continue
        if row.take is None:
            continue
        taken = before.by_code.get(row.take)
        if taken is None:
            says = f"the previous edition has no question '{row.take}'"
            yield Issue(location, says, "error", "carry-unknown")
            continue
        for value in _unfit(row, taken, after[row.to], before):
            says = f"'{value}', an answer to '{row.take}', is not an answer to '{row.to}'"
            yield Issue(location, says, "error", "carry-unfit")


def _unfit(row: Carry, taken: Question, to: Question, before: Questionnaire) -> list[str]:
    """The options of the question that is taken which may be chosen where the row fits, and which
    the new question lacks.
    """
    several = taken.kind == "multiple"
    if several != (to.kind == "multiple"):
        return [str(code) for code in taken.option_codes]
    unfit = [code for code in taken.option_codes if code not in to.option_codes]
    if several:
        return [str(code) for code in unfit]
    return [
        str(code)
        for code in unfit
        if row.when is None or Facts(before, {taken.code: code}).judge(row.when).truth is not False
    ]
