"""The record of what was done: one row for each act, never changed, chained by digests in each
case.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case


class EventChain(models.Model):
    """The end of one chain of events, which shows whether the last ones are missing.

    Its row is locked while an event is appended.
    """

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="chain"
    )
    length = models.PositiveIntegerField(_("number of events"), default=0)
    head = models.CharField(_("digest of the last"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("chain of events")
        verbose_name_plural = _("chains of events")

    def __str__(self) -> str:
        return self.head[:12]


class Event(models.Model):
    """One act. `digest` covers what the event says and the digest of the case's event before it."""

    class Verb(models.TextChoices):
        CASE_LOGGED = "case_logged", _("logged the case")
        CASE_REVISED = "case_revised", _("revised the case")
        SOURCE_ADDED = "source_added", _("added a source")
        SOURCE_REVISED = "source_revised", _("revised a source")
        MEMBER_SET = "member_set", _("set a member's role")
        MEMBER_REMOVED = "member_removed", _("removed a member")
        TEAM_SET = "team_set", _("set a team's role")
        TEAM_REMOVED = "team_removed", _("removed a team")
        ASSESSMENT_STARTED = "assessment_started", _("started an assessment")
        ASSESSMENT_SUBMITTED = "assessment_submitted", _("submitted an assessment")
        ASSESSMENT_DATED = "assessment_dated", _("corrected the date of a draft")
        PLAN_CHANGED = "plan_changed", _("changed the plan of a draft")
        ANSWER_PLACED = "answer_placed", _("settled an answer that could not be carried over")
        SECOND_ASKED = "second_asked", _("asked for a second, independent assessment")
        PAIR_OPENED = "pair_opened", _("opened two independent assessments to each other")
        ASSESSMENTS_RECONCILED = "assessments_reconciled", _("began one assessment from two")
        ATTACHMENT_ADDED = "attachment_added", _("attached a file")
        ATTACHMENT_REMOVED = "attachment_removed", _("removed an attached file")
        STEP_RECORDED = "step_recorded", _("recorded what was done")
        DOCUMENT_ADDED = "document_added", _("added a document to what was done")
        DOCUMENT_REMOVED = "document_removed", _("removed a document of what was done")
        STEP_REMOVED = "step_removed", _("removed a record of what was done")
        ASSESSMENT_DISCARDED = "assessment_discarded", _("discarded a draft assessment")
        REVIEWERS_ASSIGNED = "reviewers_assigned", _("said who is asked to review")
        COMMENTED = "commented", _("commented")
        THREAD_RESOLVED = "thread_resolved", _("resolved a thread")
        THREAD_REOPENED = "thread_reopened", _("reopened a thread")
        RECOMMENDATION_DECIDED = "recommendation_decided", _("decided on a recommendation")
        SIGNED_OFF = "signed_off", _("signed off an assessment")
        SIGN_OFF_WITHDRAWN = "sign_off_withdrawn", _("withdrew a sign-off")
        RETURNED = "returned", _("returned an assessment")
        REFERRED = "referred", _("referred an assessment up")
        CASE_READ = "case_read", _("read a sensitive case")
        RECORD_READ = "record_read", _("read the details of a case's record")
        FILE_DOWNLOADED = "file_downloaded", _("downloaded a file")
        PERSON_ADDED = "person_added", _("made an account")
        PERSON_CHANGED = "person_changed", _("changed an account or its roles")
        TEAM_CHANGED = "team_changed", _("changed a team")
        TOKEN_MADE = "token_made", _("made a token for programs")
        TOKEN_REVOKED = "token_revoked", _("revoked a token for programs")
        DRAFT_STARTED = "draft_started", _("began a draft edition")
        DRAFT_DISCARDED = "draft_discarded", _("discarded a draft edition")
        ENTRY_ADDED = "entry_added", _("added an entry to the draft edition")
        ENTRY_CHANGED = "entry_changed", _("changed an entry of the draft edition")
        ENTRY_REMOVED = "entry_removed", _("removed an entry from the draft edition")
        DRAFT_IMPORTED = "draft_imported", _("imported a file into the draft edition")
        EDITION_PROPOSED = "edition_proposed", _("proposed a draft edition for publication")
        PROPOSAL_ENDED = (
            "proposal_ended",
            _("took a draft edition back that was proposed for publication"),
        )
        INVARIANT_ASKED = "invariant_asked", _("asked to change an invariant of the draft edition")
        INVARIANT_REFUSED = (
            "invariant_refused",
            _("did not let an invariant of the draft edition be changed"),
        )
        REASSESSMENT_PROPOSED = (
            "reassessment_proposed",
            _("proposed to assess again with a newer edition"),
        )
        REASSESSMENT_DECLINED = "reassessment_declined", _("left an assessment with its edition")
        CASE_TRANSFERRED = "case_transferred", _("handed the case over")
        TRANSFER_PROPOSED = "transfer_proposed", _("proposed to hand the case over")
        TRANSFER_DECLINED = "transfer_declined", _("did not take the case over")
        WORK_RETURNED = "work_returned", _("gave work back that someone can no longer do")
        EDITION_PUBLISHED = "edition_published", _("published an edition of the rulebook")

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    verb = models.CharField(_("act"), max_length=40, choices=Verb.choices)
    at = models.DateTimeField(_("at"), db_index=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    previous = models.CharField(_("digest before"), max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.actor or ''} {self.get_verb_display()}".strip()
