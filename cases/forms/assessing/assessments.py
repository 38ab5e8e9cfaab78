"""Forms for starting and submitting an assessment."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases import labels
from cases.forms.base import (
    DayField,
    NewReviewerField,
    PlainForm,
    ReviewersField,
    offer_objects,
    plain_helper,
)
from cases.forms.person_choice import PersonChoiceField
from cases.models import Assessment, User
from cases.queries.assessing.state import AssessmentState, states_of
from cases.rulebook.wording.sentences import lower_first

DAY_IS_MISSING = {"required": _("Enter the day of the situation that you assess.")}


class _AssessmentField(forms.ModelChoiceField):
    """A choice of one submitted assessment, shown with what distinguishes it from others of its day
    and how far it may be relied on.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Assessment.objects.none(), **kwargs)
        self.states: dict[UUID, AssessmentState] = {}

    def offer(self, assessments: QuerySet[Assessment]) -> None:
        """Offer these assessments, and none that is submitted while the page is made: its state
        would be missing.
        """
        listed = assessments.select_related("author", "edition", "case")
        self.states = states_of(listed.defer("edition__document"))
        self.queryset = assessments.filter(pk__in=self.states)

    def label_from_instance(self, obj: Any) -> str:
        state = self.states[obj.pk]
        return _("%(assessment)s, edition %(edition)s, %(author)s: %(state)s") % {
            "assessment": obj,
            "edition": state.assessment.edition.number,
            "author": state.assessment.author.name_and_username,
            "state": lower_first(str(labels.REVIEW_MARK[state.mark])),
        }


class StartForm(forms.Form):
    as_of = DayField(
        label=_("Date of the assessment"),
        help_text=_(
            "The day of the situation that you assess. Actors and regional organisations are "
            "named as they were on that day."
        ),
        error_messages=DAY_IS_MISSING,
    )
    earlier = _AssessmentField(
        label=_("Start with the answers of"),
        required=False,
        empty_label=_("Nothing: start with an empty questionnaire"),
        help_text=_("Answers that are carried over are marked until you confirm or change them."),
    )

    def __init__(self, *args: Any, earlier: QuerySet[Assessment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("_AssessmentField", self.fields["earlier"]).offer(earlier)
        self.helper = plain_helper("as_of", *(["earlier"] if earlier.exists() else []))


class KeepForm(forms.Form):
    as_of = DayField(
        label=_("Date of the new assessment"),
        error_messages=DAY_IS_MISSING,
    )


class DateForm(PlainForm):
    """The date of a draft, to be corrected."""

    as_of = DayField(
        label=_("Date of the assessment"),
        help_text=_(
            "The day of the situation that you assess. The answers stay. Actors and regional "
            "organisations are then named as they were on that day."
        ),
        error_messages=DAY_IS_MISSING,
    )


class SubmitForm(forms.Form):
    comment = forms.CharField(
        label=_("Comment on the warnings"),
        help_text=_("Readers see it beside the advice."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("There are warnings. Say why you are submitting it anyway.")},
    )

    reviewers = ReviewersField()
    new_reviewer = NewReviewerField()

    def __init__(
        self,
        *args: Any,
        warned: bool,
        reviewers: QuerySet[User],
        to_add: QuerySet[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].required = warned
        offer_objects(self, "reviewers", reviewers)
        offer_objects(self, "new_reviewer", to_add)
        shown = ["comment"] if warned else []
        if reviewers.exists():
            shown.append("reviewers")
        elif to_add.exists():
            shown.append("new_reviewer")
        self.helper = plain_helper(*shown) if shown else None


class SecondForm(PlainForm):
    analyst = PersonChoiceField(
        label=_("Second analyst"),
        queryset=User.objects.none(),
        empty_label=pgettext_lazy("person", "Choose a person"),
        error_messages={"required": _("Choose who makes the second assessment.")},
    )

    def __init__(self, *args: Any, analysts: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_objects(self, "analyst", analysts)
