"""What a report says is what its reader may know."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from cases.models import Assessment, User
from cases.queries.reports.context import report_for
from cases.queries.reports.texts import direction_of, language_of, run, visible


def test_a_report_is_refused_to_people_who_may_not_see_the_assessment(
    draft: Assessment, person: Callable[..., User]
) -> None:
    with pytest.raises(PermissionDenied):
        report_for(person("stranger", "analyst"), draft)


def test_the_report_of_a_draft_says_that_it_is_one(draft: Assessment, analyst: User) -> None:
    report = report_for(analyst, draft)
    assert (report.state.code, report.state.mark, report.digest) == ("draft", "Draft", "")
    assert report.case.title == draft.case.title
    assert len(report.measures) == len({line.code for line in report.measures}) > 40


def test_texts_lose_control_characters_and_what_turns_their_direction() -> None:
    assert visible("a\x00b\u202ec\r\nd\te\ud800") == "abc\nd\te"


@pytest.mark.parametrize(
    ("text", "language", "direction"),
    [
        ("Plain English, with an é", "en", "ltr"),
        ("حماية المدنيين", "ar", "rtl"),
        ("Защита мирных жителей", "ru", "ltr"),
        ("保护平民", "zh", "ltr"),
        ("12. Προστασία", "el", "ltr"),
    ],
)
def test_each_text_has_its_own_language_and_direction(
    text: str, language: str, direction: str
) -> None:
    assert (language_of(text, "en"), direction_of(text)) == (language, direction)
    assert run(text, "en").text == text
