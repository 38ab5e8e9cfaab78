"""Nothing of a case shows to those who may no longer know of it."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from cases.models import Assessment, Case, User
from cases.workflows import review
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import remove_member, set_member
from tests.clients import of, shown


def test_whoever_loses_access_reads_no_title_in_notifications_any_more(
    case: Case, draft: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    rosa = person("rosa", "reviewer")
    member = set_member(case, rosa, "reviewer", by=analyst)
    submit(draft, by=analyst)
    page = reverse("notification_list")
    assert case.title in shown(of(rosa), page)
    review.start_thread(
        Assessment.objects.get(pk=draft.pk),
        by=analyst,
        anchor="measure",
        code="enc.remind",
        text="See",
        mentions=[rosa],
    )
    remove_member(member, by=analyst)
    Case.objects.filter(pk=case.pk).update(title="A new and secret title")
    for name in ("notification_list", "home", "case_list", "review_list"):
        said = shown(of(rosa), reverse(name))
        assert case.title not in said, name
        assert "secret title" not in said, name
    assert "A case that you can no longer open" in shown(of(rosa), page)


def test_notifications_name_no_sensitive_case_to_people_without_a_second_factor(
    case: Case, draft: Assessment, analyst: User, person: Callable[..., User]
) -> None:
    rosa = person("rosa", "reviewer")
    set_member(case, rosa, "reviewer", by=analyst)
    submit(draft, by=analyst)
    Case.objects.update(confidentiality="sensitive")
    assert case.title not in shown(of(rosa), reverse("notification_list"))
