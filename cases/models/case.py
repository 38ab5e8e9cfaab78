"""Cases: situations of concern, with their countries, members and sources."""

from __future__ import annotations

import uuid
from datetime import date
from hashlib import sha256
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast
from django.db.models.lookups import In
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from cases.models.user import ANALYST, Team, User
from cases.text_folding import InOrder, fold, fold_all


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> Self:
        """The cases that a person may see: the rule of `cases.view_case`, for lists.

        Sensitive ones are included only for people with a second factor.
        """
        return self.filter(case_seen_by(user))

    def locked_without_second_factor(self, user: User) -> Self:
        """The sensitive cases that a person takes part in and cannot open without a factor."""
        if user.has_second_factor:
            return self.none()
        return self.of_own_part(user).filter(confidentiality=Case.Confidentiality.SENSITIVE)

    def of_own_part(self, user: User) -> Self:
        """The cases that a person owns or takes part in, from these and not from all cases."""
        return self.filter(pk__in=_keys_of_own_part(user))

    def reviewed_by(self, user: User) -> Self:
        """The cases of which a person is a reviewer, alone or with a team."""
        return self.filter(with_part(user, CaseMember.Role.REVIEWER))


def _keys_of_own_part(user: User) -> models.QuerySet[Any]:
    """The keys of the cases that a person owns or takes part in."""
    owned = Case.objects.filter(owner=user).order_by().values("pk")
    alone, by_team = (part.order_by().values("case") for part in _memberships(user))
    return owned.union(alone, by_team)


def number_locked_without_second_factor(user: User, most: int) -> int:
    """How many sensitive cases a person takes part in and cannot open without a second factor,
    counted up to one more than `most`.

    Each way of taking part is a statement of its own that stops at that number. A union would
    gather all of the person's cases first.
    """
    if user.has_second_factor:
        return 0
    locked = Case.Confidentiality.SENSITIVE
    owned = Case.objects.filter(owner=user, confidentiality=locked).order_by()
    keys = set(owned.values_list("pk", flat=True)[: most + 1])
    for part in _memberships(user):
        if len(keys) > most:
            break
        cases = part.filter(case__confidentiality=locked).order_by()
        keys.update(cases.values_list("case", flat=True)[: most + 1])
    return min(len(keys), most + 1)


def case_owned_by(user: User) -> models.Q:
    """A filter for the rows with a case that a person owns, for a list that is read in its order
    and stops early.
    """
    return _case_in(Case.objects.filter(owner=user).order_by().values("pk"))


def case_with_part(user: User, *roles: str) -> models.Q:
    """The same for the cases in which a person, or one of their teams, has one of these roles."""
    alone, by_team = (part.order_by().values("case") for part in _memberships(user, *roles))
    return _case_in(alone) | _case_in(by_team)


def _case_in(keys: models.QuerySet[Any]) -> models.Q:
    # The cast keeps SQLite from beginning with these cases and sorting all their rows.
    return models.Q(In(Cast("case", models.UUIDField()), keys))


def case_seen_by(user: User, path: str = "") -> models.Q:
    """A filter for the rows whose case a person may see. `path` leads from a row to its case.

    For most people it asks about the case of each row, so a list that stops early costs the same
    however many cases there are. Whoever holds no role sees few rows or none, and these are sought
    from that person's cases.
    """
    if user.holds_a_role:
        # A database stops at the first condition that holds, so the cheapest comes first.
        is_open = models.Q((f"{path}confidentiality", Case.Confidentiality.OPEN))
        seen = is_open | models.Q((f"{path}owner", user)) | with_part(user, path=path)
    else:
        seen = models.Q((f"{path}pk__in", _keys_of_own_part(user)))
    if user.has_second_factor:
        return seen
    return seen & ~models.Q((f"{path}confidentiality", Case.Confidentiality.SENSITIVE))


def case_worked_on_by(user: User, path: str = "") -> models.Q:
    """A filter for the rows whose case an analyst owns or contributes to; nothing for others."""
    if ANALYST not in user.roles:
        return models.Q(pk__in=[])
    part = with_part(user, CaseMember.Role.CONTRIBUTOR, path=path)
    return models.Q((f"{path}owner", user)) | part


def with_part(user: User, *roles: str, path: str = "") -> models.Q:
    """A filter for the cases in which a person, or one of their teams, has one of these roles.

    Without roles: any role. `path` leads from a row to its case.
    """
    case = models.OuterRef(f"{path}pk")
    own, by_team = _memberships(user, *roles)
    alone = models.Exists(own.filter(case=case))
    return models.Q(alone) | models.Q(models.Exists(by_team.filter(case=case)))


def _memberships(
    user: User, *roles: str
) -> tuple[models.QuerySet[CaseMember], models.QuerySet[CaseTeam]]:
    """What parts a person has in cases, alone and by a team: with one of some roles, or any."""
    alone = CaseMember.objects.filter(user=user)
    by_team = CaseTeam.objects.filter(team__members=user).exclude(unconfirmed=user)
    if roles:
        return alone.filter(role__in=roles), by_team.filter(role__in=roles)
    return alone, by_team


class Case(models.Model):
    """A situation of concern: a place, the populations at risk there, and what is known of it."""

    class Confidentiality(models.TextChoices):
        OPEN = "open", _("Open: everyone who signs in")
        RESTRICTED = "restricted", _("Restricted: members of the case")
        SENSITIVE = "sensitive", _("Sensitive: members of the case, with particular care")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=200)
    place = models.CharField(_("place"), max_length=300, blank=True)
    populations = models.TextField(_("populations at risk"))
    summary = models.TextField(_("summary"))
    confidentiality = models.CharField(
        _("confidentiality"),
        max_length=20,
        choices=Confidentiality.choices,
        default=Confidentiality.RESTRICTED,
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="owned_cases",
        verbose_name=_("owner"),
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="CaseMember", related_name="member_cases"
    )
    created_at = models.DateTimeField(_("logged"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    # All three are set while the case is closed, and empty otherwise.
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("closed by"),
    )
    closing_reason = models.CharField(_("reason for closing"), max_length=300, blank=True)
    # Derived from the fields above, for searching and sorting.
    search_text = models.TextField(_("text for searching"), default="", editable=False)
    sort_title = models.CharField(
        _("title for sorting"), max_length=800, default="", editable=False
    )
    # The day of the latest assessment that counts, kept by workflows. Cases are sorted by it, so
    # without an assessment it is the earliest possible day.
    sort_assessed = models.DateField(
        _("last assessed, for sorting"), default=date.min, db_default=date.min, editable=False
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at"]
        indexes = [
            models.Index(fields=["changed_at", "id"], name="cases_by_change"),
            models.Index(
                fields=["changed_at", "id"],
                condition=models.Q(closed_at__isnull=False),
                name="closed_cases_by_change",
            ),
            models.Index(fields=["sort_assessed", "id"], name="cases_by_assessment"),
            # With what decides who sees a case, so that SQLite counts the list in the index alone.
            models.Index(
                InOrder("sort_title"),
                "id",
                "closed_at",
                "confidentiality",
                "owner",
                name="listed_cases_by_title",
            ),
            models.Index(fields=["owner", "sort_assessed", "id"], name="owned_cases"),
            models.Index(fields=["owner", "confidentiality"], name="sensitive_cases_of_an_owner"),
            # What decides who sees a case, so that SQLite reads no case with its texts to decide it
            # for the rows of a list.
            models.Index(fields=["id", "confidentiality", "owner"], name="who_sees_a_case"),
        ]
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(
                name="closed_by_someone_for_a_reason",
                condition=models.Q(closed_at=None, closed_by=None, closing_reason="")
                | models.Q(closed_at__isnull=False, closed_by__isnull=False)
                & ~models.Q(closing_reason=""),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = fold_all((self.title, self.place, self.populations, self.summary))
        self.sort_title = fold(self.title)[:800]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("case_detail", args=[self.pk])

    @property
    def discreet_title(self) -> str:
        """The title, or only a number if the case is sensitive: for what a browser keeps of pages
        and downloads in its history, and for people who may not know the title.
        """
        if self.confidentiality != Case.Confidentiality.SENSITIVE:
            return self.title
        return gettext("Sensitive case %(number)s") % {"number": str(self.pk)[:8]}

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def country_codes(self) -> list[str]:
        """ISO 3166-1 alpha-3 codes, in the order in which they were given."""
        return [row.code for row in self.countries.all()]


class CaseCountry(models.Model):
    """One of a case's countries, by its ISO 3166-1 alpha-3 code."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="countries")
    code = models.CharField(_("country"), max_length=3, db_index=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "code"], name="country_once_in_a_case")
        ]

    def __str__(self) -> str:
        return str(countries.name(self.code)) or self.code


class CaseMember(models.Model):
    """The part that a person other than the owner has in a case."""

    class Role(models.TextChoices):
        CONTRIBUTOR = "contributor", _("Contributor")
        REVIEWER = "reviewer", _("Reviewer")
        READER = "reader", _("Reader")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)

    class Meta:
        ordering = ["role", "pk"]
        indexes = [models.Index(fields=["user", "role", "case"], name="parts_of_a_person")]
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="member_once_in_a_case")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


class CaseTeam(models.Model):
    """What part everyone of a team has in a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="teams")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cases")
    role = models.CharField(_("role"), max_length=20, choices=CaseMember.Role.choices)
    # People who join the team later have no part in the case until its owner confirms them.
    unconfirmed = models.ManyToManyField(
        User, related_name="+", blank=True, verbose_name=_("not yet confirmed")
    )

    class Meta:
        ordering = ["role", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "team"], name="team_once_in_a_case")]

    def __str__(self) -> str:
        return f"{self.team}, {self.get_role_display()}"

    @property
    def names_to_confirm(self) -> str:
        return ", ".join(person.name_and_username for person in self.unconfirmed.all())


class Source(models.Model):
    """Where something that is known of a case comes from."""

    class Reliability(models.TextChoices):
        A = "A", _("A: reliable")
        B = "B", _("B: usually reliable")
        C = "C", _("C: fairly reliable")
        D = "D", _("D: not usually reliable")
        E = "E", _("E: unreliable")
        F = "F", _("F: cannot be judged")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="sources")
    title = models.CharField(_("title"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=200)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    reliability = models.CharField(
        _("reliability"), max_length=1, choices=Reliability.choices, default=Reliability.F
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = [models.F("published_on").desc(nulls_last=True), "pk"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.title

    @property
    def text_digest(self) -> str:
        """A digest of all that is said of it, which differs once someone has changed that."""
        said = (
            self.title,
            self.publisher,
            self.published_on,
            self.url,
            self.reliability,
            self.note,
        )
        return sha256("\0".join(map(str, said)).encode()).hexdigest()
