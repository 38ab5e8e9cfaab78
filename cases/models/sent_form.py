"""Forms that were sent, so that a form sent twice takes effect once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SentForm(models.Model):
    """A form that was sent from one opened page, and where its answer led."""

    # A digest of the page's token, the address and everything that was sent.
    key = models.CharField(_("key"), max_length=64, unique=True)
    # Empty while the form is being worked on.
    location = models.CharField(_("leads to"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), db_index=True)

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")

    def __str__(self) -> str:
        return self.key
