"""The shipped edition, a draft under it, and one with choices."""

from __future__ import annotations

from datetime import date

import pytest

from cases.models import Assessment, Case, Edition, User
from cases.queries.editions.rulebooks import rulebook_of
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.planning import ChoiceInput, choose_in_plan
from cases.workflows.assessing.submitting import submit
from tests.assessing.plan.plans import ANSWERS, Kind, answer, page_of
from tests.rulebook.shipped import publish_shipped


@pytest.fixture
def edition(edition: Edition) -> Edition:
    """The shipped edition, which makes plans, published after the first one."""
    return publish_shipped()


@pytest.fixture
def draft(case: Case, analyst: User, edition: Edition) -> Assessment:
    """A draft with most of its answers."""
    made = start_assessment(case, by=analyst, as_of=date(2012, 12, 20), edition=edition)
    answer(made, ANSWERS, analyst)
    return made


@pytest.fixture
def chosen(draft: Assessment, analyst: User) -> Assessment:
    """Submitted with a measure left out, one added, and another lead."""
    page = page_of(draft)
    other = page.first[1]
    leads = [actor.code for actor, item in rulebook_of(draft.edition_id).able[other.measure.code]]
    lead = next(code for code in leads if other.lead and code != other.lead.actor)
    choices = [
        ChoiceInput(Kind.LEAVE_OUT, page.first[0].measure.code),
        ChoiceInput(Kind.ADD, page.next[0].measure.code),
        ChoiceInput(Kind.LEAD, other.measure.code, actor=lead),
    ]
    choose_in_plan(draft, choices, by=analyst, reason="We know the country", version=0)
    submit(draft, by=analyst)
    return Assessment.objects.get(pk=draft.pk)
