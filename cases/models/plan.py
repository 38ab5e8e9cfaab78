"""What people choose in the plan of a draft, beside the computed plan, each with its reason."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.assessment import Assessment


class ChosenPlan(models.Model):
    """The plan that people choose for one assessment. An assessment without one has the computed
    plan.
    """

    assessment = models.OneToOneField(
        Assessment, on_delete=models.CASCADE, related_name="chosen_plan"
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("chosen plan")
        verbose_name_plural = _("chosen plans")

    def __str__(self) -> str:
        return str(self.assessment)


class PlanChoice(models.Model):
    """One thing in which the chosen plan differs from the computed one, with its reason."""

    class Kind(models.TextChoices):
        NUMBER = "number", _("How many measures come first")
        ADD = "add", _("Added")
        LEAVE_OUT = "leave_out", _("Left out")
        PLACE = "place", _("Moved")
        LEAD = "lead", _("Other lead")

    plan = models.ForeignKey(ChosenPlan, on_delete=models.CASCADE, related_name="choices")
    kind = models.CharField(_("choice"), max_length=10, choices=Kind.choices)
    # The measure that it is about; none for the number.
    measure = models.CharField(_("measure"), max_length=60, blank=True)
    # The actor who is to lead instead.
    actor = models.CharField(_("actor"), max_length=60, blank=True)
    # The number of measures, or the place of this one, counted from 1.
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    reason = models.TextField(_("reason"))
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    chosen_at = models.DateTimeField(_("chosen"), auto_now=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "kind", "measure"], name="one_choice_of_a_kind_for_a_measure"
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="choices_in_a_plan_say_why"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="number", measure="")
                | (~models.Q(kind="number") & ~models.Q(measure="")),
                name="all_choices_but_the_number_name_a_measure",
            ),
        ]
        verbose_name = _("choice in a plan")
        verbose_name_plural = _("choices in plans")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.measure or self.number}"
