"""What was done about a case: steps taken with measures, with their dates, actors and sources."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case, Source
from cases.models.file import StoredFile


class Step(models.Model):
    """One thing that happened with a measure in a case, from addressing it to actors to its
    outcome.

    Requested, authorised, done, delivered and refused are separate facts: what was done was not
    always requested.
    """

    class Fact(models.TextChoices):
        ADDRESSED = "addressed", _("Addressed to actors")
        REQUESTED = "requested", _("Requested")
        AUTHORISED = "authorised", _("Authorised")
        DONE = "done", _("Done")
        DELIVERED = "delivered", _("Delivered")
        REFUSED = "refused", _("Refused")
        OUTCOME = "outcome", _("Outcome and lessons")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    measure = models.CharField(_("measure"), max_length=60)
    fact = models.CharField(_("what happened"), max_length=20, choices=Fact.choices)
    actors = models.JSONField(_("actors"), default=list)
    happened_on = models.DateField(_("on"), null=True, blank=True)
    # When an answer or the next step is expected.
    due_on = models.DateField(_("due"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    source = models.ForeignKey(
        Source,
        on_delete=models.SET_NULL,
        related_name="steps",
        null=True,
        blank=True,
        verbose_name=_("source"),
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Whether it has a due day and no later step with its measure follows it: workflows keep it.
    awaited = models.BooleanField(_("awaited"), default=False, db_default=False, editable=False)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        ordering = ["happened_on", "pk"]
        indexes = [
            models.Index(
                fields=["due_on", "id"], condition=models.Q(awaited=True), name="due_steps"
            ),
            models.Index(fields=["measure", "fact", "happened_on"], name="steps_with_a_measure"),
            models.Index(fields=["measure", "id"], name="last_steps_with_a_measure"),
        ]
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self) -> str:
        return f"{self.measure}: {self.get_fact_display()}"


class StepDocument(StoredFile):
    """A document of a step: a request, a resolution, an agreement, a report."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="documents")

    class Meta(StoredFile.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    @property
    def folder(self) -> str:
        return str(self.step.case_id)
