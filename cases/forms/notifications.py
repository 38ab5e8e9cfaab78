"""The notification settings of a person."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.forms.base import PlainForm
from cases.models import MailPreference, User
from cases.models.notification import NotificationKind


class MailPreferencesForm(PlainForm):
    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = dict(MailPreference.objects.filter(person=user).values_list("kind", "when"))
        for kind in NotificationKind:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label,
                choices=MailPreference.When.choices,
                initial=chosen.get(kind.value, MailPreference.When.NOW),
                widget=forms.RadioSelect,
            )
