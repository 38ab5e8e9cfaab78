"""Reading the JSON that programs send."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

from cases.forms.editor.drafts import FILE_LIMIT
from cases.rulebook.editions.yaml_files import TOO_MANY, VALUES


class TooLongError(APIException):
    status_code = 413
    default_detail = f"the data sent is longer than {FILE_LIMIT // 1024**2} MB"


class BoundedJSONParser(JSONParser):
    """JSON with no more bytes and values than the file of an edition may have."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value that was sent. Raises TooLongError, and ParseError if it is not JSON or holds
        too many values.
        """
        if len(stream.getbuffer()) > FILE_LIMIT:
            raise TooLongError
        read = super().parse(stream, media_type, parser_context)
        if _number_of_values(read) > VALUES:
            raise ParseError(TOO_MANY.replace("the file", "the data sent"))
        return read


def _number_of_values(value: Any) -> int:
    """How many values a JSON value holds, counted until there are too many."""
    left, number = [value], 0
    while left and number <= VALUES:
        item = left.pop()
        number += 1
        if isinstance(item, dict):
            left += item.values()
        elif isinstance(item, list):
            left += item
    return number
