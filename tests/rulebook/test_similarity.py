"""How similar two situations are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.rulebook.entries.questions import Question, Value
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.answer_codes import CODE_TYPE, pack, unpack
from cases.rulebook.reasoning.similarity import likeness
from tests.rulebook.worlds import answers_to


def naive_likeness(question: Question, one: Value, other: Value) -> float:
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return len(one & other) / len(one | other) if one | other else 1.0
    if question.kind == "scale":
        return 1 - abs(int(str(one)) - int(str(other))) / 4
    return float(one == other)


@given(st.data())
@settings(max_examples=40)
def test_the_similarity_is_the_stated_mean_over_what_is_known_in_both(
    first_edition: Rulebook, data: st.DataObject
) -> None:
    questionnaire = first_edition.questionnaire
    situations = [data.draw(answers_to(questionnaire)) for _ in range(3)]
    codes = [
        np.frombuffer(pack(questionnaire, answers), CODE_TYPE).astype(np.uint16)
        for answers in situations
    ]
    degree, shared = likeness(questionnaire, codes[0], np.stack(codes, axis=1))
    for place, other in enumerate(situations):
        both = [
            naive_likeness(questionnaire[code], mine, theirs)
            for code, mine in situations[0].items()
            for theirs in [other.get(code)]
            if mine is not None and theirs is not None
        ]
        assert shared[place] == len(both)
        assert degree[place] == pytest.approx(sum(both) / len(both) if both else 0)
    assert unpack(questionnaire, pack(questionnaire, situations[0])) == {
        code: value for code, value in situations[0].items() if value is not None
    }
