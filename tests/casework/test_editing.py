"""Two people, or two windows, with the same text: nothing that one of them wrote is lost."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from cases.models import Case, Source, User
from cases.workflows.casework import add_source, revise_case, revise_source
from tests.clients import of


def form_of(client: Client, address: str) -> dict[str, Any]:
    """What the form of a page would send unchanged."""
    form = client.get(address).context["form"]
    given = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in given.items() if value is not None}


def test_a_source_that_someone_else_changed_meanwhile_is_not_overwritten(
    case: Case, analyst: User
) -> None:
    source = add_source(case, by=analyst, title="Report", publisher="OHCHR", reliability="A")
    address = reverse("source_edit", args=[case.pk, source.pk])
    mine = form_of(of(analyst), address) | {"title": "Report of March"}
    revise_source(source, by=analyst, note="Page 12 was withdrawn.")
    refused = of(analyst).post(address, mine)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Someone else has changed this source since you opened it." in page
    assert "Page 12 was withdrawn." in page
    assert 'value="Report of March"' in page
    assert Source.objects.get().title == "Report"
    both = mine | {"note": "Page 12 was withdrawn.", "read": Source.objects.get().text_digest}
    assert f'value="{both["read"]}"' in page, "sent again, the form replaces what it showed"
    assert of(analyst).post(address, both).status_code == 302
    source.refresh_from_db()
    assert (source.title, source.note) == ("Report of March", "Page 12 was withdrawn.")


def test_what_someone_else_made_of_a_case_is_shown_with_its_countries(
    case: Case, analyst: User
) -> None:
    address = reverse("case_edit", args=[case.pk])
    mine = form_of(of(analyst), address) | {"title": "My title"}
    names = ("title", "place", "populations", "summary", "confidentiality")
    fields = {name: getattr(case, name) for name in names}
    revise_case(case, by=analyst, version=case.version, countries=["MLI", "NER"], **fields)
    page = of(analyst).post(address, mine).content.decode()
    theirs = page[page.index("The current text") :]
    assert "Mali, Niger" in theirs[: theirs.index("</dl>")]
