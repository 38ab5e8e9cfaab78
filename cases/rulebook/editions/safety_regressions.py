"""What a rulebook would undo of the one before it. One rulebook alone cannot show this.

Gates and invariants select measures by their fields, so a changed field could take a measure out of
an invariant. A measure may leave an invariant only by a change of the invariant itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.document_diff import differences
from cases.rulebook.editions.retirement import issues_of_retired
from cases.rulebook.entries.issues import Issue, Location
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.entries.rules import Selector
from cases.rulebook.wording.translation import texts_of

# The fields of a measure on which its safety rests.
PROTECTED = ("form", "consent_scope", "needs_mandate", "coercive")


def undone(before: Document, after: Document) -> Iterator[Issue]:
    """Errors where a measure leaves what protected it or what is said of a retired code does not
    fit, warnings where nothing protects a new measure, one leaves a deferral, a code is gone
    without a reason, or a text's translation stays behind it. Both documents are such as `parse`
    accepts.
    """
    old, new = build(before), build(after)
    yield from _left(old, new)
    yield from _without_protection(old, new)
    yield from _no_longer_waiting(old, new)
    yield from issues_of_retired(old, new)
    yield from _left_behind(before, after)


def _left(old: Rulebook, new: Rulebook) -> Iterator[Issue]:
    for code, measure in new.measures.items():
        if code not in old.measures:
            continue
        as_before = replace(
            measure, **{name: getattr(old.measures[code], name) for name in PROTECTED}
        )
        selecting = ((item, item.for_each) for item in new.invariants if item.for_each is not None)
        left = [
            invariant
            for invariant, measures in selecting
            if measures.fits(as_before) and not measures.fits(measure)
        ]
        if left:
            fields = [
                name for name in PROTECTED if getattr(measure, name) != getattr(as_before, name)
            ]
            names = " ".join(f"“{invariant.says}” ({invariant.code})" for invariant in left)
            says = (
                f"with another {' and '.join(fields)} it would leave invariants that protect "
                f"against unsafe advice: {names}. To take a measure out of an invariant, change "
                "the invariant itself; a second admin has to agree"
            )
            yield Issue(Location("", "measures", code), says, "error", "leaves-invariant")


def _no_longer_waiting(old: Rulebook, new: Rulebook) -> Iterator[Issue]:
    """Measures that leave a deferral by a change of their own fields, not of the deferral."""
    before = {deferral.code: deferral for deferral in old.deferrals}
    for deferral in new.deferrals:
        earlier = before.get(deferral.code)
        if earlier is None or earlier.applies_to != deferral.applies_to:
            continue
        for code, measure in new.measures.items():
            was = old.measures.get(code)
            if was and earlier.applies_to.fits(was) and not deferral.applies_to.fits(measure):
                says = f"it no longer waits where “{deferral.title}” ({deferral.code}) applies"
                yield Issue(Location("", "measures", code), says, "warning", "leaves-deferral")


def _without_protection(old: Rulebook, new: Rulebook) -> Iterator[Issue]:
    protected: set[str] = set()
    for invariant in new.invariants:
        chosen = invariant.for_each
        # An invariant that selects by the horizon alone protects against nothing unsafe.
        if chosen is not None and replace(chosen, horizon=()) != Selector():
            protected.update(measure.code for measure in new.select(chosen))
    for code, measure in new.measures.items():
        if code not in old.measures and code not in protected and measure.form != "ENC":
            says = (
                "it is new, and no invariant covers it: check that it needs neither consent nor "
                "a mandate"
            )
            yield Issue(Location("", "measures", code), says, "warning", "without-invariant")


def _left_behind(before: Document, after: Document) -> Iterator[Issue]:
    for change in differences(before, after):
        if change.before is None or change.after is None or change.kind == "edition":
            continue
        was, now = texts_of(change.kind, change.before), texts_of(change.kind, change.after)
        translated = change.before.get("translations", {})
        for language, texts in change.after.get("translations", {}).items():
            for path, text in texts.items():
                stays = translated.get(language, {}).get(path) == text
                if stays and path in was and path in now and was[path] != now[path]:
                    says = (
                        f"its text '{path}' has changed, but its translation into '{language}' "
                        "has not"
                    )
                    location = Location(
                        "", change.kind, change.code, f"translations.{language}.{path}"
                    )
                    yield Issue(location, says, "warning", "translation-behind")
