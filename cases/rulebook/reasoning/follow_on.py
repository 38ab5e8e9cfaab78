"""What follows from what was done: for each measure that has been taken up, whether to sustain it,
review it, press for it, or turn to somebody or something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Literal

from cases.rulebook.entries.questions import Answers
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import Advice
from cases.rulebook.reasoning.adviser import leads_for
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.reasoning.problems import levels
from cases.rulebook.wording.sentences import ENGLISH, Phrases, join

Fact = Literal["addressed", "requested", "authorised", "done", "delivered", "refused", "outcome"]
Counsel = Literal["sustain", "review", "watch", "next_actor", "other_measure", "press", "under_way"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One thing that happened with a measure, and the codes of the actors that it concerns."""

    measure: str
    fact: Fact
    actors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowOn:
    """What to do about a measure that has been taken up, in a sentence, with the actor or the
    measures to turn to.
    """

    measure: str
    counsel: Counsel
    says: str
    actor: str = ""
    measures: tuple[str, ...] = ()


def follow_on(
    rulebook: Rulebook,
    answers: Answers,
    advice: Advice,
    taken: Iterable[Taken],
    *,
    before: Answers,
    countries: Sequence[str] = (),
    as_of: date,
    phrases: Phrases = ENGLISH,
) -> Mapping[str, FollowOn]:
    """What follows from what was done, by measure, for those that the edition has.

    `taken` is in the order in which it happened. `before` are the answers of the assessment before
    it, by which the problems of then and now are compared. Measures with none of these facts are
    left out.
    """
    steps: dict[str, list[Taken]] = {}
    for step in taken:
        if step.measure in rulebook.measures:
            steps.setdefault(step.measure, []).append(step)
    counsellor = _Counsellor(rulebook, answers, advice, before, countries, as_of, phrases)
    return {code: counsellor.counsel(code, rows) for code, rows in steps.items()}


class _Counsellor:
    def __init__(
        self,
        rulebook: Rulebook,
        answers: Answers,
        advice: Advice,
        before: Answers,
        countries: Sequence[str],
        as_of: date,
        phrases: Phrases,
    ) -> None:
        self.rulebook = rulebook
        self.answers = answers
        self.advice = advice
        self.countries = countries
        self.as_of = as_of
        self.phrases = phrases
        self.now = levels(rulebook, Facts(rulebook.questionnaire, answers))
        self.then = levels(rulebook, Facts(rulebook.questionnaire, before))

    def counsel(self, code: str, steps: Sequence[Taken]) -> FollowOn:
        """What follows for one measure from its steps; the last step decides."""
        facts = [step.fact for step in steps]
        if facts[-1] == "refused":
            return self._after_refusal(code, [step for step in steps if step.fact == "refused"])
        if "delivered" in facts or "outcome" in facts:
            return self._after_delivery(code)
        if "authorised" in facts and facts[-1] != "done":
            return FollowOn(code, "press", self.phrases.press_for_delivery)
        return FollowOn(code, "under_way", self.phrases.under_way)

    def _after_delivery(self, code: str) -> FollowOn:
        """Whether what a delivered measure acts on has eased or grown worse."""
        acted_on = self.rulebook.directly[code] | self.rulebook.indirectly[code]
        worse: list[str] = []
        eased: list[str] = []
        for question in self.rulebook.problems:
            now, then = self.now[question.code], self.then[question.code]
            if question.code not in acted_on or now is None or then is None or now == then:
                continue
            (worse if now > then else eased).append(question.problem or "")
        if worse:
            others = self._others(code)
            return FollowOn(code, "review", self._about(self.phrases.review, worse), "", others)
        if eased:
            return FollowOn(code, "sustain", self._about(self.phrases.sustain, eased))
        return FollowOn(code, "watch", self.phrases.watch)

    def _about(self, template: str, texts: Sequence[str]) -> str:
        quoted = [self.phrases.quoted.format(text=text) for text in texts]
        return template.format(problems=join(quoted, self.phrases.both, self.phrases))

    def _after_refusal(self, code: str, refusals: Iterable[Taken]) -> FollowOn:
        """The next actor who can lead a refused measure, or else another measure."""
        refused = set(chain.from_iterable(step.actors for step in refusals))
        candidates = leads_for(
            self.rulebook,
            self.answers,
            code,
            countries=self.countries,
            as_of=self.as_of,
            phrases=self.phrases,
        )
        for item in candidates.suitable:
            if refused and item.actor not in refused:
                says = self.phrases.next_actor.format(actor=item.name, why=item.why)
                return FollowOn(code, "next_actor", says, item.actor)
        others = self._others(code)
        if not others:
            return FollowOn(code, "other_measure", self.phrases.refused_without_other)
        titles = [
            self.phrases.quoted.format(text=self.rulebook.measures[other].title) for other in others
        ]
        says = self.phrases.other_measure.format(
            measures=join(titles, self.phrases.either, self.phrases)
        )
        return FollowOn(code, "other_measure", says, "", others)

    def _others(self, code: str) -> tuple[str, ...]:
        """The measures shown that answer directly a problem on which this one acts, those that the
        plan puts first in front: three at most.
        """
        acted_on = self.rulebook.directly[code]
        if self.advice.plan is None:
            return ()
        shown = (*self.advice.plan.first, *self.advice.plan.next)
        found = [
            other for other in shown if other != code and acted_on & self.rulebook.directly[other]
        ]
        return tuple(found[:3])
