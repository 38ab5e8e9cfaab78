"""The application that web servers call."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class InUTF8:
    """Refuses requests in another encoding than UTF-8, which all pages, forms and JSON are in.

    Django reads the address of a request in the encoding that the request names. Some that Python
    knows are for no text, and then the request fails before any page can answer it.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        _type, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        if parameters.get("charset", "utf-8").lower() == "utf-8":
            return self.application(environ, start)
        start("415 Unsupported Media Type", [("Content-Length", "0")])
        return [b""]


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtop_assist.settings")
application = InUTF8(get_wsgi_application())
