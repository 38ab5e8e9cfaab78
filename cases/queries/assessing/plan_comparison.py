"""What differs between the plans of two assessments."""

from __future__ import annotations

from dataclasses import dataclass

from cases.queries.assessing.content import AssessmentContent
from cases.queries.assessing.plan import PlanLine, plan_page
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.rulebook import Rulebook


@dataclass(frozen=True)
class PlanChange:
    """A measure that is among the first in either plan, as it is in each; None where it is not."""

    measure: Measure
    before: PlanLine | None
    after: PlanLine | None

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def is_gone(self) -> bool:
        return self.after is None

    @property
    def lead_changed(self) -> bool:
        return _lead_name(self.before) != _lead_name(self.after)

    @property
    def is_the_same(self) -> bool:
        return bool(
            self.before
            and self.after
            and self.before.place == self.after.place
            and not self.lead_changed
        )


def compare_plans(
    earlier: Rulebook, before: AssessmentContent, later: Rulebook, after: AssessmentContent
) -> tuple[PlanChange, ...]:
    """The measures to do first in either plan, those of the later plan first; none where one of the
    two has no plan.
    """
    if before.advice.plan is None or after.advice.plan is None:
        return ()
    then = {line.measure.code: line for line in plan_page(earlier, before).first}
    now = {line.measure.code: line for line in plan_page(later, after).first}
    return tuple(
        PlanChange((now.get(code) or then[code]).measure, then.get(code), now.get(code))
        for code in dict.fromkeys((*now, *then))
    )


def _lead_name(line: PlanLine | None) -> str:
    return line.lead.name if line and line.lead else ""
