"""Proposals to assess a case again with a newer edition. A catalogue admin makes them, an analyst
accepts or declines them.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models.assessment import Assessment
from cases.models.edition import Edition


class ReassessmentProposal(models.Model):
    """A proposal to make an assessment again with an edition. It changes nothing until it is
    accepted.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="proposals")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.TextField(_("why it was declined"), blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "edition"], name="proposed_once_for_an_edition"
            )
        ]
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")

    def __str__(self) -> str:
        return f"{self.assessment}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("assessment_reassess", args=[self.assessment_id])
