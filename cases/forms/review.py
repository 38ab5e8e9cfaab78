"""Forms of the review."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.forms.base import PlainForm, ReviewersField, SeenForm
from cases.models import Assessment, MeasureDecision, ReviewDecision, User
from cases.permissions import may

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
                "%(names)s may not see this case: take the mention out, or ask the owner to add "
                "them."
            )
            raise forms.ValidationError(message % {"names": ", ".join(outside)})
        return text


class ReviewersForm(PlainForm):
    reviewers = ReviewersField()

    def __init__(self, *args: Any, reviewers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewers"].queryset = reviewers  # type: ignore[attr-defined]


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
            self.add_error("text", _("Say why, or what should stand instead: the author reads it."))
        return self.cleaned_data


class DecisionForm(_DecisionForm):
    kind = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (MeasureDecision.Kind.ENDORSE, _("Endorse")),
            (MeasureDecision.Kind.AMEND, _("Endorse as amended in the text")),
            (MeasureDecision.Kind.REJECT, _("Reject, for the reason in the text")),
            (MeasureDecision.Kind.ASK, _("Ask for more, as the text says")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    silent = (MeasureDecision.Kind.ENDORSE,)
    field_order = ["kind", "text", "seen"]


class VerdictForm(_DecisionForm):
    kind = forms.ChoiceField(
        label=_("Decision on the whole"),
        choices=[
            (ReviewDecision.Kind.SIGN_OFF, _("Sign off what was seen here")),
            (ReviewDecision.Kind.RETURN, _("Return it, with what to change")),
            (ReviewDecision.Kind.REFER, _("Refer it up")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    silent = (ReviewDecision.Kind.SIGN_OFF,)
    field_order = ["kind", "text", "seen"]
