"""The requests that a plan makes of actors once its assessment is signed off."""

from __future__ import annotations

from cases.models import ActorRequest, Assessment
from cases.queries.assessing.content import AssessmentContent, submitted_content
from cases.queries.assessing.plan import asked_actors, chosen_measures
from cases.queries.editions.rulebooks import rulebook_of


def ask_for_plan(assessment: Assessment) -> None:
    """Write a request to the lead and to each partner of every measure in an assessment's plan.

    What an endorsement asks already is not asked twice. An assessment whose edition makes no plan
    asks nobody.
    """
    rulebook, content = rulebook_of(assessment.edition_id), submitted_content(assessment)
    if content.advice.plan is None:
        return
    asked = set(
        ActorRequest.objects.filter(assessment=assessment).values_list("measure", "actor", "role")
    )
    requests = []
    for place, code in enumerate(chosen_measures(rulebook, content).first, 1):
        for actor, role in asked_actors(rulebook, content, code):
            if (code, actor, role) not in asked:
                requests.append(_request(assessment, content, code, place, actor, role))
    ActorRequest.objects.bulk_create(requests)


def _request(
    assessment: Assessment,
    content: AssessmentContent,
    measure: str,
    place: int,
    actor: str,
    role: str,
) -> ActorRequest:
    return ActorRequest(
        assessment=assessment,
        measure=measure,
        actor=actor,
        role=role,
        urgency=content.advice.measures[measure].urgency,
        place=place,
    )
