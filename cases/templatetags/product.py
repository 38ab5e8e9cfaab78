"""Template tags and filters that every page may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import nh3
from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from cases import labels
from cases.country_names import country_name
from cases.forms.editor.naming import field_words
from cases.models import Assessment, Comment, MeasureDecision, Step, User
from cases.models.user import distinct_names
from cases.queries.editions.rulebooks import rulebook_of
from cases.rulebook.entries.catalogue import Actor, Evidence, Name
from cases.rulebook.entries.rules import PRIORITIES
from cases.rulebook.wording.sentences import lower_first

register = template.Library()

_LABELS: dict[str, Mapping[str, labels.Label]] = {
    "status": labels.STATUS,
    "form": labels.FORM,
    "horizon": labels.HORIZON,
    "priority": labels.PRIORITY,
    "role": labels.ROLE,
    "start": labels.START,
    "gate": labels.GATE_KIND,
    "kind": labels.QUESTION_KIND,
    "confidence": labels.CONFIDENCE,
    "confidentiality": labels.CONFIDENTIALITY,
    "category": labels.ACTOR_CATEGORY,
    "change": labels.CHANGE,
    "entry": labels.ENTRY,
    "strength": labels.EVIDENCE_STRENGTH,
    "line": labels.LINE,
    "grade": labels.GRADE,
    "basis": labels.SOURCE_BASIS,
    "fact": dict(Step.Fact.choices),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of `static/img/icons.svg`, beside words with the same meaning. Hidden from screen
    readers.
    """
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.filter
def names(people: Iterable[User]) -> str:
    """The names of people in one line, so that two who share a name can be distinguished."""
    return ", ".join(distinct_names(people))


@register.filter
def label(code: Any, kind: str) -> labels.Label:
    """The word for a code: `{{ status|label:"status" }}`."""
    return _LABELS[kind].get(str(code), str(code))


@register.filter
def decided_on(decision: MeasureDecision, status: str) -> labels.Label:
    """What a decision on a measure says, by the status that the advice gives the measure."""
    return labels.decision_taken(decision.kind, status)


@register.filter
def priority(index: int) -> labels.Label:
    """The word for a priority by its place, the most urgent first; a dash past the last."""
    return labels.PRIORITY[PRIORITIES[index]] if index < len(PRIORITIES) else "–"


@register.filter
def field(path: str, kind: str) -> str:
    """The name of a field of an entry, by its path: `{{ path|field:kind }}`."""
    return field_words(kind, path)


@register.filter
def fields(paths: Iterable[str], kind: str) -> str:
    """The names of fields of an entry, one after the other."""
    return ", ".join(lower_first(field_words(kind, path)) for path in paths)


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    return mapping.get(key)


# The HTML that a comment may contain: nothing that runs, loads or misleads.
_TAGS = {"p", "em", "strong", "blockquote", "ul", "ol", "li", "a", "code", "pre", "br", "hr", "s"}
_TAGS |= {f"h{level}" for level in range(1, 7)}
# HTML is shown as it was typed. An image is not loaded: its address is a link.
_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .enable("strikethrough")
    .disable(["image", "reference", "entity"])
)


def _numbered_as_typed(
    self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, _env: EnvType
) -> str:
    """Each item of a list keeps the number that its author gave it."""
    if tokens[at].info:
        tokens[at].attrSet("value", tokens[at].info)
    return self.renderToken(tokens, at, options, _env)


_MARKDOWN.add_render_rule("list_item_open", _numbered_as_typed)


@register.filter
def markdown(text: str) -> SafeString:
    """A comment's Markdown as HTML that holds only plain text formatting and web links.

    The time this takes grows with the length of the text alone, whatever the text holds.
    """
    return mark_safe(_markdown(text))  # noqa: S308  # nh3 cleaned it  # nosec B308, B703


# Comments never change, and a page may show many of them.
@lru_cache(maxsize=512)
def _markdown(text: str) -> str:
    return nh3.clean(
        _MARKDOWN.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}, "li": {"value"}},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )


@register.filter
def country(code: str, day: date | None = None) -> str:
    """A country's name in the reader's language, from its ISO 3166-1 alpha-3 code: the one that it
    had on a day, or today's.
    """
    return country_name(code, day)


@register.filter
def named(actor: Actor, day: date | None = None) -> Name:
    """An actor's name on a day, or today's if no day is given."""
    return actor.name_for(day or timezone.localdate())


@register.simple_tag
def makes_plan(assessment: Assessment) -> bool:
    """Whether the edition of an assessment makes a plan of its advice."""
    return bool(rulebook_of(assessment.edition_id).problems)


@register.simple_tag
def status(code: str) -> SafeString:
    """A status as a word with an icon and a colour, the same on every page."""
    return format_html(
        '<span class="status is-{}">{} {}</span>',
        code,
        icon(labels.STATUS_ICON[code]),
        labels.STATUS[code],
    )


@register.filter
def quote(comment: Comment) -> str:
    """A comment as a Markdown quote, for a reply to begin with."""
    lines = [f"**{comment.author}**", "", *comment.text.splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"


@register.filter
def overdue(evidence: Evidence, on: date) -> bool:
    """Whether nobody has reviewed the evidence for a year, on a day."""
    return evidence.is_overdue(on)


@register.filter
def preset(answers: Mapping[str, Any]) -> str:
    """Answers as the address of a what-if of the draft edition gives them: `a=QUESTION:OPTION`, one
    for each option.
    """
    pairs = []
    for code, value in answers.items():
        options = sorted(value) or [""] if isinstance(value, frozenset) else [value]
        pairs += [("a", f"{code}:{option}") for option in options]
    return urlencode(pairs)
