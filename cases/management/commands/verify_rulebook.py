"""What is wrong with a rulebook, proved over every possible set of answers."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.queries.editions.rulebooks import shipped_folders
from cases.rulebook.editions.loader import load_folder
from cases.rulebook.editions.safety_regressions import undone
from cases.rulebook.entries.issues import Issue, RulebookError
from cases.rulebook.reasoning.verification import NO_LEAD, VerificationReport, verify


class Command(BaseCommand):
    help = (
        "Verify the rulebook in a folder: invariants, dead, implied and never decisive rules, what "
        "is unused, gates that never open. Exits with 1 if there are errors, and with 2 if the "
        "files cannot be read as a rulebook."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = shipped_folders()[-1]
        parser.add_argument("folder", type=Path, metavar="DIR", nargs="?", default=default)
        parser.add_argument(
            "--before",
            type=Path,
            metavar="DIR",
            help="the previous edition, to check it against; for the rulebook that comes with the "
            "product, this is the edition before it unless you name another",
        )
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(
        self,
        *args: Any,
        folder: Path,
        before: Path | None,
        format: str,  # noqa: A002 - the option's name
        **options: Any,
    ) -> None:
        if before is None and folder == shipped_folders()[-1]:
            before = shipped_folders()[-2]
        try:
            document, rulebook = load_folder(folder)
            earlier = load_folder(before)[0] if before is not None else None
        except RulebookError as error:
            raise CommandError(str(error), returncode=2) from error
        report = verify(rulebook)
        if earlier is not None:
            issues = (*undone(earlier, document), *report.issues)
            report = replace(report, issues=issues)
        if format == "json":
            self.stdout.write(json.dumps(_document(report), ensure_ascii=False, indent=2))
        else:
            for issue in report.issues:
                self.stdout.write(str(issue))
            counts = (
                f"{len(rulebook.rules)} rules, {len(rulebook.measures)} measures, "
                f"{len(rulebook.actors)} actors"
            )
            self.stdout.write(
                f"{counts}: {len(report.errors)} error(s) in {len(report.issues)} issue(s)"
            )
            self.stdout.write(
                f"{len(report.proved)} of {len(rulebook.invariants)} invariants are proved"
            )
            if rulebook.problems and not any(row.code == NO_LEAD for row in report.issues):
                self.stdout.write("each measure that is shown has a suitable lead: proved")
        if report.errors:
            raise CommandError("the rulebook cannot be published as it is", returncode=1)


def _document(report: VerificationReport) -> dict[str, Any]:
    return {
        "proved": list(report.proved),
        "remarks": [_issue_with_answers(issue) for issue in report.issues],
    }


def _issue_with_answers(issue: Issue) -> dict[str, Any]:
    answers = issue.answers
    return {
        "code": issue.code,
        "level": issue.level,
        "kind": issue.location.kind,
        "entry": issue.location.entry,
        "message": issue.message,
        "answers": None
        if answers is None
        else {
            code: sorted(value) if isinstance(value, frozenset) else value
            for code, value in answers.items()
        },
    }
