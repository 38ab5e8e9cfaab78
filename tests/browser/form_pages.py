"""Where the forms that create something are, and how a person fills them in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from playwright.sync_api import FilePayload, Page

from cases.models import (
    Assessment,
    Case,
    Edition,
    Event,
    ReassessmentProposal,
    UnplacedAnswer,
    User,
)
from cases.queries.editions.rulebooks import current_edition
from cases.workflows import review
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.followup import record_step
from cases.workflows.people.accounts import change_person
from tests.rulebook.shipped import publish_shipped

TEXT = "What witnesses in three villages told us"


FILE = FilePayload(name="notes.txt", mimeType="text/plain", buffer=TEXT.encode())


AMINA, ROSA, CHEN, SOFIA = "amina.analyst", "rosa.reviewer", "chen.catalogue", "sofia.siteadmin"


Fill = Callable[[Page], None]


def nothing(page: Page) -> None:
    """The button is enough."""


def person(username: str) -> User:
    return User.objects.get(username=username)


def events(verb: Event.Verb) -> Callable[[], int]:
    return Event.objects.filter(verb=verb).count


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
        publish_shipped()
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


def tick_all(page: Page) -> None:
    page.get_by_role("button", name="Tick all undecided").click()
    page.get_by_label("Agree with the advice").check()


def sign_off(page: Page) -> None:
    page.get_by_label("Sign off", exact=True).check()
    page.get_by_label("Sign off anyway").check()


def withdraw(page: Page) -> None:
    page.locator("section[aria-labelledby=withdraw] textarea").fill(TEXT)


def fill_entry(page: Page) -> None:
    page.get_by_label("Code").fill("SRC-NEW")
    page.get_by_label("Title").fill(TEXT)
    page.get_by_label("Publisher").fill("OHCHR")
    year = page.get_by_label("Year")
    if year.count():
        year.fill("2020")


def fill_note(page: Page) -> None:
    page.get_by_label("What this edition changes, and why").fill(TEXT)


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
