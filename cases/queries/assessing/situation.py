"""The situation in three sentences, made from the answers: the danger, the State, and consent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from django.utils.translation import gettext as _

from cases.rulebook.entries.questions import CONSENT_TO, Answers, Question, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.logic import Facts
from cases.rulebook.wording.sentences import join, lower_first, say_value
from cases.rulebook_phrases import phrases


def situation(rulebook: Rulebook, answers: Answers) -> tuple[str, ...]:
    """Up to three sentences, which leave out what an edition does not ask and say what is not
    known.
    """
    facts = Facts(rulebook.questionnaire, answers)
    teller = _Teller(rulebook, facts)
    return tuple(filter(None, (teller.danger(), teller.state(), teller.consent())))


# Which atrocity crimes sources report or fear.
CRIMES = "crimes_at_risk"


class _Teller:
    def __init__(self, rulebook: Rulebook, facts: Facts) -> None:
        self.questions = rulebook.questionnaire.by_code
        self.facts = facts

    def danger(self) -> str:
        phase = self._meaning("phase")
        if not phase:
            return _("It is not known how near violence is.")
        crimes = self._value(CRIMES)
        if isinstance(crimes, frozenset) and crimes:
            named = say_value(self.questions[CRIMES], crimes, phrases())
            return _("%(danger)s; sources report or fear %(crimes)s.") % {
                "danger": phase,
                "crimes": named,
            }
        return _("%(sentence)s.") % {"sentence": phase}

    def state(self) -> str:
        """What the State does and what it can do."""
        part, ability = self._meaning("state_involvement"), self._meaning("state_ability")
        if part and ability:
            return _("%(part)s; %(ability)s.") % {"part": part, "ability": lower_first(ability)}
        if part or ability:
            return _("%(sentence)s.") % {"sentence": part or ability}
        return _("It is not known what part the State plays in the crimes or what it can do.")

    def consent(self) -> str:
        """To which kinds of help the State consents, and to which it does not."""
        asked = [code for code in self.questions if code.startswith(CONSENT_TO)]
        if not asked:
            return ""
        by_answer: dict[Value | None, list[Question]] = {}
        for code in asked:
            by_answer.setdefault(self._value(code), []).append(self.questions[code])
        if len(by_answer) == 1:
            return _("Consent to every kind of help: %(answer)s.") % {
                "answer": self._say(asked[0], next(iter(by_answer)))
            }
        return _("%(parts)s.") % {"parts": "; ".join(self._parts(by_answer))}

    def _parts(self, by_answer: dict[Value | None, list[Question]]) -> Iterator[str]:
        """The kinds of help with the same answer, the largest group last as *the rest*."""
        groups = sorted(by_answer.items(), key=lambda group: len(group[1]))
        for place, (value, questions) in enumerate(groups[:-1]):
            titles = [lower_first(questions[0].title) if place else questions[0].title]
            titles += [self._kind(question) for question in questions[1:]]
            yield _("%(kinds)s: %(answer)s") % {
                "kinds": join(titles, phrases().both, phrases()),
                "answer": self._say(questions[0].code, value),
            }
        value, questions = groups[-1]
        yield _("the rest: %(answer)s") % {"answer": self._say(questions[0].code, value)}

    def _kind(self, question: Question) -> str:
        """A kind of help without the words with which the titles of all kinds begin."""
        titles = [
            item.title.split()
            for code, item in self.questions.items()
            if code.startswith(CONSENT_TO)
        ]
        shared = sum(1 for words in takewhile(_is_one, zip(*titles, strict=False)))
        return " ".join(question.title.split()[shared:])

    def _value(self, code: str) -> Value | None:
        return self.facts.value(code) if code in self.questions else None

    def _say(self, code: str, value: Value | None) -> str:
        return say_value(self.questions[code], value, phrases())

    def _meaning(self, code: str) -> str:
        """What the chosen option means, without its full stop; empty where it is not known."""
        value = self._value(code)
        options = self.questions[code].options if code in self.questions else ()
        meanings = (option.meaning for option in options if option.code == value)
        return next(meanings, "").rstrip(".")


def _is_one(words: Sequence[str]) -> bool:
    return len(set(words)) == 1
