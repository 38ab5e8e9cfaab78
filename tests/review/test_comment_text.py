"""A comment shows exactly what was typed."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from cases.templatetags.product import markdown


class Reader(HTMLParser):
    """What a reader sees: texts, and the numbers of list items."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        value = dict(attrs).get("value")
        if tag == "li" and value:
            self.seen += f"{value}. "

    def handle_data(self, data: str) -> None:
        self.seen += data


def read(text: str) -> str:
    reader = Reader()
    reader.feed(markdown(text))
    return " ".join(reader.seen.split())


@pytest.mark.parametrize(
    "text",
    [
        "Replace <name of town> by the real one; deaths <50 in May, >10 in June. See <source 4>.",
        "To your points:\n\n3. Third point: agreed.\n4. Fourth point: not agreed.",
        "1999. Resolution 1244 was adopted.",
        "1. One\n1. One again\n7. Seven",
        "<b>bold?</b> <script>alert(1)</script> <!-- hidden -->",
        "AT&amp;T, &lt;town&gt;, &copy; and &#8364;",
        "a < b > c",
        "[source 4] and [1]: first",
    ],
)
def test_nothing_that_was_typed_is_missing(text: str) -> None:
    assert read(text) == " ".join(text.split())
