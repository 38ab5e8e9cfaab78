"""Proposals to hand a case over to another owner when its owner cannot do it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case


class TransferProposal(models.Model):
    """A site admin's proposal that someone take a case over. That person has to agree to it.

    If they are new to the case, one of its members has to confirm the proposal first.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        AGREED = "agreed", _("Agreed")
        DECLINED = "declined", _("Declined")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="transfers")
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="transfers_proposed"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state="open"),
                name="one_open_transfer_of_a_case",
            ),
            models.CheckConstraint(
                condition=~models.Q(to=models.F("proposed_by")),
                name="a_transfer_needs_a_second_person",
            ),
        ]
        verbose_name = _("proposal to hand a case over")
        verbose_name_plural = _("proposals to hand cases over")

    def __str__(self) -> str:
        return f"{self.case_id}: {self.get_state_display()}"
