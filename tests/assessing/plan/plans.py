"""Situations, plans and choices that tests of the plan share."""

from __future__ import annotations

import html
from datetime import date
from typing import Any

from django.test import Client
from django.urls import reverse

from cases.models import Answer, Assessment, ChosenPlan, PlanChoice, User
from cases.queries.assessing.chosen_plan import Choice
from cases.queries.assessing.content import content_of
from cases.queries.assessing.plan import PlanPage, plan_page
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.reasoning.answer_codes import pack

Kind = PlanChoice.Kind

ANSWERS: dict[str, Any] = {
    "phase": "ongoing",
    "crimes_at_risk": ["war_crimes"],
    "conflict_status": "internal_conflict",
    "transition": "negotiating",
    "state_involvement": "none",
    "state_ability": "strained",
    "political_will": "mixed",
    "un_cooperation": "full",
    "consent_to_mediation": "given",
    "consent_to_humanitarian": "refused",
    "consent_to_capacity": "refused",
    "consent_to_police": "refused",
    "consent_to_experts": "given",
    "armed_groups": "active",
    "armed_group_targeting": "deliberate",
    "armed_group_dialogue": "most",
    "systematic_attack": 4,
    "displacement": "both",
    "humanitarian_access": "denied",
    "hate_speech": 3,
    "group_tensions": 3,
    "un_presence": ["country_team"],
    "regional_engagement": "engaged",
}


def answer(assessment: Assessment, answers: dict[str, Any], by: User) -> None:
    questionnaire = rulebook_of(assessment.edition_id).questionnaire
    Answer.objects.bulk_create(
        Answer(assessment=assessment, question=code, state="known", value=value, answered_by=by)
        for code, value in answers.items()
    )
    assessment.packed = pack(questionnaire, questionnaire.read_answers(answers))
    assessment.save(update_fields=["packed"])


def page_of(assessment: Assessment) -> PlanPage:
    return plan_page(rulebook_of(assessment.edition_id), content_of(assessment))


def first_of(assessment: Assessment) -> list[str]:
    return [line.measure.code for line in page_of(assessment).first]


def read(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def send(client: Client, draft: Assessment, act: str, **data: object) -> Any:
    plan = ChosenPlan.objects.filter(assessment=draft).first()
    sent = {"act": act, "version": plan.version if plan else 0, **data}
    return client.post(reverse("plan_edit", args=[draft.pk]), sent)


def a_choice(kind: str, measure: str = "", *, actor: str = "", number: int | None = None) -> Choice:
    return Choice(kind, measure, actor, number, "because", "Ada", date(2026, 1, 1))
