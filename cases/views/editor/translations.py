"""The catalogue's texts in other languages: what is missing in each, and the translating of one
entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import labels
from cases.catalogue_language import CATALOGUE_LANGUAGE
from cases.forms.editor.translations import LanguageForm, TranslationForm, field_of, is_language
from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.loader import called
from cases.rulebook.entries.issues import RulebookError
from cases.rulebook.entries.kinds import KINDS, entries_of
from cases.rulebook.wording.translation import languages_of, missing_in, texts_of
from cases.views.access import SignedInRequest, requires
from cases.views.editions.catalogue import language_name
from cases.views.editor.access import the_draft, the_entry
from cases.workflows.editor import editing
from cases.workflows.errors import StaleError

YEAR = 365 * 24 * 60 * 60


@requires("cases.edit_catalogue")
def translation_list(request: SignedInRequest) -> HttpResponse:
    """Each language with how much of the draft is there in it; a new one is begun here."""
    document = the_draft().document
    form = LanguageForm(request.POST or None, own=document["edition"]["language"])
    if request.method == "POST" and form.is_valid():
        return redirect("translation_language", form.cleaned_data["language"])
    own, *others = languages_of(document)
    total = sum(len(texts_of(kind, entry)) for kind, entry in _entries(document))
    rows = []
    for code in others:
        missing = chain.from_iterable(missing_in(document, code).values())
        left = sum(number for _code, number, _all in missing)
        rows.append((code, language_name(code), total - left, total))
    context = {"own": language_name(own), "rows": rows, "form": form}
    return render(request, "editor/translations.html", context, status=422 if form.errors else 200)


@requires("cases.edit_catalogue")
def translation_language(request: SignedInRequest, language: str) -> HttpResponse:
    """What is missing in one language, entry by entry."""
    document = the_draft().document
    _check_language(document, language)
    missing = missing_in(document, language)
    titles = {
        (kind, entry["code"]): called(document, kind, entry) for kind, entry in _entries(document)
    }
    kinds = []
    for kind, rows in missing.items():
        left = [(code, titles[kind, code], number, total) for code, number, total in rows]
        begun = [
            (entry["code"], titles[kind, entry["code"]])
            for entry in entries_of(document, kind)
            if language in entry.get("translations", {})
        ]
        kinds.append((kind, labels.ENTRY_KIND[kind], left, begun))
    context = {"language": language, "name": language_name(language), "kinds": kinds}
    return render(request, "editor/translation_language.html", context)


def _entries(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every entry of a document with its kind."""
    for kind in KINDS:
        for entry in entries_of(document, kind):
            yield kind, entry


def _check_language(document: Document, language: str) -> None:
    if not is_language(language) or language == document["edition"]["language"]:
        raise Http404(_("The catalogue is not translated into this language."))


@requires("cases.edit_catalogue")
def translation_edit(request: SignedInRequest, language: str, kind: str, code: str) -> HttpResponse:
    """The texts of an entry and their translation beside them."""
    draft = the_draft()
    _check_language(draft.document, language)
    entry = the_entry(draft, kind, code)
    texts, there = texts_of(kind, entry), entry.get("translations", {}).get(language, {})
    initial = {"version": draft.version_of(kind, code)}
    initial |= {field_of(path): there.get(path, "") for path in texts}
    form = TranslationForm(
        request.POST or None, kind=kind, texts=texts, language=language, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        others = {
            key: value for key, value in entry.get("translations", {}).items() if key != language
        }
        typed = form.translations()
        translations = dict(sorted({**others, **({language: typed} if typed else {})}.items()))
        changed = {name: value for name, value in entry.items() if name != "translations"}
        changed |= {"translations": translations} if translations else {}
        try:
            editing.save_entry(
                draft, kind, changed, code=code, by=request.user, version=form.version_read
            )
        except RulebookError as error:
            for issue in error.issues:
                form.place(issue)
        except StaleError:
            form.add_error(
                None,
                _(
                    "Someone else has saved this entry since you opened it. Compare, then save "
                    "again."
                ),
            )
            for text in form.without_original:
                form.add_error(
                    None, _("The entry no longer has the text that this translates: “%s”") % text
                )
            form.set_version(the_draft().version_of(kind, code))
        else:
            if kind == editing.INVARIANTS:
                messages.success(
                    request,
                    _("The change has been requested. Another catalogue admin must agree to it."),
                )
                return redirect("draft")
            messages.success(request, _("The translation is in the draft."))
            return redirect("translation_language", language)
    context = {
        "language": language,
        "name": language_name(language),
        "kind": kind,
        "title": called(draft.document, kind, entry),
        "code": code,
        "form": form,
    }
    return render(request, "editor/translation.html", context, status=422 if form.errors else 200)


@require_POST
@requires("cases.view_catalogue")
def catalogue_language(request: SignedInRequest) -> HttpResponse:
    """Read the catalogue's texts in another language from now on, in this browser."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(back if safe else "catalogue")
    chosen = request.POST.get("language", "")
    if is_language(chosen):
        response.set_cookie(
            CATALOGUE_LANGUAGE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie(CATALOGUE_LANGUAGE, samesite="Lax")
    return response
