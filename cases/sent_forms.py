"""The token of a form, which says who opened it, and what is kept of a form that could not be sent.

Each form of the pages holds a token of its own. It makes a second click harmless, and it lets the
product give a form's text back to the person who typed it, and to nobody else.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, QueryDict

from cases.models import User

FIELD = "form_token"
# Where the forms of someone who was signed out are kept until they sign in again; how many forms,
# and how many characters of them.
SESSION_KEY = "kept_forms"
MOST_KEPT = 10
MOST_CHARACTERS = 2_000_000
_HIDDEN = (FIELD, "csrfmiddlewaretoken")
_signer = Signer(salt="form")


def new_token(user: User) -> str:
    return _signer.sign(f"{user.pk}:{secrets.token_hex(8)}")


@dataclass(frozen=True)
class Token:
    """A form's token, as read from what was sent."""

    user: int
    nonce: str


def form_token_of(request: HttpRequest) -> Token | None:
    """The token of the form that a request sends; None if it has none or a forged one."""
    try:
        user, _colon, nonce = _signer.unsign(request.POST.get(FIELD, "")).partition(":")
    except BadSignature:
        return None
    return Token(int(user), nonce)


def form_digest(request: HttpRequest) -> str:
    """A digest of a sent form. The same form with another text has another digest."""
    parts = [request.get_full_path(), *(repr(item) for item in _shown_fields(request.POST))]
    for name, files in sorted(request.FILES.lists()):
        parts += [f"{name}:{file.name}:{file.size}" for file in files]
    parts.append(request.POST[FIELD])
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _shown_fields(sent: QueryDict) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for name, texts in sent.lists():
        if name not in _HIDDEN:
            fields += [(name, text) for text in texts]
    return fields


def is_longer(request: HttpRequest, limit: int) -> bool:
    """Whether a request says that it sends more bytes than that, or does not say how many."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or len(length) > 15 or int(length) > limit


def keep_in_session(request: HttpRequest, token: Token) -> None:
    """Keep a form for its person, who has to sign in first, with those sent from other windows.
    Nothing is kept for a person whose account is closed.
    """
    if not User.objects.filter(pk=token.user, is_active=True).exists():
        return
    kept, form = request.session.get(SESSION_KEY), as_json(request)
    others = kept["forms"] if kept and kept["user"] == token.user else []
    forms = [*(other for other in others if other["token"] != form["token"]), form][-MOST_KEPT:]
    while len(forms) > 1 and len(json.dumps(forms)) > MOST_CHARACTERS:
        forms.pop(0)
    request.session[SESSION_KEY] = {"user": token.user, "forms": forms}


def as_json(request: HttpRequest) -> dict[str, Any]:
    """A sent form with its address, to be shown and sent again."""
    lists = [files for _name, files in request.FILES.lists()]
    return {
        "action": request.get_full_path(),
        "token": request.POST.get(FIELD, ""),
        "fields": _shown_fields(request.POST),
        "files": [file.name for file in chain.from_iterable(lists)],
    }


def forget_kept(request: HttpRequest, token: Token) -> bool:
    """Forget a form that was kept and has been saved now; returns whether others are kept still."""
    kept = request.session.get(SESSION_KEY)
    if not kept:
        return False
    left = [form for form in kept["forms"] if token.nonce not in form["token"]]
    was_kept = len(left) < len(kept["forms"])
    if was_kept and left:
        request.session[SESSION_KEY] = {**kept, "forms": left}
    elif was_kept:
        del request.session[SESSION_KEY]
    return was_kept and bool(left)


# What a form sends of itself: codes, keys, days and numbers.
_CODE = re.compile(r"[\w.:+-]*", re.ASCII)
# The fields in which people write, if only a word.
_WRITTEN = frozenset(
    ["comment", "note", "place", "populations", "publisher", "reason", "summary", "text", "title"]
)


@dataclass(frozen=True)
class KeptField:
    """A field of a form that could not be sent. Texts are shown; the rest goes along unseen."""

    name: str
    text: str

    @property
    def label(self) -> str:
        return self.name.rpartition("__")[2].replace("_", " ").capitalize()

    @property
    def is_text(self) -> bool:
        """Whether a person wrote it. Some scripts put no spaces between words."""
        written = self.name.rpartition("__")[2] in _WRITTEN and bool(self.text.strip())
        return written or _CODE.fullmatch(self.text) is None


def kept_fields(form: dict[str, Any]) -> list[KeptField]:
    return [KeptField(name, text) for name, text in form["fields"]]


def kept_page(forms: Iterable[dict[str, Any]], says: str) -> dict[str, object]:
    """What the page of kept forms shows; `says` is why they were not saved."""
    shown = [(form, kept_fields(form)) for form in forms]
    has_text = any(field.is_text for _form, fields in shown for field in fields)
    return {"forms": shown, "says": says, "has_text": has_text}


def typed_texts(request: HttpRequest) -> list[KeptField]:
    """What a person typed in a sent form."""
    if request.method != "POST":
        return []
    fields = (KeptField(name, text) for name, text in _shown_fields(request.POST))
    return [field for field in fields if field.is_text]


def is_own(request: HttpRequest, token: Token | None) -> bool:
    """Whether the person who is signed in opened the form."""
    user: User | AnonymousUser = request.user
    return token is not None and user.is_authenticated and user.pk == token.user
