"""Choosing in a plan: a measure's place and lead, leaving it out, adding one, and how many come
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.base import VersionedForm, offer_choices
from cases.models import PlanChoice
from cases.rulebook.reasoning.plan import FEWEST, MOST, USUAL
from cases.workflows.assessing.planning import ChoiceInput

ChoiceKind = PlanChoice.Kind
REASON_LIMIT = 1_000
Choices = Sequence[tuple[str, str]]


class _ChoiceForm(VersionedForm):
    """A choice in a plan that was read at a version, with its reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Reviewers and readers see it beside the plan."),
        error_messages={"required": _("Enter a reason.")},
    )


class MeasureChoiceForm(_ChoiceForm):
    """What to change about one measure of the plan."""

    place = forms.TypedChoiceField(label=_("Place in the plan"), coerce=int)
    lead = forms.ChoiceField(label=_("Lead"))
    leave_out = forms.BooleanField(label=_("Leave this measure out of the plan"), required=False)
    field_order = ["place", "lead", "leave_out", "reason", "version"]

    def __init__(
        self,
        *args: Any,
        measure: str,
        place: int,
        places: int,
        lead: str,
        computed_lead: str,
        leads: Choices,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, auto_id=f"{measure}-%s", **kwargs)
        self.measure, self.shown_place, self.shown_lead = measure, place, lead
        self.computed_lead = computed_lead
        numbers = [(number, str(number)) for number in range(1, places + 1)]
        offer_choices(self, "place", numbers)
        offer_choices(self, "lead", leads)
        self.initial = {**self.initial, "place": place, "lead": lead}

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.chosen():
            raise forms.ValidationError(_("Nothing is changed. Change the place or the lead."))
        return self.cleaned_data

    def chosen(self) -> list[ChoiceInput]:
        """What differs from the plan that was shown."""
        if self.cleaned_data["leave_out"]:
            return [ChoiceInput(ChoiceKind.LEAVE_OUT, self.measure)]
        chosen = []
        place, lead = self.cleaned_data["place"], self.cleaned_data["lead"]
        if place != self.shown_place:
            chosen.append(ChoiceInput(ChoiceKind.PLACE, self.measure, number=place))
        if lead != self.shown_lead:
            undone = lead == self.computed_lead
            chosen.append(ChoiceInput(ChoiceKind.LEAD, self.measure, actor=lead, undone=undone))
        return chosen


class AddMeasureForm(_ChoiceForm):
    measure = forms.ChoiceField(
        label=_("Measure to add"),
        help_text=_("It is added at the end. You can move it afterwards."),
        error_messages={"required": _("Choose a measure.")},
    )
    field_order = ["measure", "reason", "version"]

    def __init__(self, *args: Any, measures: Choices, is_full: bool, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="add-%s", **kwargs)
        self.is_full = is_full
        offer_choices(
            self,
            "measure",
            [
                ("", _("Choose a measure")),
                *measures,
            ],
        )

    def clean(self) -> dict[str, Any]:
        if self.is_full:
            message = _("A plan has at most %(number)s measures. Leave one out first.")
            raise forms.ValidationError(message % {"number": MOST})
        return self.cleaned_data

    def chosen(self) -> list[ChoiceInput]:
        return [ChoiceInput(ChoiceKind.ADD, self.cleaned_data["measure"])]


class NumberForm(_ChoiceForm):
    number = forms.TypedChoiceField(
        label=_("How many measures come first"),
        coerce=int,
        choices=[(number, str(number)) for number in range(FEWEST, MOST + 1)],
        help_text=_("The plan is computed for this number."),
    )
    field_order = ["number", "reason", "version"]

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="number-%s", **kwargs)
        self.initial["number"] = number

    def chosen(self) -> list[ChoiceInput]:
        number = self.cleaned_data["number"]
        return [ChoiceInput(ChoiceKind.NUMBER, number=number, undone=number == USUAL)]


class UndoForm(VersionedForm):
    """One choice that goes back to what is computed."""

    kind = forms.ChoiceField(choices=ChoiceKind.choices)
    measure = forms.CharField(required=False, max_length=60)

    def chosen(self) -> list[ChoiceInput]:
        kind = ChoiceKind(self.cleaned_data["kind"])
        return [ChoiceInput(kind, self.cleaned_data["measure"], undone=True)]


ChoiceForm = MeasureChoiceForm | AddMeasureForm | NumberForm | UndoForm
