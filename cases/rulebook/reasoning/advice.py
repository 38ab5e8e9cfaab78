"""What a rulebook advises for one assessment, as values: the status of every measure, why, by whom,
and what is not yet known. `adviser` works it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cases.rulebook.entries.catalogue import Line, Measure, Role
from cases.rulebook.entries.rules import PRIORITIES, Deferral, Gate, Priority, Rule, Status
from cases.rulebook.reasoning.leads import PlacedActor
from cases.rulebook.reasoning.logic import Truth, Witness
from cases.rulebook.reasoning.plan import Plan
from cases.rulebook.reasoning.problems import Problem
from cases.rulebook.reasoning.sequence import Way

GateValue = Literal["holds", "on_condition", "fails", "unknown"]
Start = Literal["adjusts_existing", "starts_new", "undetermined"]

STATUSES: tuple[Status, ...] = (
    "recommended",
    "conditional",
    "deferred",
    "blocked",
    "open",
    "not_indicated",
)


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A rule that calls for a measure (`holds` true) or may yet do so (None), with its sentence."""

    rule: Rule
    holds: Truth
    rests_on: Witness
    says: str


@dataclass(frozen=True, slots=True)
class GateFinding:
    """What a gate says of the answers, in a sentence.

    `condition` is the named condition on which it is met, and `opens` is what would open it where
    it is not met or not settled.
    """

    gate: Gate
    value: GateValue
    says: str
    condition: str | None
    opens: str | None

    @property
    def holds(self) -> Truth:
        """True where the gate lets the measure through, outright or on a named condition."""
        return {"holds": True, "on_condition": True, "fails": False, "unknown": None}[self.value]


@dataclass(frozen=True, slots=True)
class DeferralFinding:
    """A deferral that is true (`holds`) or may still be (None), with its sentence and with what
    would end it.
    """

    deferral: Deferral
    holds: Truth
    says: str
    look_again: str


@dataclass(frozen=True, slots=True)
class ActorAdvice:
    """Who can take the measure, under the name borne on the assessment's date."""

    actor: str
    role: Role
    name: str
    short: str
    organisations: tuple[str, ...]
    does: str
    needs: str | None


@dataclass(frozen=True, slots=True)
class MeasureAdvice:
    measure: Measure
    status: Status
    possible: tuple[Status, ...]
    exact: bool
    priority: Priority | None
    actors: tuple[ActorAdvice, ...]
    rules: tuple[RuleFinding, ...]
    gates: tuple[GateFinding, ...]
    deferrals: tuple[DeferralFinding, ...]
    rests_on: tuple[str, ...]
    matters: tuple[str, ...]
    start: Start
    cautions: tuple[str, ...]
    # Added by the plan; empty in an edition without plans. Only a measure that is called for has a
    # lead. `waits_for`, `opens`, `way` and `path` are as `sequence` describes them.
    line: Line | None = None
    lead: PlacedActor | None = None
    partners: tuple[PlacedActor, ...] = ()
    waits_for: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    way: Way | None = None
    path: tuple[str, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether it is advised, outright or on a condition."""
        return self.status in ("recommended", "conditional")

    @property
    def is_called_for(self) -> bool:
        """Whether it is advised, now or once its gates and deferrals allow it."""
        return self.status in ("recommended", "conditional", "deferred", "blocked")

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons in sentences: what calls for the measure, why it waits, and its gates."""
        gates = self.gates if self.rules else ()
        return (
            *(finding.says for finding in self.rules),
            *(finding.says for finding in self.deferred_by),
            *(finding.says for finding in gates),
        )

    @property
    def urgency(self) -> int:
        """The place of its priority, the most urgent first; without a priority it comes last."""
        return PRIORITIES.index(self.priority) if self.priority else len(PRIORITIES)

    @property
    def deferred_by(self) -> tuple[DeferralFinding, ...]:
        """The deferrals that are true, where the measure is called for."""
        return tuple(item for item in self.deferrals if item.holds and self.rules)


@dataclass(frozen=True, slots=True)
class Gap:
    """An open question that still matters, with the measures that its answer can move."""

    question: str
    # Whether *unknown* was recorded for it; otherwise nobody has answered it yet.
    is_unknown: bool
    measures: tuple[str, ...]

    @property
    def moves(self) -> int:
        return len(self.measures)


@dataclass(frozen=True, slots=True)
class Advice:
    edition: str
    measures: Mapping[str, MeasureAdvice]
    flags: tuple[str, ...]
    possible_flags: tuple[str, ...]
    gaps: tuple[Gap, ...]
    # The gravest first. An edition that describes no problems makes no plan.
    problems: tuple[Problem, ...] = ()
    plan: Plan | None = None
