"""Forms of the review."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from cases import labels
from cases.forms.base import (
    NewReviewerField,
    PlainForm,
    ReviewersField,
    SeenForm,
    offer_choices,
    offer_objects,
    plain_helper,
)
from cases.forms.person_choice import PersonChoiceField
from cases.models import Assessment, MeasureDecision, ReviewDecision, User
from cases.permissions import may
from cases.queries.review import Row, kinds_for
from cases.queries.waiting_reviews import WAITING
from cases.workflows.review import ACCEPT

TEXT_LIMIT = 20_000
NOT_ON_THE_LIST = {"invalid_choice": _("Choose one from the list.")}


# A user name may hold . + - _ and @; the dot at the end of a sentence is no part of it.
_MENTION = re.compile(r"(?<![\w.@+-])@([\w.@+-]*\w)")


class CommentForm(PlainForm):
    """A comment. The people it mentions by @name must be able to read it."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_(
            "Markdown: *emphasis*, **strong**, > quote, lists and links. @name mentions someone."
        ),
        error_messages={"required": _("Write what you want to say.")},
    )
    # The unknown user names that the person has already been warned about.
    plain = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A page shows its fields together with those of a decision.
        self.auto_id = "comment-%s"
        self.assessment = assessment
        self.mentions: list[User] = []

    def clean(self) -> dict[str, Any]:
        text = self.cleaned_data.get("text", "")
        names = list(dict.fromkeys(name.casefold() for name in _MENTION.findall(text)))
        self.mentions = _people_named(names)
        known = {user.username.casefold() for user in self.mentions}
        nobody = [name for name in names if name not in known]
        outside = [
            str(user)
            for user in self.mentions
            if not may(user, "cases.view_assessment", self.assessment)
        ]
        if outside:
            message = _(
                "%(names)s may not see this case. Remove the mention, or ask the owner to add them."
            )
            self.add_error("text", message % {"names": ", ".join(outside)})
        if nobody and self.cleaned_data.get("plain") != " ".join(nobody):
            self._report(nobody)
        return self.cleaned_data

    def _report(self, nobody: list[str]) -> None:
        """Report mentions that reach nobody. The comment is saved if it is sent again unchanged."""
        message = ngettext(
            "Nobody has the user name %(names)s, so nobody would be notified. Correct it, or send "
            "the comment again to keep it as plain text.",
            "Nobody has the user names %(names)s, so nobody would be notified. Correct them, or "
            "send the comment again to keep them as plain text.",
            len(nobody),
        )
        self.add_error("text", message % {"names": ", ".join(f"@{name}" for name in nobody)})
        data = cast("QueryDict", self.data).copy()
        data["plain"] = " ".join(nobody)
        self.data = data


def _people_named(names: Iterable[str]) -> list[User]:
    """The people with these user names, whatever the case of the letters."""
    wanted = frozenset(names)
    if not wanted:
        return []
    people = User.objects.filter(is_active=True).values_list("pk", "username")
    keys = [key for key, username in people if username.casefold() in wanted]
    return list(User.objects.filter(pk__in=keys))


class ReviewFilters(forms.Form):
    """Which of the waiting reviews to show."""

    q = forms.CharField(
        label=_("Case"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    who = forms.ChoiceField(
        label=_("Reviewer"),
        required=False,
        error_messages=NOT_ON_THE_LIST,
        choices=[
            ("", _("Anyone")),
            ("me", _("Me")),
            ("nobody", _("Nobody who can review it")),
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    state = forms.ChoiceField(
        label=_("Status"),
        required=False,
        error_messages=NOT_ON_THE_LIST,
        choices=[
            ("", _("Any")),
            *((state.value, state.label) for state in WAITING),
        ],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"),
        required=False,
        error_messages=NOT_ON_THE_LIST,
        choices=[("", _("Any")), *labels.CONFIDENTIALITY.items()],
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class ReviewersForm(forms.Form):
    reviewers = ReviewersField()
    new_reviewer = NewReviewerField()

    def __init__(
        self, *args: Any, reviewers: QuerySet[User], to_add: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_objects(self, "reviewers", reviewers)
        offer_objects(self, "new_reviewer", to_add)
        shown = ["reviewers"] if reviewers.exists() else []
        self.helper = plain_helper(*shown, *(["new_reviewer"] if to_add.exists() else []))


class _DecisionForm(SeenForm):
    """A decision of a reviewer with a text, which only some kinds of decision can do without."""

    kind: Any
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    silent: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        kind = self.cleaned_data.get("kind")
        if kind and kind not in self.silent and not self.cleaned_data.get("text"):
            self.add_error(
                "text", _("Say why, or what it should say instead. The author reads this.")
            )
        return self.cleaned_data


class DecisionForm(_DecisionForm):
    """A decision on one measure; `status` is what the advice says of it."""

    kind = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    silent = (MeasureDecision.Kind.ENDORSE, MeasureDecision.Kind.AGREE)
    field_order = ["kind", "text", "seen"]

    def __init__(self, *args: Any, status: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(
            self,
            "kind",
            [(kind, labels.decision_to_take(kind, status)) for kind in kinds_for(status)],
        )


class SeveralForm(SeenForm):
    """One decision on several recommendations, which `rows` list."""

    measures = forms.MultipleChoiceField(
        error_messages={"required": _("Tick the recommendations to decide on.")}
    )
    kind = forms.ChoiceField(
        label=_("Decision on those ticked"),
        choices=[
            (ACCEPT, _("Agree with the advice: endorse, or agree that it is not to be done now")),
            (MeasureDecision.Kind.REJECT, _("Reject")),
            (MeasureDecision.Kind.ASK, _("Request more information")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    text = forms.CharField(
        label=_("Reason or comment"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Needed if you reject or request more information."),
    )

    def __init__(self, *args: Any, rows: Sequence[Row], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "several-%s"
        self.fields["measures"].label = _("Recommendations")
        offer_choices(self, "measures", [(row.measure.code, row.measure.title) for row in rows])
        self.helper = plain_helper("kind", "text", "seen")
        self.helper.render_unmentioned_fields = False

    def clean(self) -> dict[str, Any]:
        kind = self.cleaned_data.get("kind")
        if kind and kind != ACCEPT and not self.cleaned_data.get("text"):
            self.add_error("text", _("Enter a reason. The author will read it."))
        return self.cleaned_data


class WithdrawForm(SeenForm):
    """The reason for withdrawing one's own sign-off."""

    text = forms.CharField(
        label=_("Reason"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": _("Enter a reason. The author will read it.")},
    )
    field_order = ["text", "seen"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "withdraw-%s"


class VerdictForm(_DecisionForm):
    """An overall decision; `referees` are the people to whom it can be referred, `undecided` the
    recommendations on which nobody has decided.
    """

    despite = forms.BooleanField(label=_("Sign off anyway"), required=False)

    kind = forms.ChoiceField(
        label=_("Overall decision"),
        choices=[
            (ReviewDecision.Kind.SIGN_OFF, _("Sign off")),
            (ReviewDecision.Kind.RETURN, _("Return for changes")),
            (ReviewDecision.Kind.REFER, _("Refer to someone else")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    to = PersonChoiceField(
        label=_("Refer to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=pgettext_lazy("person", "Choose a person"),
        help_text=_("Another reviewer of the case. It leaves your list and appears in theirs."),
    )
    silent = (ReviewDecision.Kind.SIGN_OFF,)
    field_order = ["kind", "despite", "to", "text", "seen"]

    def __init__(
        self,
        *args: Any,
        referees: QuerySet[User],
        undecided: Sequence[Row] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.undecided, self.referees = undecided, referees
        if undecided:
            titles = "; ".join(row.measure.title for row in undecided)
            self.fields["despite"].help_text = _("Undecided: %(titles)s.") % {"titles": titles}
        else:
            del self.fields["despite"]
        offer_objects(self, "to", referees)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        signs = cleaned.get("kind") == ReviewDecision.Kind.SIGN_OFF
        if signs and self.undecided and not cleaned.get("despite"):
            self.add_error("despite", self._still_undecided())
        refers = cleaned.get("kind") == ReviewDecision.Kind.REFER
        if refers and not cleaned.get("to") and not self.errors.get("to"):
            self.add_error("to", self._nobody_named())
        return cleaned

    def _still_undecided(self) -> str:
        number = len(self.undecided)
        return ngettext(
            "Nobody has decided on %(number)s recommendation. Decide on it, or tick here.",
            "Nobody has decided on %(number)s recommendations. Decide on them, or tick here.",
            number,
        ) % {"number": number}

    def _nobody_named(self) -> Any:
        if self.referees.exists():
            return _("Choose who decides.")
        return _("The case has no other reviewer. Ask its owner to add one, then refer it to them.")
