"""What a reader may know of an assessment, as one value for every format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cases import labels
from cases.country_names import country_name
from cases.models import Answer, Assessment, Case, MeasureDecision, ReviewDecision, User
from cases.permissions import SecondFactorNeededError, may
from cases.queries.assessing.advice import Card, card, reasons, sheet, shown_answers
from cases.queries.assessing.answers import AnswerRow, all_answers
from cases.queries.assessing.charts import risk_profile
from cases.queries.assessing.chosen_plan import Choice
from cases.queries.assessing.content import AssessmentContent, FileRef, SourceRef, content_for
from cases.queries.assessing.plan import PlanLine, PlanPage, ShownActor, plan_page
from cases.queries.assessing.precedents import StepLine as DoneLine
from cases.queries.assessing.precedents import what_was_done
from cases.queries.assessing.situation import situation
from cases.queries.assessing.state import decisions_on, state_of
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.followup import withdrawn_in
from cases.queries.reports.state_lines import state_line
from cases.queries.reports.values import (
    ActorLine,
    AnswerLine,
    CaseLine,
    ChoiceLine,
    Coded,
    DecisionLine,
    DeferralLine,
    FileLine,
    GapLine,
    GateLine,
    GivenAnswer,
    LeftLine,
    MeasureLine,
    NoticeLine,
    PassageLine,
    PlanLines,
    ReasonLine,
    Report,
    ReviewLine,
    RiskLine,
    SectionLine,
    SourceLine,
    StepLine,
)
from cases.rulebook.entries.catalogue import Passage
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Flag
from cases.rulebook.reasoning.advice import ActorAdvice
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
    sensitive case if the person has no second factor. Whoever hands the report out records that.
    """
    if not may(user, "cases.view_assessment", assessment):
        raise PermissionDenied(_("There is nothing here that you can open."))
    sensitive = assessment.case.confidentiality == Case.Confidentiality.SENSITIVE
    if sensitive and not user.has_second_factor:
        raise SecondFactorNeededError
    return _Maker(user, assessment).report()


def limits() -> str:
    """What every report says of itself."""
    return _(
        "This is decision support for a human judgement, never a finding of fact or law. It "
        "repeats what was answered, by whom and on which source, and shows what the published "
        "rules make of it."
    )


class _Maker:
    """Makes the report of one assessment for one reader."""

    def __init__(self, user: User, assessment: Assessment) -> None:
        self.user, self.assessment = user, assessment
        self.rulebook: Rulebook = rulebook_of(assessment.edition_id)
        self.content: AssessmentContent = content_for(user, assessment)
        self.sees_sources = may(user, "cases.view_sources", assessment)
        self.decided: Mapping[str, tuple[MeasureDecision, ...]] = decisions_on(assessment)
        self.plan: PlanPage | None = None
        if self.content.advice.plan is not None:
            self.plan = plan_page(self.rulebook, self.content)
        self.answers = self._given_answers()

    def report(self) -> Report:
        assessment, content = self.assessment, self.content
        whole = sheet(self.rulebook, content)
        edition = assessment.edition
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
            situation=situation(self.rulebook, content.values),
            comment=content.comment,
            notices=(
                *(self._notice(flag, is_settled=True) for flag in whole.flags),
                *(self._notice(flag, is_settled=False) for flag in whole.possible_flags),
            ),
            plan=self._plan(self.plan) if self.plan else None,
            measures=self._measures(),
            gaps=tuple(
                GapLine(
                    gap.question.code,
                    gap.question.text,
                    gap.is_unknown,
                    tuple(measure.title for measure in gap.measures),
                )
                for gap in whole.gaps
            ),
            risk=self._risk(),
            sections=self._sections(),
            left=self._left(),
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
        has joined the United Nations since is there under a former name, or not yet.
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

    def _measures(self) -> tuple[MeasureLine, ...]:
        """All measures: those of the plan in its order, then the others by their status."""
        order: dict[str, tuple[str, PlanLine]] = {}
        for group in ("first", "next", "later"):
            lines: tuple[PlanLine, ...] = getattr(self.plan, group) if self.plan else ()
            for line in lines:
                order.setdefault(line.measure.code, (group, line))
        places = {code: place for place, code in enumerate(order)}
        statuses = list(labels.STATUS)
        rows = sorted(
            self.content.advice.measures.values(),
            key=lambda row: (
                places.get(row.measure.code, len(places)),
                statuses.index(row.status),
                row.urgency,
            ),
        )
        return tuple(
            self._measure(card(self.rulebook, self.content, row), order.get(row.measure.code))
            for row in rows
        )

    def _measure(self, item: Card, planned: tuple[str, PlanLine] | None) -> MeasureLine:
        row, measure = item.row, item.measure
        group, line = planned or ("", None)
        lead, partners = self._who(item, line)
        on_condition = item.conditions[0] if item.conditions else None
        evidence = measure.evidence
        return MeasureLine(
            code=measure.code,
            title=measure.title,
            form=coded(measure.form, labels.FORM),
            status=coded(row.status, labels.STATUS),
            possible=tuple(coded(status, labels.STATUS) for status in row.possible),
            priority=coded(row.priority, labels.PRIORITY) if row.priority else None,
            horizon=coded(measure.horizon, labels.HORIZON),
            by_when=str(labels.BY_WHEN[measure.horizon]),
            group=group,
            place=line.place if line and group == "first" else None,
            reason=item.reason,
            condition=(on_condition.condition or on_condition.says) if on_condition else "",
            what=measure.what,
            how=measure.how,
            lead=lead,
            partners=partners,
            is_lead_chosen=bool(line and line.lead and line.lead.choice),
            actors=tuple(map(_actor, row.actors)),
            problems=line.problems if line else self._problems(measure.code),
            waits_for=tuple(self.rulebook.measures[code].title for code in row.waits_for),
            reasons=self._reasons(item),
            gates=tuple(
                GateLine(
                    gate=gate.gate.code,
                    kind=coded(gate.gate.kind, labels.GATE_KIND),
                    title=gate.gate.title,
                    value=coded(gate.value, _GATE_VALUE),
                    says=gate.says,
                    condition=gate.condition or "",
                    opens=gate.opens or "",
                    passages=self._passages(gate.passages),
                )
                for gate in item.gates
            ),
            deferrals=tuple(
                DeferralLine(
                    deferral.says,
                    deferral.look_again,
                    deferral.value == "true",
                    self._passages(deferral.passages),
                )
                for deferral in item.deferrals
            ),
            cautions=row.cautions,
            fragile=tuple(question.title for question in item.fragile),
            evidence=evidence.says if evidence else "",
            followed=self._followed(measure.code),
            passages=self._passages(item.passages),
            decisions=tuple(
                DecisionLine(
                    decision.kind,
                    str(labels.decision_taken(decision.kind, row.status)),
                    decision.text,
                    str(decision.reviewer),
                    decision.decided_at,
                )
                for decision in self.decided.get(measure.code, ())
            ),
        )

    def _who(
        self, item: Card, line: PlanLine | None
    ) -> tuple[ActorLine | None, tuple[ActorLine, ...]]:
        """Who leads and who helps: as the plan has it, elsewhere as the advice does."""
        if line is not None:
            lead = self._placed(item, line.lead, "lead") if line.lead else None
            return lead, tuple(self._placed(item, one, "support") for one in line.partners)
        row = item.row
        placed = [
            ActorLine(
                actor=one.actor,
                name=one.name,
                short=one.short,
                brief=one.brief or one.short,
                role=coded("lead" if one is row.lead else one.role, labels.ROLE),
                why=one.why,
                doubt=one.doubt,
                does=one.does,
                needs=one.needs or "",
            )
            for one in ((row.lead, *row.partners) if row.lead else ())
        ]
        return (placed[0], tuple(placed[1:])) if placed else (None, ())

    def _placed(self, item: Card, shown: ShownActor, role: str) -> ActorLine:
        found = next((actor for actor in item.row.actors if actor.actor == shown.actor), None)
        return ActorLine(
            actor=shown.actor,
            name=shown.name,
            short=shown.short,
            brief=shown.brief,
            role=coded(role, labels.ROLE),
            why=shown.why,
            doubt=shown.doubt,
            does=found.does if found else "",
            needs=(found.needs or "") if found else "",
        )

    def _problems(self, code: str) -> tuple[str, ...]:
        """The pressing problems that a measure acts on."""
        problems = self.content.advice.problems
        return tuple(
            item.says for item in problems if item.is_pressing and code in item.answered_by
        )

    def _followed(self, code: str) -> str:
        found = self.content.follow_on.get(code)
        return found.says if found else ""

    def _reasons(self, item: Card) -> tuple[ReasonLine, ...]:
        return tuple(
            ReasonLine(
                rule=reason.rule.code,
                says=reason.says,
                condition=reason.condition,
                priority=coded(reason.rule.priority, labels.PRIORITY),
                holds=reason.holds,
                answers=tuple(self.answers[shown.question.code] for shown in reason.answers),
                passages=self._passages(reason.passages),
            )
            for reason in reasons(self.rulebook, item.row, {})
        )

    def _given_answers(self) -> Mapping[str, GivenAnswer]:
        """Every question with what is answered, in words."""
        questions = self.rulebook.questionnaire.by_code
        return {
            shown.question.code: GivenAnswer(shown.question.code, shown.question.title, shown.says)
            for shown in shown_answers(self.rulebook, questions, self.content.answers)
        }

    def _passages(self, passages: Iterable[Passage]) -> tuple[PassageLine, ...]:
        sources = self.rulebook.sources
        return tuple(
            PassageLine(
                sources[item.source].title if item.source in sources else item.source,
                item.where,
                item.says,
            )
            for item in passages
        )

    def _risk(self) -> tuple[RiskLine, ...]:
        return tuple(
            RiskLine(
                factor.code,
                factor.title,
                factor.highest,
                factor.known,
                len(factor.answers),
                tuple(self.answers[item.question.code] for item in factor.strongest),
            )
            for factor in risk_profile(self.rulebook, self.content.values)
        )

    def _sections(self) -> tuple[SectionLine, ...]:
        answers = all_answers(self.rulebook, self.content)
        return tuple(
            SectionLine(
                part.section.code, part.section.title, tuple(self._answer(row) for row in part.rows)
            )
            for part in answers.sections
        )

    def _answer(self, row: AnswerRow) -> AnswerLine:
        question, recorded = row.shown.question, row.recorded
        confidence = recorded.confidence
        return AnswerLine(
            question=question.code,
            title=question.title,
            text=question.text,
            says=row.shown.says,
            value=question.dump(recorded.value),
            state=coded(recorded.state, _ANSWER_STATE),
            confidence=coded(confidence, labels.CONFIDENCE) if confidence else None,
            note=recorded.note,
            effective_on=recorded.effective_on,
            carried_over=recorded.carried_over,
            sources=tuple(map(_source, recorded.sources)),
            files=tuple(map(_file, row.files)),
        )

    def _left(self) -> tuple[LeftLine, ...]:
        return tuple(
            LeftLine(row.title, row.answered, row.why, row.note, row.sources, row.reason)
            for row in self.content.unplaced
        )

    def _review(self) -> tuple[ReviewLine, ...]:
        decisions = self.assessment.review_decisions.select_related("reviewer", "referred_to")
        kinds = dict(ReviewDecision.Kind.choices)
        return tuple(
            ReviewLine(
                coded(row.kind, kinds),
                str(row.reviewer),
                str(row.referred_to or ""),
                row.text,
                row.given_at,
                row.digest,
            )
            for row in decisions
        )

    def _steps(self) -> tuple[StepLine, ...]:
        done = what_was_done([self.assessment.case_id]).get(self.assessment.case_id, ())
        steps: list[StepLine] = []
        for row in done:
            steps += [self._step(row.measure.title, line) for line in row.lines]
        return tuple(steps)

    def _step(self, title: str, line: DoneLine) -> StepLine:
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


_GATE_VALUE: Mapping[str, labels.Label] = {
    **labels.GATE_VALUE,
    "unknown": gettext_lazy("not settled"),
}
_ANSWER_STATE: Mapping[str, labels.Label] = dict(Answer.State.choices)


def coded(code: str, words: Mapping[str, labels.Label]) -> Coded:
    return Coded(str(code), str(words[code]))


def _codes(lines: Iterable[PlanLine]) -> tuple[str, ...]:
    return tuple(line.measure.code for line in lines)


def _actor(item: ActorAdvice) -> ActorLine:
    return ActorLine(
        actor=item.actor,
        name=", ".join(item.organisations) or item.name,
        short=item.short,
        brief=item.short,
        role=coded(item.role, labels.ROLE),
        why="",
        doubt="",
        does=item.does,
        needs=item.needs or "",
    )


def _source(source: SourceRef) -> SourceLine:
    return SourceLine(
        source.title, source.publisher, source.published_on, source.url, source.reliability
    )


def _file(file: FileRef) -> FileLine:
    return FileLine(file.name, file.content_type, file.size, file.digest)


def address(path: str) -> str:
    """The whole address of a page."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"
