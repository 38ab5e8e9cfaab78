"""Reviewing a submitted assessment: comments, decisions on measures, decisions on the whole."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import (
    ActorRequest,
    Assessment,
    Case,
    Comment,
    Edition,
    Event,
    MeasureDecision,
    ReviewDecision,
    Snapshot,
    Thread,
    User,
)
from cases.models.notification import NotificationKind
from cases.models.review import ASKED_FOR, SIGN_OFFS_NEEDED, TRANSITIONS
from cases.permissions import has_referred, reviewers_of
from cases.queries.assessing.content import submitted_content
from cases.queries.assessing.plan import asked_actors
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.followup import SignOffWithdrawal, open_requests, withdrawal_of_sign_off
from cases.queries.review import DECIDED_ON, acted_on, in_effect, kinds_for
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.day_assessed import update_day_assessed
from cases.workflows.errors import ReviewError
from cases.workflows.locking import lock_assessment
from cases.workflows.notifications import notify, owner_and_asked_reviewers
from cases.workflows.plan_requests import ask_for_plan
from cases.workflows.record import record_event

ReviewState = Assessment.ReviewState
# The choice for several measures to follow the advice.
ACCEPT = "accept"
VERBS = {
    ReviewDecision.Kind.SIGN_OFF: Event.Verb.SIGNED_OFF,
    ReviewDecision.Kind.RETURN: Event.Verb.RETURNED,
    ReviewDecision.Kind.REFER: Event.Verb.REFERRED,
}


@transaction.atomic
def assign_reviewers(assessment: Assessment, reviewers: Sequence[User], *, by: User) -> None:
    """Ask people to review an assessment; without reviewers, everyone who may.

    It changes nobody's rights. Raises ReviewError: `no-reviewer` for someone who may not review it,
    `not-possible` once the review is over.
    """
    current = lock_assessment(assessment)
    if current.review_state not in (ReviewState.PENDING, ReviewState.REFERRED):
        raise ReviewError("not-possible")
    if not {person.pk for person in reviewers} <= {person.pk for person in reviewers_of(current)}:
        raise ReviewError("no-reviewer")
    before = set(current.reviewers.values_list("pk", flat=True))
    signed = {decision.reviewer_id for decision in in_effect(current.review_decisions.all())}
    if before == {person.pk for person in reviewers}:
        return
    current.reviewers.set(reviewers)
    asked = reviewers or reviewers_of(current)
    names = [str(person) for person in reviewers]
    event = record_event(
        Event.Verb.REVIEWERS_ASSIGNED,
        by=by,
        case=current.case,
        assessment=str(current.pk),
        reviewers=names,
    )
    notify(
        event,
        NotificationKind.ASSIGNED,
        [person for person in asked if person.pk not in before | signed],
        current,
    )


@transaction.atomic
def start_thread(
    assessment: Assessment,
    *,
    by: User,
    anchor: str,
    code: str,
    text: str,
    mentions: Sequence[User] = (),
) -> Comment:
    """Start a thread about a recommendation or an answer."""
    thread = Thread.objects.create(assessment=assessment, anchor=anchor, code=code)
    return reply(thread, by=by, text=text, mentions=mentions)


@transaction.atomic
def reply(thread: Thread, *, by: User, text: str, mentions: Sequence[User] = ()) -> Comment:
    """Add a comment to a thread. A resolved thread is opened again."""
    made = Comment.objects.create(thread=thread, author=by, text=text)
    made.mentions.set(mentions)
    Thread.objects.filter(pk=thread.pk).update(resolved_by=None, resolved_at=None)
    case = thread.assessment.case
    event = record_event(
        Event.Verb.COMMENTED, by=by, case=case, **_about_thread(thread), comment=made.pk, text=text
    )
    # People who are mentioned are notified of that, others in the thread of the reply: each once.
    notify(event, NotificationKind.MENTIONED, mentions, thread.assessment)
    notify(
        event,
        NotificationKind.REPLIED,
        User.objects.filter(pk__in=thread.comments.values("author")),
        thread.assessment,
    )
    return made


@transaction.atomic
def resolve_thread(thread: Thread, *, by: User) -> None:
    if Thread.objects.filter(pk=thread.pk, resolved_at=None).update(
        resolved_by=by, resolved_at=timezone.now()
    ):
        record_event(
            Event.Verb.THREAD_RESOLVED, by=by, case=thread.assessment.case, **_about_thread(thread)
        )


@transaction.atomic
def reopen_thread(thread: Thread, *, by: User) -> None:
    if (
        Thread.objects.filter(pk=thread.pk)
        .exclude(resolved_at=None)
        .update(resolved_by=None, resolved_at=None)
    ):
        record_event(
            Event.Verb.THREAD_REOPENED, by=by, case=thread.assessment.case, **_about_thread(thread)
        )


@transaction.atomic
def decide_on_measure(
    assessment: Assessment, measure: str, kind: str, *, by: User, text: str = "", seen: str
) -> MeasureDecision:
    """Record a decision on one recommendation.

    Endorsing a measure that the advice recommends, if only on a condition, asks actors for it. That
    a measure is blocked or not for now is agreed to instead. A decision on what is signed off
    changes at once what actors are asked, so the author and the owner are notified.

    Raises ReviewError: `other-digest` if something else was read, `other-status` where the decision
    does not fit the measure's status.
    """
    snapshot = _reviewed(assessment, by=by, seen=seen)
    content = submitted_content(assessment)
    row = content.advice.measures[measure]
    if row.status in DECIDED_ON and kind not in kinds_for(row.status):
        raise ReviewError("other-status")
    made = MeasureDecision.objects.create(
        assessment=assessment,
        measure=measure,
        kind=kind,
        text=text,
        reviewer=by,
        digest=snapshot.digest,
    )
    endorses = kind in (MeasureDecision.Kind.ENDORSE, MeasureDecision.Kind.AMEND)
    if endorses and row.status in ASKED_FOR:
        asked = asked_actors(rulebook_of(assessment.edition_id), content, measure)
        ActorRequest.objects.bulk_create(
            _request_to(actor, role, made, row.urgency) for actor, role in asked
        )
    about = {"assessment": str(assessment.pk), "measure": measure, "kind": str(kind), "text": text}
    event = record_event(
        Event.Verb.RECOMMENDATION_DECIDED,
        by=by,
        case=assessment.case,
        **about,
        digest=snapshot.digest,
    )
    if assessment.review_state == ReviewState.SIGNED_OFF:
        recipients = {assessment.author, assessment.case.owner}
        notify(event, NotificationKind.DECIDED, recipients, assessment)
    return made


def _request_to(actor: str, role: str, decision: MeasureDecision, urgency: int) -> ActorRequest:
    return ActorRequest(
        assessment=decision.assessment,
        measure=decision.measure,
        decision=decision,
        actor=actor,
        role=role,
        urgency=urgency,
    )


@transaction.atomic
def decide_on_measures(
    assessment: Assessment,
    measures: Sequence[str],
    choice: str,
    *,
    by: User,
    text: str = "",
    seen: str,
) -> list[MeasureDecision]:
    """Record one decision on several recommendations: all of them or none.

    The choice is a kind of decision, or ACCEPT: to endorse what is advised, and to agree to what is
    blocked or not for now. Raises ReviewError as `decide_on_measure` does.
    """
    rows = submitted_content(assessment).advice.measures
    decisions = []
    for code in measures:
        kind = kinds_for(rows[code].status)[0] if choice == ACCEPT else choice
        decisions.append(decide_on_measure(assessment, code, kind, by=by, text=text, seen=seen))
    return decisions


@transaction.atomic
def decide_on_review(
    assessment: Assessment,
    kind: str,
    *,
    by: User,
    text: str = "",
    seen: str,
    to: User | None = None,
) -> ReviewDecision:
    """Sign off, return or refer an assessment whose snapshot has the digest `seen`.

    Referring names another reviewer of the case, who is then the only one asked. Raises
    ReviewError: `own-work` for its author, `other-digest` if something else was read, `not-
    possible` if the state of the review does not allow it, `referred` for whoever has referred it
    to someone else, `no-reviewer` for a person who may not review it, `signed-already` for a second
    sign-off of the same reviewer.
    """
    snapshot = _reviewed(assessment, by=by, seen=seen)
    current = lock_assessment(assessment)
    target = TRANSITIONS.get((current.review_state, kind))
    if target is None or kind == ReviewDecision.Kind.WITHDRAW:
        raise ReviewError("not-possible")
    if has_referred(by, current):
        raise ReviewError("referred")
    referee = _referee(current, to, by=by) if kind == ReviewDecision.Kind.REFER else None
    try:
        with transaction.atomic():
            made = ReviewDecision.objects.create(
                assessment=current,
                author=current.author,
                reviewer=by,
                kind=kind,
                text=text,
                referred_to=referee,
                digest=snapshot.digest,
                withdrawn_before=_withdrawn_by(by, current),
            )
    except IntegrityError:
        raise ReviewError("signed-already") from None
    about: dict[str, object] = {
        "assessment": str(current.pk),
        "digest": snapshot.digest,
        "text": text,
    }
    if kind != ReviewDecision.Kind.SIGN_OFF:
        Assessment.objects.filter(pk=current.pk).update(review_state=target)
        update_day_assessed(current.case)
    elif _signed(current) >= SIGN_OFFS_NEEDED[Case.Confidentiality(current.case.confidentiality)]:
        about["withdrawn"] = _sign_off(current)
    recipients = {current.author, current.case.owner}
    if referee is not None:
        current.reviewers.set([referee])
        about["to"] = str(referee)
    event = record_event(VERBS[ReviewDecision.Kind(kind)], by=by, case=current.case, **about)
    if referee is not None:
        notify(event, NotificationKind.ASSIGNED, [referee], current)
    notify(event, NotificationKind.DECIDED, recipients - {referee}, current)
    return made


@transaction.atomic
def withdraw_sign_off(
    assessment: Assessment, *, by: User, text: str, seen: str
) -> SignOffWithdrawal:
    """Withdraw one's own sign-off, with the reason; returns what this changes for actors.

    The assessment awaits review again and makes no requests. An earlier one that it superseded
    counts again. Notifies the authors of both, the owner of the case and who is asked to review it.

    Raises ReviewError: `not-signed` for whoever has not signed it off, `acted-on` once somebody has
    recorded a step with one of its measures, `other-digest` if something else was read.
    """
    snapshot = _reviewed(assessment, by=by, seen=seen)
    current = lock_assessment(assessment)
    target = TRANSITIONS.get((current.review_state, ReviewDecision.Kind.WITHDRAW))
    signed = {decision.reviewer_id for decision in in_effect(current.review_decisions.all())}
    if target is None or by.pk not in signed:
        raise ReviewError("not-signed")
    if acted_on(current) is not None:
        raise ReviewError("acted-on")
    ReviewDecision.objects.create(
        assessment=current,
        author=current.author,
        reviewer=by,
        kind=ReviewDecision.Kind.WITHDRAW,
        text=text,
        digest=snapshot.digest,
        withdrawn_before=_withdrawn_by(by, current),
    )
    change = withdrawal_of_sign_off(current)
    Assessment.objects.filter(pk=current.pk).update(review_state=target)
    about: dict[str, object] = {
        "assessment": str(current.pk),
        "digest": snapshot.digest,
        "text": text,
        "withdrawn": [_for_record(request) for request in change.withdrawn],
        "made_again": [_for_record(request) for request in change.made_again],
    }
    recipients = {current.author, *owner_and_asked_reviewers(current)}
    if change.counts_again is not None:
        about["counts_again"] = str(change.counts_again.pk)
        recipients.add(change.counts_again.author)
    event = record_event(Event.Verb.SIGN_OFF_WITHDRAWN, by=by, case=current.case, **about)
    notify(event, NotificationKind.DECIDED, recipients, current)
    return change


def _for_record(request: ActorRequest) -> dict[str, str]:
    return {"measure": request.measure, "actor": request.actor}


def _withdrawn_by(person: User, assessment: Assessment) -> int:
    """How often a person has withdrawn a sign-off of an assessment."""
    return assessment.review_decisions.filter(
        reviewer=person, kind=ReviewDecision.Kind.WITHDRAW
    ).count()


def _sign_off(assessment: Assessment) -> list[dict[str, str]]:
    """Count an assessment as signed off and ask actors for its plan; returns the requests that it
    withdraws by superseding others of its case.
    """
    requests = open_requests(Assessment.objects.all()).filter(assessment__case=assessment.case_id)
    before = list(dict.fromkeys(map(_asked, requests.all())))
    Assessment.objects.filter(pk=assessment.pk).update(review_state=ReviewState.SIGNED_OFF)
    ask_for_plan(assessment)
    still = set(map(_asked, requests.all()))
    return [
        {"measure": measure, "actor": actor}
        for measure, actor in before
        if (measure, actor) not in still
    ]


def _asked(request: ActorRequest) -> tuple[str, str]:
    return request.measure, request.actor


def amend(assessment: Assessment, *, by: User, edition: Edition) -> Assessment:
    """Start a draft with the answers of an assessment that was returned.

    Raises ReviewError if it was not returned or is being amended already.
    """
    with transaction.atomic():
        returned = lock_assessment(assessment)
        if returned.review_state != ReviewState.RETURNED or returned.amended_by.exists():
            raise ReviewError("not-possible")
        return start_assessment(
            returned.case,
            by=by,
            as_of=returned.as_of,
            edition=edition,
            earlier=returned,
            amends=returned,
            same_assessment=True,
        )


def _reviewed(assessment: Assessment, *, by: User, seen: str) -> Snapshot:
    snapshot: Snapshot = assessment.snapshot
    if assessment.author_id == by.pk:
        raise ReviewError("own-work")
    if snapshot.digest != seen:
        raise ReviewError("other-digest")
    return snapshot


def _referee(assessment: Assessment, to: User | None, *, by: User) -> User:
    """The reviewer to whom an assessment is referred."""
    found = reviewers_of(assessment).exclude(pk=by.pk).filter(pk=to.pk).first() if to else None
    if found is None:
        raise ReviewError("no-reviewer")
    return found


def _signed(assessment: Assessment) -> int:
    return len(in_effect(assessment.review_decisions.all()))


def _about_thread(thread: Thread) -> dict[str, object]:
    return {
        "assessment": str(thread.assessment_id),
        "thread": thread.pk,
        "anchor": str(thread.anchor),
        "code": thread.code,
    }
