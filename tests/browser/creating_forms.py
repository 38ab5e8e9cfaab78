"""Every form of the product that creates something.

`tests/test_forms.py` compares this list with the templates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core import mail
from knox.models import AuthToken

from cases.models import (
    Assessment,
    Attachment,
    Case,
    CaseMember,
    Comment,
    Draft,
    Event,
    Job,
    MeasureDecision,
    PlanChoice,
    ReviewDecision,
    Snapshot,
    Source,
    Step,
    StepDocument,
    Team,
    TransferProposal,
    User,
)
from tests.browser.form_pages import (
    AMINA,
    CHEN,
    ROSA,
    SOFIA,
    Fill,
    choose_all,
    decided,
    events,
    fill_addition,
    fill_case,
    fill_comment,
    fill_entry,
    fill_file,
    fill_member,
    fill_note,
    fill_person,
    fill_reason,
    fill_reply,
    fill_source,
    fill_start,
    fill_step,
    fill_submission,
    first_choice,
    leaving,
    nothing,
    of_an_older_edition,
    of_case,
    of_draft,
    of_submitted,
    person,
    plan_of_a_draft,
    recommendation,
    sign_off,
    step_documents,
    tick_all,
    try_an_answer,
    unplaced,
    with_a_thread,
    withdraw,
)


@dataclass(frozen=True)
class CreatingForm:
    """A form that creates something: who sends it from which page, how it is filled in, which
    button sends it, and how many there are of what it creates.

    `page` returns the address below the site and makes what the form needs. `template` is the one
    that holds the form.
    """

    name: str
    who: str
    template: str
    page: Callable[[], str]
    fill: Fill
    button: str
    count: Callable[[], int]
    # A file has to be chosen again after signing in again.
    has_file: bool = False

    def __str__(self) -> str:
        return self.name


OF_AN_ANALYST = (
    CreatingForm(
        "a case",
        AMINA,
        "casework/form.html",
        lambda: "/cases/new/",
        fill_case,
        "Log the case",
        Case.objects.count,
    ),
    CreatingForm(
        "a source",
        AMINA,
        "casework/source_form.html",
        of_case("sources/new/"),
        fill_source,
        "Save",
        Source.objects.count,
    ),
    CreatingForm(
        "a step",
        AMINA,
        "followup/step_form.html",
        of_case("steps/new/"),
        fill_step,
        "Record it",
        Step.objects.count,
    ),
    CreatingForm(
        "a document of a step",
        AMINA,
        "followup/document_form.html",
        step_documents,
        fill_file,
        "Add",
        StepDocument.objects.count,
        has_file=True,
    ),
    CreatingForm(
        "a member",
        AMINA,
        "casework/members.html",
        of_case("members/"),
        fill_member,
        "Save",
        CaseMember.objects.count,
    ),
    CreatingForm(
        "a comment",
        AMINA,
        "review/threads.html",
        recommendation,
        fill_comment,
        "Comment",
        Comment.objects.count,
    ),
    CreatingForm(
        "a reply",
        AMINA,
        "review/threads.html",
        with_a_thread,
        fill_reply,
        "Reply",
        Comment.objects.count,
    ),
    CreatingForm(
        "an assessment",
        AMINA,
        "assessing/start.html",
        of_case("assessments/new/"),
        fill_start,
        "Start",
        Assessment.objects.count,
    ),
    CreatingForm(
        "a file of an answer",
        AMINA,
        "assessing/attach.html",
        of_draft("answers/phase/files/new/"),
        fill_file,
        "Attach",
        Attachment.objects.count,
        has_file=True,
    ),
    CreatingForm(
        "a second assessment",
        AMINA,
        "assessing/second.html",
        of_draft("second/", answered=False),
        first_choice("analyst"),
        "Ask",
        Assessment.objects.count,
    ),
    CreatingForm(
        "a submission",
        AMINA,
        "assessing/submit.html",
        of_draft("submit/"),
        fill_submission,
        "Submit and freeze",
        Snapshot.objects.count,
    ),
    CreatingForm(
        "a draft that amends",
        AMINA,
        "review/review.html",
        lambda: f"/assessments/{decided('return').pk}/review/",
        nothing,
        "Amend it in a new draft",
        Assessment.objects.count,
    ),
    CreatingForm(
        "a draft of what was tried",
        AMINA,
        "assessing/what_if.html",
        of_submitted("what-if/"),
        try_an_answer,
        "Keep it as a new draft",
        Assessment.objects.count,
    ),
    CreatingForm(
        "an answer that is put aside",
        AMINA,
        "assessing/carried_over.html",
        unplaced,
        fill_reason,
        "Put aside",
        events(Event.Verb.ANSWER_PLACED),
    ),
    CreatingForm(
        "a choice in a plan",
        AMINA,
        "assessing/plan_edit.html",
        plan_of_a_draft,
        fill_addition,
        "Add",
        PlanChoice.objects.count,
    ),
    CreatingForm(
        "a draft with the newer edition",
        AMINA,
        "editions/reassess.html",
        of_an_older_edition("reassess/"),
        nothing,
        "Accept and start a draft",
        Assessment.objects.count,
    ),
)


OF_A_REVIEWER = (
    CreatingForm(
        "a decision on a recommendation",
        ROSA,
        "review/measure.html",
        of_submitted("review/measures/enc.remind/"),
        lambda page: page.locator("input[name=kind]").first.check(),
        "Save and back to the list",
        MeasureDecision.objects.count,
    ),
    CreatingForm(
        "decisions on several recommendations",
        ROSA,
        "review/review/recommendations.html",
        of_submitted("review/"),
        tick_all,
        "Record for all ticked recommendations",
        lambda: MeasureDecision.objects.values("assessment").distinct().count(),
    ),
    CreatingForm(
        "an overall decision",
        ROSA,
        "review/review/decide.html",
        of_submitted("review/"),
        sign_off,
        "Record the decision",
        ReviewDecision.objects.count,
    ),
    CreatingForm(
        "a withdrawal",
        ROSA,
        "review/review/withdraw.html",
        lambda: f"/assessments/{decided('sign_off').pk}/review/",
        withdraw,
        "Withdraw the sign-off",
        events(Event.Verb.SIGN_OFF_WITHDRAWN),
    ),
)


OF_A_CATALOGUE_ADMIN = (
    CreatingForm(
        "a draft edition",
        CHEN,
        "editor/none.html",
        lambda: "/catalogue/draft/",
        nothing,
        "Start a draft",
        Draft.objects.count,
    ),
    CreatingForm(
        "an entry",
        CHEN,
        "editor/entry.html",
        lambda: "/catalogue/draft/sources/new/",
        fill_entry,
        "Save in the draft",
        events(Event.Verb.ENTRY_ADDED),
    ),
    CreatingForm(
        "an impact",
        CHEN,
        "editor/draft/impact.html",
        lambda: "/catalogue/draft/",
        nothing,
        "Calculate it for every case",
        Job.objects.count,
    ),
    CreatingForm(
        "a proposal",
        CHEN,
        "editor/draft/publish.html",
        lambda: "/catalogue/draft/",
        fill_note,
        "Propose it to another admin",
        events(Event.Verb.EDITION_PROPOSED),
    ),
    CreatingForm(
        "a token",
        CHEN,
        "account/token.html",
        lambda: "/token/",
        nothing,
        "Create a token",
        AuthToken.objects.count,
    ),
)


OF_A_SITE_ADMIN = (
    CreatingForm(
        "a person",
        SOFIA,
        "people/edit.html",
        lambda: "/people/new/",
        fill_person,
        "Save",
        User.objects.count,
    ),
    CreatingForm(
        "a team",
        SOFIA,
        "people/edit.html",
        lambda: "/people/teams/new/",
        lambda page: page.get_by_label("Name").fill("Sahel desk"),
        "Save",
        Team.objects.count,
    ),
    CreatingForm(
        "a link to choose a password",
        SOFIA,
        "people/edit.html",
        lambda: f"/people/{person(ROSA).pk}/",
        nothing,
        "Send a link to choose a password",
        lambda: len(mail.outbox),
    ),
    CreatingForm(
        "a proposal to hand over",
        SOFIA,
        "people/leaving.html",
        leaving,
        choose_all,
        "Ask them to take over",
        lambda: TransferProposal.objects.values("to").distinct().count(),
    ),
)


FORMS = (*OF_AN_ANALYST, *OF_A_REVIEWER, *OF_A_CATALOGUE_ADMIN, *OF_A_SITE_ADMIN)


PEOPLE = (AMINA, ROSA, CHEN, SOFIA)


# The templates of forms that create nothing, so that a second click changes nothing more.
OTHERS = {
    "assessing/confirm_section.html": "confirms answers, each at the version that was read",
    "assessing/date.html": "corrects the date of a draft",
    "assessing/detach.html": "removes a file",
    "assessing/discard.html": "removes a draft",
    "assessing/measure/change.html": "opens what-if",
    "assessing/section.html": "saves answers, each at the version that was read",
    "assessing/agreement.html": "starts a draft as `a draft that amends` does",
    "casework/member_remove.html": "removes a member",
    "casework/close.html": "closes the case, once",
    "casework/reopen.html": "reopens the case, once",
    "casework/detail/transfer.html": "confirms or refuses a proposed owner, once",
    "casework/transfer.html": "changes the owner",
    "editions/overview.html": "chooses a language",
    "editions/reassess_cases.html": "proposes each once, as a constraint of the database says",
    "editor/discard.html": "removes the draft edition",
    "editor/draft/pending_invariants.html": "agrees to what was asked for",
    "editor/impact.html": "starts the job that `an impact` starts",
    "editor/import.html": "replaces the draft, at the version that was read",
    "editor/progress.html": "stops a job",
    "editor/remove.html": "removes an entry, at the version that was read",
    "editor/translation.html": "changes an entry, at the version that was read",
    "editor/translations.html": "chooses a language",
    "editor/try.html": "only shows",
    "reports/files.html": "removes the job before it starts one",
    "reports/progress.html": "stops a job",
    "followup/document_remove.html": "removes a document",
    "followup/step_remove.html": "removes a step",
    "notifications/list.html": "marks notifications as read",
    "notifications/preferences.html": "changes preferences",
    "people/our_part.html": "changes a preference",
    "people/preferences.html": "changes preferences",
    "people/transfer.html": "agrees or declines, once",
    "record/chain.html": "only shows",
    "review/reply.html": "sends a reply that was refused to the address of `a reply`",
    "review/reviewers.html": "sets who is asked to review",
}
