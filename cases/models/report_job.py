"""Files of many assessments, which the worker makes for one person."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.assessment import Assessment


class ReportJob(models.Model):
    """A file of one kind for each of many assessments; `name` is that of the kind of file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("kind of file"), max_length=40)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("job that makes files")
        verbose_name_plural = _("jobs that make files")

    def __str__(self) -> str:
        return self.name


class ReportPart(models.Model):
    """The file of one assessment. It has no content until it is made, and never gets any if the
    person may no longer see the assessment.
    """

    job = models.ForeignKey(ReportJob, on_delete=models.CASCADE, related_name="parts")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    queued_at = models.DateTimeField(_("queued"), auto_now_add=True)
    # A claim that expires before the part is done belongs to a stopped worker: another takes it.
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    failures = models.PositiveSmallIntegerField(_("failures"), default=0)
    content = models.BinaryField(_("content"), null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("part of a job that makes files")
        verbose_name_plural = _("parts of jobs that make files")

    def __str__(self) -> str:
        return f"{self.job} {self.assessment_id}"
