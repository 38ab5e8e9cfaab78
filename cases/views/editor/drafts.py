"""The draft edition: for catalogue admins. What is published is published by two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import labels
from cases.forms.editor.drafts import EndProposalForm, ImportForm, ProposeForm
from cases.forms.editor.issue_words import all_with_entries, with_entry, worded_findings
from cases.models import Draft, Event
from cases.queries.editions.edition_changes import changes_in_words
from cases.queries.editions.rulebooks import current_edition
from cases.queries.editor.drafts import (
    current_draft,
    draft_edition,
    sent_back,
)
from cases.queries.editor.jobs import job_of
from cases.queries.editor.trials import covered, entry_in_words
from cases.rulebook.editions.builder import Document, digest_of
from cases.rulebook.editions.document_diff import differences
from cases.rulebook.editions.documents import EditionDocument
from cases.rulebook.editions.loader import parse, put_entry, title_of
from cases.rulebook.editions.yaml_files import comments_in, write_entry, write_yaml
from cases.rulebook.entries.issues import RulebookError
from cases.views.access import SignedInRequest, requires
from cases.views.editor.access import the_draft
from cases.workflows.editor import editing
from cases.workflows.errors import EditingError
from cases.workflows.record import record_event


@requires("cases.edit_catalogue")
def draft_page(request: SignedInRequest) -> HttpResponse:
    """What the draft changes, what is wrong with it, what it would do, and the way to its
    publication.
    """
    draft = current_draft()
    if draft is None:
        return render(request, "editor/none.html", {"edition": current_edition()})
    return _draft_context(request, draft, _proposing(draft))


def _proposing(draft: Draft) -> ProposeForm:
    note = draft.document["edition"].get("note", "")
    # The note of the previous edition does not describe this one.
    return ProposeForm(
        initial={"seen": digest_of(draft.document), "note": note if note != draft.base.note else ""}
    )


def _draft_context(
    request: SignedInRequest, draft: Draft, form: ProposeForm, ending: EndProposalForm | None = None
) -> HttpResponse:
    edition = draft_edition(draft)
    ending = ending or EndProposalForm(initial={"seen": draft.proposed_digest})
    context = {
        "draft": draft,
        "edition": edition,
        "kinds": [
            (kind, label, len(edition.document.by_code[kind]))
            for kind, label in labels.ENTRY_KIND.items()
        ],
        "findings": worded_findings(edition.findings(), edition.document),
        "readings": changes_in_words(draft.base.document, draft.document),
        "pending": [_pending(draft, code) for code in draft.pending_invariants],
        "progress": job_of(request.user, draft),
        "form": form,
        "ending": ending,
        "sent_back": sent_back(draft),
        "mine": draft.proposed_by_id == request.user.pk,
        "outdated": current_edition().pk != draft.base_id,
    }
    return render(
        request, "editor/draft.html", context, status=422 if form.errors or ending.errors else 200
    )


@dataclass(frozen=True)
class PendingInvariant:
    """A change of an invariant that waits for a second admin: who asked for it, the digest of the
    new entry, and the invariant before and after.
    """

    code: str
    name: str
    by: int
    seen: str
    before: InvariantText | None
    after: InvariantText | None

    @property
    def left(self) -> list[str]:
        """The measures that it would no longer cover."""
        return _covered_only_by(self.before, self.after)

    @property
    def joined(self) -> list[str]:
        """The measures that it would newly cover."""
        return _covered_only_by(self.after, self.before)


@dataclass(frozen=True)
class InvariantText:
    """An invariant in words: its title, its sentence, its YAML, and the titles of the measures that
    it covers.
    """

    title: str
    sentence: str
    text: str
    covers: tuple[str, ...]


def _covered_only_by(side: InvariantText | None, other: InvariantText | None) -> list[str]:
    return (
        [title for title in side.covers if other is None or title not in other.covers]
        if side
        else []
    )


def _invariant_text(
    documents: tuple[Document, ...], code: str, entry: dict[str, Any] | None
) -> InvariantText | None:
    """An invariant with the first of the documents that it fits, or with what is wrong if it fits
    none. None if there is no entry.
    """
    if entry is None:
        return None
    sentence = ""
    covers: tuple[str, ...] = ()
    for document in documents:
        try:
            rulebook = parse(put_entry(document, editing.INVARIANTS, code, entry))
        except RulebookError as error:
            problems = all_with_entries(error, document)
            sentence = _("it no longer fits the draft: %(problems)s") % {"problems": problems}
            continue
        sentence = entry_in_words(rulebook, editing.INVARIANTS, code)
        covers = tuple(
            measure.title for measure in covered(rulebook, editing.INVARIANTS, code) or ()
        )
        break
    return InvariantText(title_of(entry), sentence, write_entry(editing.INVARIANTS, entry), covers)


def _pending(draft: Draft, code: str) -> PendingInvariant:
    change = draft.pending_invariants[code]
    before = EditionDocument(draft.document).entry(editing.INVARIANTS, code)
    # As it is, with the measures as they are published: one whose fields were changed since may
    # have left it already.
    sides = (
        _invariant_text((draft.base.document, draft.document), code, before),
        _invariant_text((draft.document,), code, change["entry"]),
    )
    return PendingInvariant(code, change["name"], change["by"], digest_of(change["entry"]), *sides)


@requires("cases.edit_catalogue")
@require_POST
def invariant_decide(request: SignedInRequest, code: str) -> HttpResponse:
    """Agree to the change of an invariant that another admin asked for, or leave it as it is."""
    draft = the_draft()
    act = request.POST.get("act")
    if act not in ("agree", "refuse"):
        messages.warning(request, _("Nothing was decided. Choose one of the buttons."))
    elif act == "agree":
        try:
            editing.confirm_invariant(
                draft, code, by=request.user, seen=request.POST.get("seen", "")
            )
        except RulebookError as error:
            problems = all_with_entries(error, draft.document)
            messages.error(
                request, _("It no longer fits the draft: %(problems)s") % {"problems": problems}
            )
        else:
            messages.success(request, _("The invariant is changed in the draft."))
    else:
        editing.refuse_invariant(draft, code, by=request.user)
        messages.success(request, _("The invariant does not change."))
    return redirect("draft")


@requires("cases.edit_catalogue")
@require_POST
def draft_start(request: SignedInRequest) -> HttpResponse:
    editing.start_draft(by=request.user)
    messages.success(
        request,
        _(
            "The draft is a copy of the published edition. Readers see your changes after it is "
            "published."
        ),
    )
    return redirect("draft")


@requires("cases.edit_catalogue")
def draft_discard(request: SignedInRequest) -> HttpResponse:
    draft = the_draft()
    if request.method == "POST":
        editing.discard_draft_edition(draft, by=request.user)
        messages.success(request, _("The draft is discarded. Its changes stay in the record."))
        return redirect("catalogue")
    return render(request, "editor/discard.html", {"draft": draft, "edition": draft_edition(draft)})


@requires("cases.edit_catalogue")
def draft_export(request: SignedInRequest) -> HttpResponse:
    """The draft as one YAML file. The export is recorded."""
    record_event(Event.Verb.CATALOGUE_EXPORTED, by=request.user)
    response = HttpResponse(
        write_yaml(the_draft().document), content_type="application/yaml; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="draft-edition.yaml"'
    return response


@requires("cases.edit_catalogue")
def draft_import(request: SignedInRequest) -> HttpResponse:
    """Replace the draft with a file: first show what it changes and what is wrong with it, then
    write it.
    """
    draft = the_draft()
    sent = request.method == "POST"
    form = ImportForm(request.POST if sent else None, request.FILES if sent else None)
    context: dict[str, Any] = {"draft": draft, "form": form}
    if form.is_valid():
        try:
            if form.cleaned_data["seen"]:
                editing.import_document(
                    draft, form.document, by=request.user, seen=form.cleaned_data["seen"]
                )
                messages.success(request, _("The file is in the draft."))
                return redirect("draft")
            editing.as_imported(draft, form.document)
        except RulebookError as error:
            form.add_error(
                "file",
                _(
                    "Its invariants still need a second admin, and the rest does not fit the "
                    "invariants of the draft:"
                ),
            )
            for issue in error.issues:
                form.add_error("file", with_entry(issue, form.document))
        else:
            imported = draft_edition(draft).with_document(form.document)
            context |= {
                "readings": changes_in_words(draft.document, form.document),
                "report": imported.report,
                "findings": worded_findings(imported.findings(), imported.document),
                "text": form.cleaned_data["text"],
                "digest": digest_of(draft.document),
                "looked": True,
                "comments": comments_in(form.cleaned_data["text"]),
                "asks": any(
                    item.kind == "invariants" and item.before != item.after
                    for item in differences(draft.document, form.document)
                ),
            }
    return render(request, "editor/import.html", context, status=422 if form.errors else 200)


@requires("cases.edit_catalogue")
@require_POST
def draft_propose(request: SignedInRequest) -> HttpResponse:
    form = ProposeForm(request.POST)
    draft = the_draft()
    if form.is_valid():
        try:
            editing.propose(draft, by=request.user, **form.cleaned_data)
        except RulebookError as error:
            for issue in error.issues:
                form.add_error(None, with_entry(issue, draft.document))
        except EditingError as error:
            if error.code not in ("other-digest", "invariants-asked"):
                raise
            # The note stays in the form, which now speaks of the draft as it is.
            draft = the_draft()
            form = ProposeForm({**request.POST.dict(), "seen": digest_of(draft.document)})
            form.add_error(None, error.says)
    if form.errors:
        return _draft_context(request, draft, form)
    messages.success(request, _("The draft is proposed. Another catalogue admin can publish it."))
    return redirect("draft")


@requires("cases.edit_catalogue")
@require_POST
def proposal_end(request: SignedInRequest) -> HttpResponse:
    """Withdraw one's own proposal, or send another admin's back with a reason."""
    draft = the_draft()
    form = EndProposalForm(request.POST)
    if not form.is_valid():
        return _draft_context(request, draft, _proposing(draft), ending=form)
    editing.end_proposal(draft, by=request.user, **form.cleaned_data)
    messages.success(request, _("The proposal is withdrawn. The draft does not change."))
    return redirect("draft")


@requires("cases.edit_catalogue")
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # of allauth
def draft_publish(request: SignedInRequest) -> HttpResponse:
    draft = the_draft()
    try:
        edition = editing.publish_draft(draft, by=request.user, seen=request.POST.get("seen", ""))
    except RulebookError as error:
        problems = all_with_entries(error, draft.document)
        messages.error(
            request, _("The draft is not published: %(problems)s") % {"problems": problems}
        )
        return redirect("draft")
    messages.success(
        request,
        _("%(edition)s is published. Assessments keep their own editions.") % {"edition": edition},
    )
    return redirect("catalogue")
