"""The contradictions and risk factors of the first edition, used for editions that have no lists of
their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from cases.rulebook.entries.conditions import Atom
from cases.rulebook.entries.questions import RiskFactor
from cases.rulebook.entries.rules import Contradiction

FIRST_CONTRADICTIONS: tuple[Contradiction, ...] = (
    Contradiction(
        "latent_and_attacked",
        Atom("phase", "in", ("latent",)),
        Atom("systematic_attack", "at_least", (3,)),
    ),
    Contradiction(
        "latent_and_widespread_violence",
        Atom("phase", "in", ("latent",)),
        Atom("intercommunal_violence", "in", ("widespread",)),
    ),
    Contradiction(
        "ongoing_and_no_attack",
        Atom("phase", "in", ("ongoing",)),
        Atom("systematic_attack", "at_most", (0,)),
    ),
    Contradiction(
        "no_conflict_and_dominant_groups",
        Atom("conflict_status", "in", ("none",)),
        Atom("armed_groups", "in", ("dominant",)),
    ),
    Contradiction(
        "no_conflict_and_threats_to_the_protected",
        Atom("conflict_status", "in", ("none",)),
        Atom("ihl_threats", "at_least", (3,)),
    ),
    Contradiction(
        "uninvolved_and_inciting",
        Atom("state_involvement", "in", ("none",)),
        Atom("state_incitement", "in", ("systematic",)),
    ),
    Contradiction(
        "uninvolved_and_supporting_groups",
        Atom("state_involvement", "in", ("none",)),
        Atom("armed_group_state_link", "in", ("supported",)),
    ),
    Contradiction(
        "directing_and_willing",
        Atom("state_involvement", "in", ("leadership_directing",)),
        Atom("political_will", "in", ("strong",)),
    ),
    Contradiction(
        "consenting_and_refusing",
        Atom("consent", "in", ("requested", "given")),
        Atom("un_cooperation", "in", ("refused",)),
    ),
)

_RISK_FACTORS = (
    RiskFactor("RF1", "Situations of armed conflict or other forms of instability"),
    RiskFactor(
        "RF2", "Record of serious violations of international human rights and humanitarian law"
    ),
    RiskFactor("RF3", "Weakness of State structures"),
    RiskFactor("RF4", "Motives or incentives"),
    RiskFactor("RF5", "Capacity to commit atrocity crimes"),
    RiskFactor("RF6", "Absence of mitigating factors"),
    RiskFactor("RF7", "Enabling circumstances or preparatory action"),
    RiskFactor("RF8", "Triggering factors"),
    RiskFactor("RF9", "Intergroup tensions or patterns of discrimination against protected groups"),
    RiskFactor("RF10", "Signs of an intent to destroy in whole or in part a protected group"),
    RiskFactor(
        "RF11", "Signs of a widespread or systematic attack against any civilian population"
    ),
    RiskFactor("RF12", "Signs of a plan or policy to attack any civilian population"),
    RiskFactor("RF13", "Serious threats to those protected under international humanitarian law"),
    RiskFactor("RF14", "Serious threats to humanitarian or peacekeeping operations"),
)
FIRST_RISK_FACTORS: Mapping[str, RiskFactor] = {factor.code: factor for factor in _RISK_FACTORS}
