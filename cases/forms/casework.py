"""Forms for cases, their sources and their members."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from cases import labels
from cases.forms.base import PlainForm, VersionedForm, day_input, not_in_the_future, plain_helper
from cases.models import Assessment, Case, CaseMember, Source, Step, Team, User
from cases.rulebook.entries.rules import Rulebook


def country_choices() -> list[tuple[str, str]]:
    """Every country and territory of ISO 3166-1 by its alpha-3 code, by name in the reader's
    language.
    """
    return [(countries.alpha3(code), str(name)) for code, name in countries]


class CaseForm(forms.ModelForm, VersionedForm):  # type: ignore[type-arg]
    countries = forms.MultipleChoiceField(
        label=_("Countries"),
        choices=country_choices,
        help_text=_("One country, or several where the situation crosses borders."),
        error_messages={"required": _("Choose at least one country.")},
    )

    class Meta:
        model = Case
        fields = ["title", "countries", "place", "populations", "summary", "confidentiality"]
        widgets = {
            "populations": forms.Textarea(attrs={"rows": 3}),
            "summary": forms.Textarea(attrs={"rows": 8}),
            "confidentiality": forms.RadioSelect,
        }
        help_texts = {
            "title": _("Short and neutral: what is happening, and where."),
            "place": _("Regions, towns or camps, as their people write them."),
            "populations": _("Who is at risk, and from whom, as far as it is known."),
            "summary": _("What is known so far, and who reports it. The sources are listed apart."),
            "confidentiality": _("Who may see this case and everything in it."),
        }
        error_messages = {
            "title": {"required": _("Give the case a title.")},
            "populations": {"required": _("Say which populations are at risk.")},
            "summary": {"required": _("Say in a few sentences what is known.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.country_codes:
            self.initial.setdefault("countries", self.instance.country_codes)
        self.helper = plain_helper(
            "title",
            Field("countries", size=8, data_country_picker=""),
            "place",
            "populations",
            "summary",
            "confidentiality",
            "version",
        )

    def fields_for_workflow(self) -> dict[str, Any]:
        """What the workflow takes: the case's fields and its countries."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class SourceForm(forms.ModelForm, PlainForm):  # type: ignore[type-arg]
    url = forms.URLField(label=_("Address"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = Source
        fields = ["title", "publisher", "published_on", "url", "reliability", "note"]
        widgets = {
            "published_on": day_input(),
            "note": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "publisher": _("The organisation or person who says it."),
            "reliability": _(
                "How far the publisher has proved reliable, from A to F (the Admiralty scale)."
            ),
            "note": _("What it is used for, and what to keep in mind when reading it."),
        }
        error_messages = {
            "title": {"required": _("Give the source's title.")},
            "publisher": {"required": _("Say who published it.")},
        }


class MemberForm(forms.Form):
    user = forms.ModelChoiceField(
        label=_("Person"),
        queryset=User.objects.filter(is_active=True).order_by(
            "last_name", "first_name", "username"
        ),
        required=False,
        empty_label=pgettext_lazy("person", "Choose a person"),
    )
    team = forms.ModelChoiceField(
        label=_("or a team"),
        queryset=Team.objects.all(),
        required=False,
        empty_label=_("Choose a team"),
        help_text=_("Everyone of the team takes this part, as long as they are of it."),
    )
    role = forms.ChoiceField(label=_("Part in the case"), choices=CaseMember.Role.choices)

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["user"].queryset  # type: ignore[attr-defined]
        self.fields["user"].queryset = people.exclude(pk=owner.pk)  # type: ignore[attr-defined]
        self.helper = plain_helper("user", *(["team"] if Team.objects.exists() else []), "role")

    def clean(self) -> dict[str, Any]:
        given = [name for name in ("user", "team") if self.cleaned_data.get(name)]
        if len(given) != 1 and not self.errors:
            message = (
                _("Choose a person or a team.")
                if not given
                else _("Choose either a person or a team, not both.")
            )
            self.add_error("user", message)
        return self.cleaned_data


class StartForm(forms.Form):
    as_of = forms.DateField(
        label=_("Date of the assessment"),
        help_text=_(
            "The day whose situation is assessed. Actors and regional organisations are named as "
            "they were on it."
        ),
        widget=day_input(),
        validators=[not_in_the_future],
        error_messages={"required": _("Give the day whose situation is assessed.")},
    )
    earlier = forms.ModelChoiceField(
        label=_("Begin with the answers of"),
        queryset=Assessment.objects.none(),
        required=False,
        empty_label=_("None: an empty questionnaire"),
        help_text=_("Answers that are carried over are marked until you confirm or change them."),
    )

    def __init__(self, *args: Any, earlier: QuerySet[Assessment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["earlier"].queryset = earlier  # type: ignore[attr-defined]
        self.helper = plain_helper("as_of", *(["earlier"] if earlier.exists() else []))


class ReviewersField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Some of those who may review an assessment."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Who is asked to review"),
            queryset=User.objects.none(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_(
                "Where nobody is named, every reviewer of the case is asked. Others may review it "
                "too."
            ),
            error_messages={"invalid_choice": _("This person is no reviewer of the case.")},
            **kwargs,
        )


class SubmitForm(forms.Form):
    comment = forms.CharField(
        label=_("A word on what is left open"),
        help_text=_("Readers see it beside the advice."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("There are warnings: say in a word why it is submitted all the same.")
        },
    )

    reviewers = ReviewersField()

    def __init__(self, *args: Any, warned: bool, reviewers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].required = warned
        self.fields["reviewers"].queryset = reviewers  # type: ignore[attr-defined]
        shown = [*(["comment"] if warned else []), *(["reviewers"] if reviewers.exists() else [])]
        self.helper = plain_helper(*shown) if shown else None


class StepForm(forms.Form):
    measure = forms.ChoiceField(
        label=_("Measure"), error_messages={"required": _("Choose the measure.")}
    )
    fact = forms.ChoiceField(
        label=_("What happened"),
        choices=Step.Fact.choices,
        widget=forms.RadioSelect,
        initial=Step.Fact.DONE,
        help_text=_("Separate facts: record each that happened as a step of its own."),
    )
    actors = forms.MultipleChoiceField(
        label=_("By whom"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Say who did it, or refused it.")},
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
        self.helper = plain_helper()


class SecondForm(forms.Form):
    analyst = forms.ModelChoiceField(
        label=_("Second analyst"),
        queryset=User.objects.none(),
        empty_label=pgettext_lazy("person", "Choose a person"),
        error_messages={"required": _("Choose who makes the second assessment.")},
    )

    def __init__(self, *args: Any, analysts: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["analyst"].queryset = analysts  # type: ignore[attr-defined]
        self.helper = plain_helper()
