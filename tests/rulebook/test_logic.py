"""Kleene's logic: which answers a truth rests on."""

from __future__ import annotations

from cases.rulebook.reasoning.logic import Judgement, every, some

FEW, MANY = frozenset({"a"}), frozenset({"b", "c"})


def test_of_several_reasons_the_one_that_rests_on_least_is_named() -> None:
    for findings in ([False, FEW], [False, MANY]), ([False, MANY], [False, FEW]):
        assert every([Judgement(truth, rests_on) for truth, rests_on in findings]) == Judgement(
            False, FEW
        )
    for findings in ([True, FEW], [True, MANY]), ([True, MANY], [True, FEW]):
        assert some([Judgement(truth, rests_on) for truth, rests_on in findings]) == Judgement(
            True, FEW
        )


def test_where_all_have_to_be_true_the_truth_rests_on_all_of_them() -> None:
    assert every([Judgement(True, FEW), Judgement(True, MANY)]) == Judgement(True, FEW | MANY)
    assert some([Judgement(False, FEW), Judgement(False, MANY)]) == Judgement(False, FEW | MANY)


def test_what_is_not_known_rests_on_what_is_still_to_be_asked_alone() -> None:
    assert every([Judgement(True, FEW), Judgement(None, MANY)]) == Judgement(None, MANY)
    assert some([Judgement(False, FEW), Judgement(None, MANY)]) == Judgement(None, MANY)
