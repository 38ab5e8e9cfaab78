"""Published editions of the rulebook."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Edition(models.Model):
    """One published, immutable version of the rulebook: a document under its SHA-256 digest.

    Only `workflows.publishing` writes editions, after the rules module has accepted the document.
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    document = models.JSONField(_("document"))
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("published by")
    )

    class Meta:
        ordering = ["-number"]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")

    def __str__(self) -> str:
        return _("Edition %(number)s") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("catalogue")
