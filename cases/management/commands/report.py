"""A file of an assessment, as the person named may have it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError

from cases.exports.formats import ASSESSMENT_FORMATS
from cases.models import Assessment, Case, User
from cases.permissions import SecondFactorNeededError
from cases.queries.reports.context import ASSESSMENTS, report_for
from cases.queries.reports.organisation import organisation
from cases.workflows.record import Read, record_read
from cases.workflows.reports import record_download


class Command(BaseCommand):
    help = (
        "Write a file of an assessment, with what the person named by --as may know of it. It is "
        "recorded as this person's download."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("assessment", help="the assessment's id, which its address shows")
        parser.add_argument("name", choices=ASSESSMENT_FORMATS, help="which file")
        parser.add_argument("--as", dest="user", required=True, help="user name of the reader")
        parser.add_argument(
            "--output", type=Path, help="the file to write; standard output if none"
        )

    def handle(
        self, *args: Any, assessment: str, name: str, user: str, output: Path | None, **options: Any
    ) -> None:
        reader = User.objects.filter(username=user, is_active=True).first()
        if reader is None:
            raise CommandError(f"There is no active account {user}.")
        try:
            found = ASSESSMENTS.get(pk=assessment)
            report = report_for(reader, found)
        except (Assessment.DoesNotExist, PermissionDenied, ValidationError, ValueError) as error:
            raise CommandError("There is no such assessment that this person may see.") from error
        except SecondFactorNeededError as error:
            raise CommandError(
                "The case is sensitive: the person needs a second factor."
            ) from error
        content = ASSESSMENT_FORMATS[name].make(report, organisation())
        if found.case.confidentiality == Case.Confidentiality.SENSITIVE:
            record_read(Read(found.case, "report", str(found.pk)), by=reader)
        record_download(name, content, [found], by=reader)
        if output is not None:
            output.write_bytes(content)
        else:
            sys.stdout.buffer.write(content)
