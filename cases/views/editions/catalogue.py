"""The catalogue: measures, actors, questions, organisations and sources of the current edition."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from cases import labels
from cases.catalogue_language import reading_language
from cases.exports.formats import ACTOR_FORMATS
from cases.models import Edition
from cases.queries.editions import catalogue
from cases.queries.editions.rulebooks import (
    actors_of_all_editions,
    current_edition,
    document_of,
    editions_newest_first,
    measures_of_all_editions,
    rulebook_of,
)
from cases.queries.followup import experience_with, requests_to_actor, withdrawn_from_actor
from cases.rulebook.editions.dmn import write_dmn
from cases.rulebook.entries.catalogue import Actor
from cases.rulebook.entries.rulebook import Rulebook
from cases.rulebook.reasoning.dnf import TooManyRowsError
from cases.rulebook.wording.translation import languages_of
from cases.situation_files import SituationError, read_date
from cases.views.access import SignedInRequest, record_others_shown, requires
from cases.views.list_address import listed_page

PAGE_SIZE = 25
# It takes work to tell whether each is still asked, so no more than this are counted.
REQUESTS_COUNTED = 100

Entry = TypeVar("Entry")


def language_name(code: str) -> str:
    """A language's own name, or its code if the name is not known."""
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


def page_of(request: SignedInRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, template, {"edition": current_edition(), **context})


def _rulebook() -> Rulebook:
    return rulebook_of(current_edition().pk)


def _entry(find: Callable[[Rulebook, str], Entry], code: str) -> tuple[Entry, Edition]:
    """An entry with the newest edition that has it, which may be an earlier one."""
    for edition in editions_newest_first():
        try:
            return find(rulebook_of(edition.pk), code), edition
        except KeyError:
            continue
    raise Http404(_("The catalogue has no entry “%(code)s”.") % {"code": code})


def entry_page(
    request: SignedInRequest, template: str, entry: object, described_by: Edition, **context: Any
) -> HttpResponse:
    """The page of an entry, which says so where only an earlier edition has the entry."""
    return page_of(request, template, entry=entry, described_by=described_by, **context)


@requires("cases.view_catalogue")
def overview(request: SignedInRequest) -> HttpResponse:
    rulebook, document = _rulebook(), document_of(current_edition().pk)
    languages = [(code, language_name(code)) for code in languages_of(document)]
    reading = reading_language() or languages[0][0]
    evidence = catalogue.evidence_state(rulebook, timezone.localdate())
    context = {
        "rulebook": rulebook,
        "languages": languages,
        "reading": reading,
        "evidence": evidence,
    }
    return page_of(request, "editions/overview.html", **context)


@requires("cases.view_catalogue")
def measures(request: SignedInRequest) -> HttpResponse:
    return page_of(
        request,
        "editions/measures.html",
        forms=catalogue.measures_by_form(_rulebook()),
        phases=catalogue.phases_of(_rulebook()),
        lines=catalogue.measures_by_phase(_rulebook()),
        today=timezone.localdate(),
    )


@requires("cases.view_catalogue")
def measure(request: SignedInRequest, code: str) -> HttpResponse:
    find = partial(catalogue.measure_entry, on=timezone.localdate())
    entry, edition = _entry(find, code)
    experience = experience_with(request.user, rulebook_of(edition.pk), entry.measure)
    record_others_shown(request, experience.outcomes)
    return entry_page(
        request,
        "editions/measure.html",
        entry,
        edition,
        roles=labels.ROLE,
        experience=experience,
    )


@requires("cases.view_catalogue")
def measure_dmn(request: SignedInRequest, code: str) -> HttpResponse:
    """The rules and gates of a measure as a DMN file."""
    try:
        model, _edition = _entry(write_dmn, code)
    except TooManyRowsError:
        messages.warning(
            request,
            _(
                "Its conditions have too many combinations for a decision table. Its rules are "
                "shown below as sentences."
            ),
        )
        return redirect("measure_detail", code)
    response = HttpResponse(model, content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}.dmn"'
    return response


@requires("cases.view_catalogue")
def actors(request: SignedInRequest) -> HttpResponse:
    return page_of(
        request,
        "editions/actors.html",
        categories=catalogue.actors_by_category(_rulebook()),
        former=_former_actors(),
    )


def _former_actors() -> list[Actor]:
    """Actors that only earlier editions have: something may still be asked of them."""
    current = _rulebook().actors
    return [item for code, item in actors_of_all_editions().items() if code not in current]


@requires("cases.view_catalogue")
def actor(request: SignedInRequest, code: str) -> HttpResponse:
    entry, edition = _entry(catalogue.actor_entry, code)
    asked = requests_to_actor(request.user, code)
    keys = ("urgency", "-pk")
    page = listed_page(request, asked, keys, PAGE_SIZE, most=REQUESTS_COUNTED)
    withdrawn = list(withdrawn_from_actor(request.user, code)[: PAGE_SIZE + 1])
    titles = {key: item.title for key, item in measures_of_all_editions().items()}
    shown = dict.fromkeys(ask.assessment for ask in (*page.object_list, *withdrawn[:PAGE_SIZE]))
    record_others_shown(request, shown)
    return entry_page(
        request,
        "editions/actor.html",
        entry,
        edition,
        page=page,
        titles=titles,
        withdrawn=withdrawn[:PAGE_SIZE],
        withdrawn_are_cut=len(withdrawn) > PAGE_SIZE,
        formats=ACTOR_FORMATS,
    )


@requires("cases.view_catalogue")
def questions(request: SignedInRequest) -> HttpResponse:
    return page_of(
        request, "editions/questions.html", sections=catalogue.questions_by_section(_rulebook())
    )


@requires("cases.view_catalogue")
def question(request: SignedInRequest, code: str) -> HttpResponse:
    return entry_page(request, "editions/question.html", *_entry(catalogue.question_entry, code))


@requires("cases.view_catalogue")
def organisations(request: SignedInRequest) -> HttpResponse:
    """The organisations and their members on a day that the reader may choose."""
    day, error = timezone.localdate(), ""
    typed = request.GET.get("on", "")
    if typed:
        try:
            day = read_date(typed)
        except SituationError:
            error = _("Enter a date such as 2012-12-20.")
    rows = catalogue.organisations_on(_rulebook(), day)
    return page_of(
        request,
        "editions/organisations.html",
        rows=rows,
        day=day,
        given=typed or day.isoformat(),
        error=error,
    )


@requires("cases.view_catalogue")
def sources(request: SignedInRequest) -> HttpResponse:
    return page_of(
        request, "editions/sources.html", entries=catalogue.sources_with_uses(_rulebook())
    )
