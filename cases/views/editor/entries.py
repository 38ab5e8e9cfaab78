"""The entries of the draft edition: their lists, their forms, and what an edit would do before it
is saved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import labels
from cases.forms.editor.conditions import redraw
from cases.forms.editor.drafts import YamlForm
from cases.forms.editor.entries import ENTRY_FORMS, fits_a_form
from cases.forms.editor.structured import EntryForm
from cases.models import Assessment, Case, Draft
from cases.queries.editor.drafts import (
    Trial,
    covered,
    edit_of,
    history_of,
    removed_from,
    rule_table,
    rulebook_of_draft,
    said_in_words,
    state_of,
    trial,
    uses_of,
)
from cases.queries.editor.impact import Shown, impact, shown
from cases.rulebook.editions.loader import called
from cases.rulebook.editions.yaml_files import write_entry
from cases.rulebook.entries.catalogue import Measure
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.kinds import entries_of
from cases.views.access import SignedInRequest, parse_uuids, requires
from cases.views.editor.access import the_draft, the_entry
from cases.workflows.editor import editing
from cases.workflows.errors import StaleError

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
    impact: Shown | None = None


def _kind(kind: str) -> str:
    if kind not in labels.ENTRY_KIND:
        raise Http404(_("The draft has no such list."))
    return kind


@requires("cases.edit_catalogue")
def entry_list(request: SignedInRequest, kind: str) -> HttpResponse:
    draft = the_draft()
    state = state_of(draft)
    _kind(kind)
    changed = {item.code: item for item in state.changed if item.kind == kind}
    words = request.GET.get("words", "").casefold().split()
    rows = []
    for entry in entries_of(draft.document, kind):
        code, name = entry["code"], called(draft.document, kind, entry)
        if all(word in f"{code} {name}".casefold() for word in words):
            rows.append((code, name, changed.get(code), state.remarks_on(kind, code)))
    measures = (
        [(entry["code"], entry["title"]) for entry in draft.document["measures"]]
        if kind == "rules"
        else []
    )
    removed = [
        (code, called(draft.document, kind, entry))
        for code, entry in removed_from(draft, kind).items()
    ]
    context = {
        "draft": draft,
        "kind": kind,
        "label": labels.ENTRY_KIND[kind],
        "rows": rows,
        "words": " ".join(words),
        "total": len(entries_of(draft.document, kind)),
        "measures": measures,
        "removed": removed,
    }
    return render(request, "editor/entries.html", context)


@requires("cases.edit_catalogue")
def entry_new(request: SignedInRequest, kind: str) -> HttpResponse:
    """A new entry; `?back=CODE` begins with one that was taken out of the draft, to put it back."""
    draft = the_draft()
    _kind(kind)
    back = request.GET.get("back", "")
    begun = dict(removed_from(draft, kind).get(back, {})) if back else {}
    return _edit(request, draft, kind, "", {}, begun)


@requires("cases.edit_catalogue")
def entry_edit(request: SignedInRequest, kind: str, code: str) -> HttpResponse:
    """An entry as it stands; `?version=EVENT` begins with what it was after that event, to put it
    back.
    """
    draft = the_draft()
    if request.method == "POST" and not any(
        item["code"] == code for item in entries_of(draft.document, _kind(kind))
    ):
        # Someone has removed it meanwhile: what was typed stays, and can be saved as a new entry.
        return _edit(
            request, draft, kind, "", {}, dict(removed_from(draft, kind).get(code, {})), gone=code
        )
    entry = the_entry(draft, kind, code)
    earlier = request.GET.get("version", "")
    saved = (
        next((item for item in history_of(kind, code) if str(item.event.pk) == earlier), None)
        if earlier
        else None
    )
    begun = saved.before if saved else None
    return _edit(request, draft, kind, code, entry, dict(begun) if begun else entry)


def _form(
    request: SignedInRequest, draft: Draft, kind: str, code: str, begun: dict[str, Any]
) -> YamlForm | EntryForm:
    version = draft.version_of(kind, code)
    data = request.POST.copy() if request.method == "POST" else None
    as_yaml = (
        "yaml" in data
        if data is not None
        else request.GET.get("as") == "yaml" or not fits_a_form(kind, begun)
    )
    if as_yaml:
        return YamlForm(
            data,
            initial={"yaml": write_entry(kind, begun) if begun else "code: \n", "version": version},
        )
    if data is not None and "redraw" in data:
        redraw(data, request.POST["redraw"])
    questionnaire = rulebook_of_draft(draft).questionnaire
    form = ENTRY_FORMS[kind](
        data,
        document=draft.document,
        questionnaire=questionnaire,
        entry=begun,
        initial={"version": version},
    )
    if code:
        form.fields["code"].widget = forms.HiddenInput()
    return form


def _edit(
    request: SignedInRequest,
    draft: Draft,
    kind: str,
    code: str,
    entry: dict[str, Any],
    begun: dict[str, Any],
    *,
    gone: str = "",
) -> HttpResponse:
    sent = request.POST if request.method == "POST" else {}
    form = _form(request, draft, kind, code, begun)
    looking = "redraw" in sent or "try" in sent
    rulebook = rulebook_of_draft(draft)
    outcome, theirs = (
        Outcome(said_in_words(rulebook, kind, code), covered(rulebook, kind, code)),
        "",
    )
    if looking:
        outcome = _outcome(request, draft, kind, code, form)
        if request.htmx and "redraw" not in sent:
            context = _offered(request, kind) | {"outcome": outcome, "kind": kind, "swapped": True}
            return render(request, "editor/outcome.html", context)
        form = _as_typed(form)
    elif gone:
        form.add_error(
            None,
            _(
                "Someone else has removed this entry since you opened it. Saving it now adds it "
                "again."
            ),
        )
        form.data["version"] = "0"  # type: ignore[index]
    elif sent and form.is_valid():
        saved = form.gathered()
        try:
            draft = editing.save_entry(
                draft,
                kind,
                saved,
                code=code,
                by=request.user,
                version=form.cleaned_data["version"] or 0,
            )
        except RulebookError as error:
            _place(form, error)
        except StaleError as error:
            theirs = write_entry(kind, error.current) if error.current else ""
            form.add_error(
                None,
                _("Someone else has saved this entry since you opened it: theirs is beside yours."),
            )
            form.data["version"] = str(the_draft().version_of(kind, code))  # type: ignore[index]
        else:
            if kind == editing.INVARIANTS:
                messages.success(
                    request,
                    _("Asked for. Another catalogue admin agrees to it on the draft's page."),
                )
                return redirect("draft")
            messages.success(request, _("Saved in the draft."))
            return redirect("entry_edit", kind, saved["code"])
    state = state_of(draft)
    context = {
        "draft": draft,
        "kind": kind,
        "label": labels.ENTRY_KIND[kind],
        "code": code,
        "title": called(draft.document, kind, entry) if entry else "",
        "form": form,
        "as_yaml": isinstance(form, YamlForm),
        "too_deep": bool(begun) and not fits_a_form(kind, begun),
        "put_back": begun != entry and request.method == "GET" and bool(begun),
        "theirs": theirs,
        "outcome": outcome,
        "remarks": state.remarks_on(kind, code),
        "change": next(
            (item for item in state.changed if (item.kind, item.code) == (kind, code)), None
        ),
        "action": reverse("entry_new", args=[kind], query={"back": gone}) if gone else "",
        "history": history_of(kind, code) if code else [],
        **_offered(request, kind),
    }
    refused = bool(sent) and not looking
    if refused:
        # What is typed was not saved, so the sentence of what is saved would say something else
        # than the form.
        context["outcome"] = Outcome()
    return render(request, "editor/entry.html", context, status=422 if refused else 200)


def _as_typed(form: YamlForm | EntryForm) -> YamlForm | EntryForm:
    """The form with what was typed and without complaints: whoever only looks is not told what is
    missing yet.
    """
    form._errors = forms.utils.ErrorDict()  # type: ignore[union-attr]
    return form


def _place(form: YamlForm | EntryForm, error: RulebookError) -> None:
    """Each problem at the field in which it lies."""
    for problem in error.problems:
        if isinstance(form, EntryForm):
            form.add_error(form.field_of(problem.place.field), problem.message)
        else:
            form.add_error("yaml", str(problem))


def _outcome(
    request: SignedInRequest, draft: Draft, kind: str, code: str, form: YamlForm | EntryForm
) -> Outcome:
    """What the entry as it is typed says, on the case that is chosen, and for all cases where that
    is asked.
    """
    if not form.is_valid():
        found = map(str, chain.from_iterable(form.errors.values()))
        return Outcome(problems=tuple(found) if "try" in request.POST else ())
    try:
        edit = edit_of(draft, kind, code, form.gathered())
    except RulebookError as error:
        return Outcome(problems=tuple(str(problem) for problem in error.problems))
    keys = parse_uuids(request.POST.get("case", "")) if kind in TRIED else []
    tried = _latest_of(_tried_cases(request).filter(pk__in=keys)) if keys else []
    found_impact = None
    if request.POST.get("try") == "impact":
        whole = impact(
            Assessment.objects.visible_to(request.user).latest_of_each_case(),
            edit.old,
            edit.new,
            by_country=False,
        )
        # What it names was among those that the person may see a moment ago.
        found_impact = shown(whole, edit.old, edit.new, Assessment.objects.all())
    return Outcome(
        sentence=said_in_words(edit.new, kind, edit.code),
        covers=covered(edit.new, kind, edit.code),
        trial=trial(edit, tried[0]) if tried else None,
        impact=found_impact,
    )


def _tried_cases(request: SignedInRequest) -> QuerySet[Case]:
    """The cases on which an entry can be tried. Sensitive ones open on their own pages only."""
    found = Case.objects.visible_to(request.user).exclude(
        confidentiality=Case.Confidentiality.SENSITIVE
    )
    submitted = Assessment.objects.submitted().filter(case=OuterRef("pk"), blind=False)
    return found.filter(Exists(submitted)).order_by("-changed_at")


def _latest_of(cases: Iterable[Case]) -> list[Assessment]:
    """The latest assessment of each case, in the order of the cases: whoever sees a case sees what
    was submitted.
    """
    order = {case.pk: place for place, case in enumerate(cases)}
    rows = (
        Assessment.objects.filter(case__in=order)
        .latest_of_each_case()
        .select_related("case")
        .prefetch_related("case__countries")
    )
    return sorted(rows, key=lambda row: order[row.case_id])


def _offered(request: SignedInRequest, kind: str) -> dict[str, Any]:
    if kind not in TRIED:
        return {"can_try": False, "offered": [], "words": "", "chosen": ""}
    words, chosen = request.POST.get("words", "").strip(), request.POST.get("case", "")
    found = _tried_cases(request)
    for word in words.split():
        found = found.filter(title__icontains=word)
    cases = list(found[:OFFERED])
    if chosen and chosen not in {str(case.pk) for case in cases}:
        cases += list(_tried_cases(request).filter(pk__in=parse_uuids(chosen)))
    return {"can_try": True, "offered": _latest_of(cases), "words": words, "chosen": chosen}


@requires("cases.edit_catalogue")
def entry_remove(request: SignedInRequest, kind: str, code: str) -> HttpResponse:
    draft = the_draft()
    entry = the_entry(draft, kind, code)
    problems: tuple[object, ...] = ()
    if request.method == "POST":
        try:
            editing.remove_entry(
                draft, kind, code, by=request.user, version=int(request.POST.get("version") or 0)
            )
        except RulebookError as error:
            problems = tuple(error.problems)
        except (StaleError, ValueError):
            messages.warning(
                request,
                _("Someone else has saved this entry since you opened it. Look at it first."),
            )
            return redirect("entry_edit", kind, code)
        else:
            if kind == editing.INVARIANTS:
                messages.success(
                    request,
                    _("Asked for. Another catalogue admin agrees to it on the draft's page."),
                )
                return redirect("draft")
            messages.success(request, _("Removed from the draft."))
            return redirect("entry_list", kind)
    context = {
        "kind": kind,
        "label": labels.ENTRY_KIND[kind],
        "code": code,
        "title": called(draft.document, kind, entry),
        "version": draft.version_of(kind, code),
        "problems": problems,
    }
    return render(request, "editor/remove.html", context, status=422 if problems else 200)


@requires("cases.edit_catalogue")
def rules_of_measure(request: SignedInRequest, code: str) -> HttpResponse:
    """All rules of a measure beside each other, with its gates and deferrals."""
    rulebook = rulebook_of_draft(the_draft())
    try:
        table = rule_table(rulebook, code)
    except KeyError as error:
        raise Http404(_("The draft has no such measure.")) from error
    return render(request, "editor/rules_of_measure.html", {"table": table})


@requires("cases.edit_catalogue")
def rules_of_question(request: SignedInRequest, code: str) -> HttpResponse:
    """Every condition that one question feeds."""
    rulebook = rulebook_of_draft(the_draft())
    try:
        uses = uses_of(rulebook, code)
    except KeyError as error:
        raise Http404(_("The draft has no such question.")) from error
    context = {"question": rulebook.questionnaire[code], "uses": uses, "labels": labels.ENTRY_KIND}
    return render(request, "editor/rules_of_question.html", context)
