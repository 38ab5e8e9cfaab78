"""Filters of the record of events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.forms.base import DayField
from cases.forms.person_choice import PersonChoiceField
from cases.models import Event, User
from cases.text_folding import in_order


def _day(label: Any) -> DayField:
    field = DayField(label=label, required=False, past=False)
    field.widget.attrs["class"] = "form-control"
    return field


class RecordForm(forms.Form):
    text = forms.CharField(
        label=_("Case"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    person = PersonChoiceField(
        label=_("Who"),
        queryset=User.objects.order_by(in_order("sort_name")),
        required=False,
        to_field_name="username",
        empty_label=pgettext_lazy("person", "Anyone"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    verb = forms.ChoiceField(
        label=_("Did what"),
        choices=[("", _("Anything")), *Event.Verb.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    since = _day(_("From"))
    until = _day(_("To"))

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first day. Choose a later one."))
        return self.cleaned_data
