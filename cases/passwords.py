"""Passwords that are easy to guess."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from cases.models import User

# Of 0 to 4: three means more than a hundred million guesses.
NEEDED = 3
# Only this many characters are checked: more never make a password easier to guess, and the time
# grows with the cube of their number.
LOOKED_AT = 32
# Words that an attacker would try here first.
OUR_WORDS = ("rtop_assist", "rtop", "atrocity", "prevention", "responsibility", "protect")


class GuessableValidator:
    """Refuses passwords that guessing programs try first: published passwords, common words, names
    and dates, keys in a row, repetitions, and words of the product and of the account.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        ours: list[Any] = [*OUR_WORDS]
        if user is not None:
            ours += [user.username, user.first_name, user.last_name, *user.email.split("@")]
        if zxcvbn(password[:LOOKED_AT], user_inputs=ours)["score"] < NEEDED:
            raise ValidationError(
                _("This password is easy to guess. Choose several words that do not go together."),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Choose several words that do not go together. Known passwords are refused.")
