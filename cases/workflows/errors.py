"""What workflows raise if they cannot do what was asked. Pages give the reason and keep what was
typed.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


class StaleError(Exception):
    """Someone else has changed the object since it was read. `current` is its present state."""

    def __init__(self, current: Any) -> None:
        self.current = current
        super().__init__("changed in the meantime")


class CodedError(Exception):
    """Something cannot be done; `code` is the reason."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class NotADraftError(Exception):
    """A submitted assessment is frozen: its answers cannot be changed."""


class LaterThanAssessedError(Exception):
    """An answer became true only after the day that is assessed."""


class PairingError(Exception):
    """The assessment is one of two already."""


class FileNotStoredError(Exception):
    """A file cannot be written: its disk is full, or may not be written to."""


class SettledError(Exception):
    """Somebody else has already placed the answer or put it aside."""


class AlreadyDecidedError(Exception):
    """Someone else has already decided on the proposal."""


class EditingError(CodedError):
    """The request does not fit the state of the draft. `code` is the reason, and `says` is what the
    person can do.
    """

    @property
    def says(self) -> str:
        return {
            "draft-exists": _("There is already a draft. Continue with it."),
            "no-draft": _("There is no draft. Start one first."),
            "gone": _("What you were editing has been removed, published or discarded."),
            "other-digest": _(
                "The draft has changed since you read it. Read it again, then decide."
            ),
            "no-change": _(
                "The draft is the same as the published edition, so there is nothing to publish."
            ),
            "not-proposed": _("Nobody has proposed to publish the current draft."),
            "own-invariant": _(
                "You asked for it yourself, so another catalogue admin has to agree to it."
            ),
            "other-invariant": _(
                "The request has changed since you read it. Read it again, then decide."
            ),
            "invariants-asked": _(
                "A change of an invariant waits for another admin. It has to be decided first."
            ),
            "own-proposal": _("You proposed it, so another catalogue admin has to publish it."),
            "published": _(
                "Another edition has been published. Export this draft, discard it and start again."
            ),
        }[self.code]


class TransferError(CodedError):
    """A case cannot be handed over in this way. The code says why, and `says` in words."""

    @property
    def says(self) -> str:
        return {
            "no-owner": _("Only an analyst who can sign in may own a case. Choose someone else."),
            "second-person": _("Someone else has to agree. Choose another person."),
            "proposed": _("This case is already proposed to someone."),
            "owner-there": _("Its owner can hand this case over. Ask them to do so."),
            "gone": _("This has been settled in the meantime."),
            "unconfirmed": _("Someone who takes part in the case has to confirm this first."),
            "too-soon": _("A case that has no other member stays with its owner for three days."),
        }[self.code]


class LastSiteAdminError(Exception):
    """Nobody would be left who can give roles."""


class ReviewError(CodedError):
    """The request does not fit the state of the review. The code says why, and `says` in words."""

    @property
    def says(self) -> str:
        return {
            "own-work": _("You wrote this assessment, so someone else has to review it."),
            "other-digest": _(
                "What you read is not the submitted assessment. Read this page again, then decide."
            ),
            "not-possible": _("The review has changed since you opened this page. Read it again."),
            "other-status": _("This decision does not fit what the advice says of the measure."),
            "referred": _("You have referred it to someone else, who now decides."),
            "no-reviewer": _("Someone you named may not review it. Read this page again."),
            "signed-already": _("You have signed this off already."),
            "not-signed": _("There is no sign-off of yours to withdraw."),
            "acted-on": _(
                "Somebody has acted on this since. Return a later assessment instead, or record "
                "what changed."
            ),
        }[self.code]
