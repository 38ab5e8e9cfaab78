"""Forms of the review."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases import labels
from cases.forms.base import NewReviewerField, PlainForm, ReviewersField, SeenForm, plain_helper
from cases.forms.person_choice import PersonChoiceField
from cases.models import Assessment, MeasureDecision, ReviewDecision, User
from cases.permissions import may
from cases.queries.review import kinds_for
from cases.queries.waiting_reviews import WAITING

TEXT_LIMIT = 20_000


_MENTION = re.compile(r"(?<![\w.@])@([\w.-]*\w)")


class CommentForm(PlainForm):
    """A comment; whoever it mentions by @name must be able to read it."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_(
            "Markdown: *emphasis*, **strong**, > quote, lists and links. @name mentions someone."
        ),
        error_messages={"required": _("Write what you want to say.")},
    )

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Its fields stand beside those of a decision on one page.
        self.auto_id = "comment-%s"
        self.assessment = assessment
        self.mentions: list[User] = []

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        names = set(_MENTION.findall(text))
        self.mentions = list(User.objects.filter(username__in=names, is_active=True))
        outside = [
            str(user)
            for user in self.mentions
            if not may(user, "cases.view_assessment", self.assessment)
        ]
        if outside:
            message = _(
                "%(names)s may not see this case. Remove the mention, or ask the owner to add them."
            )
            raise forms.ValidationError(message % {"names": ", ".join(outside)})
        return text


class ReviewFilters(forms.Form):
    """Which of the reviews that wait to show."""

    q = forms.CharField(label=_("Case"), required=False, max_length=200)
    who = forms.ChoiceField(
        label=_("Asked"),
        required=False,
        choices=[
            ("", _("Anyone")),
            ("me", _("Me")),
            ("nobody", _("Nobody who can review it")),
        ],
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Any")),
            *((state.value, state.label) for state in WAITING),
        ],
    )
    confidentiality = forms.ChoiceField(
        label=_("Confidentiality"),
        required=False,
        choices=[("", _("Any")), *labels.CONFIDENTIALITY.items()],
    )


class ReviewersForm(forms.Form):
    reviewers = ReviewersField()
    new_reviewer = NewReviewerField()

    def __init__(
        self, *args: Any, reviewers: QuerySet[User], to_add: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].queryset = reviewers  # type: ignore[attr-defined]
        self.fields["new_reviewer"].queryset = to_add  # type: ignore[attr-defined]
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
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind, labels.decision_to_take(kind, status)) for kind in kinds_for(status)
        ]


class VerdictForm(_DecisionForm):
    """A decision on the whole; `referees` are those to whom it can be referred."""

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
    field_order = ["kind", "to", "text", "seen"]

    def __init__(self, *args: Any, referees: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = referees  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        refers = cleaned.get("kind") == ReviewDecision.Kind.REFER
        if refers and not cleaned.get("to") and not self.errors.get("to"):
            self.add_error("to", self._nobody_named())
        return cleaned

    def _nobody_named(self) -> Any:
        if self.fields["to"].queryset.exists():  # type: ignore[attr-defined]
            return _("Choose who is to decide.")
        return _("The case has no other reviewer. Ask its owner to add one, then refer it to them.")
