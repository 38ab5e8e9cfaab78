"""Every form of the product that creates something: where it is, and how it is filled in.

`tests/test_forms.py` compares this list with the templates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from unittest import mock

from django.core import mail
from knox.models import AuthToken
from playwright.sync_api import FilePayload, Page

from cases.models import (
    Assessment,
    Attachment,
    Case,
    CaseMember,
    Comment,
    Draft,
    Edition,
    Event,
    Job,
    MeasureDecision,
    PlanChoice,
    ReassessmentProposal,
    ReviewDecision,
    Snapshot,
    Source,
    Step,
    StepDocument,
    Team,
    TransferProposal,
    UnplacedAnswer,
    User,
)
from cases.queries.editions.rulebooks import current_edition
from cases.rulebook.editions.loader import load_folder
from cases.workflows import review
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.editions.publishing import publish
from cases.workflows.followup import record_step
from cases.workflows.people.accounts import change_person
from tests.conftest import FIXTURES

TEXT = "What witnesses in three villages told us"
FILE = FilePayload(name="notes.txt", mimeType="text/plain", buffer=TEXT.encode())
AMINA, ROSA, CHEN, SOFIA = "amina.analyst", "rosa.reviewer", "chen.catalogue", "sofia.siteadmin"
Fill = Callable[[Page], None]


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


def nothing(page: Page) -> None:
    """The button is enough."""


def person(username: str) -> User:
    return User.objects.get(username=username)


def events(verb: Event.Verb) -> Callable[[], int]:
    return Event.objects.filter(verb=verb).count


# Cases and assessments ----------------------------------------------------------------------------


def own_case() -> Case:
    return Case.objects.filter(owner__username=AMINA, confidentiality="open")[0]


def of_case(rest: str) -> Callable[[], str]:
    """A page of a case that Amina owns."""
    return lambda: f"/cases/{own_case().pk}/{rest}"


def submitted() -> Assessment:
    return Assessment.objects.submitted().filter(case__confidentiality="open").newest_first()[0]


def recommendation() -> str:
    return f"/assessments/{submitted().pk}/review/measures/enc.remind/"


def with_a_thread() -> str:
    review.start_thread(
        submitted(), by=person(ROSA), anchor="measure", code="enc.remind", text="Who would do it?"
    )
    return recommendation()


def step_documents() -> str:
    step = record_step(
        own_case(),
        by=person(AMINA),
        measure="enc.remind",
        fact="done",
        actors=["ohchr"],
        happened_on=date(2010, 1, 1),
    )
    return f"/cases/{step.case_id}/steps/{step.pk}/documents/new/"


def draft(*, answered: bool = True) -> Assessment:
    """A new draft of Amina's, with the answers of the assessment before."""
    case = own_case()
    earlier = case.assessments.submitted().newest_first()[0] if answered else None
    begun = start_assessment(
        case, by=case.owner, as_of=date(2011, 1, 1), edition=current_edition(), earlier=earlier
    )
    begun.answers.update(carried_over=False)
    return begun


def of_draft(rest: str, *, answered: bool = True) -> Callable[[], str]:
    return lambda: f"/assessments/{draft(answered=answered).pk}/{rest}"


def newly_submitted() -> Assessment:
    begun = draft()
    submit(begun, by=person(AMINA), comment="As before.")
    return Assessment.objects.get(pk=begun.pk)


def of_submitted(rest: str) -> Callable[[], str]:
    return lambda: f"/assessments/{newly_submitted().pk}/{rest}"


def decided(kind: str) -> Assessment:
    assessment = newly_submitted()
    review.decide_on_review(
        assessment, kind, by=person(ROSA), text="Because.", seen=assessment.snapshot.digest
    )
    return assessment


def newer_edition() -> Edition:
    """The shipped edition, after the first one."""
    if Edition.objects.count() == 1:
        document, rulebook = load_folder(FIXTURES / "rulebook")
        with mock.patch("cases.workflows.editions.publishing.check", return_value=rulebook):
            publish(document)
    return current_edition()


def of_an_older_edition(rest: str) -> Callable[[], str]:
    def address() -> str:
        newer_edition()
        older = Assessment.objects.submitted().filter(edition__number=1, case=own_case())
        asked = ReassessmentProposal.objects.values("assessment")
        return f"/assessments/{older.exclude(pk__in=asked).newest_first()[0].pk}/{rest}"

    return address


def plan_of_a_draft() -> str:
    newer_edition()
    return f"/assessments/{draft().pk}/plan/"


def unplaced() -> str:
    begun = draft()
    UnplacedAnswer.objects.create(
        assessment=begun,
        question="gone",
        title="A question that is gone",
        answered="Yes",
        why="Nobody could answer it.",
        state="known",
        value="yes",
        answered_by=begun.author,
    )
    return f"/assessments/{begun.pk}/carried-over/"


def fill_case(page: Page) -> None:
    page.get_by_label("Title").fill("A new case")
    page.get_by_label("Populations at risk").fill(TEXT)
    page.get_by_label("Summary").fill(TEXT)
    page.evaluate("document.querySelector('select[name=countries]').tomselect.addItem('MLI')")


def fill_source(page: Page) -> None:
    page.get_by_label("Title").fill("A report")
    page.get_by_label("Publisher").fill("OHCHR")
    page.get_by_label("Note").fill(TEXT)


def fill_step(page: Page) -> None:
    page.locator("select[name=measure]").select_option(index=1)
    page.locator("input[name=actors]").first.check()
    page.get_by_label("Note").fill(TEXT)


def fill_member(page: Page) -> None:
    page.locator("select[name=user]").select_option(index=2)
    page.locator("select[name=role]").select_option("reader")


def fill_comment(page: Page) -> None:
    page.locator("#comment-text").fill(TEXT)


def fill_reply(page: Page) -> None:
    page.locator("textarea[id^=reply-]").last.fill(TEXT)


def fill_start(page: Page) -> None:
    page.get_by_label("Date of the assessment").fill("2010-02-03")


def fill_file(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(FILE)


def fill_reason(page: Page) -> None:
    page.evaluate(
        "document.querySelectorAll('main details').forEach(part => { part.open = true; })"
    )
    page.locator("main textarea[name=reason]").last.fill(TEXT)


def fill_addition(page: Page) -> None:
    page.get_by_text("Add a measure", exact=True).click()
    page.locator("select[name=measure]").select_option(index=1)
    page.locator("#add-reason").fill(TEXT)


def fill_submission(page: Page) -> None:
    comment = page.locator("textarea[name=comment]")
    if comment.count():
        comment.fill(TEXT)


def try_an_answer(page: Page) -> None:
    page.locator("select[name=phase]").select_option("latent")
    page.locator("button[name=keep]").wait_for()


def first_choice(name: str) -> Fill:
    def choose(page: Page) -> None:
        page.locator(f"select[name={name}]").select_option(index=1)

    return choose


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


# Reviews ------------------------------------------------------------------------------------------


def tick_all(page: Page) -> None:
    page.get_by_role("button", name="Tick all undecided").click()
    page.get_by_label("Agree with the advice").check()


def sign_off(page: Page) -> None:
    page.get_by_label("Sign off", exact=True).check()
    page.get_by_label("Sign off anyway").check()


def withdraw(page: Page) -> None:
    page.locator("section[aria-labelledby=withdraw] textarea").fill(TEXT)


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


# The catalogue ------------------------------------------------------------------------------------


def fill_entry(page: Page) -> None:
    page.get_by_label("Code").fill("SRC-NEW")
    page.get_by_label("Title").fill(TEXT)
    page.get_by_label("Publisher").fill("OHCHR")
    year = page.get_by_label("Year")
    if year.count():
        year.fill("2020")


def fill_note(page: Page) -> None:
    page.get_by_label("What this edition changes, and why").fill(TEXT)


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


# People -------------------------------------------------------------------------------------------


def fill_person(page: Page) -> None:
    page.get_by_label("Username").fill("jane.smith")
    page.get_by_label("First name").fill("Jane")
    page.get_by_label("E-mail address").fill("jane@example.org")


def leaving() -> str:
    amina = person(AMINA)
    roles = [group.name for group in amina.groups.all()]
    change_person(amina, by=person(SOFIA), roles=roles, is_active=False)
    return f"/people/{amina.pk}/leaving/"


def choose_all(page: Page) -> None:
    for select in page.locator("main form select").all():
        select.select_option(index=1)
    for box in page.locator("main form input[type=checkbox]").all():
        box.check()


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
