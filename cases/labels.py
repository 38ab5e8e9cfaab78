"""The words for codes, in the reader's language. All pages and files use them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.rulebook.editions.first_edition import FIRST_RISK_FACTORS
from cases.rulebook.entries import catalogue, questions, retired, rules
from cases.rulebook.entries.kinds import EDITION, KINDS

Label = str | Promise

STATUS: dict[str, Label] = {
    "recommended": _("Recommended"),
    "conditional": _("Conditional"),
    "deferred": _("Not now"),
    "blocked": _("Blocked"),
    "open": _("Open"),
    "not_indicated": _("Not indicated"),
}
# Names of icons in static/img/icons.svg: a status is never shown by colour alone.
STATUS_ICON: dict[str, str] = {
    "recommended": "check-circle",
    "conditional": "exclamation-diamond",
    "deferred": "hourglass-split",
    "blocked": "slash-circle",
    "open": "question-circle",
    "not_indicated": "dash-circle",
}
FORM: dict[str, Label] = {
    "ENC": _("Encouragement"),
    "CAP": _("Capacity building"),
    "PRO": _("Protection assistance"),
}
FORM_SAYS: dict[str, Label] = {
    "ENC": _("Reminding and persuading: needs nobody's consent."),
    "CAP": _("Strengthening the State's and society's own means to prevent."),
    "PRO": _("Helping to protect people now, with the host State's consent."),
}
HORIZON: dict[str, Label] = {
    "immediate": _("Immediate"),
    "short": _("Short term"),
    "long": _("Long term"),
}
# When a measure of a plan is to be done, by its horizon.
BY_WHEN: dict[str, Label] = {
    "immediate": _("Now"),
    "short": _("Within months"),
    "long": _("Begin now, for years"),
}
PRIORITY: dict[str, Label] = {
    "urgent": _("Urgent"),
    "high": _("High"),
    "medium": _("Medium"),
    "low": _("Low"),
}
ROLE: dict[str, Label] = {"lead": _("Lead"), "support": _("Support"), "authorise": _("Authorise")}
# What an actor can do with a measure itself, by its role in it.
OUR_ROLE: dict[str, Label] = {
    "lead": _("you can lead it"),
    "support": _("you can support it"),
    "authorise": _("you can authorise it"),
}
START: dict[str, Label] = {
    "adjusts_existing": _("Adjusts what already exists"),
    "starts_new": _("Starts something new"),
    "undetermined": _("It is not known whether there is something to build on"),
}
GATE_KIND: dict[str, Label] = {
    "consent": _("Consent"),
    "mandate": _("Mandate"),
    "do_no_harm": _("Do no harm"),
}
# The combined result of a measure's gates of one kind.
GATE_VALUE: dict[str, Label] = {
    "holds": _("met"),
    "on_condition": _("met on a condition"),
    "fails": _("not met"),
}
ACTOR_CATEGORY: dict[str, Label] = {
    "host_state": _("The host State"),
    "governments_regional": _("Governments and regional bodies"),
    "un_organs": _("Organs of the United Nations"),
    "un_departments": _("Departments and offices of the United Nations"),
    "un_agencies_others": _("United Nations agencies and others"),
    "icc": _("International Criminal Court"),
    "non_state": _("Non-State actors"),
}
QUESTION_KIND: dict[str, Label] = {
    "single": _("one answer"),
    "multiple": _("several answers"),
    "scale": _("a scale from 0 (none) to 4 (severe)"),
}
# How the lines of a condition are combined, and how a line compares an answer.
GROUP: dict[str, Label] = {
    "all": _("all of these"),
    "any": _("any of these"),
    "none": _("none of these"),
}
RELATION: dict[str, dict[str, Label]] = {
    "single": {"in": _("is one of"), "none_of": _("is none of")},
    "multiple": {"in": _("includes one of"), "none_of": _("includes none of")},
    "scale": {
        "at_least": _("is at least"),
        "at_most": _("is at most"),
        "in": _("is one of"),
        "none_of": _("is none of"),
    },
}
CONFIDENTIALITY: dict[str, Label] = {
    "open": _("Open"),
    "restricted": _("Restricted"),
    "sensitive": _("Sensitive"),
}
# How far an assessment may be relied on, for lists and the margins of printed pages and files.
REVIEW_MARK: dict[str, Label] = {
    "draft": _("Draft"),
    "pending": _("Awaiting review"),
    "referred": _("Referred"),
    "returned": _("Returned"),
    "signed_off": _("Signed off"),
    "superseded": _("Superseded"),
}
REVIEW_ICON: dict[str, str] = {
    "draft": "pencil",
    "pending": "hourglass-split",
    "referred": "arrow-right-circle",
    "returned": "arrow-left",
    "signed_off": "check2-all",
}
CONFIDENCE: dict[str, Label] = {"low": _("Low"), "medium": _("Medium"), "high": _("High")}
# What became of a code that an edition no longer has.
RETIRED_HOW: dict[str, Label] = {
    "replaced": _("Replaced"),
    "split": _("Split"),
    "dropped": _("Dropped"),
}
EVIDENCE_STRENGTH: dict[str, Label] = {
    "strong": _("Strong"),
    "moderate": _("Moderate"),
    "limited": _("Limited"),
    "none": _("None"),
}
EVIDENCE_REVIEW: dict[str, Label] = {
    "desk": _("Desk review, not checked by an expert"),
    "expert": _("Checked by an expert"),
}
LINE: dict[str, Label] = {
    "first": _("First line"),
    "second": _("Second line"),
    "background": _("Background"),
}
GRADE: dict[str, Label] = {
    "present": _("Already present, engaged or mandated"),
    "trusted": _("Has leverage or trust"),
    "unsuitable": _("Unsuitable"),
}
SOURCE_BASIS: dict[str, Label] = {
    "read": _("Read for this review"),
    "general_knowledge": _("General knowledge of the field"),
}
CHANGE: dict[str, Label] = {"added": _("Added"), "changed": _("Changed"), "removed": _("Removed")}
# Why a change of an entry is one of meaning, or is not.
WHY: dict[str, Label] = {
    "explanation": _("explains only: no answer or status depends on it"),
    "translation": _("a translation"),
    "evidence": _("evidence, shown beside the advice"),
    "comment": _("a comment for those who edit"),
    "typography": _("only the typography"),
    "typo": _("a wrong letter"),
    "wording": _("says what an answer or a condition means"),
    "order": _("has moved to another place"),
    "condition": _("decides what is advised"),
    "content": _("is part of what is advised"),
    "entry": _("an entry added or removed"),
}
# The lists of a rulebook's document.
ENTRY_KIND: dict[str, Label] = {name: _(kind.label_of_list) for name, kind in KINDS.items()}
# One entry of such a list.
ENTRY: dict[str, Label] = {
    name: _(kind.label) for name, kind in {"edition": EDITION, **KINDS}.items()
}
# What differs between two entries and is no field of either.
FIELD: dict[str, Label] = {"date": _("Date"), "order": _("Place in the list")}
USER_ROLE: dict[str, Label] = {
    "analyst": _("Analyst"),
    "reviewer": _("Reviewer"),
    "catalogue_admin": _("Catalogue admin"),
    "auditor": _("Auditor"),
    "site_admin": _("Site admin"),
}
UN_STATUS: dict[str, Label] = {
    "member": _("member State"),
    "observer": _("observer State"),
}
ORGANISATION_KIND: dict[str, Label] = {
    "regional": _("regional"),
    "subregional": _("subregional"),
    "crossregional": _("across regions"),
}
# The labels of the values that a field of an entry may have, by the type of these.
CHOICES: Mapping[object, Mapping[str, Label]] = {
    catalogue.Form: FORM,
    catalogue.Horizon: HORIZON,
    catalogue.Role: ROLE,
    catalogue.Strength: EVIDENCE_STRENGTH,
    catalogue.Line: LINE,
    catalogue.Grade: GRADE,
    catalogue.ActorCategory: ACTOR_CATEGORY,
    catalogue.UnStatus: UN_STATUS,
    catalogue.OrganisationKind: ORGANISATION_KIND,
    catalogue.Basis: SOURCE_BASIS,
    catalogue.Review: EVIDENCE_REVIEW,
    catalogue.Precision: {"year": _("to the year")},
    questions.QuestionKind: QUESTION_KIND,
    questions.RiskFactorCode: {
        code: f"{code} {factor.title}" for code, factor in FIRST_RISK_FACTORS.items()
    },
    rules.Priority: PRIORITY,
    rules.GateKind: GATE_KIND,
    retired.How: RETIRED_HOW,
}

# A reviewer's decision on one measure: what is chosen, and what it then reads as.
_TO_DECIDE: dict[str, Label] = {
    "endorse": _("Endorse"),
    "amend": _("Endorse with changes"),
    "reject": _("Reject"),
    "ask": _("Request more information"),
}
_TO_AGREE: dict[str, Label] = {
    "blocked": _("Agree that it is blocked"),
    "deferred": _("Agree that it is not for now"),
}
_DECIDED: dict[str, Label] = {
    "endorse": _("Endorsed"),
    "amend": _("Endorsed with changes"),
    "reject": _("Rejected"),
    "ask": _("More information requested"),
}
_AGREED: dict[str, Label] = {
    "blocked": _("Agreed that it is blocked"),
    "deferred": _("Agreed that it is not for now"),
}


def decision_to_take(kind: str, status: str) -> Label:
    """What a reviewer chooses for a measure with a status."""
    return _TO_AGREE[status] if kind == "agree" else _TO_DECIDE[kind]


def decision_taken(kind: str, status: str) -> Label:
    """What a decision on a measure with a status says.

    Endorsing was once the only way to agree that a measure is not to be done now.
    """
    return _AGREED[status] if kind in ("agree", "endorse") and status in _AGREED else _DECIDED[kind]
