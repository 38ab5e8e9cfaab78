"""Conditions and answers in words.

The sentences are `Phrases`, so that they can be translated without the rules module knowing how.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.rulebook.entries.conditions import Atom, Condition, Group
from cases.rulebook.entries.questions import Question, Questionnaire, Value
from cases.rulebook.reasoning.logic import Facts


@dataclass(frozen=True, slots=True)
class Phrases:
    """The connecting words, in one language. The braces are filled in."""

    is_one_of: str = "{question} is {options}"
    is_none_of: str = "{question} is not {options}"
    includes: str = "{question} includes {options}"
    includes_none_of: str = "{question} does not include {options}"
    at_least: str = "{question} is {level} or higher"
    at_most: str = "{question} is {level} or lower"
    both: str = "{first} and {last}"
    either: str = "{first} or {last}"
    comma: str = ", "
    none_of_these: str = "it is not the case that {parts}"
    bracket: str = "({inner})"
    unknown: str = "not known"
    nothing: str = "none of these"
    neighbour_of: str = "{neighbours}, the neighbour of {countries}"
    neighbours_of: str = "{neighbours}, neighbours of {countries}"
    neighbours_briefly: str = "Neighbours ({neighbours})"
    above_all: str = "{actor}, above all {neighbours}"
    and_more: str = "{names} and {number} more"
    quoted: str = "“{text}”"
    not_known_whether: str = "It is not known whether {condition}."
    comes_before: str = "{first} comes before {second}: {reasons}."
    of_earlier_line: str = "it belongs to an earlier line in this phase"
    more_urgent: str = "it is more urgent"
    needs_no_condition: str = "it waits for no condition"
    answers_more: str = "it also answers {problems}"
    stronger_evidence: str = "the evidence for it is stronger"
    sustain: str = "Delivered, and this has eased since: {problems}. Sustain it."
    review: str = (
        "Delivered, but this has grown worse since: {problems}. Review how it is done before "
        "doing more."
    )
    watch: str = (
        "Delivered. Nothing shows yet whether it helps. Check the problems that it acts on "
        "before doing more."
    )
    next_actor: str = "Refused. Ask next: {actor}. {why}"
    other_measure: str = (
        "Refused, and nobody else is suitable to lead it. Another measure acts on "
        "the same problem: {measures}."
    )
    refused_without_other: str = (
        "Refused. Nobody else is suitable to lead it, and no other measure shown "
        "acts on the same problem."
    )
    press_for_delivery: str = "Authorised but not delivered. Press for its delivery."
    under_way: str = "Under way, so it is not advised as something new."


ENGLISH = Phrases()


def lower_first(text: str) -> str:
    """A title or label for use inside a sentence: its first letter small, unless it is an acronym
    or a name.

    It starts with a name if its second word has a capital letter too and its first is not an
    article.
    """
    first, _, rest = text.partition(" ")
    is_name = len(first) > 3 and rest[:1].isupper()
    return (
        text
        if is_name or (text[1:2] not in ("", " ") and not text[1:2].islower())
        else text[:1].lower() + text[1:]
    )


def join(parts: Sequence[str], template: str, phrases: Phrases) -> str:
    """`a, b or c`, with the last joint as `template` has it."""
    if len(parts) < 2:
        return "".join(parts)
    return template.format(first=phrases.comma.join(parts[:-1]), last=parts[-1])


def bracketed(part: object, text: str, phrases: Phrases) -> str:
    """The sentence of a part, in brackets where the part is a group that joins several or
    denies.
    """
    if isinstance(part, Group) and (len(part.parts) > 1 or part.kind == "none"):
        return phrases.bracket.format(inner=text)
    return text


def say_condition(
    condition: Condition, questionnaire: Questionnaire, phrases: Phrases = ENGLISH
) -> str:
    """A condition as one sentence without its full stop, as an expert would read it aloud."""
    if isinstance(condition, Atom):
        return _say_atom(condition, questionnaire[condition.question], phrases)
    inner = [
        bracketed(part, say_condition(part, questionnaire, phrases), phrases)
        for part in condition.parts
    ]
    if condition.kind == "all":
        return join(inner, phrases.both, phrases)
    either = join(inner, phrases.either, phrases)
    return either if condition.kind == "any" else phrases.none_of_these.format(parts=either)


def _say_atom(atom: Atom, question: Question, phrases: Phrases) -> str:
    labels = [
        lower_first(option.label) for option in question.options if option.code in atom.operand
    ]
    ends = {"at_least": question.option_codes[-1], "at_most": question.option_codes[0]}
    if atom.operator in ends and atom.operand[0] != ends[atom.operator]:
        template = phrases.at_least if atom.operator == "at_least" else phrases.at_most
        return template.format(question=lower_first(question.title), level=labels[0])
    if question.kind == "multiple":
        template = phrases.includes if atom.operator == "in" else phrases.includes_none_of
    else:
        template = phrases.is_none_of if atom.operator == "none_of" else phrases.is_one_of
    return template.format(
        question=lower_first(question.title), options=join(labels, phrases.either, phrases)
    )


def say_value(question: Question, value: Value | None, phrases: Phrases = ENGLISH) -> str:
    """A value by its labels, for use inside a sentence."""
    if value is None:
        return phrases.unknown
    if value == frozenset():
        return phrases.nothing
    chosen = value if isinstance(value, frozenset) else {value}
    labels = [lower_first(option.label) for option in question.options if option.code in chosen]
    return join(labels, phrases.both, phrases)


class _Filled(dict[str, str]):
    """Labels of the answers, made when a text asks for one."""

    def __init__(self, facts: Facts, phrases: Phrases) -> None:
        super().__init__()
        self._facts = facts
        self._phrases = phrases

    def __missing__(self, code: str) -> str:
        return say_value(self._facts.questionnaire[code], self._facts.value(code), self._phrases)


def fill_in(text: str, facts: Facts, phrases: Phrases = ENGLISH) -> str:
    """A rationale, or what a gate says, with each `{question}` replaced by what was answered."""
    return text.format_map(_Filled(facts, phrases))
