"""The entries of the draft edition: their lists, their forms, and their removal."""

from __future__ import annotations

from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import labels
from cases.forms.editor.conditions import redraw
from cases.forms.editor.drafts import YamlForm
from cases.forms.editor.entries import ENTRY_FORMS, fits_a_form
from cases.forms.editor.issue_words import in_words, worded
from cases.forms.editor.structured import EntryForm, countries_of
from cases.models import Draft
from cases.queries.editor.drafts import DraftEdition, draft_edition
from cases.queries.editor.entry_history import history_of, removed_from
from cases.queries.editor.measure_steps import MeasureSteps, measure_steps
from cases.queries.editor.rule_tables import rule_table, uses_of
from cases.rulebook.editions.builder import Entry
from cases.rulebook.editions.documents import EditionDocument
from cases.rulebook.editions.loader import called
from cases.rulebook.editions.yaml_files import write_entry
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.kinds import entries_of
from cases.text_folding import fold
from cases.views.access import SignedInRequest, requires
from cases.views.editor.access import the_draft, the_entry
from cases.views.editor.outcomes import (
    AnyForm,
    Outcome,
    offered_cases,
    outcome_as_saved,
    outcome_as_typed,
)
from cases.workflows.editor import editing
from cases.workflows.errors import StaleError


def _kind(kind: str) -> str:
    if kind not in labels.ENTRY_KIND:
        raise Http404(_("The draft has no such list."))
    return kind


@requires("cases.edit_catalogue")
def entry_list(request: SignedInRequest, kind: str) -> HttpResponse:
    draft = the_draft()
    edition = draft_edition(draft)
    _kind(kind)
    changed = {item.code: item for item in edition.changed if item.kind == kind}
    words = fold(request.GET.get("words", "")).split()
    rows = []
    for entry in entries_of(draft.document, kind):
        code, name = entry["code"], called(draft.document, kind, entry)
        if all(word in fold(f"{code} {name}") for word in words):
            rows.append(
                (
                    code,
                    name,
                    changed.get(code),
                    worded(edition.issues_on(kind, code), edition.document),
                )
            )
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


@dataclass(frozen=True)
class EntryPage:
    """The page of an entry: the entry in the draft, and what the form begins with."""

    draft: Draft
    edition: DraftEdition
    kind: str
    # Empty for a new entry.
    code: str = ""
    entry: Entry = field(default_factory=dict)
    begun: Entry = field(default_factory=dict)
    # The code of an entry that someone else has removed while it was edited.
    gone: str = ""
    # The code of a measure that is being added, and for which this is one of the steps.
    measure: str = ""

    @property
    def puts_back(self) -> bool:
        """Whether the form begins with an earlier version of the entry."""
        return bool(self.begun) and self.begun != self.entry and not self.measure

    def form(self, data: QueryDict | None = None, *, as_yaml: bool = False) -> AnyForm:
        """The form of the entry, or its YAML where the form cannot show all of it."""
        version = self.draft.version_of(self.kind, self.code)
        if as_yaml or (data is None and not fits_a_form(self.kind, self.begun)):
            text = write_entry(self.kind, self.begun) if self.begun else "code: \n"
            return YamlForm(data, initial={"yaml": text, "version": version})
        form = ENTRY_FORMS[self.kind](
            data,
            document=self.draft.document,
            questionnaire=self.edition.rulebook.questionnaire,
            entry=self.begun,
            initial={"version": version},
        )
        if self.code:
            form.fields["code"].widget = forms.HiddenInput()
        return form


@requires("cases.edit_catalogue")
def entry_new(request: SignedInRequest, kind: str) -> HttpResponse:
    """A new entry. `?back=CODE` begins with one that was taken out of the draft, to put it back;
    `?for=MEASURE` begins with a rule of a measure that is being added.
    """
    draft = the_draft()
    edition = draft_edition(draft)
    measure = _measure_added(request, edition)
    removed, back = removed_from(draft, _kind(kind)), request.GET.get("back", "")
    begun = removed.get(back, {})
    if request.method == "GET" and back and not begun:
        messages.info(
            request, _("The entry to put back is not among those that the draft has removed.")
        )
    if measure and kind == "rules":
        begun = {"code": f"{measure}.", "measure": measure}
    return _respond(request, EntryPage(draft, edition, kind, begun=begun, measure=measure))


@requires("cases.edit_catalogue")
def entry_edit(request: SignedInRequest, kind: str, code: str) -> HttpResponse:
    """An entry in the draft; `?version=EVENT` begins with what it was before that event, to put it
    back, and `?for=MEASURE` with an actor that can lead a measure that is being added.
    """
    draft = the_draft()
    edition = draft_edition(draft)
    entry = edition.document.entry(_kind(kind), code)
    if entry is None and request.method == "POST":
        # Someone has removed it meanwhile: what was typed stays, and can be saved as a new entry.
        begun = removed_from(draft, kind).get(code, {})
        return _respond(request, EntryPage(draft, edition, kind, begun=begun, gone=code))
    entry = the_entry(draft, kind, code)
    version = request.GET.get("version", "")
    before = _version_before(kind, code, version)
    if request.method == "GET" and version and before is None:
        messages.info(
            request, _("There is no such earlier version. The form shows the entry as it is now.")
        )
    begun = before or entry
    measure = _measure_added(request, edition)
    if measure and kind == "actors":
        begun = {**begun, "can": [*begun["can"], {"measure": measure, "role": "lead", "does": ""}]}
    page = EntryPage(draft, edition, kind, code, entry, begun, measure=measure)
    return _respond(request, page)


def _measure_added(request: SignedInRequest, edition: DraftEdition) -> str:
    """The code of the measure for which an actor or a rule is edited, as the address gives it."""
    code = request.GET.get("for", "")
    return code if edition.document.entry("measures", code) is not None else ""


def _version_before(kind: str, code: str, event: str) -> Entry | None:
    """What an entry was before an event, given by its key; None where no such event changed it."""
    saves = history_of(kind, code) if event else []
    return next((item.before for item in saves if str(item.event.pk) == event), None)


def _respond(request: SignedInRequest, page: EntryPage) -> HttpResponse:
    if request.method != "POST":
        return _show(request, page, page.form(as_yaml=request.GET.get("as") == "yaml"))
    data = request.POST.copy()
    redraw(data, data.get("redraw", ""))
    form = page.form(data, as_yaml="yaml" in data)
    if "redraw" in data or "try" in data:
        return _preview(request, page, form)
    return _save(request, page, form)


def _show(
    request: SignedInRequest,
    page: EntryPage,
    form: AnyForm,
    outcome: Outcome | None = None,
    *,
    theirs: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page with a form. `theirs` is what someone else has saved meanwhile."""
    kind, code, edition = page.kind, page.code, page.edition
    again = reverse("entry_new", args=[kind], query={"back": page.gone}) if page.gone else ""
    changes = {(change.kind, change.code): change for change in edition.changed}
    context = {
        "draft": page.draft,
        "kind": kind,
        "label": labels.ENTRY_KIND[kind],
        "code": code,
        "title": edition.document.title_of(kind, code),
        "form": form,
        "as_yaml": isinstance(form, YamlForm),
        "too_deep": bool(page.begun) and not fits_a_form(kind, page.begun),
        "put_back": request.method == "GET" and page.puts_back,
        "steps": _steps_left(page),
        "measure_added": edition.document.title_of("measures", page.measure),
        "theirs": theirs,
        "outcome": outcome or outcome_as_saved(edition.rulebook, kind, code),
        "issues": worded(edition.issues_on(kind, code), edition.document),
        "change": changes.get((kind, code)),
        "action": again,
        "history": history_of(kind, code) if code else [],
        "countries": countries_of(page.draft.document).values() if kind == "organisations" else (),
        **offered_cases(request, kind),
    }
    return render(request, "editor/entry.html", context, status=status)


def _preview(request: SignedInRequest, page: EntryPage, form: AnyForm) -> HttpResponse:
    """What was typed, and what it would do: nothing is saved."""
    outcome = outcome_as_typed(request, page.draft, page.kind, page.code, form)
    if request.htmx and "redraw" not in request.POST:
        context = {"outcome": outcome, "kind": page.kind, "swapped": True}
        context |= offered_cases(request, page.kind)
        return render(request, "editor/outcome.html", context)
    # A preview does not yet say what is missing.
    form.errors.clear()
    return _show(request, page, form, outcome)


def _save(request: SignedInRequest, page: EntryPage, form: AnyForm) -> HttpResponse:
    """Save the entry and go on with it, or show what is wrong with what was typed."""
    if page.gone:
        message = _(
            "Someone else has removed this entry since you opened it. Saving it now adds it again."
        )
        return _refuse(request, page, form, message, version=0)
    if not form.is_valid():
        return _refuse(request, page, form)
    saved = form.gathered()
    try:
        editing.save_entry(
            page.draft,
            page.kind,
            saved,
            code=page.code,
            by=request.user,
            version=form.version_read,
        )
    except RulebookError as error:
        _put_issues_at_fields(form, error, EditionDocument(page.draft.document))
        return _refuse(request, page, form)
    except StaleError as error:
        theirs = write_entry(page.kind, error.current) if error.current else ""
        message = _(
            "Someone else has saved this entry since you opened it. Their version is beside yours."
        )
        version = the_draft().version_of(page.kind, page.code)
        return _refuse(request, page, form, message, version=version, theirs=theirs)
    if page.kind == editing.INVARIANTS:
        return _asked_for(request)
    messages.success(request, _("Saved in the draft."))
    if page.measure:
        return redirect("entry_edit", "measures", page.measure)
    return redirect("entry_edit", page.kind, saved["code"])


def _steps_left(page: EntryPage) -> MeasureSteps | None:
    """The steps of adding a measure; None once all are done, and for other entries."""
    if page.kind != "measures":
        return None
    steps = measure_steps(page.draft.document, page.code)
    return None if steps.are_done else steps


def _refuse(
    request: SignedInRequest,
    page: EntryPage,
    form: AnyForm,
    message: str = "",
    *,
    version: int | None = None,
    theirs: str = "",
) -> HttpResponse:
    """The page with what was typed and why it is not saved. `version` is what the next save
    replaces.
    """
    if message:
        form.add_error(None, message)
    if version is not None:
        form.set_version(version)
    # What is typed was not saved, so the sentence of what is saved would not be that of the form.
    return _show(request, page, form, Outcome(), theirs=theirs, status=422)


def _asked_for(request: SignedInRequest) -> HttpResponse:
    """A change of an invariant waits for another admin on the draft's page."""
    messages.success(
        request, _("The change has been requested. Another catalogue admin must agree to it.")
    )
    return redirect("draft")


def _put_issues_at_fields(form: AnyForm, error: RulebookError, document: EditionDocument) -> None:
    """Each issue at the field in which it lies."""
    for issue in error.issues:
        if isinstance(form, EntryForm):
            field = form.field_of(issue.location.field)
            form.add_error(field, in_words(issue, document, names_field=field is None))
        else:
            form.add_error("yaml", in_words(issue, document))


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
            problems = tuple(
                in_words(issue, EditionDocument(draft.document)) for issue in error.issues
            )
        except (StaleError, ValueError):
            messages.warning(
                request,
                _("Someone else has saved this entry since you opened it. Look at it first."),
            )
            return redirect("entry_edit", kind, code)
        else:
            if kind == editing.INVARIANTS:
                return _asked_for(request)
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
    rulebook = draft_edition(the_draft()).rulebook
    try:
        table = rule_table(rulebook, code)
    except KeyError as error:
        raise Http404(_("The draft has no such measure.")) from error
    return render(request, "editor/rules_of_measure.html", {"table": table})


@requires("cases.edit_catalogue")
def rules_of_question(request: SignedInRequest, code: str) -> HttpResponse:
    """Every condition that one question feeds."""
    rulebook = draft_edition(the_draft()).rulebook
    try:
        uses = uses_of(rulebook, code)
    except KeyError as error:
        raise Http404(_("The draft has no such question.")) from error
    context = {"question": rulebook.questionnaire[code], "uses": uses, "labels": labels.ENTRY_KIND}
    return render(request, "editor/rules_of_question.html", context)
