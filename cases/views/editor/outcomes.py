"""What an edited entry would do, before it is saved: in words, on one case and on all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

from cases.forms.editor.drafts import YamlForm
from cases.forms.editor.issue_words import in_words
from cases.forms.editor.structured import EntryForm
from cases.models import Draft
from cases.queries.casework.cases import with_text
from cases.queries.editor.impact import ShownImpact, impact_for
from cases.queries.editor.trials import (
    Trial,
    covered,
    edit_of,
    entry_in_words,
    latest_of,
    trial,
    tried_cases,
)
from cases.queries.paging import total_of
from cases.rulebook.editions.documents import EditionDocument
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.rulebook import Rulebook
from cases.text_folding import fold
from cases.views.access import SignedInRequest, parse_uuids

AnyForm = YamlForm | EntryForm
# Cases that are offered to try an entry on; more are found by words of their title.
OFFERED = 20
TRIED = ("rules", "gates", "deferrals", "flags")


@dataclass(frozen=True)
class Outcome:
    """What an edit would do, before it is saved."""

    sentence: str = ""
    covers: tuple[Measure, ...] | None = None
    problems: tuple[str, ...] = ()
    trial: Trial | None = None
    impact: ShownImpact | None = None


def outcome_as_saved(rulebook: Rulebook, kind: str, code: str) -> Outcome:
    """What an entry of a draft says as it was saved."""
    return Outcome(entry_in_words(rulebook, kind, code), covered(rulebook, kind, code))


def outcome_as_typed(
    request: SignedInRequest, draft: Draft, kind: str, code: str, form: AnyForm
) -> Outcome:
    """What the entry as it is typed says, on the case that is chosen, and for all cases where that
    is asked.
    """
    if not form.is_valid():
        problems = map(str, chain.from_iterable(form.errors.values()))
        return Outcome(problems=tuple(problems) if "try" in request.POST else ())
    try:
        edit = edit_of(draft, kind, code, form.gathered())
    except RulebookError as error:
        document = EditionDocument(draft.document)
        return Outcome(problems=tuple(in_words(issue, document) for issue in error.issues))
    keys = parse_uuids(request.POST.get("case", "")) if kind in TRIED else []
    tried = latest_of(tried_cases(request.user).filter(pk__in=keys)) if keys else []
    asks_for_impact = request.POST.get("try") == "impact"
    return Outcome(
        sentence=entry_in_words(edit.new, kind, edit.code),
        covers=covered(edit.new, kind, edit.code),
        trial=trial(edit, tried[0]) if tried else None,
        impact=impact_for(request.user, edit.old, edit.new) if asks_for_impact else None,
    )


def offered_cases(request: SignedInRequest, kind: str) -> dict[str, Any]:
    """What a page shows to choose the case on which an entry is tried."""
    if kind not in TRIED:
        return {"can_try": False, "offered": [], "words": "", "chosen": ""}
    words, chosen = request.POST.get("words", "").strip(), request.POST.get("case", "")
    matching = tried_cases(request.user)
    for word in words.split():
        matching = matching.filter(with_text(fold(word)))
    cases = list(matching[:OFFERED])
    if chosen and chosen not in {str(case.pk) for case in cases}:
        cases += list(tried_cases(request.user).filter(pk__in=parse_uuids(chosen)))
    return {
        "can_try": True,
        "offered": latest_of(cases),
        "matching": total_of(matching),
        "words": words,
        "chosen": chosen,
    }
