"""What follows in an assessment from what was done in its case until then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from cases.models import Assessment
from cases.queries.assessing.assessments import answers_of
from cases.queries.editions.rulebooks import rulebook_of, rulebooks_between
from cases.queries.followup import dated_steps
from cases.rulebook.editions.succession import carry_through
from cases.rulebook.entries.questions import Answers
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.advice import Advice
from cases.rulebook.reasoning.follow_on import Fact, FollowOn, Taken, follow_on
from cases.rulebook_phrases import phrases


def follow_on_of(
    assessment: Assessment, rulebook: Rulebook, answers: Answers, advice: Advice
) -> Mapping[str, FollowOn]:
    """What follows for each measure that was taken up before the day of the assessment; nothing
    where the edition makes no plan.
    """
    if advice.plan is None:
        return {}
    taken = _taken(assessment)
    if not taken:
        return {}
    return follow_on(
        rulebook,
        answers,
        advice,
        taken,
        before=answers_before(assessment),
        countries=assessment.case.country_codes,
        as_of=assessment.as_of,
        phrases=phrases(),
    )


def _taken(assessment: Assessment) -> list[Taken]:
    """The steps of the case until the day of the assessment, in the order of their dates."""
    steps = dated_steps().filter(case=assessment.case_id, day__lte=assessment.as_of)
    return [
        Taken(step.measure, cast("Fact", step.fact), tuple(step.actors))
        for step in steps.order_by("day", "pk")
    ]


def answers_before(assessment: Assessment) -> Answers:
    """The answers of the assessment before this one, as its edition takes them up. One that was
    returned to its author says nothing of the situation.
    """
    earlier = (
        Assessment.objects.submitted()
        .filter(case=assessment.case_id, as_of__lt=assessment.as_of, blind=False)
        .exclude(review_state=Assessment.ReviewState.RETURNED)
        .newest_first()
        .first()
    )
    if earlier is None:
        return {}
    answers = answers_of(earlier)
    if earlier.edition_id == assessment.edition_id:
        return answers
    editions = rulebooks_between(earlier.edition_id, assessment.edition_id)
    questionnaire = rulebook_of(earlier.edition_id).questionnaire
    return carry_through(questionnaire, editions, answers).values
