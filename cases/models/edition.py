"""Published editions of the rulebook."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class EditionQuerySet(models.QuerySet["Edition"]):
    def without_document(self) -> Self:
        """The editions without their documents, which are large and seldom needed."""
        return self.defer("document")

    def newest(self) -> Edition | None:
        return self.without_document().order_by("-number", "-revision").first()


class Edition(models.Model):
    """One published, immutable version of the rulebook: a document under its SHA-256 digest.

    Only `workflows.publishing` writes editions, after the rules module has accepted the document.
    """

    number = models.PositiveIntegerField(_("number"))
    # The number of times that its words were corrected.
    revision = models.PositiveIntegerField(_("revision"), default=0)
    title = models.CharField(_("title"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    document = models.JSONField(_("document"))
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("published by"),
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-number", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="one_edition_of_a_number")
        ]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")

    def __str__(self) -> str:
        if self.revision:
            return _("Edition %(number)s, revision %(revision)s") % {
                "number": self.number,
                "revision": self.revision,
            }
        return _("Edition %(number)s") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("catalogue")


class Draft(models.Model):
    """The next edition while people work on it: a copy of the published document that is edited
    entry by entry.

    Its document always parses; what verification finds may still be wrong with it until it is
    published.
    """

    base = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="drafts", verbose_name=_("made from")
    )
    document = models.JSONField(_("document"))
    # How often each entry was saved, by "kind/code", for the optimistic lock of its form.
    versions = models.JSONField(_("versions of entries"), default=dict)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    # Changes to invariants waiting for a second admin, by code: {"entry": …, "by": key, "name":
    # who}.
    pending_invariants = models.JSONField(_("pending changes of invariants"), default=dict)
    # The person who proposed to publish it, and the digest of what was proposed. Any change clears
    # both.
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_digest = models.CharField(_("digest proposed"), max_length=64, blank=True)

    class Meta:
        constraints = [
            # Two drafts could not both become the next edition without losing changes of one.
            models.UniqueConstraint(models.Value(1), name="one_draft_at_a_time"),
        ]
        verbose_name = _("draft edition")
        verbose_name_plural = _("draft editions")

    def __str__(self) -> str:
        return str(_("Draft edition"))

    def get_absolute_url(self) -> str:
        return reverse("draft")

    def version_of(self, kind: str, code: str) -> int:
        version: int = self.versions.get(f"{kind}/{code}", 0)
        return version
