"""Fields to choose people, shown by name, user name, roles and teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases import labels
from cases.models import User
from cases.models.user import ROLES


def person_label(user: User) -> str:
    """A person as a choice: `Jane Smith (j.smith), Analyst, Reviewer, team Sahel`."""
    roles = {group.name for group in user.groups.all()}
    parts = [str(labels.USER_ROLE[role]) for role in ROLES if role in roles]
    parts += [_("team %(name)s") % {"name": team} for team in user.teams.all()]
    if not user.is_active:
        parts.append(_("can no longer sign in"))
    return ", ".join([user.name_and_username, *parts])


class _People:
    """Shows enough of each person to distinguish two of the same name."""

    def _set_queryset(self, queryset: QuerySet[User]) -> None:
        # The mixin comes before a field that has the method.
        super()._set_queryset(queryset.prefetch_related("groups", "teams"))  # type: ignore[misc]

    queryset = property(lambda field: field._queryset, _set_queryset)

    def label_from_instance(self, obj: Any) -> str:
        return person_label(obj)


class PersonChoiceField(_People, forms.ModelChoiceField):
    pass


class PeopleChoiceField(_People, forms.ModelMultipleChoiceField):
    pass
