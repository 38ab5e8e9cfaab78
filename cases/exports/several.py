"""The files that span several cases: the actor's sheet and the round-up."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import labels
from cases.exports.document import joined, shared_data
from cases.exports.pdf import pdf
from cases.models import Assessment
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.values import ActorSheet, Coded, RoundUp, RoundUpLine
from cases.queries.reports.wording import day


def actor_sheet_pdf(
    sheet: ActorSheet, assessments: Collection[Assessment], organisation: Organisation
) -> bytes:
    """What is asked of one actor, as a PDF."""
    title = _("Requests to %(name)s") % {"name": sheet.name}
    levels = [line.confidentiality for line in sheet.asks]
    data = _data(organisation, sheet, title, levels, _last_change(assessments))
    data["words"] |= {
        "kind": _("Actor's sheet"),
        "asked": ngettext(
            "%(number)s measure is asked of it now",
            "%(number)s measures are asked of it now",
            len(sheet.asks),
        )
        % {"number": len(sheet.asks)},
        "nothing": _("Nothing. No signed-off advice that you may see asks anything of it."),
        "measure": _("What is asked"),
        "role": _("Role and priority"),
        "follow_up": _("Follow-up"),
        "not_begun": _("not begun"),
        "withdrawn": _("No longer asked for in newer advice"),
        "its_part": _("Its role:"),
    }
    data["sheet"] = {
        "name": sheet.name,
        "mandate": sheet.mandate,
        "on": _("as of %(date)s") % {"date": day(sheet.on)},
        "cases": _by_case(sheet),
        "withdrawn": sheet.withdrawn,
    }
    return pdf("actor", data, language=data["lang"], dated=_last_change(assessments))


def _by_case(sheet: ActorSheet) -> list[dict[str, Any]]:
    """The requests of each case together, the case with the most urgent one first."""
    cases: dict[str, dict[str, Any]] = {}
    for line in sheet.asks:
        place = joined([*line.countries, _("situation as of %(date)s") % {"date": day(line.as_of)}])
        found = cases.setdefault(
            line.assessment,
            {
                "title": line.case,
                "place": place,
                "level": line.confidentiality.says,
                "is_open": line.confidentiality.code == "open",
                "signed": line.signed,
                "asks": [],
            },
        )
        found["asks"].append(
            {
                "title": line.title,
                "what": line.what,
                "reason": line.reason,
                "does": line.does,
                "role": line.role.says,
                "priority": line.priority.says,
                "followed": line.followed,
            }
        )
    return list(cases.values())


def round_up_pdf(
    value: RoundUp, assessments: Collection[Assessment], organisation: Organisation
) -> bytes:
    """Several cases as a PDF: a table with a line each, then a paragraph each."""
    number = len(value.lines)
    title = ngettext("Round-up of %(number)s case", "Round-up of %(number)s cases", number) % {
        "number": number
    }
    levels = [line.confidentiality for line in value.lines]
    data = _data(organisation, value, title, levels, _last_change(assessments))
    data["words"] |= {
        "kind": _("Round-up"),
        "case": _("Case"),
        "state": _("State of the advice"),
        "as_of": _("Situation as of"),
        "level": _("Confidentiality"),
        "first": _("First:"),
        "nothing": _("There are no cases to list."),
        "no_advice": _("No advice is signed off or awaits review."),
        "digest": _("Frozen under the digest"),
        "closed": _("Case closed"),
    }
    data["round_up"] = {
        "title": title,
        "on": _("as of %(date)s") % {"date": day(value.on)},
        "lines": [_round_up_data(line) for line in value.lines],
    }
    return pdf("round-up", data, language=data["lang"], dated=_last_change(assessments))


def _round_up_data(line: RoundUpLine) -> dict[str, Any]:
    state = line.state
    return {
        "title": line.case,
        "countries": joined(line.countries),
        "level": line.confidentiality.says,
        "is_open": line.confidentiality.code == "open",
        "as_of": day(line.as_of),
        "mark": state.mark if state else "",
        "is_valid": state.is_valid if state else False,
        "sentences": state.sentences if state else (),
        "situation": line.situation,
        "first": line.first[:3],
        "notices": line.notices,
        "digest": line.digest,
        "closed": line.closed,
    }


def _data(
    organisation: Organisation,
    value: ActorSheet | RoundUp,
    title: str,
    levels: Iterable[Coded],
    dated: datetime,
) -> dict[str, Any]:
    """The data that every template reads; a file is as confidential as what is most so in it."""
    order = list(labels.CONFIDENTIALITY)
    found = sorted(levels, key=lambda level: order.index(level.code))
    level = found[-1] if found else None
    language = value.language.partition("-")[0]
    return shared_data(organisation, language, title=title, dated=dated) | {
        "confidentiality": level.says if level else "",
        "is-open": level is None or level.code == "open",
        "author": organisation.name or "rtop_assist",
        "mark": "",
        "is-valid": True,
        "digest": "",
        "limits": value.limits,
        "running": _("%(title)s · %(date)s") % {"title": title, "date": day(value.on)},
    }


def _last_change(assessments: Iterable[Assessment]) -> datetime:
    """When the last of the assessments was submitted; without any, the start of the day."""
    moments = [row.submitted_at for row in assessments if row.submitted_at]
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return max(moments, default=start)
