"""A person's preferences for the pages."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.base import PlainForm
from cases.models import User


def time_zones() -> list[tuple[str, Any]]:
    """Every place by which a time zone is named, such as `Africa/Nairobi`."""
    named = sorted(name for name in available_timezones() if "/" in name and "Etc/" not in name)
    places = [(name, name.replace("_", " ")) for name in named]
    return [("", _("The time zone of this browser")), ("UTC", "UTC"), *places]


class PreferencesForm(forms.ModelForm, PlainForm):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        required=False,
        help_text=_(
            "Dates and times are shown in this time zone. It also decides which day is today."
        ),
    )
    uses_shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_(
            "While a question has the focus, press 1 to 9 to choose an answer, u for unknown, n "
            "for the next unanswered question and z to undo."
        ),
    )

    class Meta:
        model = User
        fields = ["time_zone", "uses_shortcuts"]
