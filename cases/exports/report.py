"""The report: everything that a reader may know of an assessment, as a PDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from cases import labels
from cases.exports.brief import first_title, made
from cases.exports.country_map import map_of_case
from cases.exports.document import assessment_data, joined
from cases.exports.pdf import pdf
from cases.exports.report_words import report_words
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.values import (
    AnswerLine,
    ChoiceLine,
    DecisionLine,
    GateLine,
    MeasureLine,
    PassageLine,
    PlanLines,
    ReasonLine,
    Report,
    ReviewLine,
    RiskLine,
    SourceLine,
    StepLine,
)
from cases.queries.reports.wording import day

# How the measures of each status are shown: in full, in a line of a table, or by their titles.
TOLD = {
    "recommended": "full",
    "conditional": "full",
    "deferred": "short",
    "blocked": "short",
    "open": "short",
    "not_indicated": "title",
}


def report_pdf(report: Report, organisation: Organisation) -> bytes:
    """The report of an assessment as a PDF."""
    title = _("Report: %(title)s") % {"title": report.case.title}
    data = assessment_data(report, organisation, title=title)
    data["words"] |= report_words()
    data["report"] = _report_data(report)
    return pdf("report", data, language=data["lang"], dated=report.dated)


def _report_data(report: Report) -> dict[str, Any]:
    numbers = numbered_passages(report)
    return {
        "title": report.case.title,
        "url": report.url,
        "place": joined(country.says for country in report.case.countries),
        "as_of": _("situation as of %(date)s") % {"date": day(report.as_of)},
        "situation": report.situation,
        "state": report.state.sentences,
        "made": made(report),
        "map": map_of_case(report.case, report.as_of),
        "case": report.case,
        "comment": report.comment,
        "notices": report.notices,
        "summary": report.summary,
        "first_title": first_title(report),
        "first": [line.code for line in report.first],
        "plan": _plan_data(report.plan) if report.plan else None,
        "picture": _picture_data(report),
        "withdrawn": report.withdrawn,
        "gaps": report.gaps,
        "risk": list(map(_risk_data, report.risk)),
        "by_code": {line.code: _measure_data(line, numbers) for line in report.measures},
        "groups": list(groups(report.measures)),
        "sections": [
            {"title": section.title, "answers": list(map(_answer_data, section.answers))}
            for section in report.sections
        ],
        "left": report.left,
        "review": list(map(_review_data, report.review)),
        "steps": list(map(_step_data, report.steps)),
        "passages": [
            {"number": number, "key": cited(passage), "says": passage.says}
            for passage, number in numbers.items()
        ],
        "edition_digest": report.edition_digest,
    }


def _review_data(line: ReviewLine) -> dict[str, str]:
    return {
        "says": _("%(decision)s to %(name)s")
        % {"decision": line.kind.says, "name": line.referred_to}
        if line.referred_to
        else line.kind.says,
        "reviewer": line.reviewer,
        "day": day(line.on),
        "text": line.text,
        "digest": line.digest,
    }


def _risk_data(line: RiskLine) -> dict[str, Any]:
    return {
        "code": line.code,
        "title": line.title,
        "level": line.level,
        "strongest": line.strongest if line.level else (),
        "known": _("%(known)s of %(questions)s answers are known")
        % {"known": line.known, "questions": line.questions},
    }


def _plan_data(plan: PlanLines) -> dict[str, Any]:
    return {
        "is_chosen": plan.is_chosen,
        "choices": list(map(_choice_data, plan.choices)),
        "computed": plan.computed,
        "next": plan.next,
        "later": plan.later,
        "closed": plan.closed,
        "unanswered": plan.unanswered,
        "unknown": plan.unknown,
        "weak": plan.weak,
    }


def _choice_data(choice: ChoiceLine) -> dict[str, Any]:
    return {
        "says": choice.says,
        "reason": choice.reason,
        "by": choice.by,
        "day": day(choice.on),
        "has_effect": choice.has_effect,
    }


def _picture_data(report: Report) -> dict[str, Any] | None:
    """What the measures to do first make possible: two columns of measures, and lines between."""
    by_title = {line.title: line.code for line in report.measures}
    first = [line.code for line in report.first]
    opened: dict[str, list[str]] = {}
    for line in report.measures:
        if line.status.code == "not_indicated" or line.code in first:
            continue
        for title in line.waits_for:
            if (earlier := by_title.get(title)) in first:
                opened.setdefault(line.code, []).append(str(earlier))
    if not opened:
        return None
    right = list(opened)[:DEEPEST]
    left = [code for code in first if any(code in opened[later] for later in right)]
    pairs = []
    for later in right:
        pairs += [(earlier, later) for earlier in opened[later]]
    says = [
        _("%(first)s, then %(second)s")
        % {"first": report.by_code[earlier].title, "second": report.by_code[later].title}
        for earlier, later in pairs
    ]
    return {
        "columns": [left, right],
        "links": [
            {"from": left.index(earlier), "to": right.index(later)} for earlier, later in pairs
        ],
        "alt": _("What the measures to do first make possible: %(pairs)s.")
        % {"pairs": "; ".join(says)},
    }


# More measures than this in a column are left to the lists above the picture.
DEEPEST = 10


def _measure_data(line: MeasureLine, numbers: Mapping[PassageLine, int]) -> dict[str, Any]:
    failing = next((gate for gate in line.gates if gate.value.code == "fails"), None)
    waiting = next((item for item in line.deferrals if item.is_settled), None)
    named = {line.lead.actor, *(actor.actor for actor in line.partners)} if line.lead else set()
    return {
        "code": line.code,
        "title": line.title,
        "status": line.status,
        "facts": _facts(line),
        "reason": line.reason,
        "condition": line.condition,
        "what": line.what,
        "leading": line.leading,
        "lead": line.lead,
        "is_lead_chosen": line.is_lead_chosen,
        "partners": line.partners,
        "problems": line.problems,
        "by_when": line.by_when,
        "waits_for": line.waits_for,
        "waits": line.waits,
        "opens": failing.opens if failing else "",
        "look_again": waiting.look_again if waiting else "",
        "possible": line.possible,
        "reasons": [_reason_data(reason, numbers) for reason in line.reasons],
        "gates": [_gate_data(gate, numbers) for gate in line.gates],
        "deferrals": line.deferrals,
        "cautions": line.cautions,
        "fragile": line.fragile,
        "others": [
            _("%(name)s (%(role)s)") % {"name": actor.name, "role": actor.role.says.lower()}
            for actor in line.actors
            if actor.actor not in named
        ],
        "evidence": line.evidence,
        "followed": line.followed,
        "decisions": list(map(_decision_data, line.decisions)),
    }


def _decision_data(decision: DecisionLine) -> dict[str, str]:
    return {
        "says": decision.says,
        "reviewer": decision.reviewer,
        "day": day(decision.on),
        "text": decision.text,
    }


def _gate_data(gate: GateLine, numbers: Mapping[PassageLine, int]) -> dict[str, Any]:
    return {
        "title": gate.title,
        "value": gate.value,
        "says": gate.says,
        "condition": gate.condition,
        "opens": gate.opens,
        "cited": cited_as(gate.passages, numbers),
    }


def _reason_data(reason: ReasonLine, numbers: Mapping[PassageLine, int]) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "says": reason.says,
        "holds": reason.holds,
        "answers": reason.answers,
        "cited": cited_as(reason.passages, numbers),
    }


def _facts(line: MeasureLine) -> list[str]:
    facts = [line.form.says, line.horizon.says]
    if line.priority:
        facts.insert(0, _("Priority: %(priority)s") % {"priority": line.priority.says.lower()})
    return facts


def groups(measures: Iterable[MeasureLine]) -> Iterator[dict[str, Any]]:
    by_status: dict[str, list[str]] = {}
    for line in measures:
        by_status.setdefault(line.status.code, []).append(line.code)
    for status, words in labels.STATUS.items():
        if codes := by_status.get(status):
            number = {"status": str(words), "number": len(codes)}
            yield {
                "title": _("%(status)s: %(number)s") % number,
                "kind": TOLD[status],
                "measures": codes,
            }


def _answer_data(line: AnswerLine) -> dict[str, Any]:
    facts = []
    if line.confidence:
        facts.append(_("confidence: %(level)s") % {"level": line.confidence.says.lower()})
    if line.effective_on:
        facts.append(_("since %(date)s") % {"date": day(line.effective_on)})
    if line.carried_over:
        facts.append(_("carried over, not confirmed"))
    says = line.state.says if line.state.code != "known" else line.says
    return {
        "title": line.title,
        "says": says,
        "facts": facts,
        "note": line.note,
        "sources": list(map(_source_data, line.sources)),
        "files": line.files,
    }


def _source_data(source: SourceLine) -> dict[str, Any]:
    facts = [source.publisher, day(source.published_on)]
    facts.append(_("reliability %(grade)s") % {"grade": source.reliability})
    return {"title": source.title, "url": source.url, "facts": [fact for fact in facts if fact]}


def _step_data(line: StepLine) -> dict[str, Any]:
    facts = [line.fact.says, day(line.happened_on) or _("no date"), *line.actors]
    if line.due_on:
        due = _("overdue since %(date)s") if line.is_overdue else _("due %(date)s")
        facts.append(due % {"date": day(line.due_on)})
    note = "\n\n".join(text for text in (line.note, *line.documents) if text)
    return {"title": line.title, "facts": facts, "note": note, "source": line.source}


def cited(passage: PassageLine) -> str:
    """A passage by its source and place."""
    return _("%(source)s, %(where)s") % {"source": passage.source, "where": passage.where}


def cited_as(passages: Iterable[PassageLine], numbers: Mapping[PassageLine, int]) -> str:
    """The numbers of passages in the list at the end, such as `[3], [12]`."""
    found = sorted({numbers[passage] for passage in passages if passage in numbers})
    return ", ".join(f"[{number}]" for number in found)


def numbered_passages(report: Report) -> dict[PassageLine, int]:
    """The passages that the measures shown in full rest on, each once, counted from 1."""
    passages: dict[PassageLine, None] = {}
    for line in report.measures:
        if TOLD[line.status.code] == "full":
            for reason in line.reasons:
                passages |= dict.fromkeys(reason.passages)
            for gate in line.gates:
                passages |= dict.fromkeys(gate.passages)
    return {passage: number for number, passage in enumerate(passages, 1)}
