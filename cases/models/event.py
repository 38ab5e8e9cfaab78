"""The record of what was done: one row for each act, never changed, chained by digests in each
case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class EventChain(models.Model):
    """The end of one chain of events, which shows whether the last ones are missing.

    Each case has a chain. Two belong to no case: one is about access (accounts, signing in,
    exports), the other about the catalogue. The row is locked while an event is appended.
    """

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="chain"
    )
    access = models.BooleanField(_("about access"), default=False, db_default=False)
    length = models.PositiveIntegerField(_("number of events"), default=0)
    head = models.CharField(_("digest of the last"), max_length=64, blank=True)
    # Over length and head, with the key that the database does not hold.
    seal = models.CharField(_("seal"), max_length=64, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["access"],
                condition=models.Q(case=None),
                name="one_chain_about_access_and_one_about_the_catalogue",
            )
        ]
        verbose_name = _("chain of events")
        verbose_name_plural = _("chains of events")

    def __str__(self) -> str:
        return self.head[:12]


def verb_choices() -> list[tuple[str, StrPromise]]:
    """The verbs with their labels. As a function, so that a new label needs no migration."""
    return Event.Verb.choices


class Event(models.Model):
    """One act. `digest` covers what the event says and the digest of the event before it.

    `version` says how the digest was made: 1 is SHA-256, 2 is HMAC-SHA-256 with a key that the
    database does not hold.
    """

    class Verb(models.TextChoices):
        CASE_LOGGED = "case_logged", _("logged the case")
        CASE_REVISED = "case_revised", _("revised the case")
        CASE_CLOSED = "case_closed", _("closed the case")
        CASE_REOPENED = "case_reopened", _("reopened the case")
        SOURCE_ADDED = "source_added", _("added a source")
        SOURCE_REVISED = "source_revised", _("revised a source")
        MEMBER_SET = "member_set", _("set a member's role")
        MEMBER_REMOVED = "member_removed", _("removed a member")
        TEAM_SET = "team_set", _("set a team's role")
        TEAM_REMOVED = "team_removed", _("removed a team")
        TEAM_MEMBERS_CHANGED = "team_members_changed", _("changed the members of a team")
        TEAM_MEMBERS_CONFIRMED = "team_members_confirmed", _("confirmed new members of a team")
        ASSESSMENT_STARTED = "assessment_started", _("started an assessment")
        ASSESSMENT_SUBMITTED = "assessment_submitted", _("submitted an assessment")
        ASSESSMENT_DATED = "assessment_dated", _("corrected the date of a draft")
        PLAN_CHANGED = "plan_changed", _("changed the plan of a draft")
        ANSWER_PLACED = "answer_placed", _("settled an answer that could not be carried over")
        SECOND_ASKED = "second_asked", _("asked for a second, independent assessment")
        PAIR_OPENED = "pair_opened", _("made two independent assessments visible to both authors")
        ASSESSMENTS_RECONCILED = "assessments_reconciled", _("combined two assessments into one")
        ATTACHMENT_ADDED = "attachment_added", _("attached a file")
        ATTACHMENT_REMOVED = "attachment_removed", _("removed an attached file")
        STEP_RECORDED = "step_recorded", _("recorded what was done")
        DOCUMENT_ADDED = "document_added", _("added a document to what was done")
        DOCUMENT_REMOVED = "document_removed", _("removed a document from what was done")
        STEP_REMOVED = "step_removed", _("removed a record of what was done")
        ASSESSMENT_DISCARDED = "assessment_discarded", _("discarded a draft assessment")
        REVIEWERS_ASSIGNED = "reviewers_assigned", _("assigned reviewers")
        COMMENTED = "commented", _("commented")
        THREAD_RESOLVED = "thread_resolved", _("resolved a thread")
        THREAD_REOPENED = "thread_reopened", _("reopened a thread")
        RECOMMENDATION_DECIDED = "recommendation_decided", _("decided on a recommendation")
        SIGNED_OFF = "signed_off", _("signed off an assessment")
        SIGN_OFF_WITHDRAWN = "sign_off_withdrawn", _("withdrew a sign-off")
        RETURNED = "returned", _("returned an assessment")
        REFERRED = "referred", _("referred an assessment")
        CASE_READ = "case_read", _("read a sensitive case")
        RECORD_READ = "record_read", _("read the details of a case's record")
        FILE_DOWNLOADED = "file_downloaded", _("downloaded a file")
        PERSON_ADDED = "person_added", _("created an account")
        PERSON_CHANGED = "person_changed", _("changed an account or its roles")
        TEAM_CHANGED = "team_changed", _("changed a team")
        SIGNED_IN = "signed_in", _("signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("failed to sign in")
        SIGN_IN_LOCKED = "sign_in_locked", _("was locked out after too many attempts to sign in")
        LINK_SENT = "link_sent", _("asked for a link to choose a password")
        PASSWORD_CHANGED = "password_changed", _("changed the password")
        PASSWORD_RESET = "password_reset", _("set a new password through a link")
        FACTOR_ADDED = "factor_added", _("added a second factor")
        FACTOR_REMOVED = "factor_removed", _("removed a second factor")
        CODES_MADE = "codes_made", _("created new recovery codes")
        RECORD_EXPORTED = "record_exported", _("exported the record")
        CATALOGUE_EXPORTED = "catalogue_exported", _("exported the draft edition")
        BACKED_UP = "backed_up", _("backed up the product")
        TOKEN_MADE = "token_made", _("created an API token")
        TOKEN_REVOKED = "token_revoked", _("revoked an API token")
        SESSIONS_ENDED = "sessions_ended", _("signed a person out everywhere")
        DRAFT_STARTED = "draft_started", _("began a draft edition")
        DRAFT_DISCARDED = "draft_discarded", _("discarded a draft edition")
        ENTRY_ADDED = "entry_added", _("added an entry to the draft edition")
        ENTRY_CHANGED = "entry_changed", _("changed an entry of the draft edition")
        ENTRY_REMOVED = "entry_removed", _("removed an entry from the draft edition")
        DRAFT_IMPORTED = "draft_imported", _("imported a file into the draft edition")
        EDITION_PROPOSED = "edition_proposed", _("proposed a draft edition for publication")
        PROPOSAL_ENDED = (
            "proposal_ended",
            _("withdrew a draft edition that was proposed for publication"),
        )
        INVARIANT_ASKED = "invariant_asked", _("asked to change an invariant of the draft edition")
        INVARIANT_REFUSED = (
            "invariant_refused",
            _("refused to change an invariant of the draft edition"),
        )
        REASSESSMENT_PROPOSED = (
            "reassessment_proposed",
            _("proposed a reassessment with a newer edition"),
        )
        REASSESSMENT_DECLINED = (
            "reassessment_declined",
            _("declined a reassessment with a newer edition"),
        )
        CASE_TRANSFERRED = "case_transferred", _("handed over the case")
        TRANSFER_PROPOSED = "transfer_proposed", _("proposed to hand over the case")
        TRANSFER_CONFIRMED = "transfer_confirmed", _("confirmed the proposed owner of the case")
        TRANSFER_REFUSED = "transfer_refused", _("refused the proposed owner of the case")
        TRANSFER_DECLINED = "transfer_declined", _("declined to take over the case")
        WORK_RETURNED = "work_returned", _("returned work that someone can no longer do")
        EDITION_PUBLISHED = "edition_published", _("published an edition of the rulebook")

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    access = models.BooleanField(_("about access"), default=False, db_default=False)
    verb = models.CharField(_("act"), max_length=40, choices=verb_choices)
    at = models.DateTimeField(_("at"), db_index=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    previous = models.CharField(_("digest before"), max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    version = models.PositiveSmallIntegerField(_("version of the digest"), default=1, db_default=1)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["case", "id"], name="events_of_a_case"),
            models.Index(fields=["actor", "id"], name="events_of_a_person"),
            models.Index(fields=["verb", "id"], name="events_of_a_kind"),
        ]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.actor or ''} {self.get_verb_display()}".strip()


# Acts about access, which have a chain of their own.
ABOUT_ACCESS = frozenset(
    {
        Event.Verb.PERSON_ADDED,
        Event.Verb.PERSON_CHANGED,
        Event.Verb.TEAM_CHANGED,
        Event.Verb.SIGNED_IN,
        Event.Verb.SIGN_IN_FAILED,
        Event.Verb.SIGN_IN_LOCKED,
        Event.Verb.LINK_SENT,
        Event.Verb.PASSWORD_CHANGED,
        Event.Verb.PASSWORD_RESET,
        Event.Verb.FACTOR_ADDED,
        Event.Verb.FACTOR_REMOVED,
        Event.Verb.CODES_MADE,
        Event.Verb.TOKEN_MADE,
        Event.Verb.TOKEN_REVOKED,
        Event.Verb.SESSIONS_ENDED,
        Event.Verb.RECORD_EXPORTED,
        Event.Verb.CATALOGUE_EXPORTED,
        Event.Verb.BACKED_UP,
    }
)
