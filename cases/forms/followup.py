"""The form of a step that was taken."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases import labels
from cases.forms.base import PlainForm, day_input, not_in_the_future
from cases.models import Source, Step
from cases.rulebook.entries.rules import Rulebook


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
    happened_on = forms.DateField(
        label=_("On"), required=False, widget=day_input(), validators=[not_in_the_future]
    )
    due_on = forms.DateField(
        label=_("Answer or next step due"),
        required=False,
        widget=day_input(),
        help_text=_("Once this day has passed without a further step, it shows as overdue."),
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
        self, *args: Any, rulebook: Rulebook, sources: QuerySet[Source], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for measure in rulebook.measures.values():
            groups.setdefault(str(labels.FORM[measure.form]), []).append(
                (measure.code, measure.title)
            )
        self.fields["measure"].choices = [("", _("Choose a measure")), *groups.items()]  # type: ignore[attr-defined]
        self.fields["actors"].choices = [  # type: ignore[attr-defined]
            (actor.code, actor.name_for(timezone.localdate()).name)
            for actor in rulebook.actors.values()
        ]
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]
