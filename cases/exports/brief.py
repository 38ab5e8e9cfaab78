"""The brief: one page of an assessment for someone with two minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.exports.document import assessment_data, joined
from cases.exports.pdf import pdf
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.values import MeasureLine, Report
from cases.queries.reports.wording import day
from cases.rulebook.wording.sentences import lower_first

# A brief is one page, so it cuts texts longer than these. The report has them in full.
LONG, SENTENCE = 180, 420
# How many gates that block measures, and questions without an answer, a brief names.
NAMED = 3
# How many measures that come next, and leads of a measure of an edition that names no one lead.
NEXT, LEADS = 4, 3


@dataclass(frozen=True, slots=True)
class _Part:
    """A list of the brief, and how many lines of it are in the report alone."""

    title: str
    lines: tuple[str, ...]
    more: int = 0


def brief(report: Report, organisation: Organisation) -> bytes:
    """The brief of an assessment as a PDF of one page."""
    data = assessment_data(
        report, organisation, title=_("Brief: %(title)s") % {"title": report.case.title}
    )
    data["brief"] = content(report)
    data["words"] |= {
        "brief": _("Brief"),
        "what": _("What"),
        "who_leads": _("Who leads"),
        "by_when": _("By when"),
        "with": _("With"),
        "after": _("After:"),
        "on_condition": _("On condition:"),
        "nobody": _("Nobody suitable is known"),
        "more": _("{number} more in the report."),
        "digest": _("Frozen under the digest"),
    }
    return pdf("brief", data, language=data["lang"], dated=report.dated)


def content(report: Report) -> dict[str, Any]:
    first = report.first
    return {
        "title": cut(report.case.title),
        "place": joined([country.says for country in report.case.countries][:6]),
        "as_of": _("situation as of %(date)s") % {"date": day(report.as_of)},
        "situation": [cut(sentence, SENTENCE) for sentence in report.situation],
        "notices": [notice.title for notice in report.notices if notice.is_settled],
        "first_title": first_title(report),
        "first": [_first_measure(number, line) for number, line in enumerate(first, 1)],
        "nothing": _(
            "No measure can be recommended from the answers given. Answer the questions that "
            "matter most first."
        ),
        "parts": [part for part in _brief_parts(report) if part.lines],
        "signed": report.state.sentences,
        "made": made(report),
    }


def first_title(report: Report) -> str:
    number = len(report.first)
    if report.plan is None:
        return _("What is most urgent")
    return ngettext("Do this first", "Do these %(number)s first", number) % {"number": number}


def _first_measure(number: int, line: MeasureLine) -> dict[str, Any]:
    decided = [item.says for item in line.decisions if item.kind in ("reject", "amend", "ask")]
    return {
        "number": number,
        "title": line.title,
        "reason": cut(line.reason, SENTENCE),
        "condition": cut(line.condition, SENTENCE),
        "waits_for": line.waits_for[:2],
        "lead": cut(_leads_in_short(line)),
        "partners": [cut(actor.short or actor.name, 60) for actor in line.partners],
        "by_when": line.by_when,
        "decided": decided[0] if decided else "",
    }


def _leads_in_short(line: MeasureLine) -> str:
    """Who leads a measure; of many who can, the first and how many more there are."""
    more = len(line.leading) - LEADS
    if more <= 0:
        return joined(line.leading)
    return ngettext("%(names)s and %(number)s more", "%(names)s and %(number)s more", more) % {
        "names": joined(line.leading[:LEADS]),
        "number": more,
    }


def _brief_parts(report: Report) -> Iterator[_Part]:
    later = len(report.plan.next) if report.plan else 0
    yield _Part(_("What comes next"), tuple(_next_lines(report)), max(later - NEXT, 0))
    yield _Part(_("What it waits for"), tuple(_waiting_lines(report)))
    yield _Part(_("Problems that no measure addresses"), tuple(_unanswered_lines(report)))
    unknown = max(len(report.gaps) - NAMED, 0)
    yield _Part(_("Not known, and matters most"), tuple(_unknown_lines(report)), unknown)
    if report.plan and report.plan.weak:
        yield _Part(_("Weak answers that the plan rests on"), report.plan.weak)


def _next_lines(report: Report) -> Iterator[str]:
    """The first of the measures that come next, each with its lead."""
    if report.plan is None:
        return
    measures = report.by_code
    for code in report.plan.next[:NEXT]:
        line = measures[code]
        slots = {"measure": line.title, "lead": line.lead.brief if line.lead else ""}
        yield _("%(measure)s (%(lead)s)") % slots if line.lead else line.title
    if not report.plan.next:
        yield _("Nothing else is advised now.")


def _waiting_lines(report: Report) -> Iterator[str]:
    """What blocks most measures and would open them, then how many have to wait for their time."""
    blocked = [line for line in report.measures if line.status.code == "blocked"]
    closed: Counter[str] = Counter()
    opens: dict[str, str] = {}
    for line in blocked:
        for gate in line.gates:
            if gate.value.code == "fails":
                closed[gate.title] += 1
                opens.setdefault(gate.title, gate.opens)
    for title, number in closed.most_common(NAMED):
        says = ngettext(
            "%(why)s: blocks %(number)s measure.", "%(why)s: blocks %(number)s measures.", number
        ) % {"why": title, "number": number}
        opening = _("What would open it: %(opens)s") % {"opens": opens[title]}
        yield cut(f"{says} {opening}" if opens[title] else says, SENTENCE)
    number = sum(line.status.code == "deferred" for line in report.measures)
    if number:
        yield ngettext(
            "%(number)s measure has to wait for its time.",
            "%(number)s measures have to wait for their time.",
            number,
        ) % {"number": number}
    if not blocked and not number:
        yield _("Nothing: no measure is blocked or has to wait.")


def _unanswered_lines(report: Report) -> Iterator[str]:
    if report.plan is None:
        return
    yield from report.plan.unanswered
    if not report.plan.unanswered:
        yield _("None: every pressing problem has a measure that acts on it.")


def _unknown_lines(report: Report) -> Iterator[str]:
    for gap in islice(report.gaps, NAMED):
        number = len(gap.measures)
        yield ngettext(
            "%(question)s (%(number)s measure depends on it)",
            "%(question)s (%(number)s measures depend on it)",
            number,
        ) % {"question": cut(gap.text), "number": number}
    if not report.gaps:
        yield _("No question without an answer can change the advice.")


def made(report: Report) -> str:
    slots = {
        "author": report.author,
        "edition": lower_first(report.edition),
        "date": day(report.submitted_at),
    }
    if report.submitted_at is None:
        return _("Drafted by %(author)s with %(edition)s of the rules.") % slots
    return _("Submitted by %(author)s on %(date)s, with %(edition)s of the rules.") % slots


def cut(text: str, most: int = LONG) -> str:
    """A text of at most so many characters, cut at a word."""
    if len(text) <= most:
        return text
    return f"{text[: most - 1].rsplit(' ', 1)[0].rstrip()}…"
