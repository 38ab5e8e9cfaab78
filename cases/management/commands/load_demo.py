"""Load the demonstration data."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.workflows.demo import PASSWORD, NoFirstEditionError, load_cases, load_users


class Command(BaseCommand):
    help = (
        "Load demonstration accounts and the situations from the record. Loading twice changes "
        "nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "demonstration accounts have a known password: set DEMO to load them, never in "
                "production"
            )
        users = load_users()
        try:
            new = load_cases(users)
        except NoFirstEditionError as error:
            raise CommandError(
                "load the editions first: manage.py load_rulebook --shipped fixtures/rulebook"
            ) from error
        self.stdout.write(
            f"{new} situations loaded." if new else "The demonstration is loaded already."
        )
        self.stdout.write(f"Accounts, all with the password {PASSWORD}:")
        for user in users.values():
            roles = ", ".join(group.name for group in user.groups.all())
            self.stdout.write(f"  {user.username:<18} {roles}")
