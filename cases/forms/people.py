"""Forms for accounts, roles and teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.forms.base import PlainForm
from cases.forms.person_choice import PeopleChoiceField
from cases.models import Team, User
from cases.models.user import ROLES


class PersonForm(forms.ModelForm, PlainForm):  # type: ignore[type-arg]
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Where the link to choose a password, and notifications, are sent."),
        error_messages={
            "required": _("Give an address. Without one, nobody can choose a password.")
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
            self.initial["roles"] = list(self.instance.groups.values_list("name", flat=True))
        else:
            del self.fields["is_active"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another account has this address."))
        return email


class TeamForm(forms.ModelForm, PlainForm):  # type: ignore[type-arg]
    members = PeopleChoiceField(
        label=_("Members"),
        queryset=User.objects.filter(is_active=True).order_by("last_name", "username"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Team
        fields = ["name", "members"]
        error_messages = {"name": {"required": _("Give the team a name.")}}
