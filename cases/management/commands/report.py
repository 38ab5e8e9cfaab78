"""Write a file of an assessment, an actor or the list of cases, as a given person may see it."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError

from cases.exports.formats import ACTOR_FORMATS, ASSESSMENT_FORMATS, CASE_LIST_FORMATS, Made
from cases.models import Assessment, Case, User
from cases.permissions import SecondFactorNeededError, may
from cases.queries.casework.cases import listed_cases
from cases.queries.reports.context import ASSESSMENTS, report_for
from cases.queries.reports.organisation import organisation
from cases.workflows.record import Read, record_read
from cases.workflows.reports import record_download


class Command(BaseCommand):
    help = (
        "Write a file of an assessment, of an actor, or of all cases. It holds what the person "
        "named by --as may see, and is recorded as a download by that person. Examples: "
        "report ASSESSMENT brief.pdf --as NAME; report ACTOR sheet.pdf --as NAME; "
        "report round-up.pdf --as NAME."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "about",
            nargs="?",
            default="",
            help="the id of the assessment or the code of the actor, as in the address of its "
            "page; nothing for a file of all cases",
        )
        parser.add_argument(
            "name",
            choices=[*ASSESSMENT_FORMATS, *ACTOR_FORMATS, *CASE_LIST_FORMATS],
            metavar="name",
            help=f"the file. Of an assessment: {', '.join(ASSESSMENT_FORMATS)}. Of an actor: "
            f"{', '.join(ACTOR_FORMATS)}. Of all cases: {', '.join(CASE_LIST_FORMATS)}",
        )
        parser.add_argument("--as", dest="user", required=True, help="user name of the reader")
        parser.add_argument(
            "--output", type=Path, help="the file to write; without it, standard output"
        )

    def handle(
        self, *args: Any, about: str, name: str, user: str, output: Path | None, **options: Any
    ) -> None:
        reader = User.objects.filter(username=user, is_active=True).first()
        if reader is None:
            raise CommandError(f"There is no active account {user}.")
        if name in ASSESSMENT_FORMATS:
            made = _of_assessment(reader, about, name)
        elif name in ACTOR_FORMATS:
            made = _of_actor(reader, about, name)
        else:
            made = _of_all_cases(reader, about, name)
        for assessment in made.assessments:
            if assessment.case.confidentiality == Case.Confidentiality.SENSITIVE:
                record_read(Read(assessment.case, "report", str(assessment.pk)), by=reader)
        record_download(name, made.content, made.assessments, by=reader)
        if output is not None:
            try:
                with open(output, "wb", opener=_for_its_owner) as file:
                    file.write(made.content)
            except OSError as error:
                raise CommandError(f"{output} cannot be written: {error.strerror}") from error
        else:
            sys.stdout.buffer.write(made.content)


def _for_its_owner(path: str, flags: int) -> int:
    """Open a file that, if it is new, only its owner can read."""
    return os.open(path, flags, 0o600)


def _of_assessment(reader: User, about: str, name: str) -> Made:
    try:
        found = ASSESSMENTS.get(pk=about)
        report = report_for(reader, found)
    except (Assessment.DoesNotExist, PermissionDenied, ValidationError, ValueError) as error:
        raise CommandError("There is no such assessment that this person may see.") from error
    except SecondFactorNeededError as error:
        raise CommandError("The case is sensitive: the person needs a second factor.") from error
    return Made(ASSESSMENT_FORMATS[name].make(report, organisation()), [found])


def _of_actor(reader: User, about: str, name: str) -> Made:
    if not may(reader, "cases.view_catalogue"):
        raise CommandError("This person may not see actors.")
    try:
        return ACTOR_FORMATS[name].make(reader, about, organisation())
    except LookupError as error:
        raise CommandError(f"There is no actor {about!r}.") from error


def _of_all_cases(reader: User, about: str, name: str) -> Made:
    if about:
        raise CommandError(f"{name} is a file of all cases: leave {about!r} out.")
    kind = CASE_LIST_FORMATS[name]
    cases = listed_cases(reader).order_by("-changed_at", "pk")
    number = cases.count()
    if number > kind.most:
        raise CommandError(
            f"These are {number} cases, and {name} holds up to {kind.most}. Filter the list of "
            "cases in the browser and download it there."
        )
    return kind.make(reader, cases, organisation())
