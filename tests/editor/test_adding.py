"""Adding what takes several entries, and memberships, without knowing any code."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from cases.forms.editor.entries import ENTRY_FORMS
from cases.models import Draft, User
from cases.queries.editor.drafts import draft_edition
from tests.editor.drafts import entry_of, of, send, sent_by, typed

ORGANISATION = "ECOWAS"


def membership(draft: Draft, **changes: str) -> Any:
    """The form of an organisation after someone has changed fields of its first member."""
    entry = entry_of(draft, "organisations", ORGANISATION)
    sent = typed(draft, "organisations", entry)
    sent |= {f"members-0-{name}": [value] for name, value in changes.items()}
    questionnaire = draft_edition(draft).rulebook.questionnaire
    return ENTRY_FORMS["organisations"](
        MultiValueDict(sent), document=draft.document, questionnaire=questionnaire, entry=entry
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [("Mali", "MLI"), ("côte d'ivoire", "CIV"), ("Ivory Coast", "CIV"), ("NER", "NER")],
)
def test_a_member_is_chosen_by_its_name(working: Draft, name: str, code: str) -> None:
    form = membership(working, country=name)
    assert form.is_valid(), form.errors
    assert form.gathered()["members"][0]["country"] == code


@pytest.mark.parametrize("name", ["Atlantis", "Mal"])
def test_a_member_that_names_no_single_country_is_refused_with_row_field_and_what_to_enter(
    working: Draft, name: str
) -> None:
    form = membership(working, country=name)
    assert not form.is_valid()
    says = str(form.errors["members"])
    assert "Row 1, Country" in says
    assert "Choose one, such as Mali." in says


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"from": "0197-05-28"}, "is not between 1800 and"),
        ({"from": "28 May"}, "year with four digits"),
        ({"suspended-0-from": "", "suspended-0-to": "2013-01-01"}, "on which the period began"),
        (
            {"suspended-0-from": "2013-01-01", "suspended-0-to": "2012-01-01"},
            "ends before it begins",
        ),
    ],
)
def test_a_day_of_a_membership_that_cannot_be_right_says_what_to_enter(
    working: Draft, changes: dict[str, str], says: str
) -> None:
    form = membership(working, **changes)
    assert not form.is_valid()
    assert says in str(form.errors["members"])


def test_memberships_are_read_by_country_with_their_dates_and_suspensions(
    working: Draft, chen: User
) -> None:
    address = reverse("entry_edit", args=["organisations", ORGANISATION])
    page = " ".join(of(chen).get(address).content.decode().split())
    assert "Mali · 1975-05-28 to 2025-01-28" in page
    assert re.search(r"suspended \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d", page)
    assert '<option value="Mali">' in page
    assert page.count('type="date"') > 16


def test_a_suspension_is_given_by_its_days(working: Draft) -> None:
    days = {"suspended-0-from": "2012-03-27", "suspended-0-to": "2012-04-14"}
    form = membership(working, **days)
    assert form.is_valid(), form.errors
    given = form.gathered()["members"][0]["suspended"]
    assert {"from": "2012-03-27", "to": "2012-04-14"} in given


def test_a_measure_is_added_step_by_step(working: Draft, chen: User) -> None:
    client, code = of(chen), "pro.new_measure"
    listed = client.get(reverse("entry_list", args=["measures"])).content.decode()
    assert "Add a measure" in listed
    new = reverse("entry_new", args=["measures"])
    page = client.get(new)
    assert "Add a measure in three steps" in page.content.decode()
    pattern = entry_of(working, "measures", "pro.mediation")
    made = typed(working, "measures", {**pattern, "code": code, "title": "A new measure"})
    answer = client.post(new, made)
    assert answer.status_code == 302, answer.content.decode()

    measure = reverse("entry_edit", args=["measures", code])
    assert answer["Location"] == measure
    shown = client.get(measure).content.decode()
    assert "The measure is described." in shown
    actor = f"{reverse('entry_edit', args=['actors', 'ohchr'])}?for={code}"
    assert actor in shown

    page = client.get(actor)
    assert "to lead “A new measure”" in page.content.decode()
    assert "earlier version" not in page.content.decode()
    sent = sent_by(page)
    row = next(name for name, value in sent.items() if value == code).removesuffix("-measure")
    sent[f"{row}-does"] = "It leads it."
    assert send(client, actor, sent)["Location"] == measure
    shown = client.get(measure).content.decode()
    assert "These can lead it" in shown
    rule = f"{reverse('entry_new', args=['rules'])}?for={code}"
    assert rule in shown

    page = client.get(rule)
    assert "Say when “A new measure” is called for" in page.content.decode()
    pattern = next(row for row in working.document["rules"] if row["measure"] == "pro.mediation")
    made = typed(
        working,
        "rules",
        {
            **pattern,
            "code": f"{code}.crisis",
            "measure": "pro.mediation",
            "actors": {"lead": ["ohchr"]},
        },
    )
    made["measure"] = [code]
    answer = client.post(rule, made)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == measure
    assert "in three steps" not in client.get(measure).content.decode()


def test_a_rule_whose_actor_cannot_take_the_measure_says_what_to_do(
    working: Draft, chen: User
) -> None:
    client = of(chen)
    rule = working.document["rules"][0]
    unable = {
        actor["code"]
        for actor in working.document["actors"]
        if all(row["measure"] != rule["measure"] for row in actor["can"])
    }
    address = reverse("entry_edit", args=["rules", rule["code"]])
    sent = sent_by(client.get(address))
    sent["actors__lead"] = sorted(unable)[0]
    page = send(client, address, sent).content.decode()
    assert "add it to what it can do" in page
    assert "&#x27;can&#x27;" not in page


def test_the_members_of_an_organisation_are_one_table(working: Draft, chen: User) -> None:
    page = of(chen).get(reverse("entry_edit", args=["organisations", ORGANISATION]))
    shown = " ".join(page.content.decode().split())
    table = shown.split('id="rows-members"')[1].split("</table>")[0]
    headings = re.findall(r'<th scope="col" ?> (\w+) </th>', table)
    assert headings == ["Country", "From", "Until", "Suspended", "Remove"]
    entry = entry_of(working, "organisations", ORGANISATION)
    assert table.count('class="row-of-fields"') == len(entry["members"])
    assert "<summary>never</summary>" in table
    assert re.search(r"<summary>\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d</summary>", table)


def test_a_row_that_is_new_gone_or_changed_is_read_as_a_table_without_codes(
    working: Draft, chen: User
) -> None:
    document = deepcopy(working.document)
    actor = next(item for item in document["actors"] if item["code"] == "ohchr")
    actor["can"].append({"measure": "enc.remind", "role": "support", "does": "Reminds, too."})
    organisation = next(item for item in document["organisations"] if item["code"] == ORGANISATION)
    organisation["members"].pop()
    invariant = document["invariants"][0]
    invariant["if"] = {"measure": "each", "status": ["conditional"]}
    Draft.objects.filter(pk=working.pk).update(document=document)
    page = " ".join(of(chen).get(reverse("draft")).content.decode().split())
    row = '<tr> <th scope="row">Measure</th>'
    assert row in page
    assert "Reminding the government of its obligations</ins>" in page
    assert '<th scope="row">Role</th>' in page
    assert '<ins class="pre" dir="auto">Support</ins>' in page
    assert '<th scope="row">Country</th>' in page
    assert "is conditional" in page
    for code in ("{measure:", "role: ", "country: ", "status: ["):
        assert code not in page, "what people read is no YAML"
