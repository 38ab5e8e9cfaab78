"""A comment shows exactly what was typed, never runs anything, and is quick to show."""

from __future__ import annotations

from html.parser import HTMLParser
from time import process_time

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


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='data:text/html,x' onclick='y'>x</a>",
        "<style>*{display:none}</style>",
        "<iframe src='//evil'></iframe>",
        "<form action=/><input name=a></form>",
        "<p style='position:fixed'>x</p>",
    ],
)
def test_html_in_a_comment_is_shown_as_it_was_typed(text: str) -> None:
    shown = Elements(markdown(text))
    assert shown.found == [("p", {})]
    assert shown.text.strip() == text


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](JaVaScRiPt:alert(1))",
        "<javascript:alert(1)>",
        "![x](https://example.org/track.png)",
    ],
)
def test_markdown_never_becomes_anything_that_runs_or_loads(text: str) -> None:
    for tag, attributes in Elements(markdown(text)).found:
        assert tag in {"p", "a"}
        assert (attributes.get("href") or "https:").startswith("https:")
        assert attributes.keys() <= {"href", "rel"}


LONG = 20_000


@pytest.mark.parametrize(
    "part",
    [
        "[",
        "![",
        "[a](",
        "[](",
        "[a][",
        "<a ",
        "<![CDATA[",
        "<!--",
        "*",
        "*a_",
        "**a *a",
        "_ a*",
        "~~a",
        "`",
        "> ",
        ">",
        "- ",
        "1. ",
        "\\",
        "&",
        "&#",
        "#",
        "a\n",
        "a\n=",
        "[a]: b\n",
        "\t",
        " ",
        "\0",
    ],
)
def test_no_comment_takes_long_to_show(part: str) -> None:
    text = (part * LONG)[:LONG]
    took = {length: least_time(text[:length]) for length in (LONG // 8, LONG)}
    # Eight times the length takes about eight times as long; what grows by the square, 64 times.
    assert took[LONG] < max(40 * took[LONG // 8], 0.05)
    assert took[LONG] < 3


def least_time(text: str) -> float:
    """Seconds on the processor, without what else the process may have had to do in one try."""
    tries = []
    for _try in range(3):
        began = process_time()
        markdown(text)
        tries.append(process_time() - began)
    return min(tries)


def test_markdown_keeps_what_a_comment_needs() -> None:
    html = markdown("> said\n\n**so** [there](https://example.org)\n\n- one\n- ملاحظة")
    for part in (
        "<blockquote>",
        "<strong>so</strong>",
        'href="https://example.org"',
        "noopener",
        "<li>ملاحظة</li>",
    ):
        assert part in html
