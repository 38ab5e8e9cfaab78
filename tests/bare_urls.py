"""The product's addresses and one more, whose view checks nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from rtop_assist.urls import urlpatterns as product


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open to everyone")


urlpatterns = [*product, path("bare/", bare)]
