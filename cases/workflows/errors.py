"""What a workflow raises where it cannot do what was asked: pages say why, and keep what was
typed.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


class StaleError(Exception):
    """What was to be changed has been changed by someone else in the meantime: `current` is how it
    stands now.
    """

    def __init__(self, current: Any) -> None:
        self.current = current
        super().__init__("changed in the meantime")


class NotADraftError(Exception):
    """A submitted assessment is frozen: its answers cannot be changed."""


class PairingError(Exception):
    """The assessment is one of two already."""


class SettledError(Exception):
    """Somebody has placed the answer or put it aside meanwhile."""


class AlreadyDecidedError(Exception):
    """Someone has decided on the proposal meanwhile."""


class EditingError(Exception):
    """What was asked for does not fit how the draft stands. The code says why, and `says` in words
    what to do.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)

    @property
    def says(self) -> str:
        return {
            "draft-exists": _("A draft is worked on already: go on with it."),
            "no-draft": _("No draft is worked on: begin one first."),
            "gone": _(
                "What you were editing is gone: it was removed, published or discarded meanwhile."
            ),
            "other-digest": _(
                "The draft has changed since you read it. Read it again, then decide."
            ),
            "no-change": _(
                "The draft says what the published edition says: there is nothing to publish."
            ),
            "not-proposed": _("Nobody proposes to publish the draft as it stands."),
            "own-invariant": _("You asked for it yourself: another catalogue admin agrees to it."),
            "other-invariant": _(
                "What is asked for has changed since you read it. Read it again, then decide."
            ),
            "invariants-asked": _(
                "A change of an invariant waits for another admin: it is settled first."
            ),
            "own-proposal": _("You proposed it: another catalogue admin publishes it."),
            "published": _(
                "Another edition was published meanwhile. Export this draft, discard it, and begin "
                "anew."
            ),
        }[self.code]


class LastSiteAdminError(Exception):
    """Nobody would be left who can give roles."""


class ReviewError(Exception):
    """What was asked for does not fit how the review stands. The code says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
