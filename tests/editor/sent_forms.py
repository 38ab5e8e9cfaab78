"""What a browser would send of a form."""

from __future__ import annotations

from html.parser import HTMLParser

from django.http import QueryDict


class Fields(HTMLParser):
    """What a browser would send of a form: the names and current values of its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.select = ""
        self.first: str | None = None
        self.chosen = False
        self.many = False
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and name:
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if ticked:
                self.sent.append((name, value or ("on" if given.get("type") == "checkbox" else "")))
        elif tag == "select":
            self.select, self.first, self.chosen, self.many = name, None, False, "multiple" in given
        elif tag == "option" and self.select:
            self.first = value if self.first is None else self.first
            if "selected" in given:
                self.sent.append((self.select, value))
                self.chosen = True
        elif tag == "textarea":
            self.area = name
            self.sent.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            if not self.chosen and not self.many and self.first is not None:
                self.sent.append((self.select, self.first))
            self.select = ""
        elif tag == "textarea":
            name, text = self.sent.pop()
            # A browser leaves out the first line break of a text area.
            self.sent.append((name, text.removeprefix("\n")))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            name, text = self.sent.pop()
            self.sent.append((name, text + data))


def as_sent(html: str) -> QueryDict:
    """What a browser would send of a page's form."""
    parser = Fields()
    parser.feed(html)
    parser.close()
    data = QueryDict(mutable=True)
    for name, value in parser.sent:
        data.appendlist(name, value)
    return data
