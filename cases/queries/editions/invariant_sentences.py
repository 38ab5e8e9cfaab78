"""Invariants as sentences, so that an admin can agree to one without reading its YAML."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import labels
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.conditions import Atom, Group
from cases.rulebook.entries.invariants import (
    EACH,
    Claim,
    CouldBeClaim,
    FlagClaim,
    GateClaim,
    Invariant,
    SomeClaim,
)
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.wording.sentences import bracketed, join, lower_first, say_condition
from cases.rulebook_phrases import phrases

# If there are more measures than this, they are counted and not named.
FEW = 6


def say_invariant(invariant: Invariant, rulebook: Rulebook) -> str:
    """What an invariant demands, as one sentence without its full stop."""
    demand = _("wherever %(premise)s, %(conclusion)s") % {
        "premise": _say_claim(invariant.premise, rulebook),
        "conclusion": _say_claim(invariant.conclusion, rulebook),
    }
    if invariant.for_each is None:
        return demand
    chosen = rulebook.select(invariant.for_each)
    sentence = (
        _("for %(measures)s: %(demand)s")
        if len(chosen) == 1
        else _("for each of %(measures)s: %(demand)s")
    )
    return sentence % {"measures": name_some(chosen), "demand": demand}


def name_some(measures: Iterable[Measure]) -> str:
    """The titles of the measures if they are few, and otherwise their number."""
    titles = [f"“{measure.title}”" for measure in measures]
    if not titles:
        return _("no measure")
    if len(titles) > FEW:
        return ngettext("%(number)s measure", "%(number)s measures", len(titles)) % {
            "number": len(titles)
        }
    return join(titles, phrases().both, phrases())


def _say_claim(claim: Claim | Group[Claim], rulebook: Rulebook) -> str:
    if isinstance(claim, Group):
        inner = [bracketed(part, _say_claim(part, rulebook), phrases()) for part in claim.parts]
        if claim.kind == "all":
            return join(inner, phrases().both, phrases())
        either = join(inner, phrases().either, phrases())
        return either if claim.kind == "any" else phrases().none_of_these.format(parts=either)
    if isinstance(claim, Atom):
        return say_condition(claim, rulebook.questionnaire, phrases())
    if isinstance(claim, FlagClaim):
        title = next(flag.title for flag in rulebook.flags if flag.code == claim.flag)
        return _("the notice “%(title)s” applies") % {"title": title}
    if isinstance(claim, SomeClaim):
        return _("at least one of %(measures)s is %(statuses)s") % {
            "measures": name_some(rulebook.select(claim.some)),
            "statuses": _either(labels.STATUS[status] for status in claim.status),
        }
    measure = (
        _("the measure") if claim.measure == EACH else f"“{rulebook.measures[claim.measure].title}”"
    )
    if isinstance(claim, GateClaim):
        return _("what %(measure)s needs by way of “%(kind)s” is %(values)s") % {
            "measure": measure,
            "kind": labels.GATE_KIND[claim.kind],
            "values": _either(labels.GATE_VALUE[value] for value in claim.value),
        }
    if isinstance(claim, CouldBeClaim):
        return _("other answers to what makes %(measure)s wait could make it %(statuses)s") % {
            "measure": measure,
            "statuses": _either(labels.STATUS[status] for status in claim.could_be),
        }
    return _("%(measure)s is %(statuses)s") % {
        "measure": measure,
        "statuses": _either(labels.STATUS[status] for status in claim.status),
    }


def _either(words: Iterable[labels.Label]) -> str:
    return join([lower_first(str(word)) for word in words], phrases().either, phrases())
