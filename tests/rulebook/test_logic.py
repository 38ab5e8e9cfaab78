"""Kleene's logic: which answers a truth rests on."""

from __future__ import annotations

from cases.rulebook.reasoning.logic import Judgement, every, some

FEW, MANY = frozenset({"a"}), frozenset({"b", "c"})


def test_of_several_reasons_the_one_that_rests_on_least_is_named() -> None:
    few, many = Judgement(False, FEW), Judgement(False, MANY)
    assert every([few, many]) == few
    assert every([many, few]) == few
    few, many = Judgement(True, FEW), Judgement(True, MANY)
    assert some([few, many]) == few
    assert some([many, few]) == few


def test_where_all_have_to_be_true_the_truth_rests_on_all_of_them() -> None:
    assert every([Judgement(True, FEW), Judgement(True, MANY)]) == Judgement(True, FEW | MANY)
    assert some([Judgement(False, FEW), Judgement(False, MANY)]) == Judgement(False, FEW | MANY)


def test_what_is_not_known_rests_on_what_is_still_to_be_asked_alone() -> None:
    assert every([Judgement(True, FEW), Judgement(None, MANY)]) == Judgement(None, MANY)
    assert some([Judgement(False, FEW), Judgement(None, MANY)]) == Judgement(None, MANY)
