"""Forms for answers for which a newer edition has no question."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.base import PlainForm
from cases.models import UnplacedAnswer
from cases.rulebook.entries.questions import Questionnaire


class PlaceForm(PlainForm):
    """The question of the draft's edition to which an answer without a place belongs."""

    question = forms.ChoiceField(
        label=_("Place it with"),
        error_messages={"required": _("Choose a question.")},
        help_text=_(
            "The note, the sources and the files go to this question. "
            "You then answer the question yourself."
        ),
    )

    def __init__(
        self, kept: UnplacedAnswer, questionnaire: Questionnaire, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        self.auto_id = f"place-{kept.pk}-%s"
        field = cast("forms.ChoiceField", self.fields["question"])
        choices: list[tuple[str, Any]] = [("", _("Choose a question"))]
        for section in questionnaire.sections:
            questions = questionnaire.in_section(section.code)
            choices.append((section.title, [(item.code, item.title) for item in questions]))
        field.choices = choices


class PutAsideForm(PlainForm):
    """Why an answer without a place is left out."""

    reason = forms.CharField(
        label=_("Why it is left out"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": _("Say why the answer is left out.")},
    )

    def __init__(self, kept: UnplacedAnswer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        self.auto_id = f"aside-{kept.pk}-%s"
