"""What a reader may know of an assessment, as one value for every format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases import labels
from cases.country_names import country_name
from cases.models import Assessment, Case, ReviewDecision, User
from cases.permissions import SecondFactorNeededError, may
from cases.queries.assessing.advice import MissingAnswer, sheet
from cases.queries.assessing.chosen_plan import Choice
from cases.queries.assessing.content import AssessmentContent, content_for
from cases.queries.assessing.plan import PlanLine, PlanPage, plan_page
from cases.queries.assessing.precedents import DoneStep, what_was_done
from cases.queries.assessing.situation import situation
from cases.queries.assessing.state import decisions_on, state_of
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.followup import withdrawn_in
from cases.queries.reports.answers import given_answers, left_lines, risk_lines, section_lines
from cases.queries.reports.measures import Measures
from cases.queries.reports.state_lines import state_line
from cases.queries.reports.values import (
    CaseLine,
    ChoiceLine,
    Coded,
    GapLine,
    NoticeLine,
    PlanLines,
    Report,
    ReviewLine,
    StepLine,
)
from cases.queries.reports.wording import address, coded, limits
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Flag
from cases.text_folding import fold

# What a report is made from, read with few statements.
ASSESSMENTS = (
    Assessment.objects.select_related("case__owner", "case__closed_by", "author")
    .select_related("edition", "snapshot")
    .prefetch_related("case__countries")
    .defer("edition__document")
)


def report_for(user: User, assessment: Assessment) -> Report:
    """What a person may know of an assessment, in the language that is active.

    Raises PermissionDenied where the person may not see it, and SecondFactorNeededError for a
    sensitive case if the person has no second factor. The caller records the download.
    """
    if not may(user, "cases.view_assessment", assessment):
        raise PermissionDenied(_("There is nothing here that you can open."))
    sensitive = assessment.case.confidentiality == Case.Confidentiality.SENSITIVE
    if sensitive and not user.has_second_factor:
        raise SecondFactorNeededError
    return _Maker(user, assessment).report()


class _Maker:
    """Makes the report of one assessment for one reader."""

    def __init__(self, user: User, assessment: Assessment) -> None:
        self.user, self.assessment = user, assessment
        self.rulebook: Rulebook = rulebook_of(assessment.edition_id)
        self.content: AssessmentContent = content_for(user, assessment)
        self.sees_sources = may(user, "cases.view_sources", assessment)

    def report(self) -> Report:
        assessment, content = self.assessment, self.content
        rulebook, edition = self.rulebook, assessment.edition
        whole = sheet(rulebook, content)
        plan = None if content.advice.plan is None else plan_page(rulebook, content)
        given = given_answers(rulebook, content)
        measures = Measures(rulebook, content, plan, decisions_on(assessment), given)
        return Report(
            id=str(assessment.pk),
            url=address(assessment.get_absolute_url()),
            language=get_language() or settings.LANGUAGE_CODE,
            case=self._case(),
            state=state_line(state_of(assessment)),
            as_of=content.as_of,
            dated=assessment.submitted_at or assessment.changed_at,
            author=str(assessment.author),
            submitted_at=assessment.submitted_at,
            edition=str(edition),
            edition_digest=content.edition,
            digest="" if assessment.is_draft else assessment.snapshot.digest,
            limits=limits(),
            summary=whole.sentence,
            situation=situation(rulebook, content.values),
            comment=content.comment,
            notices=(
                *(self._notice(flag, is_settled=True) for flag in whole.flags),
                *(self._notice(flag, is_settled=False) for flag in whole.possible_flags),
            ),
            plan=self._plan(plan) if plan else None,
            measures=measures.lines(),
            gaps=tuple(map(_gap_line, whole.gaps)),
            risk=risk_lines(rulebook, content, given),
            sections=section_lines(rulebook, content),
            left=left_lines(content),
            review=self._review(),
            steps=self._steps(),
            withdrawn=tuple(
                _("%(measure)s: %(actor)s") % {"measure": item.measure, "actor": item.actor}
                for item in withdrawn_in(assessment)
            ),
        )

    def _case(self) -> CaseLine:
        case, content = self.assessment.case, self.content
        return CaseLine(
            id=str(case.pk),
            title=content.title,
            place=case.place,
            populations=case.populations,
            summary=case.summary,
            countries=tuple(
                Coded(code, country_name(code, content.as_of)) for code in content.countries
            ),
            neighbours=self._neighbours(),
            confidentiality=coded(case.confidentiality, labels.CONFIDENTIALITY),
            owner=str(case.owner),
            url=address(case.get_absolute_url()),
        )

    def _neighbours(self) -> tuple[Coded, ...]:
        """The States that border the countries and were there at the date, by name. A State that
        has joined the United Nations since then is included only if it has a former name.
        """
        countries, known, day = self.content.countries, self.rulebook.countries, self.content.as_of
        bordering = (
            frozenset[str]()
            .union(*(known[code].neighbours for code in countries if code in known))
            .difference(countries)
        )
        found = []
        for code in sorted(bordering):
            name, since = country_name(code, day), known[code].since
            if since is None or since <= day or name != country_name(code):
                found.append(Coded(code, name))
        return tuple(sorted(found, key=lambda line: fold(line.says)))

    def _notice(self, flag: Flag, *, is_settled: bool) -> NoticeLine:
        titles = tuple(self.rulebook.measures[code].title for code in flag.still)
        return NoticeLine(flag.title, flag.notice, is_settled, titles, flag.beyond)

    def _plan(self, plan: PlanPage) -> PlanLines:
        return PlanLines(
            first=_codes(plan.first),
            computed=_codes(plan.computed),
            next=_codes(plan.next),
            later=_codes(plan.later),
            closed=tuple(measure.code for measure in plan.closed),
            is_chosen=plan.is_chosen,
            choices=tuple(self._choice(item, plan) for item in plan.choices),
            unanswered=tuple(problem.says for problem in plan.unanswered),
            unknown=tuple(problem.says for problem in plan.unknown),
            weak=tuple(
                _("%(answer)s: %(why)s.") % {"answer": item.question.title, "why": item.why}
                for item in plan.weak
            ),
            left_out=plan.left_out,
        )

    def _choice(self, choice: Choice, plan: PlanPage) -> ChoiceLine:
        measure = self.rulebook.measures.get(choice.measure)
        slots = {"title": measure.title if measure else "", "number": choice.number}
        says = {
            "add": _("Added: %(title)s."),
            "leave_out": _("Left out: %(title)s."),
            "place": _("Moved to place %(number)s: %(title)s."),
            "lead": _("Another lead: %(title)s."),
            "number": _("%(number)s measures come first."),
        }[choice.kind]
        has_effect = choice not in plan.idle_choices
        return ChoiceLine(says % slots, choice.reason, choice.by, choice.on, has_effect)

    def _review(self) -> tuple[ReviewLine, ...]:
        decisions = self.assessment.review_decisions.select_related("reviewer", "referred_to")
        kinds = dict(ReviewDecision.Kind.choices)
        return tuple(_review_line(row, kinds) for row in decisions)

    def _steps(self) -> tuple[StepLine, ...]:
        done = what_was_done([self.assessment.case_id]).get(self.assessment.case_id, ())
        steps: list[StepLine] = []
        for row in done:
            steps += [self._step(row.measure.title, line) for line in row.lines]
        return tuple(steps)

    def _step(self, title: str, line: DoneStep) -> StepLine:
        step = line.step
        source = step.source.title if step.source else ""
        if source and not self.sees_sources:
            source = _("A source that is not named here")
        documents = step.documents.all() if self.sees_sources else ()
        return StepLine(
            measure=step.measure,
            title=title,
            fact=Coded(step.fact, step.get_fact_display()),
            actors=tuple(line.actors),
            happened_on=step.happened_on,
            due_on=step.due_on,
            is_overdue=line.is_overdue,
            note=step.note,
            source=source,
            documents=tuple(document.name for document in documents),
        )


def _review_line(row: ReviewDecision, kinds: Mapping[str, labels.Label]) -> ReviewLine:
    return ReviewLine(
        coded(row.kind, kinds),
        str(row.reviewer),
        str(row.referred_to or ""),
        row.text,
        row.given_at,
        row.digest,
    )


def _gap_line(gap: MissingAnswer) -> GapLine:
    return GapLine(
        gap.question.code,
        gap.question.text,
        gap.is_unknown,
        tuple(measure.title for measure in gap.measures),
    )


def _codes(lines: Iterable[PlanLine]) -> tuple[str, ...]:
    return tuple(line.measure.code for line in lines)
