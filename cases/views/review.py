"""The review of a submitted assessment: threads, decisions on measures, decisions on the whole."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases.forms.review import (
    CommentForm,
    DecisionForm,
    ReviewersForm,
    ReviewFilters,
    SeveralForm,
    VerdictForm,
    WithdrawForm,
)
from cases.models import Assessment, Case, Thread, User
from cases.models.user import distinct_names
from cases.permissions import has_referred, may, possible_reviewers, reviewers_of
from cases.queries.assessing.advice import grounds_of, shown_answers
from cases.queries.assessing.content import content_for, submitted_content
from cases.queries.assessing.plan import plan_page
from cases.queries.assessing.state import decisions_on
from cases.queries.casework.cases import search
from cases.queries.editions.rulebooks import current_edition, rulebook_of
from cases.queries.followup import (
    SignOffWithdrawal,
    named_requests,
    withdrawal_of_sign_off,
)
from cases.queries.review import (
    acted_on,
    in_effect,
    next_undecided,
    quoted_in,
    review_of,
    threads_about,
    withdrawn_by,
)
from cases.queries.waiting_reviews import (
    listed_reviews,
    reviews_asked_of,
    waiting_reviews,
    with_marks,
)
from cases.rulebook.entries.catalogue import Measure
from cases.views.access import SignedInRequest, get_object
from cases.views.assessing.answering import ASSESSMENTS
from cases.views.assessing.carried_over import go_on
from cases.views.changed_requests import saying_changed_requests
from cases.views.list_address import listed_page, report_repeats
from cases.workflows import review
from cases.workflows.casework import add_reviewer
from cases.workflows.errors import ReviewError

PAGE_SIZE = 25
REVIEWED = ASSESSMENTS.select_related("snapshot")


def _message(error: ReviewError) -> Any:
    return {
        "own-work": _("You wrote this assessment, so someone else has to review it."),
        "other-digest": _(
            "What you read is not the submitted assessment. Read this page again, then decide."
        ),
        "not-possible": _("The review has changed since you opened this page. Read it again."),
        "other-status": _("This decision does not fit what the advice says of the measure."),
        "referred": _("You have referred it to someone else, who now decides."),
        "no-reviewer": _("Someone you named may not review it. Read this page again."),
        "signed-already": _("You have signed this off already."),
        "not-signed": _("There is no sign-off of yours to withdraw."),
        "acted-on": _(
            "Somebody has acted on this since. Return a later assessment instead, or record what "
            "changed."
        ),
    }[error.code]


def review_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The state of the review. A reviewer decides on the whole here."""
    assessment = _submitted(request, pk)
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
                form.add_error(None, _message(error))
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
            form.add_error(None, _message(error))
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
            form.add_error(None, _message(error))
        else:
            messages.success(
                request, _("Your sign-off is withdrawn. The assessment awaits review again.")
            )
            _say_what_counts_again(request, change)
            return redirect("assessment_review", assessment.pk)
    return page.render()


def _submitted(request: SignedInRequest, pk: UUID) -> Assessment:
    return get_object(
        request, "cases.view_assessment", REVIEWED.exclude(status=Assessment.Status.DRAFT), pk=pk
    )


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


def review_list(request: SignedInRequest) -> HttpResponse:
    """Every review that waits, of the assessments that the person may see."""
    form = ReviewFilters(request.GET)
    form.is_valid()
    report_repeats(request, {name: field.label or name for name, field in form.fields.items()})
    # A filter that is not on the list is reported beside its field; the others count.
    filters = form.cleaned_data
    mine = filters.get("who") == "me"
    waiting = with_marks((reviews_asked_of if mine else waiting_reviews)(request.user))
    if filters.get("who") == "nobody":
        waiting = waiting.filter(can_review=False)
    if filters.get("state"):
        waiting = waiting.filter(review_state=filters["state"])
    if filters.get("confidentiality"):
        waiting = waiting.filter(case__confidentiality=filters["confidentiality"])
    if filters.get("q"):
        cases = search(Case.objects.visible_to(request.user), filters["q"].replace("\x00", " "))
        waiting = waiting.filter(case__in=cases)
    page = listed_page(request, waiting, ("submitted_at", "pk"), PAGE_SIZE)
    context = {
        "form": form,
        "page": page,
        "reviews": listed_reviews(page),
        "is_filtered": any(filters.values()),
    }
    return render(request, "review/list.html", context)


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


def assessment_reviewers(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask people to review an assessment."""
    assessment = get_object(request, "cases.assign_reviewers", REVIEWED, pk=pk)
    initial = {"reviewers": assessment.reviewers.all()}
    signed = {row.reviewer_id for row in in_effect(assessment.review_decisions.all())}
    able = reviewers_of(assessment)
    left = able.exclude(pk__in=signed)
    kept = able.filter(reviews_asked=assessment).exclude(pk__in=left.order_by().values("pk"))
    data = request.POST if request.method == "POST" else None
    may_add = may(request.user, "cases.manage_members", assessment.case)
    others = possible_reviewers(assessment.case).exclude(pk=assessment.author_id)
    form = ReviewersForm(
        data,
        # A page that was opened earlier may still name someone who has signed off since.
        reviewers=left if data is None else able,
        to_add=others if may_add else User.objects.none(),
        initial=initial,
    )
    if form.is_valid():
        people = [person for person in form.cleaned_data["reviewers"] if person.pk not in signed]
        new = form.cleaned_data["new_reviewer"]
        try:
            with transaction.atomic():
                if new:
                    add_reviewer(assessment.case, new, by=request.user)
                    people.append(new)
                review.assign_reviewers(assessment, [*people, *kept], by=request.user)
        except ReviewError as error:
            form.add_error(None, _message(error))
        else:
            messages.success(request, _asked_now(left, people))
            return redirect("assessment_review", assessment.pk)
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "form": form,
        "can_review": left.exists(),
        "is_signed": bool(signed),
        "may_add": may_add,
    }
    return render(request, "review/reviewers.html", context, status=422 if form.errors else 200)


def _asked_now(left: QuerySet[User], named: list[User]) -> str:
    """Say who is asked to review an assessment, after a change: the people named or, if there are
    none, all who are left to review it.
    """
    if named:
        return _("Asked to review it: %(names)s.") % {"names": ", ".join(distinct_names(named))}
    able = ", ".join(distinct_names(left))
    if able:
        return _("Every reviewer of the case is asked to review it: %(names)s.") % {"names": able}
    return _("Nobody can review this yet.")


def measure_review(request: SignedInRequest, pk: UUID, code: str) -> HttpResponse:
    """One recommendation: its threads and decisions."""
    assessment = get_object(
        request, "cases.view_assessment", REVIEWED.exclude(status=Assessment.Status.DRAFT), pk=pk
    )
    measure = _measure_of(assessment, code)
    may_comment = may(request.user, "cases.comment_assessment", assessment)
    may_review = may(request.user, "cases.review_assessment", assessment)
    act = request.POST.get("act", "")
    row = submitted_content(assessment).advice.measures[code]
    decision = DecisionForm(
        request.POST if act == "decide" else None,
        status=row.status,
        initial={"seen": assessment.snapshot.digest},
    )
    remark = CommentForm(request.POST if act == "comment" else None, assessment=assessment)
    if act == "decide":
        assessment = get_object(request, "cases.review_assessment", REVIEWED, pk=pk)
        if decision.is_valid():
            data = decision.cleaned_data
            try:
                with saying_changed_requests(request, assessment.case_id):
                    review.decide_on_measure(
                        assessment,
                        code,
                        data["kind"],
                        by=request.user,
                        text=data["text"],
                        seen=data["seen"],
                    )
            except ReviewError as error:
                decision.add_error(None, _message(error))
            else:
                messages.success(request, _("Your decision is recorded."))
                following = next_undecided(assessment, code) if "next" in request.POST else None
                if following is not None:
                    return redirect("measure_review", assessment.pk, following)
                return redirect("assessment_review", assessment.pk)
    elif request.method == "POST":
        assessment = get_object(request, "cases.comment_assessment", REVIEWED, pk=pk)
        if remark.is_valid():
            _begin(request, assessment, Thread.Anchor.MEASURE, code, remark)
            return redirect("measure_review", assessment.pk, code)
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "measure": measure,
        "row": row,
        "grounds": grounds_of(
            rulebook_of(assessment.edition_id), content_for(request.user, assessment), code
        ),
        "following": next_undecided(assessment, code),
        "threads": threads_about(assessment, Thread.Anchor.MEASURE, code),
        "quoted": quoted_in(assessment, request.GET.get("quote", "")),
        "decisions": assessment.measure_decisions.filter(measure=code).select_related("reviewer"),
        "decision": decision,
        "remark": remark,
        "may_comment": may_comment,
        "may_review": may_review,
        "may_follow": may(request.user, "cases.change_case", assessment.case),
    }
    return render(
        request,
        "review/measure.html",
        context,
        status=422 if decision.errors or remark.errors else 200,
    )


def _begin(
    request: SignedInRequest, assessment: Assessment, anchor: str, code: str, form: CommentForm
) -> None:
    text = form.cleaned_data["text"]
    review.start_thread(
        assessment, by=request.user, anchor=anchor, code=code, text=text, mentions=form.mentions
    )


def thread_address(thread: Thread) -> str:
    """The address of a thread."""
    page = "measure_review" if thread.anchor == Thread.Anchor.MEASURE else "answer_review"
    return reverse(page, args=[thread.assessment_id, thread.code]) + f"#thread-{thread.pk}"


def answer_review(request: SignedInRequest, pk: UUID, code: str) -> HttpResponse:
    """One submitted answer with its threads."""
    assessment = get_object(
        request, "cases.view_assessment", REVIEWED.exclude(status=Assessment.Status.DRAFT), pk=pk
    )
    rulebook = rulebook_of(assessment.edition_id)
    answers = content_for(request.user, assessment).answers
    if code not in rulebook.questionnaire.by_code:
        raise Http404(_("The questionnaire has no such question."))
    form = CommentForm(request.POST if request.method == "POST" else None, assessment=assessment)
    if request.method == "POST":
        assessment = get_object(request, "cases.comment_assessment", REVIEWED, pk=pk)
        if form.is_valid():
            _begin(request, assessment, Thread.Anchor.QUESTION, code, form)
            return redirect("answer_review", assessment.pk, code)
    context = {
        "assessment": assessment,
        "case": assessment.case,
        "answer": shown_answers(rulebook, [code], answers)[0],
        "threads": threads_about(assessment, Thread.Anchor.QUESTION, code),
        "quoted": quoted_in(assessment, request.GET.get("quote", "")),
        "remark": form,
        "may_comment": may(request.user, "cases.comment_assessment", assessment),
    }
    return render(request, "review/answer.html", context, status=422 if form.errors else 200)


def _measure_of(assessment: Assessment, code: str) -> Measure:
    measure = rulebook_of(assessment.edition_id).measures.get(code)
    if measure is None:
        raise Http404(_("The edition of this assessment has no such measure."))
    return measure


@require_POST
def thread_act(request: SignedInRequest, pk: UUID, thread: int) -> HttpResponse:
    """Reply to a thread, resolve it or open it again."""
    assessment = get_object(request, "cases.comment_assessment", REVIEWED, pk=pk)
    row = get_object_or_404(assessment.threads.select_related("assessment__case"), pk=thread)
    act = request.POST.get("act")
    if act == "resolve":
        review.resolve_thread(row, by=request.user)
    elif act == "reopen":
        review.reopen_thread(row, by=request.user)
    else:
        form = CommentForm(request.POST, assessment=assessment)
        if not form.is_valid():
            context = {
                "form": form,
                "thread": row,
                "assessment": assessment,
                "case": assessment.case,
            }
            context["back"] = thread_address(row)
            return render(request, "review/reply.html", context, status=422)
        review.reply(row, by=request.user, text=form.cleaned_data["text"], mentions=form.mentions)
    return redirect(thread_address(row))


@require_POST
def assessment_amend(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Start a draft from an assessment that was returned. What was submitted stays as it was."""
    assessment = get_object(request, "cases.amend_assessment", REVIEWED, pk=pk)
    try:
        draft = review.amend(assessment, by=request.user, edition=current_edition())
    except ReviewError as error:
        messages.warning(request, _message(error))
        return redirect("assessment_review", assessment.pk)
    message = _(
        "The new draft has everything from the returned assessment. Make the changes that were "
        "asked for."
    )
    return go_on(request, draft, message)
