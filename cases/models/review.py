"""The review of a submitted assessment: threads, decisions on measures, decisions on the whole.

No row is ever overwritten.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.assessment import Assessment
from cases.models.case import Case


class Thread(models.Model):
    """A conversation about one recommendation or one answer of a submitted assessment."""

    class Anchor(models.TextChoices):
        MEASURE = "measure", _("recommendation")
        QUESTION = "question", _("answer")

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="threads")
    anchor = models.CharField(_("anchored to"), max_length=10, choices=Anchor.choices)
    code = models.CharField(_("code"), max_length=60)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("thread")
        verbose_name_plural = _("threads")

    def __str__(self) -> str:
        return f"{self.get_anchor_display()} {self.code}"


class Comment(models.Model):
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("comment"))
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="mentions")
    written_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return self.text[:60]


class MeasureDecision(models.Model):
    """What a reviewer decided on one recommendation. A later one of the reviewer replaces it."""

    class Kind(models.TextChoices):
        ENDORSE = "endorse", _("Endorsed")
        # The reviewer agrees that a measure is blocked or has to wait. No request to an actor
        # follows.
        AGREE = "agree", _("Agreed that it is not to be done now")
        AMEND = "amend", _("Endorsed as amended")
        REJECT = "reject", _("Rejected")
        ASK = "ask", _("More information requested")

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="measure_decisions"
    )
    measure = models.CharField(_("measure"), max_length=60)
    kind = models.CharField(_("decision"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("text"), blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # The digest of the snapshot that was decided on.
    digest = models.CharField(_("digest"), max_length=64)
    decided_at = models.DateTimeField(_("decided"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["assessment", "measure"],
                condition=models.Q(kind__in=("reject", "ask")),
                name="contrary_decisions",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["endorse", "agree"]) | ~models.Q(text=""),
                name="decisions_but_agreeing_ones_say_why",
            )
        ]
        verbose_name = _("decision on a measure")
        verbose_name_plural = _("decisions on measures")

    def __str__(self) -> str:
        return f"{self.measure}: {self.get_kind_display()}"


class ActorRequest(models.Model):
    """What is asked of one actor, for the actor's page: by an endorsed recommendation, or by the
    plan of an assessment that is signed off.
    """

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="actor_requests"
    )
    measure = models.CharField(_("measure"), max_length=60)
    # The endorsement that makes the request; None if the plan does.
    decision = models.ForeignKey(
        MeasureDecision,
        on_delete=models.CASCADE,
        related_name="requests",
        null=True,
        blank=True,
    )
    actor = models.CharField(_("actor"), max_length=60, db_index=True)
    role = models.CharField(_("role"), max_length=20)
    # The rank of the recommendation's priority, 0 for the most urgent.
    urgency = models.PositiveSmallIntegerField(_("urgency"))
    # The measure's place in the plan, counted from 1.
    place = models.PositiveSmallIntegerField(_("place in the plan"), null=True, blank=True)

    class Meta:
        ordering = ["urgency", "-pk"]
        indexes = [models.Index(fields=["actor", "urgency", "-id"], name="requests_to_an_actor")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decision__isnull=False) | models.Q(place__isnull=False),
                name="a_decision_or_a_plan_asks_it",
            )
        ]
        verbose_name = _("request to an actor")
        verbose_name_plural = _("requests to actors")

    def __str__(self) -> str:
        return f"{self.actor} ({self.role})"


class ReviewDecision(models.Model):
    """What a reviewer decided on the whole assessment, with the digest of the snapshot that was
    read.
    """

    class Kind(models.TextChoices):
        SIGN_OFF = "sign_off", _("Signed off")
        RETURN = "return", _("Returned")
        REFER = "refer", _("Referred")
        WITHDRAW = "withdraw", _("Sign-off withdrawn")

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="review_decisions"
    )
    # The assessment's author, repeated here so that a constraint can refuse an author's own
    # decision.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("decision"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("text"), blank=True)
    # The person to whom it was referred.
    referred_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("referred to"),
    )
    digest = models.CharField(_("digest"), max_length=64)
    # How often the reviewer had withdrawn a sign-off of this assessment before.
    withdrawn_before = models.PositiveSmallIntegerField(_("withdrawn before"), default=0)
    given_at = models.DateTimeField(_("given"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reviewer=models.F("author")), name="the_author_never_signs"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="sign_off") | ~models.Q(text=""),
                name="returning_and_referring_say_why",
            ),
            models.UniqueConstraint(
                fields=["assessment", "reviewer", "withdrawn_before"],
                condition=models.Q(kind="sign_off"),
                name="a_reviewer_signs_again_only_after_withdrawing",
            ),
        ]
        verbose_name = _("decision on the review")
        verbose_name_plural = _("decisions on reviews")

    def __str__(self) -> str:
        return self.get_kind_display()


ReviewState = Assessment.ReviewState
# How many reviewers must sign off before an assessment counts as signed off.
SIGN_OFFS_NEEDED = {
    Case.Confidentiality.OPEN: 1,
    Case.Confidentiality.RESTRICTED: 1,
    Case.Confidentiality.SENSITIVE: 2,
}
# (state, decision) → the next state. A sign-off leads there once enough reviewers have given it.
TRANSITIONS: dict[tuple[str, str], str] = {
    (ReviewState.PENDING, ReviewDecision.Kind.SIGN_OFF): ReviewState.SIGNED_OFF,
    (ReviewState.PENDING, ReviewDecision.Kind.RETURN): ReviewState.RETURNED,
    (ReviewState.PENDING, ReviewDecision.Kind.REFER): ReviewState.REFERRED,
    (ReviewState.REFERRED, ReviewDecision.Kind.SIGN_OFF): ReviewState.SIGNED_OFF,
    (ReviewState.REFERRED, ReviewDecision.Kind.RETURN): ReviewState.RETURNED,
    (ReviewState.REFERRED, ReviewDecision.Kind.REFER): ReviewState.REFERRED,
    (ReviewState.PENDING, ReviewDecision.Kind.WITHDRAW): ReviewState.PENDING,
    (ReviewState.REFERRED, ReviewDecision.Kind.WITHDRAW): ReviewState.REFERRED,
    (ReviewState.SIGNED_OFF, ReviewDecision.Kind.WITHDRAW): ReviewState.PENDING,
}

# What the advice asks someone to do. A measure with another status is agreed to be left undone.
ASKED_FOR = ("recommended", "conditional")
