"""Two admins publish at the same moment: one wins, the other sees a message, and nothing is
published twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import close_old_connections, connection

import cases
from cases.models import Draft, Edition, User
from cases.rulebook.editions.builder import digest_of
from cases.workflows.editor import editing
from cases.workflows.errors import EditingError


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_wins_and_the_other_is_informed(
    edition: Edition, person: Callable[..., User]
) -> None:
    chen, clara = person("chen", "catalogue_admin"), person("clara", "catalogue_admin")
    draft = editing.start_draft(by=chen)
    rule = dict(draft.document["rules"][0]) | {"priority": "low"}
    editing.save_entry(draft, "rules", rule, code=rule["code"], by=chen, version=0)
    editing.propose(draft, by=chen, note="x", seen=digest_of(Draft.objects.get().document))
    seen = digest_of(Draft.objects.get().document)
    start = Barrier(2)

    def publish(_: int) -> str:
        try:
            start.wait(timeout=10)
            return str(editing.publish_draft(draft, by=clara, seen=seen))
        except EditingError as error:
            return error.code
        finally:
            close_old_connections()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(publish, range(2)))
    assert said == ["Edition 2", "gone"]
    assert Edition.objects.count() == 2


def test_nothing_but_publishing_writes_an_edition() -> None:
    """However a rulebook arrives, it passes the loader and the proofs."""
    folder = Path(cases.__file__).parent
    writing = re.compile(
        r"\bEdition(\.objects\.(create|bulk_create|get_or_create|update_or_create))?\("
    )
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if "migrations" not in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if writing.search(line) and not line.startswith("class ")
    }
    assert found == {"workflows/editions/publishing.py"}
