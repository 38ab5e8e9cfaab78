"""The report of an assessment as blocks: everything that the reader may know, in the order in which
it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import starmap

from django.utils.translation import gettext as _

from cases.exports.blocks import (
    Block,
    Grid,
    Heading,
    Items,
    Paragraph,
    Picture,
    Quote,
    without_empty,
)
from cases.exports.brief import content, first_title
from cases.exports.country_map import map_of_case
from cases.exports.document import joined
from cases.exports.report import cited, cited_as, groups, numbered_passages
from cases.exports.tables import source_line
from cases.queries.reports.organisation import Organisation
from cases.queries.reports.values import (
    ActorLine,
    AnswerLine,
    ChoiceLine,
    GapLine,
    GateLine,
    MeasureLine,
    PassageLine,
    ReasonLine,
    Report,
    RiskLine,
    SectionLine,
    StepLine,
)
from cases.queries.reports.wording import day


def facts(report: Report, organisation: Organisation) -> list[tuple[str, str]]:
    """What an assessment is: its case, day, author, state and digest, each with its label."""
    said = [
        (_("Organisation"), organisation.name),
        (_("Classification"), organisation.classification),
        (_("Case"), report.case.title),
        (_("Countries"), joined(country.says for country in report.case.countries)),
        (_("Neighbours"), joined(neighbour.says for neighbour in report.case.neighbours)),
        (_("Place"), report.case.place),
        (_("Confidentiality"), report.case.confidentiality.says),
        (_("State"), " ".join((f"{report.state.mark}.", *report.state.sentences))),
        (_("Situation as of"), day(report.as_of)),
        (_("Author"), report.author),
        (_("Submitted"), day(report.submitted_at)),
        (_("Edition"), report.edition),
        (_("Address"), report.url),
        (_("Frozen under the digest"), report.digest),
        (_("How to read this"), report.limits),
    ]
    return [(label, says) for label, says in said if says]


def report_blocks(report: Report, organisation: Organisation) -> list[Block]:
    """The whole report."""
    blocks = [
        *(
            Paragraph(says, _("%(label)s:") % {"label": label})
            for label, says in facts(report, organisation)
        ),
        *_map_blocks(report),
        *_situation_blocks(report),
        *_plan_blocks(report),
        *_open_end_blocks(report),
        Heading(_("All measures")),
        Paragraph(report.summary),
        *_status_blocks(report),
        *_risk_blocks(report),
        *_answer_blocks(report),
        *_unplaced_blocks(report),
        *_review_blocks(report),
        *_follow_up_blocks(report),
        *_source_blocks(report),
    ]
    return without_empty(blocks)


def _map_blocks(report: Report) -> Iterator[Block]:
    drawn = map_of_case(report.case, report.as_of)
    if drawn:
        yield Picture(drawn.svg, drawn.alt, " ".join(drawn.notes))


def _situation_blocks(report: Report) -> Iterator[Block]:
    yield Heading(_("The situation"))
    yield Paragraph(" ".join(report.situation))
    yield Paragraph(report.case.populations, _("Populations at risk:"))
    yield Paragraph(report.case.summary, _("Summary:"))
    yield Quote(report.comment, _("The author, on what is left open"))
    for notice in report.notices:
        if notice.is_settled:
            yield Heading(notice.title, 2)
            yield Paragraph(notice.says)
            yield Paragraph(joined(notice.still), _("What still applies:"))
            if notice.beyond:
                yield Paragraph(_("What belongs to Pillar Three:"))
                yield Items(notice.beyond)
        else:
            undecided = _("The missing answers decide whether this notice applies.")
            yield Paragraph(f"{notice.title}. {undecided}", _("Not settled:"))


def _plan_blocks(report: Report) -> Iterator[Block]:
    first = report.first
    yield Heading(first_title(report))
    yield _first_grid(first)
    yield _first_reasons(first)
    if report.plan is None:
        return
    measures = report.by_code
    yield Heading(_("Next"))
    yield Items(tuple(_next_item(measures[code]) for code in report.plan.next))
    yield Heading(_("Later"))
    yield Items(tuple(_later_item(measures[code]) for code in report.plan.later))
    yield Heading(_("What people changed in the computed plan"))
    yield Items(tuple(map(_choice_sentence, report.plan.choices)))


def _choice_sentence(choice: ChoiceLine) -> str:
    return _("%(change)s Reason: %(reason)s (%(person)s, %(date)s)") % {
        "change": choice.says,
        "reason": choice.reason,
        "person": choice.by,
        "date": day(choice.on),
    }


def _first_grid(lines: Iterable[MeasureLine]) -> Grid:
    return Grid(
        _("What to do first"),
        (_("What"), _("Who leads"), _("Problem addressed"), _("By when")),
        tuple(starmap(_first_grid_row, enumerate(lines, start=1))),
    )


def _first_grid_row(place: int, line: MeasureLine) -> tuple[str, ...]:
    title = f"{place}. {line.title}"
    return title, _lead_with_partners(line), joined(line.problems), line.by_when


def _first_reasons(lines: Iterable[MeasureLine]) -> Items:
    return Items(
        tuple(f"{line.title}: {_reason_with_lead(line)}" for line in lines), is_numbered=True
    )


def _open_end_blocks(report: Report) -> Iterator[Block]:
    """What the plan leaves open: problems, answers and measures."""
    if report.plan is not None:
        yield Heading(_("Problems that no measure addresses"))
        yield Items(report.plan.unanswered)
        yield Heading(_("Problems whose gravity is not known"))
        yield Items(report.plan.unknown)
        yield Heading(_("Weak answers that the plan rests on"))
        yield Items(report.plan.weak)
        yield Heading(_("What is not in the plan"))
        yield Paragraph(report.plan.left_out)
        titles = (report.by_code[code].title for code in report.plan.closed)
        yield Paragraph(joined(titles), _("Nothing in the catalogue leads to these:"))
    yield Heading(_("What is not known, and still matters"))
    yield Grid(
        _("Unanswered questions that could still change measures"),
        (_("Question"), _("Answer"), _("Measures it could change")),
        tuple(map(_gap_grid_row, report.gaps)),
    )


def _gap_grid_row(gap: GapLine) -> tuple[str, ...]:
    return (
        gap.text,
        _("Not known") if gap.is_unknown else _("Not asked yet"),
        joined(gap.measures),
    )


def _status_blocks(report: Report) -> Iterator[Block]:
    """The measures by their status: in full, in a row of a table, or by their titles."""
    numbers = numbered_passages(report)
    measures = report.by_code
    for group in groups(report.measures):
        lines = [measures[code] for code in group["measures"]]
        yield Heading(group["title"], 2)
        if group["kind"] == "full":
            for line in lines:
                yield from _measure_blocks(line, numbers)
        elif group["kind"] == "short":
            yield _short_grid(group["title"], lines)
        else:
            yield Items(tuple(line.title for line in lines))


def _short_grid(title: str, lines: Iterable[MeasureLine]) -> Grid:
    return Grid(
        title,
        (_("Measure"), _("Why, and what it waits for"), _("Who leads")),
        tuple(
            (line.title, "\n".join(_filled(_why_lines(line))), _lead_with_partners(line))
            for line in lines
        ),
    )


def _why_lines(line: MeasureLine) -> Iterator[str]:
    yield line.reason
    if line.status.code == "open":
        possible = joined(status.says for status in line.possible)
        yield _("Still possible: %(statuses)s") % {"statuses": possible}
    for gate in line.gates:
        if gate.value.code == "fails":
            yield _gate_sentence(gate)
    for row in line.deferrals:
        if row.is_settled:
            yield _("%(why)s Look again: %(when)s") % {"why": row.says, "when": row.look_again}
    yield from (f"{decision.says}, {decision.reviewer}" for decision in line.decisions)


def _measure_blocks(line: MeasureLine, numbers: Mapping[PassageLine, int]) -> Iterator[Block]:
    yield Heading(line.title, 3)
    yield Paragraph(_status_line(line))
    yield Paragraph(line.what)
    yield Paragraph(line.how, _("How:"))
    yield Paragraph(line.followed, _("What followed:"))
    yield Paragraph(line.condition, _("On condition:"))
    yield Items(tuple(_called_for(reason, numbers) for reason in line.reasons))
    yield Paragraph(joined(line.problems), _("Acts directly on:"))
    yield Items(tuple(map(_gate_sentence, line.gates)))
    yield Paragraph(joined(line.waits_for), _("Comes after:"))
    yield Paragraph(joined(line.fragile), _("Rests on low confidence:"))
    yield Paragraph(_lead_with_partners(line), _("Lead and partners:"))
    yield Paragraph("; ".join(map(_name_with_role, line.actors)), _("Everyone who can take part:"))
    yield Items(line.cautions)
    yield Paragraph(line.evidence, _("What studies say:"))
    for decision in line.decisions:
        by = {"person": decision.reviewer, "date": day(decision.on), "says": decision.says}
        yield Paragraph(decision.text or "–", _("%(says)s, %(person)s, %(date)s:") % by)


def _status_line(line: MeasureLine) -> str:
    parts = [line.status.says, line.form.says, line.horizon.says]
    if line.priority:
        parts.append(_("priority %(words)s") % {"words": line.priority.says.lower()})
    if line.status.code == "open":
        possible = joined(status.says for status in line.possible)
        parts.append(_("still possible: %(statuses)s") % {"statuses": possible})
    return " · ".join(parts)


def _called_for(reason: ReasonLine, numbers: Mapping[PassageLine, int]) -> str:
    answers = joined(f"{answer.title}: {answer.says}" for answer in reason.answers)
    parts = [reason.says, f"({answers})" if answers else "", cited_as(reason.passages, numbers)]
    return " ".join(_filled(parts))


def _gate_sentence(gate: GateLine) -> str:
    says = f"{gate.title}: {gate.value.says}. {gate.says}"
    if gate.value.code == "fails" and gate.opens:
        says = f"{says} " + _("What would open it: %(opens)s") % {"opens": gate.opens}
    return says


def _source_blocks(report: Report) -> Iterator[Block]:
    """Every passage that the reasons are numbered by, once, in our words."""
    yield Heading(_("Sources of the rules, in our words"))
    yield Grid(
        _("Sources of the rules"),
        (_("Number"), _("Source"), _("What it says")),
        tuple(
            (f"[{number}]", cited(passage), passage.says)
            for passage, number in numbered_passages(report).items()
        ),
    )


def _name_with_role(actor: ActorLine) -> str:
    return _("%(name)s (%(role)s)") % {"name": actor.name, "role": actor.role.says.lower()}


def _lead_with_partners(line: MeasureLine) -> str:
    leading = joined(line.leading)
    names = joined(actor.brief for actor in line.partners)
    if not leading or not names:
        return leading
    return _("%(lead)s, with %(partners)s") % {"lead": leading, "partners": names}


def _reason_with_lead(line: MeasureLine) -> str:
    parts = [line.reason]
    if line.condition:
        parts.append(_("On condition: %(condition)s") % {"condition": line.condition})
    if line.lead:
        parts.append(_lead_sentence(line.lead))
    return " ".join(part for part in parts if part)


def _lead_sentence(lead: ActorLine) -> str:
    return f"{lead.brief}: {lead.why} {lead.doubt}".strip() if lead.why else ""


def _next_item(line: MeasureLine) -> str:
    return f"{line.title} ({line.lead.brief})" if line.lead else line.title


def _later_item(line: MeasureLine) -> str:
    parts = [line.title]
    if line.waits_for:
        parts.append(_("after: %(measures)s") % {"measures": joined(line.waits_for)})
    if line.waits:
        parts.append(line.waits)
    return " – ".join(parts)


def _risk_blocks(report: Report) -> Iterator[Block]:
    yield Heading(_("Risk profile"))
    yield Grid(
        _("How far the answers point to each risk factor, from 0 (not at all) to 4 (severe)"),
        (_("Risk factor"), _("Strongest answer"), _("Known"), _("Answers that point to it most")),
        tuple(map(_risk_grid_row, report.risk)),
    )


def _risk_grid_row(row: RiskLine) -> tuple[str, ...]:
    return (
        f"{row.code} {row.title}",
        _("nothing known") if row.level is None else str(row.level),
        _("%(known)s of %(total)s") % {"known": row.known, "total": row.questions},
        joined(f"{answer.title}: {answer.says}" for answer in row.strongest),
    )


def _answer_blocks(report: Report) -> Iterator[Block]:
    yield Heading(_("Answers"))
    for section in report.sections:
        yield Heading(section.title, 2)
        yield _section_grid(section)


def _section_grid(section: SectionLine) -> Grid:
    return Grid(
        section.title,
        (_("Question"), _("Answer"), _("Confidence"), _("Sources and files")),
        tuple(map(_answer_grid_row, section.answers)),
    )


def _answer_grid_row(line: AnswerLine) -> tuple[str, ...]:
    return (
        line.text,
        "\n".join(part for part in (line.says, line.note) if part),
        line.confidence.says if line.confidence else "",
        "\n".join((*map(source_line, line.sources), *(file.name for file in line.files))),
    )


def _unplaced_blocks(report: Report) -> Iterator[Block]:
    yield Heading(_("Answers of an earlier edition without a place in this one"))
    yield Grid(
        _("Answers without a place"),
        (_("Question"), _("Answer"), _("Why"), _("Note"), _("Sources")),
        tuple(
            (row.title, row.answered, f"{row.why} {row.reason}", row.note, "\n".join(row.sources))
            for row in report.left
        ),
    )


def _review_blocks(report: Report) -> Iterator[Block]:
    yield Heading(_("Overall decisions"))
    yield Grid(
        _("Overall decisions"),
        (_("Decision"), _("By"), _("When"), _("Text")),
        tuple((row.kind.says, row.reviewer, day(row.on), row.text) for row in report.review),
    )


def _follow_up_blocks(report: Report) -> Iterator[Block]:
    yield Heading(_("What was done"))
    yield Grid(
        _("What was done"),
        (_("Measure"), _("What happened"), _("Date"), _("Actors"), _("Note")),
        tuple(map(_step_grid_row, report.steps)),
    )
    yield Paragraph(joined(report.withdrawn), _("Requests that were withdrawn:"))


def _step_grid_row(step: StepLine) -> tuple[str, ...]:
    return (
        step.title,
        step.fact.says,
        _days(step),
        joined(step.actors),
        "\n".join(_filled((step.note, step.source, *step.documents))),
    )


def _days(step: StepLine) -> str:
    days = [day(step.happened_on)]
    if step.due_on:
        words = _("overdue since %(date)s") if step.is_overdue else _("due %(date)s")
        days.append(words % {"date": day(step.due_on)})
    return "\n".join(_filled(days)) or _("no date")


def _filled(texts: Iterable[str]) -> Iterator[str]:
    return (text for text in texts if text)


def brief_blocks(report: Report, organisation: Organisation) -> list[Block]:
    """What the brief says, for people who edit or paste it."""
    said = content(report)
    blocks: list[Block] = [
        Paragraph(f"{report.state.mark}. {' '.join(said['signed'])}", _("State:")),
        Paragraph(report.case.confidentiality.says, _("Confidentiality:")),
        Paragraph(organisation.classification, _("Classification:")),
        Paragraph(f"{said['place']}, {said['as_of']}"),
        Paragraph(" ".join(said["situation"])),
        Items(tuple(said["notices"])),
        Heading(said["first_title"]),
        _first_grid(report.first),
        _first_reasons(report.first),
        Paragraph("" if report.first else said["nothing"]),
    ]
    for part in said["parts"]:
        blocks += [Heading(part.title), Items(part.lines)]
        if part.more:
            more = _("%(number)s more in the report.") % {"number": part.more}
            blocks.append(Paragraph(more))
    blocks += [
        Paragraph(said["made"]),
        Paragraph(report.limits),
        Paragraph(report.url, _("Address:")),
        Paragraph(report.digest, _("Frozen under the digest:")),
    ]
    return without_empty(blocks)
