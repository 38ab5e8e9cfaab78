"""The form of a step that was taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.forms.base import DayField, PlainForm, offer_choices, offer_objects
from cases.models import Source, Step
from cases.rulebook.entries.catalogue import Actor, Measure
from cases.rulebook.entries.rulebook import Rulebook


class StepForm(PlainForm):
    measure = forms.ChoiceField(
        label=_("Measure"), error_messages={"required": _("Choose the measure.")}
    )
    fact = forms.ChoiceField(
        label=_("What happened"),
        choices=Step.Fact.choices,
        widget=forms.RadioSelect,
        initial=Step.Fact.DONE,
        help_text=_("Record each fact as a separate step."),
    )
    actors = forms.MultipleChoiceField(
        label=_("By whom"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Say who did it or refused it.")},
    )
    happened_on = DayField(
        label=_("On"),
        required=False,
        help_text=_(
            "If left empty, the step counts as of today. The step with the latest day decides."
        ),
    )
    due_on = DayField(
        label=_("Answer or next step due"),
        required=False,
        past=False,
        help_text=_("If this day passes without a further step, it is shown as overdue."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    source = forms.ModelChoiceField(
        label=_("Source"),
        queryset=Source.objects.none(),
        required=False,
        empty_label=_("None of the case's sources"),
    )

    def __init__(
        self,
        *args: Any,
        rulebook: Rulebook,
        measures: Mapping[str, Measure],
        actors: Mapping[str, Actor],
        sources: QuerySet[Source],
        **kwargs: Any,
    ) -> None:
        """`measures` and `actors` are those of all editions; the rulebook is the newest."""
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for code, measure in measures.items():
            former = _("Only in an earlier edition")
            group = labels.FORM[measure.form] if code in rulebook.measures else former
            groups.setdefault(str(group), []).append((code, measure.title))
        offer_choices(self, "measure", [("", _("Choose a measure")), *groups.items()])
        offer_choices(
            self,
            "actors",
            [(actor.code, actor.name_for(timezone.localdate()).name) for actor in actors.values()],
        )
        offer_objects(self, "source", sources)
