"""Load the demonstration data."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.queries.editions.rulebooks import NoEditionError, current_edition
from cases.workflows.demo import PASSWORD, load_cases, load_users


class Command(BaseCommand):
    help = (
        "Load demonstration accounts and the situations from the record. Loading twice changes "
        "nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "demonstration accounts have a known password: only where DEMO is set, never in "
                "production"
            )
        try:
            edition = current_edition()
        except NoEditionError as error:
            raise CommandError(
                "load an edition first: manage.py load_rulebook fixtures/rulebook"
            ) from error
        users = load_users()
        new = load_cases(users, edition)
        self.stdout.write(
            f"{new} situations loaded." if new else "The demonstration is loaded already."
        )
        self.stdout.write(f"Accounts, all with the password {PASSWORD}:")
        for user in users.values():
            roles = ", ".join(group.name for group in user.groups.all())
            self.stdout.write(f"  {user.username:<18} {roles}")
