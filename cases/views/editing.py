"""The draft edition: for catalogue admins. What is published is published by two of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import labels
from cases.forms.editing import EntryForm, ImportForm, ProposeForm
from cases.models import Draft
from cases.permissions import may
from cases.queries.editing import changed_entries, impact_of, sentence_of, state_of, verdict_on
from cases.queries.editions import current_edition, rulebook_of
from cases.rulebook.document import digest_of, write_entry, write_yaml
from cases.rulebook.problems import RulebookError
from cases.views.request import SignedInRequest
from cases.workflows import editing
from cases.workflows.filing import StaleError

View = Callable[..., HttpResponse]


def _says(error: editing.EditingError) -> str:
    return {
        "draft-exists": _("A draft is worked on already: go on with it."),
        "gone": _("What you were editing is gone: it was removed, published or discarded meanwhile."),
        "other-digest": _("The draft has changed since you read it. Read it again, then decide."),
        "no-change": _("The draft says what the published edition says: there is nothing to publish."),
        "not-proposed": _("Nobody proposes to publish the draft as it stands."),
        "own-proposal": _("You proposed it: another catalogue admin publishes it."),
        "published": _("Another edition was published meanwhile. Export this draft, discard it, and begin anew."),
    }[error.code]


def _editor(view: View) -> View:
    @wraps(view)
    def checked(request: SignedInRequest, **kwargs: Any) -> HttpResponse:
        if not may(request.user, "cases.edit_catalogue"):
            raise PermissionDenied(_("The catalogue is edited by catalogue admins: ask a site admin for the role."))
        try:
            return view(request, **kwargs)
        except editing.EditingError as error:
            messages.warning(request, _says(error))
            return redirect("draft")

    return login_required(checked)


def _draft() -> Draft:
    found = Draft.objects.select_related("base", "started_by", "proposed_by").first()
    if found is None:
        raise editing.EditingError("gone")
    return found


def _entry(draft: Draft, kind: str, code: str) -> dict[str, Any]:
    found: dict[str, Any] | None = next((item for item in draft.document.get(kind, ()) if item["code"] == code), None)
    if found is None or kind not in labels.ENTRY_KIND:
        raise Http404(_("The draft has no such entry."))
    return found


@_editor
def draft_page(request: SignedInRequest) -> HttpResponse:
    """What the draft changes, what is wrong with it, what it would do, and the way to its publication."""
    draft = Draft.objects.select_related("base", "started_by", "proposed_by").first()
    if draft is None:
        return render(request, "editing/none.html", {"edition": current_edition()})
    state = state_of(draft)
    form = ProposeForm(initial={"seen": state.digest, "note": draft.document["edition"].get("note", "")})
    return _draft_page(request, draft, form)


def _draft_page(request: SignedInRequest, draft: Draft, form: ProposeForm) -> HttpResponse:
    state = state_of(draft)
    context = {
        "draft": draft,
        "state": state,
        "kinds": [(kind, label, len(draft.document[kind])) for kind, label in labels.ENTRY_KIND.items()],
        "labels": labels.ENTRY_KIND,
        "impact": impact_of(draft, rulebook_of(draft.base_id), request.user) if state.changed else None,
        "statuses": labels.STATUS,
        "form": form,
        "mine": draft.proposed_by_id == request.user.pk,
        "outdated": current_edition().pk != draft.base_id,
    }
    return render(request, "editing/draft.html", context, status=422 if form.errors else 200)


@_editor
@require_POST
def draft_start(request: SignedInRequest) -> HttpResponse:
    editing.start_draft(by=request.user)
    messages.success(request, _("The draft holds what is published. What you change shows once it is published."))
    return redirect("draft")


@_editor
def draft_discard(request: SignedInRequest) -> HttpResponse:
    draft = _draft()
    if request.method == "POST":
        editing.discard_draft_edition(draft, by=request.user)
        messages.success(request, _("The draft is discarded. What was changed in it stays in the record."))
        return redirect("catalogue")
    return render(request, "editing/discard.html", {"draft": draft, "state": state_of(draft)})


@_editor
def draft_export(request: SignedInRequest) -> HttpResponse:
    """The draft as one YAML file."""
    response = HttpResponse(write_yaml(_draft().document), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="draft-edition.yaml"'
    return response


@_editor
def draft_import(request: SignedInRequest) -> HttpResponse:
    """A file in the place of the draft: first what it changes and what is wrong with it, then the writing of it."""
    draft = _draft()
    sent = request.method == "POST"
    form = ImportForm(request.POST if sent else None, request.FILES if sent else None)
    context: dict[str, Any] = {"draft": draft, "form": form, "labels": labels.ENTRY_KIND}
    if form.is_valid():
        if form.cleaned_data["seen"]:
            editing.import_document(draft, form.document, by=request.user, seen=form.cleaned_data["seen"])
            messages.success(request, _("The file is in the draft."))
            return redirect("draft")
        context |= {
            "changed": changed_entries(draft.document, form.document),
            "verdict": verdict_on(form.document),
            "text": form.cleaned_data["text"],
            "digest": digest_of(draft.document),
            "looked": True,
        }
    return render(request, "editing/import.html", context, status=422 if form.errors else 200)


@_editor
def entry_list(request: SignedInRequest, kind: str) -> HttpResponse:
    draft = _draft()
    if kind not in labels.ENTRY_KIND:
        raise Http404(_("The draft has no such list."))
    state = state_of(draft)
    changed = {item.code: item for item in state.changed if item.kind == kind}
    rows = [
        (entry["code"], _title(entry), changed.get(entry["code"]), state.remarks_on(kind, entry["code"]))
        for entry in draft.document[kind]
    ]
    context = {"draft": draft, "kind": kind, "label": labels.ENTRY_KIND[kind], "rows": rows}
    return render(request, "editing/entries.html", context)


def _title(entry: dict[str, Any]) -> str:
    names = entry.get("names")
    named = names[-1]["name"] if names else ""
    return str(entry.get("title") or entry.get("name") or entry.get("says") or entry.get("where") or named)


@_editor
def entry_new(request: SignedInRequest, kind: str) -> HttpResponse:
    return _edit(request, kind, "", {})


@_editor
def entry_edit(request: SignedInRequest, kind: str, code: str) -> HttpResponse:
    return _edit(request, kind, code, _entry(_draft(), kind, code))


def _edit(request: SignedInRequest, kind: str, code: str, entry: dict[str, Any]) -> HttpResponse:
    draft = _draft()
    if kind not in labels.ENTRY_KIND:
        raise Http404(_("The draft has no such list."))
    initial = {"text": write_entry(entry) if entry else "code: \n", "version": draft.version_of(kind, code)}
    form = EntryForm(request.POST or None, initial=initial)
    theirs = ""
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            draft = editing.save_entry(draft, kind, form.entry, code=code, by=request.user, version=version)
        except RulebookError as error:
            for problem in error.problems:
                form.add_error("text", str(problem))
        except StaleError as error:
            theirs = write_entry(error.current) if error.current else ""
            form.add_error(None, _("Someone else has saved this entry since you opened it: theirs is beside yours."))
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["version"] = str(_draft().version_of(kind, code))  # type: ignore[index]
        else:
            messages.success(request, _("Saved in the draft."))
            return redirect("entry_edit", kind, form.entry["code"])
    state = state_of(draft)
    context = {
        "draft": draft,
        "kind": kind,
        "label": labels.ENTRY_KIND[kind],
        "code": code,
        "form": form,
        "theirs": theirs,
        "sentence": sentence_of(draft, kind, code),
        "remarks": state.remarks_on(kind, code),
        "change": next((item for item in state.changed if (item.kind, item.code) == (kind, code)), None),
    }
    return render(request, "editing/entry.html", context, status=422 if form.errors else 200)


@_editor
def entry_remove(request: SignedInRequest, kind: str, code: str) -> HttpResponse:
    draft = _draft()
    entry = _entry(draft, kind, code)
    problems: tuple[object, ...] = ()
    if request.method == "POST":
        try:
            editing.remove_entry(draft, kind, code, by=request.user, version=int(request.POST.get("version") or 0))
        except RulebookError as error:
            problems = error.problems
        except (StaleError, ValueError):
            messages.warning(request, _("Someone else has saved this entry since you opened it. Look at it first."))
            return redirect("entry_edit", kind, code)
        else:
            messages.success(request, _("Removed from the draft."))
            return redirect("entry_list", kind)
    context = {
        "kind": kind,
        "label": labels.ENTRY_KIND[kind],
        "code": code,
        "title": _title(entry),
        "version": draft.version_of(kind, code),
        "problems": problems,
    }
    return render(request, "editing/remove.html", context, status=422 if problems else 200)


@_editor
@require_POST
def draft_propose(request: SignedInRequest) -> HttpResponse:
    form = ProposeForm(request.POST)
    draft = _draft()
    if not form.is_valid():
        return _draft_page(request, draft, form)
    editing.propose(draft, by=request.user, **form.cleaned_data)
    messages.success(request, _("It is proposed. Another catalogue admin publishes it."))
    return redirect("draft")


@_editor
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def draft_publish(request: SignedInRequest) -> HttpResponse:
    try:
        edition = editing.publish_draft(_draft(), by=request.user, seen=request.POST.get("seen", ""))
    except RulebookError as error:
        messages.error(request, _("It is not published: %(problems)s") % {"problems": error})
        return redirect("draft")
    messages.success(
        request,
        _("%(edition)s is published. Assessments keep their own.") % {"edition": edition},
    )
    return redirect("catalogue")
