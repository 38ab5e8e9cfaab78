"""The words of the report that do not depend on what it reports, by its parts."""

from __future__ import annotations

from django.utils.translation import gettext as _


def report_words() -> dict[str, str]:
    """The words that the template of the report reads by their names."""
    return {
        **_first_page_words(),
        **_plan_words(),
        **_gap_words(),
        **_risk_words(),
        **_measure_words(),
        **_answer_words(),
        **_end_words(),
    }


def _first_page_words() -> dict[str, str]:
    return {
        "report": _("Report"),
        "contents": _("Contents"),
        "populations": _("Populations at risk"),
        "place": _("Place"),
        "summary": _("Summary"),
        "owner": _("Owner of the case"),
        "address": _("Address"),
        "author_says": _("The author, when submitting:"),
        "notice_open": _("The missing answers decide whether this applies."),
        "still": _("What still applies:"),
        "beyond": _("What belongs to Pillar Three:"),
    }


def _plan_words() -> dict[str, str]:
    return {
        "plan": _("The plan"),
        "what": _("What"),
        "who_leads": _("Who leads"),
        "problem": _("Problem addressed"),
        "by_when": _("By when"),
        "with": _("With"),
        "after": _("After:"),
        "on_condition": _("On condition:"),
        "nobody": _("Nobody suitable is known"),
        "none_directly": _("None directly: it prepares the way for other measures"),
        "chosen": _("chosen"),
        "nothing": _(
            "No measure can be recommended from the answers given. Answer the questions that "
            "matter most first."
        ),
        "choices": _("What people chose"),
        "no_effect": _("no effect now"),
        "computed": _("The computed plan:"),
        "next": _("Next"),
        "later": _("Later"),
        "waits": _("What it waits for"),
        "its_time": _("Only time"),
        "closed": _("Nothing in the catalogue leads to these:"),
        "picture": _("What the measures to do first make possible"),
        "unanswered": _("Problems that no measure addresses"),
        "all_answered": _("Every pressing problem has a measure that acts on it."),
        "grave_unknown": _("It is not known how grave these are:"),
        "weak": _("Weak answers that the plan rests on"),
    }


def _gap_words() -> dict[str, str]:
    return {
        "withdrawn": _("Requests that newer advice no longer makes"),
        "gaps": _("What is not known, and still matters"),
        "no_gaps": _("Nothing. No missing answer can change the advice."),
        "question": _("Question"),
        "answer": _("Answer"),
        "moves": _("Measures that it could change"),
        "asked": _("Not known"),
        "open": _("Not yet answered"),
    }


def _risk_words() -> dict[str, str]:
    return {
        "risk": _("Risk profile"),
        "risk_says": _(
            "How far the answers point to each risk factor of the Framework of Analysis for "
            "Atrocity Crimes, from 0 (not at all) to 4 (severely). Levels are shown side by side "
            "and never added up: the Framework gives no weights."
        ),
        "factor": _("Risk factor"),
        "level": _("Level"),
        "strongest": _("Answers that point to it most"),
        "not_known": _("not known"),
    }


def _measure_words() -> dict[str, str]:
    return {
        "measures": _("The measures, with their reasons"),
        "measure": _("Measure"),
        "why": _("Why:"),
        "why_not": _("What is in the way"),
        "possible": _("Still possible:"),
        "not_settled": _("not settled"),
        "rule": _("Rule"),
        "opens": _("What would open it:"),
        "look_again": _("Look again:"),
        "lead": _("Lead:"),
        "partners": _("Partners:"),
        "acts_on": _("It acts on:"),
        "needs": _("What it needs:"),
        "cautions": _("Cautions:"),
        "fragile": _("It depends on answers of low confidence:"),
        "others": _("Others who can take part:"),
        "evidence": _("What studies say:"),
    }


def _answer_words() -> dict[str, str]:
    return {
        "answers": _("The answers, with their grounds"),
        "file": _("File:"),
        "left": _("Answers of an earlier edition without a place in this one"),
        "review": _("The review"),
        "decision": _("Decision"),
        "who": _("Who, and when"),
        "text": _("Text"),
        "done": _("What was done"),
        "happened": _("What happened"),
        "note": _("Note"),
    }


def _end_words() -> dict[str, str]:
    return {
        "passages": _("Passages that the rules rest on"),
        "own_words": _("In our own words; the place says where to find the original."),
        "limits": _("How to read this"),
        "digest": _("Frozen under the digest"),
        "rules_digest": _("Digest of the edition"),
    }
