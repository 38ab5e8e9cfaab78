"""Which consent to ask for first: the page of the measure that seeks consent."""

from __future__ import annotations

from datetime import date

from django.test import Client
from django.urls import reverse

from cases.models import Case, User
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from tests.rulebook.shipped import SHIPPED, publish_shipped

REFUSED = {
    "phase": "ongoing",
    "humanitarian_access": "denied",
    "displacement": "both",
    "consent_to_humanitarian": "refused",
    "consent_to_mediation": "refused",
    "conflict_status": "ceasefire",
    "transition": "negotiating",
    "armed_groups": "none",
    "state_involvement": "none",
}


def test_the_page_on_seeking_consent_says_what_to_ask_for_first(
    client: Client, case: Case, analyst: User
) -> None:
    edition = publish_shipped()
    draft = start_assessment(case, by=analyst, as_of=date(2026, 6, 1), edition=edition)
    for question, value in REFUSED.items():
        save_answer(draft, AnswerInput(question, "known", value), by=analyst, version=0)
    client.force_login(analyst)
    page = client.get(
        reverse("measure_in_advice", args=[draft.pk, "enc.seek_consent"])
    ).content.decode()
    first, second = (
        page.index(SHIPPED.questionnaire[code].title, page.index("What to ask for first"))
        for code in ("consent_to_humanitarian", "consent_to_mediation")
    )
    assert first < page.index(SHIPPED.measures["pro.humanitarian"].title, first) < second
    other = client.get(reverse("measure_in_advice", args=[draft.pk, "pro.asylum"]))
    assert "What to ask for first" not in other.content.decode()
