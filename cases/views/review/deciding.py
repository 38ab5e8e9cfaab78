"""The page of a review, where reviewers decide on the whole and on several recommendations."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases.forms.review import SeveralForm, VerdictForm, WithdrawForm
from cases.models import Assessment
from cases.permissions import has_referred, may, reviewers_of
from cases.queries.assessing.advice import grounds_of
from cases.queries.assessing.content import content_for, submitted_content
from cases.queries.assessing.plan import plan_page
from cases.queries.assessing.state import decisions_on
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.followup import SignOffWithdrawal, named_requests, withdrawal_of_sign_off
from cases.queries.review import acted_on, in_effect, review_of, withdrawn_by
from cases.views.access import SignedInRequest, get_object
from cases.views.review.access import REVIEWED, submitted_assessment
from cases.workflows import review
from cases.workflows.errors import ReviewError


def review_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The state of the review. A reviewer decides on the whole here."""
    assessment = submitted_assessment(request, pk)
    page = ReviewPage(request, assessment)
    if request.method == "POST":
        assessment = get_object(request, "cases.review_assessment", REVIEWED, pk=pk)
        form = page.verdict = page.verdict_form(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                review.decide_on_review(
                    assessment,
                    data["kind"],
                    by=request.user,
                    text=data["text"],
                    seen=data["seen"],
                    to=data["to"],
                )
            except ReviewError as error:
                form.add_error(None, error.says)
            else:
                messages.success(
                    request, _("Your decision is recorded with the digest of what you saw.")
                )
                _say_what_is_withdrawn(request, assessment)
                return redirect("assessment_review", assessment.pk)
    return page.render()


@require_POST
def review_several(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Decide on several recommendations at once."""
    assessment = get_object(request, "cases.review_assessment", REVIEWED, pk=pk)
    page = ReviewPage(request, assessment)
    form = page.several = SeveralForm(request.POST, rows=page.review.rows)
    if form.is_valid():
        data = form.cleaned_data
        try:
            decisions = review.decide_on_measures(
                assessment,
                data["measures"],
                data["kind"],
                by=request.user,
                text=data["text"],
                seen=data["seen"],
            )
        except ReviewError as error:
            form.add_error(None, error.says)
        else:
            said = ngettext(
                "Your decision on %(number)s recommendation is recorded.",
                "Your decisions on %(number)s recommendations are recorded.",
                len(decisions),
            )
            messages.success(request, said % {"number": len(decisions)})
            return redirect("assessment_review", assessment.pk)
    return page.render()


@require_POST
def review_withdraw(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Withdraw one's own sign-off."""
    assessment = get_object(request, "cases.review_assessment", REVIEWED, pk=pk)
    page = ReviewPage(request, assessment)
    form = page.withdrawal = WithdrawForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            change = review.withdraw_sign_off(
                assessment, by=request.user, text=data["text"], seen=data["seen"]
            )
        except ReviewError as error:
            form.add_error(None, error.says)
        else:
            messages.success(
                request, _("Your sign-off is withdrawn. The assessment awaits review again.")
            )
            _say_what_counts_again(request, change)
            return redirect("assessment_review", assessment.pk)
    return page.render()


class ReviewPage:
    """The page of a review with its three forms, of which one may have been sent."""

    def __init__(self, request: SignedInRequest, assessment: Assessment) -> None:
        self.request = request
        self.assessment = assessment
        self.review = review_of(assessment, rulebook_of(assessment.edition_id))
        seen = {"seen": assessment.snapshot.digest}
        self.verdict = self.verdict_form(None)
        self.several = SeveralForm(rows=self.review.rows, initial=seen)
        self.withdrawal = WithdrawForm(initial=seen)

    def verdict_form(self, data: QueryDict | None) -> VerdictForm:
        referees = reviewers_of(self.assessment).exclude(pk=self.request.user.pk)
        return VerdictForm(
            data,
            referees=referees,
            undecided=self.review.undecided,
            initial={"seen": self.assessment.snapshot.digest},
        )

    def render(self) -> HttpResponse:
        assessment, user = self.assessment, self.request.user
        may_review = may(user, "cases.review_assessment", assessment)
        rulebook = rulebook_of(assessment.edition_id)
        content = content_for(user, assessment)
        submitted = submitted_content(assessment)
        able, named = list(reviewers_of(assessment)), list(assessment.reviewers.all())
        signed = {decision.reviewer_id for decision in in_effect(self.review.decisions)}
        left = [person for person in able if person.pk not in signed]
        context = {
            "assessment": assessment,
            "case": assessment.case,
            "digest": assessment.snapshot.digest,
            "plan": plan_page(rulebook, submitted) if submitted.advice.plan else None,
            "titles": {code: measure.title for code, measure in rulebook.measures.items()},
            "decided": decisions_on(assessment),
            "review": self.review,
            "grounds": [
                (row, grounds_of(rulebook, content, row.measure.code)) for row in self.review.rows
            ],
            "ticked": self.request.POST.getlist("measures"),
            "sees_sources": may(user, "cases.view_sources", assessment),
            "form": self.verdict,
            "several": self.several,
            "withdrawal": self.withdrawal,
            "may_review": may_review,
            "may_withdraw": may_review and user.pk in signed,
            "can_review": left,
            "asked": [person for person in named if person in left],
            "left": [person for person in named if person not in able],
            "referred": has_referred(user, assessment),
            **(_if_withdrawn(assessment) if user.pk in signed else {}),
            "may_assign": may(user, "cases.assign_reviewers", assessment),
            "may_amend": may(user, "cases.amend_assessment", assessment),
            "amended": assessment.amended_by.first(),
            "wrote_it": assessment.author_id == user.pk,
        }
        refused = self.verdict.errors or self.several.errors or self.withdrawal.errors
        return render(self.request, "review/review.html", context, status=422 if refused else 200)


def _if_withdrawn(assessment: Assessment) -> dict[str, object]:
    """What withdrawing a sign-off of an assessment would change, for its section of the page."""
    change = withdrawal_of_sign_off(assessment)
    return {
        "change": change,
        "withdrawn": named_requests(change.withdrawn),
        "made_again": named_requests(change.made_again),
        "acted_on": acted_on(assessment),
    }


def _say_what_is_withdrawn(request: SignedInRequest, assessment: Assessment) -> None:
    """Say how many requests to actors end because a sign-off superseded other advice."""
    number = withdrawn_by(assessment)
    if number:
        message = ngettext(
            "It supersedes the advice before it: %(number)s request to an actor is withdrawn.",
            "It supersedes the advice before it: %(number)s requests to actors are withdrawn.",
            number,
        )
        messages.info(request, message % {"number": number})


def _say_what_counts_again(request: SignedInRequest, change: SignOffWithdrawal) -> None:
    """Say what a withdrawn sign-off changes in the requests to actors."""
    if not change.counts_now:
        return
    ended, again = len(change.withdrawn), len(change.made_again)
    if change.counts_again is None:
        says = [_("No other assessment of this case counts as signed off.")]
    else:
        date = date_format(change.counts_again.as_of)
        says = [_("The assessment of %(date)s counts again.") % {"date": date}]
    if ended:
        message = ngettext(
            "%(number)s request to an actor is withdrawn.",
            "%(number)s requests to actors are withdrawn.",
            ended,
        )
        says.append(message % {"number": ended})
    if again:
        message = ngettext(
            "%(number)s request to an actor is made again.",
            "%(number)s requests to actors are made again.",
            again,
        )
        says.append(message % {"number": again})
    messages.info(request, " ".join(says))
