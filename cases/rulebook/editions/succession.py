"""What becomes of recorded answers when an assessment goes on with another edition.

Nothing is lost in between: each recorded answer is either taken up by questions of the new edition
or listed as one that somebody has to place by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from cases.rulebook.entries.conditions import questions_of
from cases.rulebook.entries.questions import Answers, Question, Questionnaire, Value
from cases.rulebook.entries.retired import Carry, Retired
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.logic import Facts, Truth


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """What became of the answer to one question of the previous edition.

    `to` are the questions of the new edition that take it up. `lost` are the chosen options that
    the new edition lacks and that nothing replaces. `changed` is whether a question of the new
    edition has another value than the old answer. `why` is the reason that the edition states.
    """

    question: str
    to: tuple[str, ...]
    lost: tuple[str, ...]
    changed: bool
    why: str

    @property
    def needs_placing(self) -> bool:
        """Whether somebody has to decide where all of it, or a part, belongs."""
        return not self.to or bool(self.lost)


@dataclass(frozen=True, slots=True)
class Succession:
    """Answers as a new edition takes them up: its own values, and what became of each old answer.

    `values` maps questions of the new edition to values, None for unknown. A question that takes up
    only a note is not in it.
    """

    values: Mapping[str, Value | None]
    outcomes: tuple[AnswerOutcome, ...]


def carry_over(
    old: Questionnaire, new: Rulebook, answers: Answers, recorded: Iterable[str] = ()
) -> Succession:
    """Carry answers over from the previous edition to a new one.

    `answers` maps questions of `old` to values, None for unknown. `recorded` names further
    questions for which only a note or a source is recorded.
    """
    return _Carrier(old, new, answers, recorded).succession()


def carry_through(
    old: Questionnaire, editions: Sequence[Rulebook], answers: Answers, recorded: Iterable[str] = ()
) -> Succession:
    """Carry answers over through several editions, one after the other, the newest last.

    The outcomes name the questions of `old` and where their answers are in the newest edition.
    """
    first, *later = editions
    succession = carry_over(old, first, answers, recorded)
    questionnaire = first.questionnaire
    for edition in later:
        taken_up = set(chain.from_iterable(outcome.to for outcome in succession.outcomes))
        step = carry_over(questionnaire, edition, succession.values, taken_up)
        by_question = {outcome.question: outcome for outcome in step.outcomes}
        outcomes = [
            _followed(outcome, [by_question[code] for code in outcome.to])
            for outcome in succession.outcomes
        ]
        succession = Succession(step.values, tuple(outcomes))
        questionnaire = edition.questionnaire
    return succession


def _followed(outcome: AnswerOutcome, steps: Sequence[AnswerOutcome]) -> AnswerOutcome:
    """What became of an answer that was carried over once and then again."""
    reasons = dict.fromkeys(item.why for item in (outcome, *steps) if item.why)
    return AnswerOutcome(
        outcome.question,
        tuple(dict.fromkeys(chain.from_iterable(step.to for step in steps))),
        (*outcome.lost, *chain.from_iterable(step.lost for step in steps)),
        outcome.changed or any(step.changed for step in steps),
        " ".join(reasons),
    )


class _Carrier:
    def __init__(
        self, old: Questionnaire, new: Rulebook, answers: Answers, recorded: Iterable[str]
    ) -> None:
        self.old = old
        self.new = new.questionnaire
        self.answers = answers
        self.recorded = {*answers, *recorded}
        self.facts = Facts(old, answers)
        # What an earlier step of the way retired is said again by later editions.
        self.retired = {(item.kind, item.code): item for item in new.retired if _was_in(old, item)}
        self.values: dict[str, Value | None] = {}
        # For each new question that takes something up: the old questions that its rows use.
        self.takers: dict[str, frozenset[str]] = {}

    def succession(self) -> Succession:
        rows: dict[str, list[Carry]] = {}
        for item in self.retired.values():
            for row in item.carry:
                rows.setdefault(row.to, []).append(row)
        for code, rows_to in rows.items():
            self._derive(code, rows_to)
        outcomes = [
            self._outcome(question)
            for question in self.old.questions
            if question.code in self.recorded
        ]
        return Succession(self.values, tuple(outcomes))

    def _derive(self, code: str, rows: Iterable[Carry]) -> None:
        """Work out the answer to a new question by the first row that fits the old answers.

        Where what is known does not settle which row fits, the new question is unknown, or left
        open if not everything that decides it was answered.
        """
        used = frozenset().union(*(_questions_of_row(row) for row in rows))
        if not used & self.recorded:
            return
        possible: list[Value | None] = []
        fits: Truth = False
        for row in rows:
            fits = True if row.when is None else self.facts.judge(row.when).truth
            if fits is not False:
                possible.append(row.value if row.take is None else self.answers.get(row.take))
            if fits:
                break
        settled = fits is True and len(set(possible)) == 1
        if settled and possible[0] is not None:
            if _is_allowed(self.new[code], possible[0]):
                self.values[code] = possible[0]
                self.takers[code] = used
        elif not (used & self.answers.keys() and all(map(self._is_answered, used))):
            self.takers[code] = used
        elif possible:
            self.values[code] = None
            self.takers[code] = used

    def _is_answered(self, code: str) -> bool:
        """Whether somebody answered a question, be it with unknown, or it was not asked at all."""
        return code in self.answers or self.facts.shown(code).truth is False

    def _outcome(self, question: Question) -> AnswerOutcome:
        retired = self.retired.get(("question", question.code))
        if retired is not None:
            to = [code for code in retired.into if question.code in self.takers.get(code, ())]
            return AnswerOutcome(question.code, tuple(to), (), bool(to), retired.why)
        if question.code not in self.new.by_code:
            return AnswerOutcome(question.code, (), (), False, "")
        return self._kept(question, self.new[question.code])

    def _kept(self, question: Question, now: Question) -> AnswerOutcome:
        """The answer to a question that the new edition has too."""
        code = question.code
        if code not in self.answers:
            return AnswerOutcome(code, (code,), (), False, "")
        value = self.answers[code]
        if value is None:
            self.values[code] = None
            return AnswerOutcome(code, (code,), (), False, "")
        if isinstance(value, frozenset):
            return self._kept_options(question, now, value)
        if question.kind == now.kind and value in now.option_codes:
            self.values[code] = value
            return AnswerOutcome(code, (code,), (), False, "")
        successor, why = self._successor(code, str(value))
        if successor is not None and _is_allowed(now, successor):
            self.values[code] = successor
            return AnswerOutcome(code, (code,), (), True, why)
        return AnswerOutcome(code, (), (str(value),), False, why)

    def _kept_options(
        self, question: Question, now: Question, chosen: frozenset[str]
    ) -> AnswerOutcome:
        """A multiple choice: the options that are left, or that replace others, are carried over.

        Nothing chosen means *none of these*. Where every chosen option is lost, nothing is carried
        over, because that would deny what was answered.
        """
        code, reasons = question.code, []
        if now.kind != "multiple":
            lost = tuple(str(option) for option in question.option_codes if option in chosen)
            return AnswerOutcome(code, (), lost, False, "")
        carried, lost_options = set(), []
        for option in question.option_codes:
            if option not in chosen:
                continue
            if option in now.option_codes:
                carried.add(str(option))
                continue
            successor, why = self._successor(code, str(option))
            reasons.append(why)
            if successor is not None and successor in now.option_codes:
                carried.add(successor)
            else:
                lost_options.append(str(option))
        why = " ".join(dict.fromkeys(reason for reason in reasons if reason))
        lost = tuple(lost_options)
        if lost and not carried:
            return AnswerOutcome(code, (), lost, False, why)
        self.values[code] = frozenset(carried)
        return AnswerOutcome(code, (code,), lost, frozenset(carried) != chosen, why)

    def _successor(self, question: str, option: str) -> tuple[str | None, str]:
        """The option that replaces one, None where none does, with the reason."""
        retired = self.retired.get(("option", f"{question}.{option}"))
        if retired is None:
            return None, ""
        if retired.how != "replaced" or len(retired.into) != 1:
            return None, retired.why
        return retired.into[0].rsplit(".", 1)[-1], retired.why


def _was_in(questionnaire: Questionnaire, item: Retired) -> bool:
    """Whether what was retired is a question of this questionnaire, or an option of one."""
    code, _, option = item.code.partition(".")
    question = questionnaire.by_code.get(code)
    if question is None or item.kind not in ("question", "option"):
        return False
    return item.kind == "question" or option in map(str, question.option_codes)


def _questions_of_row(row: Carry) -> frozenset[str]:
    questions = questions_of(row.when) if row.when is not None else frozenset()
    return questions | ({row.take} if row.take is not None else frozenset())


def _is_allowed(question: Question, value: Value) -> bool:
    try:
        question.read(question.dump(value))
    except ValueError:
        return False
    return True
