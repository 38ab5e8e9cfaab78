"""The language of the catalogue's texts for a reader. The language of the pages is a separate
choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# The cookie that keeps the choice.
CATALOGUE_LANGUAGE = "catalogue_language"
# Empty: the language in which the edition was written.
_language: ContextVar[str] = ContextVar("catalogue_language", default="")


def reading_language() -> str:
    return _language.get()


@contextmanager
def reading_in(language: str) -> Iterator[None]:
    """Use the catalogue's texts in a language within the block. An empty language means the
    original.
    """
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)
