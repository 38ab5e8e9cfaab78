"""The shipped edition, read once for all tests, and answers to try it on."""

from __future__ import annotations

from hypothesis import strategies as st

from cases.models import Edition
from cases.rulebook.editions.loader import load_folder
from cases.rulebook.entries.questions import Answers, Value
from tests.conftest import FIXTURES
from tests.making import publish_unchecked

DOCUMENT, SHIPPED = load_folder(FIXTURES / "rulebook")

WAR: Answers = {
    "phase": "ongoing",
    "conflict_status": "internal_conflict",
    "transition": "none",
    "armed_groups": "active",
    "armed_group_dialogue": "some",
    "armed_group_targeting": "deliberate",
    "systematic_attack": 3,
    "state_involvement": "failure_to_act",
    "state_ability": "unable",
    "international_unity": "united",
    "un_presence": frozenset(),
    "consent_to_mediation": "given",
    "consent_to_peacekeeping": "not_sought",
    "parties_consent": "none",
    "sc_mandate": "none",
    "regional_mandate": "none",
}
# What each question on consent asks about.
KINDS_OF_HELP = (
    "capacity",
    "experts",
    "mediation",
    "police",
    "peacekeeping",
    "logistics_intelligence",
    "humanitarian",
)


def publish_shipped() -> Edition:
    return publish_unchecked(DOCUMENT, SHIPPED)


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Value | None]:
    """Answers to the newest edition, some of them unknown or not given."""
    found: dict[str, Value | None] = {}
    for item in SHIPPED.questionnaire.questions:
        known = draw(st.sampled_from([True, True, True, True, True, False]))
        if known and item.kind == "multiple":
            codes = st.frozensets(st.sampled_from([str(code) for code in item.option_codes]))
            found[item.code] = draw(codes)
        elif known:
            found[item.code] = draw(st.sampled_from(item.option_codes))
    return found
