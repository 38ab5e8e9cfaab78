"""Publish the rulebook in a folder as the next edition."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.models import Edition
from cases.one_at_a_time import one_at_a_time
from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.document_diff import differences
from cases.rulebook.editions.yaml_files import read_folder
from cases.rulebook.entries.issues import RulebookError
from cases.workflows.editions.publishing import check, publish


class Command(BaseCommand):
    help = (
        "Check the YAML files of a folder and publish them as the next edition. Loading the same "
        "twice does nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--shipped",
            action="store_true",
            help=(
                "the folder came with the product: publish the earlier editions beside it first, "
                "and do nothing if admins have published an edition of their own"
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with one_at_a_time("load_rulebook"):
            self.load(**options)

    def load(self, folder: Path, shipped: bool, **options: Any) -> None:
        newest = Edition.objects.first()
        if shipped and newest is not None and newest.published_by is not None:
            self.stdout.write(f"{newest} was published here by {newest.published_by}; it stays.")
            return
        if shipped:
            for earlier in sorted((folder.parent / "editions").glob("*")):
                self._publish(earlier, None)
        self._publish(folder, newest.document if newest is not None and not shipped else None)

    def _publish(self, folder: Path, before: Document | None) -> None:
        """Publish a folder. It is checked against the document of the edition before it."""
        try:
            document, origins = read_folder(folder)
            if before is not None:
                check(document, origins, before=before)
                _leave_invariants(before, document)
            edition, is_new = publish(document, origins=origins, before=before)
        except RulebookError as error:
            count = len(error.issues)
            raise CommandError(
                f"nothing was loaded: {count} problem(s) in {folder}\n{error}", returncode=2
            ) from error
        outcome = "is published" if is_new else "was published before; nothing to do"
        self.stdout.write(f"{edition} ({edition.digest[:12]}) {outcome}.")


def _leave_invariants(before: Document, after: Document) -> None:
    """Refuse a change of an invariant: it needs two people, so one who runs a command cannot make
    it.
    """
    changed = [
        item.code
        for item in differences(before, after)
        if item.kind == "invariants" and item.before != item.after
    ]
    if changed:
        raise CommandError(
            f"nothing was loaded: {', '.join(changed)} would change, and an invariant is changed "
            "only by two admins: "
            "import the file into the draft edition, where another catalogue admin agrees",
            returncode=2,
        )
