"""Assessments: dated sets of answers about a case, and snapshots of them when submitted."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case, Source, case_seen_by, case_worked_on_by
from cases.models.edition import Edition
from cases.models.file import StoredFile
from cases.models.user import User

# In this form, and not with `in`, SQLite sees that the index of these rows serves a filter by it.
WAITS_FOR_REVIEW = models.Q(review_state="pending") | models.Q(review_state="referred")


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User) -> Self:
        """The assessments that a person may see: the rule of `cases.view_assessment`, for lists."""
        return self.filter(assessment_seen_by(user))

    def in_cases_not_closed(self) -> Self:
        """Those of cases that nobody has closed: only these give anyone something to do."""
        return self.filter(case__closed_at=None)

    def submitted(self) -> Self:
        return self.filter(status=Assessment.Status.SUBMITTED)

    def drafts(self) -> Self:
        return self.filter(status=Assessment.Status.DRAFT)

    def signed_off(self) -> Self:
        return self.filter(review_state=Assessment.ReviewState.SIGNED_OFF, blind=False)

    def superseded(self) -> Self:
        """Those that a signed-off assessment of a later situation replaces."""
        return self.submitted().filter(models.Exists(_later(Assessment.objects.signed_off())))

    def valid(self, *, without: Assessment | None = None) -> Self:
        """The advice that counts: signed off, and not superseded; with `without`, what would count
        if that assessment were not signed off.
        """
        others = Assessment.objects.signed_off()
        valid = self.signed_off()
        if without is not None:
            others, valid = others.exclude(pk=without.pk), valid.exclude(pk=without.pk)
        return valid.filter(~models.Exists(_later(others)))

    def newest_first(self) -> Self:
        """By the date of the situation, then by the day of submission."""
        return self.order_by("-as_of", "-submitted_at")

    def latest_of_each_case(self) -> Self:
        """The latest submitted assessment of each case."""
        others = Assessment.objects.submitted().filter(blind=False)
        return self.submitted().filter(~models.Exists(_later(others)), blind=False)


def assessment_seen_by(user: User, path: str = "") -> models.Q:
    """A filter for the rows whose assessment a person may see. `path` leads from a row to it."""
    submitted = models.Q((f"{path}status", Assessment.Status.SUBMITTED))
    worked_on = case_worked_on_by(user, f"{path}case__")
    own_or_open = models.Q((f"{path}blind", False)) | models.Q((f"{path}author", user))
    return (submitted | worked_on) & own_or_open & case_seen_by(user, f"{path}case__")


def _later(assessments: AssessmentQuerySet) -> AssessmentQuerySet:
    """Those of the outer one's case that are of a later day, or submitted later for its day."""
    later = models.Q(as_of__gt=models.OuterRef("as_of")) | models.Q(
        as_of=models.OuterRef("as_of"), submitted_at__gt=models.OuterRef("submitted_at")
    )
    return assessments.filter(later, case=models.OuterRef("case"))


class Assessment(models.Model):
    """One dated set of answers about a case, made against one edition."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")

    class ReviewState(models.TextChoices):
        NONE = "none", _("Not submitted")
        PENDING = "pending", _("Awaiting review")
        REFERRED = "referred", _("Referred")
        RETURNED = "returned", _("Returned")
        SIGNED_OFF = "signed_off", _("Signed off")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="assessments")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="assessments")
    as_of = models.DateField(_("date of the assessment"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="assessments",
        verbose_name=_("author"),
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.DRAFT
    )
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    review_state = models.CharField(
        _("review"), max_length=20, choices=ReviewState.choices, default=ReviewState.NONE
    )
    # The returned assessment that this one amends.
    amends = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="amended_by",
        null=True,
        blank=True,
        verbose_name=_("amends"),
    )
    # Who is asked to review it; if nobody is, everyone who may.
    reviewers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="reviews_asked",
        blank=True,
        verbose_name=_("asked to review"),
    )
    # The first of two independent assessments, on the second.
    second_to = models.OneToOneField(
        "self",
        on_delete=models.SET_NULL,
        related_name="second",
        null=True,
        blank=True,
        verbose_name=_("second to"),
    )
    # Until both of two independent assessments are submitted, only its author sees each.
    blind = models.BooleanField(_("blind"), default=False)
    # The first of the two independent assessments that this one reconciles.
    reconciles = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="reconciled",
        null=True,
        blank=True,
        verbose_name=_("reconciles"),
    )
    # The assessment whose answers were carried over into this one when it was started.
    carried_from = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        related_name="carried_into",
        null=True,
        blank=True,
        verbose_name=_("carried over from"),
    )
    # All answers as `answer_codes.pack` codes them, so that many assessments are evaluated without
    # reading their rows of answers.
    packed = models.BinaryField(_("packed answers"), default=bytes, editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-as_of", "-started_at"]
        indexes = [
            models.Index(fields=["submitted_at", "id"], name="assessments_by_submission"),
            models.Index(
                fields=["submitted_at", "id", "case"],
                condition=WAITS_FOR_REVIEW,
                name="reviews_that_wait",
            ),
            models.Index(
                fields=["author", "review_state", "submitted_at", "id"],
                name="assessments_of_an_author",
            ),
            models.Index(
                fields=["case"], condition=models.Q(status="draft"), name="drafts_of_a_case"
            ),
            models.Index(
                fields=["changed_at", "id"],
                condition=models.Q(status="draft"),
                name="drafts_by_change",
            ),
            models.Index(fields=["as_of", "id"], name="assessments_by_day"),
            models.Index(
                fields=["amends"],
                condition=models.Q(amends__isnull=False),
                name="amending_assessments",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="draft", review_state="none", submitted_at=None)
                | models.Q(
                    ~models.Q(review_state="none"), status="submitted", submitted_at__isnull=False
                ),
                name="status_review_and_submission_agree",
            )
        ]
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")

    def __str__(self) -> str:
        return _("Assessment of %(date)s") % {"date": formats.date_format(self.as_of)}

    def get_absolute_url(self) -> str:
        return reverse("assessment_advice", args=[self.pk])

    @property
    def edition_number(self) -> int:
        """The edition's number, without loading its document."""
        return Edition.objects.values_list("number", flat=True).get(pk=self.edition_id)

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def partner(self) -> Assessment | None:
        """The other of two independent assessments of one case and date, or None."""
        return self.second_to or Assessment.objects.filter(second_to=self).first()


class Answer(models.Model):
    """What was recorded for one question: a value, *unknown*, or only a note so far."""

    class State(models.TextChoices):
        KNOWN = "known", _("Answered")
        UNKNOWN = "unknown", _("Unknown")
        OPEN = "open", _("Not yet answered")

    class Confidence(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(_("question"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    value = models.JSONField(_("value"), null=True, blank=True)
    confidence = models.CharField(
        _("confidence"), max_length=10, choices=Confidence.choices, blank=True
    )
    note = models.TextField(_("note"), blank=True)
    # Since when the answer has been true, if known; the assessment's date says only that it still
    # was.
    effective_on = models.DateField(_("since"), null=True, blank=True)
    sources = models.ManyToManyField(
        Source, blank=True, related_name="answers", verbose_name=_("sources")
    )
    # Taken from the previous assessment, and not yet confirmed or changed.
    carried_over = models.BooleanField(_("carried over"), default=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question"], name="one_answer_to_a_question"
            ),
            models.CheckConstraint(
                condition=models.Q(state="known") | models.Q(value__isnull=True),
                name="only_known_answers_have_a_value",
            ),
        ]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self) -> str:
        return f"{self.question}: {self.value if self.state == self.State.KNOWN else self.state}"


class Snapshot(models.Model):
    """What was submitted: answers, sources and advice, under a digest. Never changed."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="snapshot")
    content = models.JSONField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)
    taken_at = models.DateTimeField(_("taken"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")

    def __str__(self) -> str:
        return self.digest[:12]


class Attachment(StoredFile):
    """A file on which an answer rests."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="attachments")
    question = models.CharField(_("question"), max_length=60)

    class Meta(StoredFile.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    @property
    def folder(self) -> str:
        return str(self.assessment_id)
