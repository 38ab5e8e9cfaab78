"""Several people save answers of one draft at the same moment: nothing is lost or overwritten."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import close_old_connections, connection

from cases.models import Answer, Assessment, User
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.reasoning.answer_codes import pack
from cases.workflows.assessing import answering
from cases.workflows.assessing.answering import AnswerInput, save_answer
from cases.workflows.errors import StaleError


class EarlierRead:
    """The answers as one person reads them: first as they are now, whatever is saved later, and
    then as they are in the database.
    """

    def __init__(self, draft: Assessment, question: str) -> None:
        self.answers = answering._ANSWERS
        self.earlier = list(self.answers.filter(assessment_id=draft.pk, question=question))
        self.reads = 0

    def filter(self, **which: Any) -> list[Any]:
        self.reads += 1
        return self.earlier if self.reads == 1 else list(self.answers.filter(**which))


@pytest.fixture
def bea(person: Callable[..., User]) -> User:
    return person("bea", "analyst")


def kept(draft: Assessment) -> dict[str, tuple[Any, str, int]]:
    """The saved answers of a draft, which its packed answers have to equal."""
    saved = Assessment.objects.get(pk=draft.pk)
    questionnaire = rulebook_of(saved.edition_id).questionnaire
    rows = list(saved.answers.all())
    given = questionnaire.read_answers({row.question: row.value for row in rows})
    assert bytes(saved.packed) == pack(questionnaire, given)
    return {row.question: (row.value, row.note, row.version) for row in rows}


def test_an_answer_to_another_question_saved_since_the_draft_was_read_is_kept(
    draft: Assessment, analyst: User, bea: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by_bea = Assessment.objects.get(pk=draft.pk)
    reading = EarlierRead(draft, "conflict_status")
    save_answer(draft, AnswerInput("phase", "known", "rising"), by=analyst, version=0)
    monkeypatch.setattr(answering, "_ANSWERS", reading)
    hers = AnswerInput("conflict_status", "known", "unrest")
    saved = save_answer(read_by_bea, hers, by=bea, version=0)
    assert reading.reads == 2, "the first attempt was overtaken"
    assert kept(draft) == {"phase": ("rising", "", 1), "conflict_status": ("unrest", "", 1)}
    assert saved.after.values["phase"] == "rising"


def test_a_first_answer_that_another_person_gave_since_the_read_is_not_overwritten(
    draft: Assessment, analyst: User, bea: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that is not known leaves the packed answers as they were."""
    save_answer(draft, AnswerInput("transition", "known", "stalled"), by=bea, version=0)
    read_by_bea = Assessment.objects.get(pk=draft.pk)
    reading = EarlierRead(draft, "phase")
    his = AnswerInput("phase", "unknown", note="Nobody could say.")
    first = save_answer(draft, his, by=analyst, version=0).answer
    monkeypatch.setattr(answering, "_ANSWERS", reading)
    with pytest.raises(StaleError) as stale:
        save_answer(read_by_bea, AnswerInput("phase", "known", "rising"), by=bea, version=0)
    assert reading.reads == 2, "the first attempt was overtaken"
    assert stale.value.current == first
    assert kept(draft) == {
        "transition": ("stalled", "", 1),
        "phase": (None, "Nobody could say.", 1),
    }


def test_an_answer_that_another_person_changed_since_the_read_is_not_overwritten(
    draft: Assessment, analyst: User, bea: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note leaves the packed answers as they were."""
    save_answer(draft, AnswerInput("phase", "known", "rising"), by=bea, version=0)
    read_by_bea = Assessment.objects.get(pk=draft.pk)
    reading = EarlierRead(draft, "phase")
    his = AnswerInput("phase", "known", "rising", note="Since Monday.")
    changed = save_answer(draft, his, by=analyst, version=1).answer
    monkeypatch.setattr(answering, "_ANSWERS", reading)
    with pytest.raises(StaleError) as stale:
        save_answer(read_by_bea, AnswerInput("phase", "known", "ongoing"), by=bea, version=1)
    assert reading.reads == 2, "the first attempt was overtaken"
    assert stale.value.current == changed
    assert kept(draft) == {"phase": ("rising", "Since Monday.", 2)}


def at_once(*saves: Callable[[], Any]) -> list[BaseException | None]:
    """Save on a connection for each at the same moment. Returns what each raised."""
    start = Barrier(len(saves))

    def run(save: Callable[[], Any]) -> BaseException | None:
        try:
            start.wait(timeout=10)
            save()
        except StaleError as error:
            return error
        finally:
            close_old_connections()
            connection.close()
        return None

    with ThreadPoolExecutor(len(saves)) as pool:
        return list(pool.map(run, saves))


@pytest.mark.django_db(transaction=True)
def test_of_answers_saved_at_once_those_to_several_questions_are_kept_and_one_to_each_wins(
    draft: Assessment, analyst: User, bea: User
) -> None:
    def saving(question: str, value: str, by: User) -> Callable[[], Any]:
        read = Assessment.objects.get(pk=draft.pk)
        return lambda: save_answer(read, AnswerInput(question, "known", value), by=by, version=0)

    raised = at_once(
        saving("phase", "rising", analyst),
        saving("phase", "ongoing", bea),
        saving("conflict_status", "unrest", analyst),
        saving("transition", "stalled", bea),
    )
    assert [type(error) for error in raised[2:]] == [type(None)] * 2
    lost = [error for error in raised[:2] if isinstance(error, StaleError)]
    assert len(lost) == 1
    won = "ongoing" if raised[0] else "rising"
    assert lost[0].current == Answer.objects.get(question="phase")
    assert kept(draft) == {
        "phase": (won, "", 1),
        "conflict_status": ("unrest", "", 1),
        "transition": ("stalled", "", 1),
    }
