"""People who sign in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from cases.text_folding import fold

# The roles, each the name of a group.
ANALYST = "analyst"
REVIEWER = "reviewer"
CATALOGUE_ADMIN = "catalogue_admin"
AUDITOR = "auditor"
SITE_ADMIN = "site_admin"
ROLES = (ANALYST, REVIEWER, CATALOGUE_ADMIN, AUDITOR, SITE_ADMIN)


def second_factors() -> models.QuerySet[Any]:
    """Everyone's second factors. Recovery codes are no factor by themselves."""
    # Imported here, because the package of accounts needs the model of a user first.
    from allauth.mfa.models import Authenticator

    factors: models.QuerySet[Any] = Authenticator.objects.all()
    return factors.exclude(type=Authenticator.Type.RECOVERY_CODES)


def our_part_field() -> models.CharField[str, str]:
    """Which actor someone is: an actor's code, for a State or a regional organisation followed by a
    colon and its code.
    """
    return models.CharField(_("who we are"), max_length=80, blank=True)


class User(AbstractUser):
    """A person. What a person may do follows from groups (roles) and from membership of cases."""

    our_part = our_part_field()
    # Empty: the one that the browser names.
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    uses_shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    # For sorting, from the names.
    sort_name = models.CharField(_("name for sorting"), max_length=1000, default="", editable=False)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_name = fold(f"{self.last_name} {self.first_name} {self.username}".strip())[:1000]
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "sort_name"}
        super().save(*args, **kwargs)

    # Raised when access ends: sessions and links that were given before are refused from then on.
    access_version = models.PositiveIntegerField(default=0, editable=False)

    class Meta(AbstractUser.Meta):
        constraints = [
            # People sign in and are mentioned without regard to upper and lower case.
            models.UniqueConstraint(
                Lower("username"),
                name="user_names_differ_by_more_than_case",
                violation_error_message=_("A user with that username already exists."),
            )
        ]

    @cached_property
    def roles(self) -> frozenset[str]:
        """The person's roles, read once in a request; none for an account that is closed."""
        if not self.is_active:
            return frozenset()
        return frozenset(self.groups.values_list("name", flat=True))

    @property
    def holds_a_role(self) -> bool:
        """Whether the person holds a role in the work itself. Site admins see neither cases nor the
        catalogue.
        """
        return bool(self.roles - {SITE_ADMIN})

    @cached_property
    def has_second_factor(self) -> bool:
        """Whether the person has an authenticator app or a passkey."""
        return second_factors().filter(user=self).exists()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """The hash that ties a session to the person. It changes with password and access."""
        covered = f"{self.password}:{self.access_version}"
        digest = salted_hmac("cases.User.session", covered, secret=secret, algorithm="sha256")
        return digest.hexdigest()

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def name_and_username(self) -> str:
        """`Jane Smith (j.smith)`: two people may have the same name."""
        name = self.get_full_name()
        return f"{name} ({self.username})" if name else self.username


def distinct_names(people: Iterable[User]) -> list[str]:
    """The names of people, with the user names of those who share a name with another of them."""
    listed = list(people)
    number = Counter(map(str, listed))
    return [
        person.name_and_username if number[str(person)] > 1 else str(person) for person in listed
    ]


class Team(models.Model):
    """People who take part in cases together. Members join and leave all of them."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    members = models.ManyToManyField(
        User, related_name="teams", blank=True, verbose_name=_("members")
    )
    our_part = our_part_field()
    # For sorting, from the name.
    sort_name = models.CharField(_("name for sorting"), max_length=500, default="", editable=False)

    class Meta:
        ordering = ["sort_name", "name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_name = fold(self.name)[:500]
        super().save(*args, **kwargs)
