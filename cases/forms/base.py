"""What the forms share: their helper, the fields that many have, and the mixins."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.forms.person_choice import PeopleChoiceField, PersonChoiceField
from cases.models import User


def plain_helper(*fields: Any) -> FormHelper:
    """A crispy helper that leaves the form tag and the buttons to the page."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = True
    if fields:
        helper.layout = Layout(*fields)
    return helper


class PlainForm(forms.Form):
    """A form with a plain helper."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()


def offer_choices(form: forms.BaseForm, name: str, choices: Any) -> None:
    """Let the field of a form offer these choices."""
    cast("forms.ChoiceField", form.fields[name]).choices = choices


def offer_objects(form: forms.BaseForm, name: str, objects: QuerySet[Any]) -> None:
    """Let the field of a form offer these objects."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = objects


def version_field(version: int | None = None) -> forms.IntegerField:
    """The hidden field for the version that a person has read."""
    return forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, initial=version
    )


class VersionedForm(PlainForm):
    """A form that names the version it was made from. If the version has changed since, the save
    is refused.
    """

    version = version_field()

    @property
    def version_read(self) -> int:
        """The version that the form was made from; 0 if it names none."""
        return self.cleaned_data["version"] or 0

    def set_version(self, version: int) -> None:
        """Let the next save replace this version, which the page now shows."""
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(version)
        self.data = data


class ReadForm(PlainForm):
    """A form for something that has no version. It names what its page showed, so that a save
    undoes nothing that someone else has changed since.
    """

    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def set_read(self, read: str) -> None:
        """Let the next save replace what the page now shows."""
        data = cast("QueryDict", self.data).copy()
        data["read"] = read
        self.data = data


class SeenForm(PlainForm):
    """A form that names the digest of what a person has seen, so that a decision is never recorded
    on anything else.
    """

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


def day_input() -> forms.DateInput:
    attributes = {"type": "date", "min": EARLIEST.isoformat()}
    return forms.DateInput(attrs=attributes, format="%Y-%m-%d")


def not_in_the_future(day: date) -> None:
    """Raise ValidationError for a day after today, where the person is."""
    if day > timezone.localdate():
        raise forms.ValidationError(_("This day is in the future. Enter today or an earlier day."))


# Nothing that the product deals with happened earlier, and a half-typed year is earlier, too.
EARLIEST = date(1900, 1, 1)
YEARS_AHEAD = 20


def plausible(day: date) -> None:
    """Raise ValidationError for a day whose year can only be a typing error."""
    latest = timezone.localdate().year + YEARS_AHEAD
    if day < EARLIEST or day.year > latest:
        message = _(
            "The year %(year)s is not between %(first)s and %(last)s. Type all four digits of the "
            "year."
        )
        years = {"year": day.year, "first": EARLIEST.year, "last": latest}
        raise forms.ValidationError(message % years)


# How a day is sent, or typed where a browser has no field for days: the year has four digits.
DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y")


class DayField(forms.DateField):
    """A day. `past` says that it cannot be in the future."""

    def __init__(self, *, past: bool = True, **kwargs: Any) -> None:
        errors = {
            "invalid": _("Enter a day, a month and a year with four digits, such as 2026-11-25."),
            **kwargs.pop("error_messages", {}),
        }
        validators = [plausible, not_in_the_future] if past else [plausible]
        kwargs.setdefault("widget", day_input())
        kwargs.setdefault("input_formats", DAY_FORMATS)
        super().__init__(validators=validators, error_messages=errors, **kwargs)


class ReviewersField(PeopleChoiceField):
    """Some of those who may review an assessment."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Who is asked to review"),
            queryset=User.objects.none(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_(
                "If you name nobody, every reviewer of the case is asked. Other reviewers may "
                "review it too."
            ),
            error_messages={"invalid_choice": _("This person is not a reviewer of the case.")},
            **kwargs,
        )


class NewReviewerField(PersonChoiceField):
    """Someone to add to a case as its reviewer, for the case in which it has none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Add a reviewer"),
            queryset=User.objects.none(),
            required=False,
            empty_label=pgettext_lazy("person", "Choose a person"),
            help_text=_("They can then read this case, and are asked to review the assessment."),
            **kwargs,
        )
