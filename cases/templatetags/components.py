"""Parts that many pages share: the way back, pages of a list, a moment in time, a table of data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cases import labels
from cases.exports.formats import ASSESSMENT_FORMATS
from cases.models import Assessment, Case
from cases.queries.assessing.state import AssessmentState, state_of
from cases.queries.paging import Page
from cases.queries.reports.state_lines import state_sentences
from cases.sent_forms import FIELD, KeptField, new_token, typed_texts

register = template.Library()


@register.simple_tag(takes_context=True)
def form_token(context: dict[str, Any]) -> SafeString:
    """The hidden fields of each form: Django's token, and one that says who opened the form."""
    fields = [("csrfmiddlewaretoken", context.get("csrf_token") or "")]
    request: HttpRequest | None = context.get("request")
    if request is not None and request.user.is_authenticated:
        fields.append((FIELD, new_token(request.user)))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields)


@register.simple_tag(takes_context=True)
def typed_texts_of_request(context: dict[str, Any]) -> list[KeptField]:
    """What the person typed in the form that could not be saved."""
    request: HttpRequest | None = context.get("request")
    return typed_texts(request) if request is not None else []


@register.inclusion_tag("components/crumb.html")
def crumb(words: object, to: str | Model = "", *args: object, fragment: str = "") -> dict[str, Any]:
    """One place on the way to this page: `{% crumb _("Actors") "actor_list" %}`.

    `to` is the name of a URL, which takes `args`, or an object with a page of its own. Without it,
    the crumb is the page itself.
    """
    href = resolve_url(to, *args) if to else ""
    return {"words": words, "href": f"{href}#{fragment}" if fragment else href}


@register.inclusion_tag("components/case_crumbs.html")
def case_crumbs(case: Model) -> dict[str, Any]:
    """The way to a page about a case: the list of cases, then the case."""
    return {"case": case}


@register.inclusion_tag("components/assessment_state.html")
def assessment_state(state: AssessmentState) -> dict[str, Any]:
    """The state of an assessment as tags: its review, what replaced it, whether it is stale."""
    return {"state": state}


@register.inclusion_tag("components/short_state.html")
def short_state(state: AssessmentState) -> dict[str, Any]:
    """The state of an assessment in a word or two, for a list. A title and screen readers give the
    names and dates.
    """
    return {
        "state": state,
        "icon_name": labels.REVIEW_ICON[state.code],
        "words": labels.REVIEW_MARK[state.code],
        "sentences": " ".join(state_sentences(state)),
    }


# For the head of an assessment's pages. Lists read the states of all their assessments at once.
register.simple_tag(state_of)


@register.inclusion_tag("reports/menu.html")
def downloads(assessment: Assessment) -> dict[str, Any]:
    """The button with the files that can be had of an assessment."""
    return {"assessment": assessment, "formats": ASSESSMENT_FORMATS}


@register.simple_tag
def print_marks(case: Case | str, assessment: Assessment | str, state: object) -> SafeString:
    """What each printed page of a case says in its margins, as attributes of the `html` element.

    `print.css` puts them there. Pages about no case have none.
    """
    if not isinstance(case, Case):
        return SafeString("")
    marks = {"title": case.title, "state": str(labels.CONFIDENTIALITY[case.confidentiality])}
    if isinstance(assessment, Assessment) and isinstance(state, AssessmentState):
        marks["state"] += f" · {labels.REVIEW_MARK[state.code]}"
        day = date_format(assessment.as_of, "DATE_FORMAT")
        marks["date"] = _("As of %(date)s") % {"date": day}
    if case.is_closed:
        marks["state"] += " · " + _("Case closed")
    return format_html_join(" ", 'data-print-{}="{}"', marks.items())


@register.inclusion_tag("components/case_marks.html")
def case_marks(case: Case) -> dict[str, Any]:
    """How confidential a case is, in one word, and whether it is closed. Every page that shows a
    part of the case shows this.
    """
    level = case.confidentiality
    return {"level": level, "words": labels.CONFIDENTIALITY[level], "is_closed": case.is_closed}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: dict[str, Any], page: Page[Any], fragment: str = "") -> dict[str, Any]:
    """Links to the page before and after in a list, which keep the filters of the address."""
    request: HttpRequest = context["request"]
    return {"request": request, "page": page, "fragment": f"#{fragment}" if fragment else ""}


@register.simple_tag
def time(moment: date, shown: str = "j M Y, H:i", css: str = "") -> SafeString:
    """A day or a moment as a `<time>`. A time of day says its time zone, a day has it in its
    tooltip.
    """
    if isinstance(moment, datetime):
        moment = localtime(moment)
        shown = f"{shown} T" if "H:i" in shown else shown
        title = f"{date_format(moment, 'DATETIME_FORMAT')} {date_format(moment, 'T')}"
    else:
        title = ""
    attributes = {"class": css, "datetime": moment.isoformat(), "title": title}
    present = [(name, value) for name, value in attributes.items() if value]
    return format_html(
        "<time{}>{}</time>",
        format_html_join("", ' {}="{}"', present),
        date_format(moment, shown),
    )


@dataclass(frozen=True, slots=True)
class SortHeading:
    """A heading of a table that is a link: it sorts the table, or turns the order round."""

    words: str
    href: str
    order: str

    def __str__(self) -> str:
        return self.words


@register.simple_tag(takes_context=True)
def sort_heading(
    context: dict[str, Any], words: str, key: str, newest_first: bool = False
) -> SortHeading:
    """The heading that sorts a list by `key`. The list's present order is `sort` in the context."""
    order = {key: "ascending", f"-{key}": "descending"}.get(context["sort"], "")
    first, other = (f"-{key}", key) if newest_first else (key, f"-{key}")
    address = context["request"].GET.copy()
    address["sort"] = other if context["sort"] == first else first
    address.pop("page", None)
    return SortHeading(str(words), f"?{address.urlencode()}", order)


@register.simple_block_tag(end_name="enddatatable")
def datatable(content: SafeString, *headings: object, caption: str = "") -> SafeString:
    """A table of data around its rows. On a phone each row becomes a block.

    `{% datatable _("Measure") _("Status") %}<tr>…</tr>{% enddatatable %}`
    """
    context = {"rows": content, "headings": headings, "caption": caption}
    return render_to_string("components/datatable.html", context)
