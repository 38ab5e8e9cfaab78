"""What a reply quotes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.models import Assessment, Comment, User
from cases.workflows import review
from cases.workflows.assessing.submitting import submit
from tests.clients import of


def test_a_reply_begins_with_the_comment_that_it_quotes(
    submitted: Assessment, reviewer: User, analyst: User
) -> None:
    first = review.start_thread(
        submitted, by=reviewer, anchor="measure", code="enc.remind", text="Who?\n\nAnd when?"
    )
    page = reverse("measure_review", args=[submitted.pk, "enc.remind"])
    assert f"?quote={first.pk}#reply-{first.thread_id}" in of(analyst).get(page).content.decode()
    quoted = of(analyst).get(page, {"quote": first.pk}).content.decode()
    assert "&gt; **Rosa**\n&gt;\n&gt; Who?\n&gt;\n&gt; And when?\n" in quoted


@pytest.mark.parametrize("given", ["", "x", "-1", "9" * 40, "1 OR 1=1", "٣"])
def test_a_quote_of_nothing_quotes_nothing(
    submitted: Assessment, reviewer: User, given: str
) -> None:
    page = reverse("measure_review", args=[submitted.pk, "enc.remind"])
    assert of(reviewer).get(page, {"quote": given}).status_code == 200


def test_a_comment_of_another_case_is_not_quoted(
    submitted: Assessment, reviewer: User, analyst: User, draft_of_a_stranger: Assessment
) -> None:
    theirs, stranger = draft_of_a_stranger, draft_of_a_stranger.author
    submit(theirs, by=stranger)
    secret = review.start_thread(
        theirs, by=stranger, anchor="measure", code="enc.remind", text="A secret"
    )
    review.start_thread(submitted, by=reviewer, anchor="measure", code="enc.remind", text="Here")
    page = of(analyst).get(
        reverse("measure_review", args=[submitted.pk, "enc.remind"]), {"quote": secret.pk}
    )
    assert "A secret" not in page.content.decode()
    assert Comment.objects.count() == 2
