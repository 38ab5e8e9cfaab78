"""Answers of an earlier edition for which the newer one has no place."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.assessment import Answer, Assessment
from cases.models.case import Source


class UnplacedAnswer(models.Model):
    """An answer that could not be carried over, or of which a part could not.

    It keeps everything that was recorded with it, in the words of its own edition. Its files are
    attachments of the assessment under its old question. Somebody places it with a question of the
    new edition, or puts it aside with a reason.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="unplaced")
    # The code and the title of the question in its own edition, and what was answered, in words.
    question = models.CharField(_("question"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    answered = models.TextField(_("answer"), blank=True)
    # What the newer edition says became of the question or option.
    why = models.TextField(_("why it was not carried over"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=Answer.State.choices)
    value = models.JSONField(_("value"), null=True, blank=True)
    confidence = models.CharField(
        _("confidence"), max_length=10, choices=Answer.Confidence.choices, blank=True
    )
    note = models.TextField(_("note"), blank=True)
    effective_on = models.DateField(_("true since"), null=True, blank=True)
    sources = models.ManyToManyField(
        Source, blank=True, related_name="unplaced_answers", verbose_name=_("sources")
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The question of the newer edition with which it was placed; empty where it was put aside.
    placed_with = models.CharField(_("placed with"), max_length=60, blank=True)
    reason = models.TextField(_("reason for putting it aside"), blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question"], name="one_unplaced_answer_to_a_question"
            ),
        ]
        verbose_name = _("answer to place")
        verbose_name_plural = _("answers to place")

    def __str__(self) -> str:
        return self.title
