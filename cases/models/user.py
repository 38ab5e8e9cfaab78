"""People who sign in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person. What a person may do follows from groups (roles) and from membership of cases."""

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Team(models.Model):
    """People who take part in cases together. Members join and leave all of them."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    members = models.ManyToManyField(
        User, related_name="teams", blank=True, verbose_name=_("members")
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name
