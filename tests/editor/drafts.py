"""What tests of the editor do again and again: editing as a person does, and edits that are safe or
not.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.forms.editor.entries import ENTRY_FORMS
from cases.models import Draft, Edition, User
from cases.queries.editor.drafts import draft_edition
from cases.rulebook.editions.yaml_files import write_entry
from cases.workflows.editor import editing
from tests.editor.sent_forms import as_sent


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": "a long password"})
    return client


def entry_of(draft: Draft, kind: str, code: str) -> dict[str, Any]:
    return dict(
        next(item for item in Draft.objects.get(pk=draft.pk).document[kind] if item["code"] == code)
    )


def first_rule(draft: Draft) -> dict[str, Any]:
    return dict(draft.document["rules"][0])


def reworded(draft: Draft) -> dict[str, Any]:
    return first_rule(draft) | {"rationale": "Said better."}


def stricter(draft: Draft) -> dict[str, Any]:
    """The first rule with another priority: a change of what is advised."""
    rule = first_rule(draft)
    return rule | {"priority": "low" if rule["priority"] != "low" else "medium"}


def published(draft: Draft, *, by: User, second: User, note: str = "Better.") -> Edition:
    editing.propose(draft, by=by, note=note, seen=draft_edition(Draft.objects.get()).digest)
    return editing.publish_draft(draft, by=second, seen=draft_edition(Draft.objects.get()).digest)


def save(client: Client, kind: str, entry: dict[str, Any], version: int = 0) -> Any:
    data = {"yaml": write_entry(kind, entry), "version": version}
    return client.post(reverse("entry_edit", args=[kind, entry["code"]]), data)


def sent_by(page: Any) -> Any:
    """What a browser would send of an entry's page, with the button “Save in the draft”."""
    text = page.content.decode()
    return as_sent(text[text.index('id="entry-form"') :].split("</form>")[0])


def send(client: Client, address: str, sent: Any) -> Any:
    return client.post(address, sent.urlencode(), content_type="application/x-www-form-urlencoded")


def nested(levels: int) -> str:
    return "{all: [" * levels + "{question: phase, in: [latent]}" + "]}" * levels


def unsafe(draft: Draft) -> tuple[str, dict[str, Any]]:
    """The gate of the mandate, opened for everything: peacekeeping could be recommended without a
    mandate.
    """
    gate = next(item for item in draft.document["gates"] if item["kind"] == "mandate")
    return "gates", dict(gate) | {
        "holds": {"question": "phase", "none_of": ["latent"]},
        "on_condition": [],
    }


def import_of(client: Client, content: str | bytes) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post(reverse("draft_import"), {"file": SimpleUploadedFile("rulebook.yaml", raw)})


def weaker(draft: Draft) -> dict[str, Any]:
    """An invariant that says nothing any more."""
    invariant = dict(draft.document["invariants"][0])
    return invariant | {
        "then": {
            "question": "phase",
            "in": ["latent", "rising", "imminent", "ongoing", "aftermath"],
        }
    }


def typed(draft: Draft, kind: str, entry: dict[str, Any], **more: Any) -> Any:
    """What a browser would send of the form of an entry."""
    options: dict[str, Any] = {
        "document": draft.document,
        "questionnaire": draft_edition(draft).rulebook.questionnaire,
    }
    form = ENTRY_FORMS[kind](entry=entry, initial={"version": 0}, **options)
    data = as_sent("".join(str(field) for field in form))
    return {**dict(data.lists()), **more}
