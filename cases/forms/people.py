"""Forms for accounts, roles and teams."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases import labels
from cases.forms.base import PlainForm, ReadForm, offer_choices, offer_objects
from cases.forms.person_choice import PeopleChoiceField, PersonChoiceField
from cases.models import Case, Team, User
from cases.models.user import ROLES
from cases.queries.assessing.our_part import OurPartChoices
from cases.text_folding import as_seen, in_order


class PersonForm(forms.ModelForm, ReadForm):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Where the link to choose a password, and notifications, are sent."),
        error_messages={
            "required": _("Enter an address. It is needed for the link to choose a password.")
        },
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role, labels.USER_ROLE[role]) for role in ROLES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The owner of a case decides what part a person has in it."),
    )

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "roles", "is_active"]
        labels = {"is_active": _("May sign in")}
        help_texts = {
            "username": _("Letters, digits and . _ - only. Others mention the person by it."),
            "is_active": _(
                "Clear this instead of removing a person. What they wrote keeps their name."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            # Others mention people by their user names, and events hold them.
            del self.fields["username"]
            roles = list(self.instance.groups.order_by("name").values_list("name", flat=True))
            self.initial["roles"] = roles
            self.initial["read"] = self.account_read = _account_as_read(self.instance, roles)
        else:
            del self.fields["is_active"]

    def clean(self) -> dict[str, Any]:
        """Refuse to save an account that someone else has changed since it was shown."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        read = data.pop("read", "")
        if self.instance.pk and read and read != self.account_read:
            self.add_error(None, _changed_meanwhile(self.instance, self.initial["roles"]))
            self.set_read(self.account_read)
        return data

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if not re.fullmatch(r"[\w.-]+", username):
            raise forms.ValidationError(
                _("Enter a valid username: letters, digits and . _ - only.")
            )
        # Upper and lower case of every script, which SQLite does not know.
        taken = {name.casefold() for name in User.objects.values_list("username", flat=True)}
        if username.casefold() in taken:
            raise forms.ValidationError(_("A user with that username already exists."))
        _refuse_look_alike(username, taken)
        return username

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another account has this address."))
        return email


def _refuse_look_alike(name: str, taken: Iterable[str]) -> None:
    """Raise ValidationError for a name that people would take for another one."""
    seen = as_seen(name)
    for other in taken:
        if as_seen(other) == seen:
            message = _("This name looks like “%(name)s”, which is taken. Choose another name.")
            raise forms.ValidationError(message % {"name": other})


def _account_as_read(person: User, roles: list[str]) -> str:
    """A digest of what the form of an account shows."""
    shown = [person.first_name, person.last_name, person.email, person.is_active, *roles]
    return sha256(json.dumps(shown).encode()).hexdigest()


def _changed_meanwhile(person: User, roles: list[str]) -> str:
    """The error of a form that was opened before someone else changed the account."""
    names = [str(labels.USER_ROLE[role]) for role in roles if role in labels.USER_ROLE]
    slots = {"name": person, "email": person.email or "–", "roles": ", ".join(names) or "–"}
    sentences = [
        _("Someone else has changed this account since you opened this page."),
        _("Its name is now %(name)s, its address %(email)s, its roles: %(roles)s.") % slots,
        _("It can sign in.") if person.is_active else _("It can no longer sign in."),
        _("Check your entries and save again."),
    ]
    return " ".join(map(str, sentences))


class OurPartForm(PlainForm):
    our_part = forms.ChoiceField(
        label=_("Who you act for"),
        required=False,
        help_text=_("Plans then begin with what you can do, alone or in a body you belong to."),
    )

    def __init__(self, *args: Any, choices: OurPartChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(
            self,
            "our_part",
            [
                ("", _("The same as my team or this site")),
                *choices,
            ],
        )


class TeamForm(forms.ModelForm, ReadForm):
    members = PeopleChoiceField(
        label=_("Members"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    our_part = forms.ChoiceField(
        label=_("Which actor it is"),
        required=False,
        help_text=_("The plans that its members read begin with what this actor can do."),
    )

    class Meta:
        model = Team
        fields = ["name", "members", "our_part"]
        error_messages = {"name": {"required": _("Enter a name for the team.")}}

    def __init__(self, *args: Any, choices: OurPartChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(
            self,
            "our_part",
            [
                ("", _("The same as this site")),
                *choices,
            ],
        )
        offered = Q(is_active=True)
        if self.instance.pk:
            # Who can no longer sign in stays a member until someone takes them out.
            offered |= Q(teams=self.instance)
            self.initial["members"] = list(self.instance.members.all())
        people = User.objects.filter(offered).distinct()
        offer_objects(self, "members", people.order_by(in_order("sort_name"), "pk"))
        if self.instance.pk:
            self.initial["read"] = self.members_read = _as_read(self.initial["members"])

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not as_seen(name):
            raise forms.ValidationError(_("Enter a name that people can read."))
        others = Team.objects.exclude(pk=self.instance.pk)
        _refuse_look_alike(name, others.values_list("name", flat=True))
        return name

    def clean(self) -> dict[str, Any]:
        """Refuse to save a list of members that someone else has changed since it was shown."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        read = data.pop("read", "")
        if self.instance.pk and read and read != self.members_read:
            names = ", ".join(person.name_and_username for person in self.initial["members"])
            message = _(
                "Someone else has changed the members since you opened this page. They are now: "
                "%(names)s. Check your choice and save again."
            )
            self.add_error("members", message % {"names": names or "–"})
            self.set_read(self.members_read)
        return data


def _as_read(people: Iterable[User]) -> str:
    """A list of people as a form names the one that it was made from."""
    return "-".join(str(key) for key in sorted(person.pk for person in people))


class HandOverForm(PlainForm):
    """Who takes cases over from someone who leaves, and which of them."""

    cases = forms.ModelMultipleChoiceField(
        label=_("Cases"),
        queryset=Case.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one case.")},
    )
    to = PersonChoiceField(
        label=_("Who takes them over"),
        queryset=User.objects.none(),
        empty_label=pgettext_lazy("person", "Choose a person"),
        help_text=_("An analyst other than you. They own the cases once they have agreed."),
        error_messages={"required": _("Choose who takes the cases over.")},
    )

    def __init__(
        self,
        *args: Any,
        cases: QuerySet[Case],
        visible: QuerySet[Case],
        owners: QuerySet[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        known = visible.filter(pk__in=cases.order_by().values("pk"))
        seen = set(known.values_list("pk", flat=True))
        offer_objects(self, "cases", cases)
        field: Any = self.fields["cases"]
        field.label_from_instance = lambda case: (
            case.title if case.pk in seen else label_without_title(case)
        )
        field.initial = list(cases)
        offer_objects(self, "to", owners)


def label_without_title(case: Case) -> str:
    """The label of a case whose title a site admin may not know, distinct from all others."""
    about = {
        "level": labels.CONFIDENTIALITY[case.confidentiality],
        "date": date_format(timezone.localtime(case.created_at)),
        "number": str(case.pk)[:8],
    }
    return _("%(level)s case logged on %(date)s (%(number)s)") % about
