"""Forms for cases, their sources and their members."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases import labels
from cases.country_names import country_choices
from cases.forms.base import (
    DayField,
    PlainForm,
    ReadForm,
    VersionedForm,
    offer_objects,
    plain_helper,
)
from cases.forms.person_choice import PersonChoiceField
from cases.models import Case, CaseMember, Source, Team, User
from cases.models.user import ANALYST, REVIEWER, ROLES, SITE_ADMIN
from cases.permissions import may_set_confidentiality
from cases.text_folding import in_order

# Characters of a long text.
TEXT_LIMIT = 20_000


def _limit_text(*fields: forms.Field) -> None:
    for field in fields:
        field.validators.append(MaxLengthValidator(TEXT_LIMIT))


class CaseForm(forms.ModelForm, VersionedForm):
    countries = forms.MultipleChoiceField(
        label=_("Countries"),
        choices=country_choices,
        help_text=_("One country, or several if the situation crosses borders."),
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
            "populations": _("Who is at risk, and from whom, if this is known."),
            "summary": _(
                "What is known so far, and who reports it. You list the sources separately."
            ),
            "confidentiality": _(
                "Who may see this case and everything in it. A sensitive case opens only for "
                "people who have set up a second factor, such as an authenticator app, and two "
                "reviewers sign off each of its assessments."
            ),
        }
        error_messages = {
            "title": {"required": _("Enter a title for the case.")},
            "populations": {"required": _("Say which populations are at risk.")},
            "summary": {"required": _("Say in a few sentences what is known.")},
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        _limit_text(self.fields["populations"], self.fields["summary"])
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

    def clean_confidentiality(self) -> str:
        """Refuse a level that would lock the person out of the case, or that shows it to more
        people than its owner allows.
        """
        chosen: str = self.cleaned_data["confidentiality"]
        is_new = self.instance._state.adding
        if not is_new and not may_set_confidentiality(self.by, self.instance, chosen):
            raise forms.ValidationError(
                _("Only the owner of the case can let more people see it. Ask them to change this.")
            )
        if chosen == Case.Confidentiality.SENSITIVE and not self.by.has_second_factor:
            message = _(
                "A sensitive case opens only for people with a second factor, and you have none "
                'yet. <a href="{address}" target="_blank">Set one up in a new tab</a>, which takes '
                "a minute, then send this form again. What you typed stays here."
            )
            raise forms.ValidationError(format_html(str(message), address=reverse("mfa_index")))
        return chosen

    def fields_for_workflow(self) -> dict[str, Any]:
        """What the workflow takes: the case's fields and its countries."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ReasonForm(PlainForm):
    """Why a case is closed or reopened."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=Case._meta.get_field("closing_reason").max_length,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("One or two sentences. Everyone who can read the case can read them."),
        error_messages={"required": _("Enter a reason.")},
    )


class SourceForm(forms.ModelForm, ReadForm):
    published_on = DayField(label=_("Published on"), required=False)
    url = forms.URLField(label=_("Address"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = Source
        fields = ["title", "publisher", "published_on", "url", "reliability", "note"]
        widgets = {
            "note": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "publisher": _("The organisation or person who says it."),
            "reliability": _(
                "How far the publisher has proved reliable, from A to F (the Admiralty scale)."
            ),
            "note": _("What it is used for, and what readers should keep in mind."),
        }
        error_messages = {
            "title": {"required": _("Enter the title of the source.")},
            "publisher": {"required": _("Enter the publisher.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _limit_text(self.fields["note"])
        if self.instance.pk:
            self.initial["read"] = self.instance.text_digest


# The role that a person needs for a part in a case to have any effect.
NEEDED_ROLE: dict[str, str] = {
    CaseMember.Role.CONTRIBUTOR: ANALYST,
    CaseMember.Role.REVIEWER: REVIEWER,
}
# People with one of these roles can take part in cases.
WORKING_ROLES = [role for role in ROLES if role != SITE_ADMIN]


class TransferForm(PlainForm):
    to = PersonChoiceField(
        label=_("New owner"),
        queryset=User.objects.none(),
        empty_label=pgettext_lazy("person", "Choose a person"),
        help_text=_("Choose an analyst. You stay in the case as a contributor."),
        error_messages={"required": _("Choose who takes the case over.")},
    )

    def __init__(self, *args: Any, owners: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_objects(self, "to", owners)


class MemberForm(forms.Form):
    user = PersonChoiceField(
        label=_("Person"),
        queryset=User.objects.none(),
        required=False,
        empty_label=pgettext_lazy("person", "Choose a person"),
    )
    team = forms.ModelChoiceField(
        label=_("or a team"),
        queryset=Team.objects.order_by(in_order("sort_name"), "pk"),
        required=False,
        empty_label=_("Choose a team"),
        help_text=_(
            "Everyone who is in the team now gets this role. You confirm people who join later."
        ),
    )
    role = forms.ChoiceField(label=_("Part in the case"), choices=CaseMember.Role.choices)

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, groups__name__in=WORKING_ROLES)
        others = people.exclude(pk=owner.pk).distinct()
        offer_objects(self, "user", others.order_by(in_order("sort_name")))
        self.helper = plain_helper("user", *(["team"] if Team.objects.exists() else []), "role")

    def clean(self) -> dict[str, Any]:
        chosen = [name for name in ("user", "team") if self.cleaned_data.get(name)]
        if len(chosen) != 1 and not self.errors:
            message = (
                _("Choose a person or a team.")
                if not chosen
                else _("Choose either a person or a team, not both.")
            )
            self.add_error("user", message)
        self._check_role()
        return self.cleaned_data

    def _check_role(self) -> None:
        """A contributor needs the analyst role and a reviewer the reviewer role. Without it, the
        part has no effect.
        """
        user, role = self.cleaned_data.get("user"), self.cleaned_data.get("role")
        needed = NEEDED_ROLE.get(role or "")
        if user and needed and needed not in user.roles:
            message = _(
                "%(name)s does not have the role “%(role)s”. Choose another part, or ask a site "
                "admin to give them the role."
            )
            about = {"name": user, "role": labels.USER_ROLE[needed]}
            self.add_error("user", message % about)
