"""Who may do what: one table of person × state × act that covers every page."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.urls.resolvers import RegexPattern

from cases import urls
from cases.forms.editor.translations import field_of
from cases.models import (
    Assessment,
    Case,
    Comment,
    Draft,
    Edition,
    MeasureDecision,
    Notification,
    ReviewDecision,
    Snapshot,
    Source,
    StepDocument,
    Team,
    Thread,
    UnplacedAnswer,
    User,
)
from cases.permissions import analysts_of, reviewers_of
from cases.views.access import REFUSALS
from cases.views.casework import home
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.attachments import add_attachment, add_step_document
from cases.workflows.assessing.second_assessment import start_second_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, close_case, log_case, set_member, set_team
from cases.workflows.followup import record_step
from cases.workflows.people.accounts import save_team
from cases.workflows.people.tokens import make_token, revoke_token
from cases.workflows.review import decide_on_review
from tests.conftest import with_second_factor

# Teams of one person each: their part in the case, and the role that the person holds.
TEAM_ROLES = {"reader": "reviewer", "reviewer": "reviewer", "contributor": "analyst"}
# People who get what another column says: a part in the case is no use without the role, and a
# deactivated person is no longer signed in.
ALIKE = {"lapsed_reviewer": "lapsed", "deactivated": "nobody"}
# Who is asked about, in the order of the table's columns.
PEOPLE = (
    "nobody",
    "outsider",
    "no_role",
    "site_admin",
    "reader",
    "reviewer",
    "contributor",
    "lapsed",
    "owner",
    "auditor",
    "catalogue_admin",
)

# What each gets: "ok" the page; "no" that there is no such page; "role" that the role lacks; "in"
# to sign in first; "token" to send one. The lapsed person owns nothing and contributes to the case,
# but is no analyst any more.
ANYBODY = "ok ok ok ok ok ok ok ok ok ok ok"
EVERYONE = "in ok ok ok ok ok ok ok ok ok ok"
WITH_A_ROLE = "in ok role role ok ok ok role ok ok ok"
ANALYSTS = "in ok role role role role ok role ok role role"
SEES = "in no no no ok ok ok ok ok no no"
WORKS = "in no no no no no ok no ok no no"
OPEN = "in ok no no ok ok ok ok ok ok ok"
AUDITORS = "in role role role role role role role role ok role"
SITE_ADMINS = "in role role ok role role role role role role role"
OWNS = "in no no no no no no no ok no no"
REVIEWS_OR_WORKS = "in no no no no ok ok no ok no no"
REVIEWS = "in no no no no ok no no no no no"
# In a sensitive case, a reader learns nothing that names a source.
SOURCES = "in no no no no ok ok no ok no no"
AUTHOR = OWNS  # who began the assessment; here it is the owner
NOBODY = "in no no no no no no no no no no"
# Open to anybody, and there is nothing to show.
NOT_THERE = "no no no no no no no no no no no"

EDITORS = "in role role role role role role role role role ok"
EDITING = (
    "draft",
    "draft_start",
    "draft_discard",
    "draft_export",
    "draft_import",
    "draft_propose",
    "draft_publish",
    "proposal_end",
    "entry_list",
    "entry_new",
    "entry_edit",
    "entry_remove",
    "draft_impact",
    "draft_try",
    "invariant_decide",
    "reassess_many",
    "rules_of_measure",
    "rules_of_question",
    "translation_list",
    "translation_language",
    "translation_edit",
)

# A program without a token, or with one whose person lacks the role, gets an error in JSON.
API_EDITORS = EDITORS.replace("in", "token")
API_READERS = WITH_A_ROLE.replace("in", "token")

TABLE: dict[str, dict[str, str]] = {
    **{name: {"any": EVERYONE} for name in ("token", "token_new", "token_revoke")},
    **{name: {"any": API_READERS} for name in ("api_editions", "api_edition", "api_schema")},
    **{name: {"any": API_EDITORS} for name in ("api_draft", "api_entry", "api_proposal")},
    "record": {"any": AUDITORS},
    "record_chain": {"restricted": AUDITORS, "sensitive": AUDITORS},
    **{
        name: {"any": SITE_ADMINS}
        for name in (
            "people",
            "person_new",
            "person_edit",
            "person_leaving",
            "person_link",
            "person_sign_out",
            "team_new",
            "team_edit",
        )
    },
    **{name: {"any": EDITORS} for name in EDITING},
    "team_remove": {"restricted": OWNS, "sensitive": OWNS, "open": OWNS},
    "team_confirm": {"restricted": OWNS, "sensitive": OWNS, "open": OWNS},
    "notification_list": {"any": EVERYONE},
    "notification_preferences": {"any": EVERYONE},
    # Somebody else's: each person opens their own only.
    "notification_open": {"any": "in no no no no no no no no no no"},
    "home": {"any": EVERYONE},
    "kept_form": {"any": EVERYONE},
    "home_list": {"any": EVERYONE},
    "review_list": {"any": EVERYONE},
    "preferences": {"any": EVERYONE},
    "method": {"any": EVERYONE},
    # No logo is set in the tests.
    "organisation_logo": {"any": NOT_THERE},
    "case_list": {"any": EVERYONE},
    "cases_download": {"any": EVERYONE},
    "export_schema": {"any": ANYBODY},
    "cases_files": {"any": EVERYONE},
    # Nobody of the table has made files.
    "cases_archive": {"any": NOBODY},
    "case_new": {"any": ANALYSTS},
    "case_detail": {"restricted": SEES, "sensitive": SEES, "open": OPEN},
    "case_edit": {"restricted": WORKS, "open": WORKS},
    "source_new": {"restricted": WORKS, "open": WORKS},
    "source_edit": {"restricted": WORKS, "open": WORKS},
    "case_members": {"restricted": OWNS, "open": OWNS},
    "case_transfer": {"restricted": OWNS, "open": OWNS},
    "case_close": {"restricted": OWNS, "sensitive": OWNS, "open": OWNS},
    "case_reopen": {"restricted": OWNS, "sensitive": OWNS, "open": OWNS},
    # The case of the table is proposed to nobody.
    "transfer_decide": {"any": NOBODY},
    "member_remove": {"restricted": OWNS, "open": OWNS},
    "case_timeline": {"restricted": SEES, "open": OPEN},
    "step_new": {"restricted": WORKS, "open": WORKS},
    "step_remove": {"restricted": WORKS, "open": WORKS},
    "step_document": {"restricted": SEES, "sensitive": SOURCES, "open": OPEN},
    "step_document_new": {"restricted": WORKS, "open": WORKS},
    "step_document_remove": {"restricted": WORKS, "open": WORKS},
    "assessment_reviewers": {"draft": NOBODY, "submitted": WORKS, "blind_submitted": NOBODY},
    "assessment_new": {"restricted": WORKS, "open": WORKS},
    "assessment_advice": {
        "draft": WORKS,
        "submitted": SEES,
        "blind": AUTHOR,
        "blind_submitted": AUTHOR,
    },
    "assessment_measures": {
        "draft": WORKS,
        "submitted": SEES,
        "blind": AUTHOR,
        "blind_submitted": AUTHOR,
    },
    "plan_edit": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_compare": {
        "draft": WORKS,
        "submitted": SEES,
        "blind": AUTHOR,
        "blind_submitted": AUTHOR,
    },
    "measure_in_advice": {
        "draft": WORKS,
        "submitted": SEES,
        "blind": AUTHOR,
        "blind_submitted": AUTHOR,
    },
    **{
        name: {
            "draft": WORKS,
            "submitted": SEES,
            "blind": AUTHOR,
            "blind_submitted": AUTHOR,
            "paired": SEES,
        }
        for name in (
            "what_if",
            "flow",
            "risk_profile",
            "precedents",
            "attachment",
            "assessment_answers",
            "assessment_download",
        )
    },
    # The assessment of the table was not begun from an earlier one, so there is nothing to show.
    "assessment_carried_over": {"draft": NOBODY, "submitted": NOBODY, "carried_over": WORKS},
    "unplaced_settle": {"draft": NOBODY, "submitted": NOBODY, "carried_over": WORKS},
    "assessment_review": {"draft": NOBODY, "submitted": SEES, "blind_submitted": AUTHOR},
    "measure_review": {"draft": NOBODY, "submitted": SEES, "blind_submitted": AUTHOR},
    "answer_review": {"draft": NOBODY, "submitted": SEES, "blind_submitted": AUTHOR},
    "review_several": {"draft": NOBODY, "submitted": REVIEWS, "blind_submitted": NOBODY},
    "review_withdraw": {"draft": NOBODY, "submitted": REVIEWS, "blind_submitted": NOBODY},
    "thread_act": {"draft": NOBODY, "submitted": REVIEWS_OR_WORKS, "blind_submitted": NOBODY},
    "assessment_reassess": {"draft": NOBODY, "submitted": WORKS, "blind_submitted": AUTHOR},
    "assessment_amend": {"draft": NOBODY, "submitted": NOBODY, "returned": WORKS},
    "assessment_agreement": {
        "draft": NOBODY,
        "submitted": NOBODY,
        "blind_submitted": NOBODY,
        "paired": SEES,
    },
    "assessment_reconcile": {
        "draft": NOBODY,
        "submitted": NOBODY,
        "blind_submitted": NOBODY,
        "paired": WORKS,
    },
    "assessment_second": {"draft": AUTHOR, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_unpair": {
        "draft": NOBODY,
        "blind": AUTHOR,
        "blind_submitted": AUTHOR,
        "submitted": NOBODY,
    },
    "answer_save": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "attachment_new": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "attachment_remove": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_answer": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_section": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_submit": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_discard": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "section_confirm": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    "assessment_date": {"draft": WORKS, "blind": AUTHOR, "submitted": NOBODY},
    **{
        name: {"any": WITH_A_ROLE}
        for name in (
            "catalogue",
            "measure_list",
            "measure_detail",
            "actor_list",
            "actor_detail",
            "actor_download",
            "organisation_list",
            "question_list",
            "question_detail",
            "source_list",
            "edition_list",
            "edition_differences",
            "measure_dmn",
            "catalogue_language",
            "our_part",
        )
    },
}
# Pages that are written to, with what a fitting request would send.
POSTS: dict[str, dict[str, str]] = {
    "token_new": {},
    "token_revoke": {},
    "unplaced_settle": {"question": "phase"},
    "api_draft": {},
    "api_proposal": {"note": "better", "seen": "x"},
    "case_edit": {"title": "Changed by a stranger", "version": "1"},
    "source_new": {"title": "A source", "publisher": "Someone", "reliability": "A"},
    "source_edit": {"title": "A source", "publisher": "Someone", "reliability": "A"},
    "case_members": {"role": "reader"},
    "case_transfer": {},
    "case_close": {"reason": "It is over"},
    "case_reopen": {"reason": "It has begun again"},
    "person_leaving": {},
    "transfer_decide": {"act": "agree"},
    "member_remove": {},
    "team_remove": {},
    "team_confirm": {},
    "draft_start": {},
    "draft_discard": {},
    "draft_import": {"text": "x"},
    "draft_impact": {},
    "draft_try": {},
    "translation_list": {"language": "fr"},
    "translation_edit": {"version": "0", field_of("title"): "Sécurité"},
    "catalogue_language": {"language": "fr"},
    "our_part": {"our_part": "member_states:FRA"},
    "plan_edit": {"act": "number", "number": "3", "reason": "A short meeting", "version": "0"},
    "invariant_decide": {"act": "agree"},
    "reassess_many": {},
    "assessment_reassess": {"act": "accept"},
    "draft_propose": {"note": "better", "seen": "x"},
    "draft_publish": {"seen": "x"},
    "proposal_end": {"reason": "not yet", "seen": "x"},
    "entry_new": {"yaml": "code: x", "version": "0"},
    "entry_edit": {"yaml": "code: cap.ssr", "version": "0"},
    "entry_remove": {"version": "0"},
    "person_new": {"username": "eve", "email": "eve@example.org", "roles": "site_admin"},
    "person_edit": {"email": "changed@example.org", "roles": "site_admin", "is_active": "on"},
    "person_link": {},
    "person_sign_out": {},
    "team_new": {"name": "Another team"},
    "team_edit": {"name": "Another name"},
    "assessment_new": {"as_of": "2012-12-20"},
    "assessment_section": {"phase": "latent", "phase__version": "0"},
    "assessment_submit": {"comment": "enough"},
    "assessment_discard": {},
    "assessment_date": {"as_of": "2012-12-19"},
    "review_several": {},
    "review_withdraw": {},
    "section_confirm": {},
    "answer_save": {"phase": "latent", "phase__version": "0"},
    "attachment_new": {},
    "attachment_remove": {},
    "assessment_second": {},
    "assessment_unpair": {},
    "assessment_reconcile": {},
    "what_if": {"phase": "latent", "phase__on": "1", "keep": "1", "as_of": "2020-01-01"},
    "step_new": {"measure": "cap.ssr", "fact": "done", "actors": "dppa"},
    "step_remove": {},
    "step_document_new": {},
    "step_document_remove": {},
    "assessment_reviewers": {"reviewers": ""},
    "thread_act": {"text": "a reply"},
    "assessment_amend": {},
    "assessment_review": {"kind": "sign_off", "despite": "on", "seen": "SEEN"},
    "measure_review": {"act": "decide", "kind": "endorse", "seen": "SEEN"},
    "answer_review": {"text": "a remark"},
}
# Who may read these pages may not all write there: each alone reads that there is nothing to
# write.
WRITES = {
    "assessment_review": REVIEWS,
    "measure_review": REVIEWS,
    "answer_review": REVIEWS_OR_WORKS,
}
# Pages that only take what is sent to them.
SENT_ONLY = {
    "token_new",
    "token_revoke",
    "api_proposal",
    "draft_start",
    "draft_propose",
    "draft_publish",
    "proposal_end",
    "invariant_decide",
    "catalogue_language",
    "team_confirm",
    "answer_save",
    "thread_act",
    "review_several",
    "review_withdraw",
    "section_confirm",
    "assessment_amend",
    "assessment_unpair",
    "assessment_reconcile",
}


class World:
    """A case in a given state, and everyone who might want to open it."""

    def __init__(self, person: Callable[..., User], edition: Edition, state: str) -> None:
        confidentiality = state if state in Case.Confidentiality.values else "restricted"
        self.people: dict[str, User | None] = {
            "nobody": None,
            "outsider": person("outsider", "analyst"),
            "no_role": person("norole"),
            "site_admin": person("site"),
            "reader": person("reader", "reviewer"),
            "reviewer": person("reviewer", "reviewer"),
            "contributor": person("contributor", "analyst"),
            "lapsed": person("lapsed"),
            "owner": person("owner", "analyst"),
            "auditor": person("auditor", "auditor"),
            "catalogue_admin": person("editor", "catalogue_admin"),
        }
        site_admin = self.people["site_admin"]
        assert site_admin is not None
        site_admin.is_superuser = site_admin.is_staff = True
        site_admin.save()
        owner = self.people["owner"]
        assert owner is not None
        self.case: Case = log_case(
            by=owner,
            countries=["MLI"],
            title="t",
            place="p",
            populations="p",
            summary="s",
            confidentiality=confidentiality,
        )
        for name, role in (
            ("reader", "reader"),
            ("reviewer", "reviewer"),
            ("contributor", "contributor"),
            ("lapsed", "contributor"),
        ):
            member = self.people[name]
            assert member is not None
            self.member = set_member(self.case, member, role, by=owner)
        # People who take part through a team get exactly what a member with that part gets.
        self.teammates: dict[str, User] = {}
        for part, role in TEAM_ROLES.items():
            mate = person(f"team_{part}", role)
            team = save_team(None, by=owner, name=f"Team of {part}s", members=[mate])
            self.team = set_team(self.case, team, part, by=owner)
            self.teammates[part] = mate
        self.alike = {
            "lapsed_reviewer": person("lapsedr"),
            "deactivated": person("gone", "analyst"),
        }
        set_member(self.case, self.alike["lapsed_reviewer"], "reviewer", by=owner)
        set_member(self.case, self.alike["deactivated"], "contributor", by=owner)
        User.objects.filter(pk=self.alike["deactivated"].pk).update(is_active=False)
        if confidentiality == "sensitive":
            with_second_factor(
                *filter(None, self.people.values()), *self.teammates.values(), *self.alike.values()
            )
        self.source: Source = add_source(
            self.case, by=owner, title="s", publisher="p", reliability="A"
        )
        self.assessment: Assessment = start_assessment(
            self.case, by=owner, as_of=date(2020, 1, 1), edition=edition
        )
        upload = SimpleUploadedFile("report.txt", b"what was seen")
        self.file = add_attachment(
            self.assessment, "phase", upload, name="report.txt", content_type="text/plain", by=owner
        )
        self.step = record_step(
            self.case, by=owner, measure="cap.ssr", fact="done", actors=["dppa"]
        )
        upload = SimpleUploadedFile("request.txt", b"what was asked")
        self.document = add_step_document(
            self.step, upload, name="request.txt", content_type="text/plain", by=owner
        )
        contributor = self.people["contributor"]
        assert contributor is not None
        second = None
        if state in ("blind", "blind_submitted", "paired"):
            second = start_second_assessment(self.assessment, contributor, by=owner)
        if state in ("submitted", "returned", "blind_submitted", "paired"):
            submit(self.assessment, by=owner)
        self.assessment.refresh_from_db()
        if state == "returned":
            reviewer = self.people["reviewer"]
            assert reviewer is not None
            seen = self.assessment.snapshot.digest
            decide_on_review(self.assessment, "return", by=reviewer, text="more", seen=seen)
        self.unplaced = 0
        if state == "carried_over":
            earlier = start_assessment(self.case, by=owner, as_of=date(2019, 1, 1), edition=edition)
            Assessment.objects.filter(pk=self.assessment.pk).update(carried_from=earlier)
            kept = UnplacedAnswer.objects.create(
                assessment=self.assessment,
                question="consent",
                title="Consent",
                state="unknown",
                answered_by=owner,
            )
            self.unplaced = kept.pk
        self.thread = Thread.objects.create(
            assessment=self.assessment, anchor="measure", code="cap.ssr"
        )
        if second is not None and state == "paired":
            submit(second, by=contributor)

    def post(self, name: str) -> dict[str, str]:
        snapshot = Snapshot.objects.filter(assessment=self.assessment).first()
        seen = snapshot.digest if snapshot else ""
        return {key: seen if value == "SEEN" else value for key, value in POSTS[name].items()}

    def address(self, name: str) -> str:
        codes: dict[str, Any] = {"invariant_decide": "consent_experts"}
        codes |= {
            "measure_dmn": "cap.ssr",
            "rules_of_measure": "cap.ssr",
            "rules_of_question": "phase",
        }
        codes |= {"measure_detail": "cap.ssr", "actor_detail": "dppa", "question_detail": "phase"}
        codes |= {"home_list": "drafts"}
        arguments: list[Any] = []
        if name in codes:
            arguments = [codes[name]]
        elif name == "plan_edit":
            arguments = [self.assessment.pk]
        elif name == "cases_download":
            arguments = ["round-up.pdf"]
        elif name == "export_schema":
            arguments = ["report"]
        elif name == "actor_download":
            arguments = ["dppa", "sheet.pdf"]
        elif name == "assessment_download":
            arguments = [self.assessment.pk, "brief.pdf"]
        elif name == "measure_in_advice":
            arguments = [self.assessment.pk, "cap.ssr"]
        elif name == "assessment_compare":
            arguments = [self.assessment.pk, self.assessment.pk]
        elif name == "assessment_section":
            arguments = [self.assessment.pk, "situation"]
        elif name == "answer_save" or name == "attachment_new":
            arguments = [self.assessment.pk, "phase"]
        elif name in ("attachment", "attachment_remove"):
            arguments = [self.assessment.pk, self.file.pk]
        elif name == "unplaced_settle":
            arguments = [self.assessment.pk, self.unplaced]
        elif name == "notification_open":
            arguments = [0]
        elif name == "section_confirm":
            arguments = [self.assessment.pk, "situation"]
        elif name in ("review_several", "review_withdraw", "what_if", "flow") or name in (
            "risk_profile",
            "precedents",
        ):
            arguments = [self.assessment.pk]
        elif name == "measure_review":
            arguments = [self.assessment.pk, "cap.ssr"]
        elif name == "answer_review":
            arguments = [self.assessment.pk, "phase"]
        elif name == "thread_act":
            arguments = [self.assessment.pk, self.thread.pk]
        elif name in ("step_new", "record_chain"):
            arguments = [self.case.pk]
        elif name in ("step_document", "step_document_remove"):
            arguments = [self.case.pk, self.step.pk, self.document.pk]
        elif name in ("step_remove", "step_document_new"):
            arguments = [self.case.pk, self.step.pk]
        elif name == "source_edit":
            arguments = [self.case.pk, self.source.pk]
        elif name == "translation_language":
            arguments = ["fr"]
        elif name == "translation_edit":
            arguments = ["fr", "measures", "cap.ssr"]
        elif name == "edition_differences":
            first = Edition.objects.order_by("pk").values_list("pk", flat=True)[0]
            arguments = [first, first]
        elif name == "api_edition":
            arguments = [1, 0]
        elif name == "api_entry":
            arguments = ["measures", "cap.ssr"]
        elif name in ("entry_list", "entry_new"):
            arguments = ["rules"]
        elif name in ("entry_edit", "entry_remove"):
            arguments = ["measures", "cap.ssr"]
        elif name in ("team_remove", "team_confirm"):
            arguments = [self.case.pk, self.team.pk]
        elif name == "transfer_decide":
            arguments = [1]
        elif name in ("person_edit", "person_leaving", "person_link", "person_sign_out"):
            arguments = [self.case.owner_id]
        elif name == "team_edit":
            arguments = [self.team.team_id]
        elif name == "member_remove":
            arguments = [self.case.pk, self.member.pk]
        elif name.startswith("assessment_") and name != "assessment_new":
            arguments = [self.assessment.pk]
        elif name.startswith(("case_", "source_", "assessment_")) and name not in (
            "case_list",
            "case_new",
            "source_list",
            "edition_list",
            "edition_differences",
            "measure_dmn",
            "catalogue_language",
            "our_part",
        ):
            arguments = [self.case.pk]
        return reverse(name, args=arguments)


def outcome(response: Any) -> str:
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "in"
    if response.status_code == 409 and "This case is closed" in response.content.decode():
        return "closed"
    return {404: "no", 403: "role", 401: "token"}.get(response.status_code, "ok")


def named_urls(resolver: URLResolver) -> set[str]:
    found = set()
    for item in resolver.url_patterns:
        if isinstance(item, URLPattern) and item.callback.__module__.startswith("cases."):
            found.add(str(item.name))
        elif isinstance(item, URLResolver):
            found |= named_urls(item)
    return found


def test_the_table_covers_every_page_of_the_product() -> None:
    assert named_urls(get_resolver()) == set(TABLE) | {"healthz", "not_here"}


def test_a_page_that_is_planted_beside_the_table_is_noticed() -> None:
    planted = [*urls.urlpatterns, path("planted/", home.method, name="planted")]
    assert named_urls(URLResolver(RegexPattern(r"^"), planted)) - set(TABLE) == {"planted"}


@pytest.mark.urls("tests.bare_urls")
def test_a_view_without_any_guard_of_its_own_still_asks_for_a_signed_in_person(
    client: Client, db: None
) -> None:
    response = client.get("/bare/")
    assert outcome(response) == "in"


def test_every_page_that_a_role_opens_says_what_to_do_without_the_role(
    person: Callable[..., User], edition: Edition
) -> None:
    client = Client()
    client.force_login(person("norole"))
    pages = {
        "case_new": "cases.add_case",
        "catalogue": "cases.view_catalogue",
        "draft": "cases.edit_catalogue",
        "record": "cases.view_record",
        "people": "cases.manage_people",
    }
    assert set(pages.values()) == set(REFUSALS)
    for name, permission in pages.items():
        response = client.get(reverse(name))
        assert response.status_code == 403
        assert str(REFUSALS[permission]) in html.unescape(response.content.decode())


@pytest.mark.parametrize(
    ("name", "state"), [(name, state) for name, states in TABLE.items() for state in states]
)
def test_each_person_gets_what_the_table_says(
    name: str, state: str, person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, state)
    expected = dict(zip(PEOPLE, TABLE[name][state].split(), strict=True))
    expected |= {f"team_{part}": expected[part] for part in TEAM_ROLES}
    expected |= {who: expected[as_who] for who, as_who in ALIKE.items()}
    found = {}
    teammates = {f"team_{part}": mate for part, mate in world.teammates.items()}
    for who, user in {**world.people, **teammates, **world.alike}.items():
        client = Client()
        if user is not None:
            client.force_login(user)
        if name in SENT_ONLY:
            # What is sent changes the world, so it is made again for each person.
            with transaction.atomic():
                found[who] = outcome(client.post(world.address(name), world.post(name)))
                transaction.set_rollback(True)
        else:
            found[who] = outcome(client.get(world.address(name)))
    assert found == expected


@pytest.mark.parametrize("name", POSTS)
def test_writing_is_refused_to_everyone_who_may_not_open_the_page(
    name: str, person: Callable[..., User], edition: Edition
) -> None:
    state = (
        "carried_over"
        if name == "unplaced_settle"
        else "paired"
        if name == "assessment_reconcile"
        else "blind"
        if name == "assessment_unpair"
        else next(iter(TABLE[name]))
    )
    world = World(person, edition, state)
    before = _written(world)
    for who, says in zip(PEOPLE, WRITES.get(name, TABLE[name][state]).split(), strict=True):
        if says == "ok":
            continue
        client = Client()
        user = world.people[who]
        if user is not None:
            client.force_login(user)
        response = client.post(world.address(name), world.post(name))
        assert outcome(response) == says, who
        assert _written(world) == before, who


def _written(world: World) -> tuple[Any, ...]:
    case = Case.objects.get(pk=world.case.pk)
    return (
        case.title,
        case.sources.count(),
        case.memberships.count(),
        case.assessments.count(),
        case.events.count(),
        list(case.assessments.values_list("status", "blind", "packed")),
        case.steps.count(),
        StepDocument.objects.count(),
        case.teams.count(),
        list(User.objects.order_by("pk").values_list("username", "email", "is_active")),
        Draft.objects.count(),
        list(Team.objects.order_by("pk").values_list("name")),
        Comment.objects.count() + MeasureDecision.objects.count() + ReviewDecision.objects.count(),
    )


# What its owner may do in a closed case: decide who reads it, and reopen it.
IN_A_CLOSED_CASE = {
    "case_members",
    "case_transfer",
    "case_reopen",
    "case_close",
    "member_remove",
    "team_remove",
    "team_confirm",
}


@pytest.mark.parametrize("state", ["carried_over", "submitted", "returned", "paired"])
def test_nothing_is_written_in_a_closed_case_and_all_of_it_can_be_read(
    state: str, person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, state)
    owner = world.people["owner"]
    assert owner is not None
    client = Client()
    client.force_login(owner)
    reading = [name for name in OF_A_CASE if name not in SENT_ONLY]
    opened = {name: outcome(client.get(world.address(name))) for name in reading}
    close_case(world.case, by=owner, reason="It is over")
    found = {name: outcome(client.get(world.address(name))) for name in reading}
    for name in reading:
        assert found[name] in (opened[name], "closed"), name
    for name in ("case_detail", "case_timeline", "assessment_answers", "assessment_advice"):
        assert found[name] == "ok", "a closed case can be read"
    before, refused = _written(world), set()
    for name in set(OF_A_CASE) & set(POSTS) - IN_A_CLOSED_CASE:
        for who in ("owner", "contributor", "reviewer"):
            user = world.people[who]
            assert user is not None
            client.force_login(user)
            if outcome(client.post(world.address(name), world.post(name))) == "closed":
                refused.add(name)
            assert _written(world) == before, (name, who)
    assert len(refused) > 5, "pages say that the case is closed"


def test_lists_show_exactly_the_cases_that_can_be_opened(
    person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, "restricted")
    for who, user in world.people.items():
        if user is None:
            continue
        client = Client()
        client.force_login(user)
        listed = world.case in list(client.get(reverse("case_list")).context["page"])
        opened = outcome(client.get(world.address("case_detail"))) == "ok"
        assert listed == opened, who


def test_nobody_can_make_an_account_for_themselves(client: Client, db: None) -> None:
    data = {
        "username": "eve",
        "email": "eve@example.org",
        "password1": "a long password",
        "password2": "a long password",
    }
    client.post(reverse("account_signup"), data)
    assert not User.objects.exists()


def test_until_both_are_in_each_of_two_assessments_is_listed_for_its_author_alone(
    person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, "blind")
    first, second = Assessment.objects.order_by("started_at")
    owner, contributor = world.people["owner"], world.people["contributor"]
    assert owner is not None
    assert contributor is not None
    assert list(Assessment.objects.visible_to(owner)) == [first]
    assert list(Assessment.objects.visible_to(contributor)) == [second]


def test_only_those_who_are_active_and_hold_the_role_are_asked_for_work_on_a_case(
    person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, "submitted")
    names = {
        "analysts": {user.username for user in analysts_of(world.case)},
        "reviewers": {user.username for user in reviewers_of(world.assessment)},
    }
    assert names == {
        "analysts": {"owner", "contributor", "team_contributor"},
        "reviewers": {"reviewer", "team_reviewer"},
    }
    User.objects.filter(username__in=("owner", "reviewer")).update(is_active=False)
    assert "owner" not in {user.username for user in analysts_of(world.case)}
    assert "reviewer" not in {user.username for user in reviewers_of(world.assessment)}


# Beside the person: strength of the session, tokens, answers to a POST, notifications ------------

# The pages of one case, and what each person gets there in a state.
OF_A_CASE = [name for name, states in TABLE.items() if not {"any"} & set(states)]
OF_A_CASE.remove("record_chain")


def sensitive(person: Callable[..., User], edition: Edition, state: str) -> World:
    """The world in a state, once its case has become sensitive."""
    world = World(person, edition, state)
    Case.objects.update(confidentiality="sensitive")
    world.case.refresh_from_db()
    return world


def expected(name: str, state: str) -> dict[str, str]:
    """What each person gets at a page of a case in a state; nothing if the table does not say."""
    states = TABLE[name]
    says = states.get(state) or states.get("restricted")
    return dict(zip(PEOPLE, says.split(), strict=True)) if says else {}


def asked_of(world: World, name: str, client: Client) -> Any:
    """The answer to what is asked of a page, with nothing of it kept."""
    with transaction.atomic():
        if name in SENT_ONLY:
            answer = client.post(world.address(name), world.post(name))
        else:
            answer = client.get(world.address(name))
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_a_session_without_a_second_factor_opens_no_page_of_a_sensitive_case(
    person: Callable[..., User], edition: Edition, state: str
) -> None:
    world = sensitive(person, edition, state)
    asked = 0
    for who, user in world.people.items():
        if user is None:
            continue
        client = Client()
        client.force_login(user)
        for name in OF_A_CASE:
            answer = asked_of(world, name, client)
            assert outcome(answer) != "ok", (who, name)
            if expected(name, state).get(who) == "ok":
                assert "second factor" in answer.content.decode(), (who, name)
                asked += 1
    assert asked > 50, "members were asked for a factor"


def test_a_session_from_before_the_second_factor_opens_nothing(
    person: Callable[..., User], edition: Edition
) -> None:
    world = sensitive(person, edition, "submitted")
    owner = world.people["owner"]
    assert owner is not None
    with_second_factor(owner)
    for name in OF_A_CASE:
        client = Client()
        client.force_login(owner)
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
        session.save()
        assert outcome(asked_of(world, name, client)) == "in", name


def test_a_token_of_a_program_opens_no_page(person: Callable[..., User], edition: Edition) -> None:
    world = World(person, edition, "submitted")
    owner = world.people["owner"]
    assert owner is not None
    client = Client(headers={"Authorization": f"Token {make_token(by=owner)}"})
    for name in OF_A_CASE:
        assert outcome(asked_of(world, name, client)) == "in", name
    assert outcome(client.get(reverse("api_editions"))) == "ok"
    revoke_token(owner, by=owner)
    assert outcome(client.get(reverse("api_editions"))) == "token"


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_each_answer_to_a_post_that_shows_a_sensitive_case_is_recorded(
    person: Callable[..., User], edition: Edition, state: str
) -> None:
    world = sensitive(person, edition, state)
    owner = world.people["owner"]
    assert owner is not None
    with_second_factor(owner)
    client = Client()
    client.force_login(owner)
    reads = world.case.events.filter(verb="case_read")
    shown = 0
    for name in OF_A_CASE:
        if name not in POSTS:
            continue
        with transaction.atomic():
            before = reads.count()
            answer = client.post(world.address(name), world.post(name))
            if answer.status_code in (200, 409, 422) and answer.get("X-Saved") != "1":
                assert reads.count() > before, name
                shown += 1
            transaction.set_rollback(True)
    assert shown > 3, "forms that were refused show the case"


def test_notifications_name_a_case_to_exactly_those_who_may_see_it(
    person: Callable[..., User], edition: Edition
) -> None:
    world = World(person, edition, "restricted")
    Case.objects.update(title="Violence in Zanzibar")
    event = world.case.events.latest("pk")
    for who, user in world.people.items():
        if user is None:
            continue
        Notification.objects.create(person=user, event=event, kind="submitted")
        client = Client()
        client.force_login(user)
        named = "Zanzibar" in client.get(reverse("notification_list")).content.decode()
        assert named == (outcome(client.get(world.address("case_detail"))) == "ok"), who
