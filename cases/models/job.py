"""Long work in parts: it shows its progress, survives a stopped worker and can be cancelled."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models.edition import Edition

# How often a part of a job is tried before it is given up.
TRIES = 3


class Job(models.Model):
    """The impact of a draft edition on the latest assessments that one person may see.

    It holds the digest of the draft when it was started; a changed draft makes it out of date.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    base = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="+", verbose_name=_("compared with")
    )
    digest = models.CharField(_("digest of the draft"), max_length=64)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return self.digest[:12]

    def get_absolute_url(self) -> str:
        return reverse("draft_impact")


class JobPart(models.Model):
    """One part of a job: the assessments whose keys are from `first` up to, but not including,
    `end`.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="parts")
    first = models.UUIDField(_("from"))
    end = models.UUIDField(_("up to"), null=True)
    queued_at = models.DateTimeField(_("queued"), auto_now_add=True)
    # A claim that expires without a result belongs to a stopped worker: another takes the part.
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    result = models.JSONField(_("result"), null=True)
    failures = models.PositiveSmallIntegerField(_("failures"), default=0)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("part of a job")
        verbose_name_plural = _("parts of jobs")

    def __str__(self) -> str:
        return f"{self.job} {self.first}"
