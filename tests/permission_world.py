"""A case in each state of the table of permissions, with a person for each of its columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import Assessment, Case, Edition, Snapshot, Source, Thread, UnplacedAnswer, User
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.assessing.attachments import add_attachment, add_step_document
from cases.workflows.assessing.second_assessment import start_second_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.casework import add_source, set_member, set_team
from cases.workflows.followup import record_step
from cases.workflows.people.accounts import save_team
from cases.workflows.review import decide_on_review
from tests.conftest import with_second_factor
from tests.making import make_case
from tests.permission_table import POSTS, TEAM_ROLES


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
        self.case = make_case(owner, "t", "MLI", confidentiality=confidentiality)
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
        elif name.startswith(("case_", "source_", "assessment_", "transfer_")) and name not in (
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
