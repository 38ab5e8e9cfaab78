"""The page of a case tells what people did without repeating one act line by line."""

from __future__ import annotations

from datetime import UTC, datetime

from cases.models import Event, MeasureDecision, User
from cases.queries.casework.activity import activities

ROSA, RAVI = User(pk=1, username="rosa"), User(pk=2, username="ravi")
Verb = Event.Verb
Kind = MeasureDecision.Kind


def act(actor: User, verb: Event.Verb, hour: int, day: int = 2, **data: str) -> Event:
    return Event(actor=actor, verb=verb, at=datetime(2026, 11, day, hour, tzinfo=UTC), data=data)


def test_acts_of_one_kind_that_follow_each_other_are_one_line_with_their_number() -> None:
    told = activities(
        [
            act(ROSA, Verb.STEP_RECORDED, 12),
            act(ROSA, Verb.STEP_RECORDED, 11),
            act(RAVI, Verb.STEP_RECORDED, 10),
            act(RAVI, Verb.COMMENTED, 9),
            act(RAVI, Verb.STEP_RECORDED, 8),
        ]
    )
    assert [(line.actor, line.says, line.at.hour) for line in told] == [
        (ROSA, "recorded what was done, 2 times", 12),
        (RAVI, "recorded what was done", 10),
        (RAVI, "commented", 9),
        (RAVI, "recorded what was done", 8),
    ]


def test_acts_of_two_days_are_two_lines() -> None:
    told = activities([act(ROSA, Verb.COMMENTED, 9, day=3), act(ROSA, Verb.COMMENTED, 9, day=2)])
    assert [line.says for line in told] == ["commented", "commented"]


def test_decisions_are_counted_by_what_was_decided() -> None:
    kinds = [Kind.REJECT, *[Kind.ENDORSE] * 3]
    (line,) = activities(
        [act(ROSA, Verb.RECOMMENDATION_DECIDED, 9, kind=str(kind)) for kind in kinds]
    )
    assert line.says == "decided on a recommendation, 4 times: 3 endorsed, 1 rejected"
