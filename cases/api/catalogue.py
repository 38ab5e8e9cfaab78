"""Editions, and the draft of the next one. Publishing is left to the pages, where a
person has to sign in again.

A program signs in with a token from the page “API token”, sent as `Authorization: Token …`, or
has a session of the pages. docs/api.md describes each address.
"""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Draft, Edition, User
from cases.permissions import lacks_second_factor, may
from cases.queries.editor.drafts import (
    current_draft,
    draft_edition,
)
from cases.rulebook.editions.document_diff import EntryChange
from cases.rulebook.editions.documents import EditionDocument
from cases.rulebook.editions.schema import DOCUMENT
from cases.rulebook.entries.issues import Issue
from cases.rulebook.entries.kinds import KINDS
from cases.workflows.editor import editing
from cases.workflows.errors import EditingError


class _Holds(BasePermission):
    """People with the permission. If their role needs a second factor, they must have one: a token
    does not replace it.
    """

    permission: str

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        if not user.is_authenticated or not may(user, self.permission):
            return False
        if lacks_second_factor(user):
            raise PermissionDenied(
                "your role needs a second factor: set one up in the browser first"
            )
        return True


class ReadsTheCatalogue(_Holds):
    message = "only people with a role can read the catalogue"
    permission = "cases.view_catalogue"


class EditsTheCatalogue(_Holds):
    message = "only catalogue admins can edit the catalogue: ask a site admin for the role"
    permission = "cases.edit_catalogue"


class DocumentSent(serializers.Serializer):
    document = serializers.DictField()
    seen = serializers.CharField(max_length=64)


class VersionSent(serializers.Serializer):
    version = serializers.IntegerField(min_value=0)


class EntrySent(VersionSent):
    entry = serializers.DictField()


class ProposalSent(serializers.Serializer):
    note = serializers.CharField(max_length=5_000)
    seen = serializers.CharField(max_length=64)


def _sent(request: Request, form: type[serializers.Serializer], data: Any = None) -> dict[str, Any]:
    """The validated data of the request. Raises ValidationError (400) with the problems of each
    field.
    """
    serializer = form(data=request.data if data is None else data)
    serializer.is_valid(raise_exception=True)
    return cast("dict[str, Any]", serializer.validated_data)


def _user(request: Request) -> User:
    return cast("User", request.user)


def _draft() -> Draft:
    draft = current_draft()
    if draft is None:
        raise EditingError("no-draft")
    return draft


def _edition_fields(edition: Edition) -> dict[str, Any]:
    fields = ("number", "revision", "title", "note", "digest", "published_at")
    return {name: getattr(edition, name) for name in fields}


@api_view(["GET"])
@permission_classes([ReadsTheCatalogue])
def editions(request: Request) -> Response:
    """Every edition, the newest first, without its document."""
    return Response([_edition_fields(edition) for edition in Edition.objects.defer("document")])


@api_view(["GET"])
@permission_classes([ReadsTheCatalogue])
def edition(request: Request, number: int, revision: int) -> Response:
    """One edition with its document."""
    published = Edition.objects.filter(number=number, revision=revision).first()
    if published is None:
        raise Http404
    return Response({**_edition_fields(published), "document": published.document})


@api_view(["GET"])
@permission_classes([ReadsTheCatalogue])
def schema(request: Request) -> Response:
    """The JSON Schema of a rulebook's document."""
    return Response(DOCUMENT)


def _draft_state(draft: Draft) -> dict[str, Any]:
    """The current draft: what it changes, what verification finds, and what a second admin
    has to decide.
    """
    current = draft_edition(draft)
    return {
        "base": {
            "number": draft.base.number,
            "revision": draft.base.revision,
            "digest": draft.base.digest,
        },
        "digest": current.digest,
        "changed": list(map(_change, current.changed)),
        "findings": list(map(_finding, current.report.issues)),
        "invariants_asked": sorted(draft.pending_invariants),
        "proposed_digest": draft.proposed_digest,
    }


def _finding(item: Issue) -> dict[str, str]:
    return {
        "kind": item.location.kind,
        "entry": item.location.entry,
        "level": item.level,
        "code": item.code,
        "message": item.message,
    }


def _change(item: EntryChange) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "code": item.code,
        "act": item.act,
        "weight": item.weight,
        "fields": item.fields,
    }


@api_view(["GET", "POST", "PUT"])
@permission_classes([EditsTheCatalogue])
def draft(request: Request) -> Response:
    """The draft with its document; POST begins one, PUT puts a whole document in its place."""
    if request.method == "POST":
        current = editing.start_draft(by=_user(request))
        return Response({**_draft_state(current), "document": current.document}, status=201)
    current = _draft()
    if request.method == "PUT":
        current = editing.import_document(
            current, by=_user(request), **_sent(request, DocumentSent)
        )
    return Response({**_draft_state(current), "document": current.document})


@api_view(["GET", "PUT", "DELETE"])
@permission_classes([EditsTheCatalogue])
def entry(request: Request, kind: str, code: str) -> Response:
    """One entry of the draft with its version, which PUT and DELETE (`?version=`) must name as it
    was read.

    PUT adds an entry that is not there, whose version is 0.
    """
    current = _draft()
    if kind not in KINDS:
        raise Http404
    there = EditionDocument(current.document).entry(kind, code) is not None
    if request.method == "PUT":
        sent = _sent(request, EntrySent)
        if sent["entry"].get("code") != code:
            raise serializers.ValidationError(
                {"entry": [f"its code must be '{code}', as in the address"]}
            )
        current = editing.save_entry(
            current,
            kind,
            sent["entry"],
            code=code if there else "",
            by=_user(request),
            version=sent["version"],
        )
    elif not there:
        raise Http404
    elif request.method == "DELETE":
        version = _sent(request, VersionSent, request.query_params)["version"]
        current = editing.remove_entry(current, kind, code, by=_user(request), version=version)
    new_entry = EditionDocument(current.document).entry(kind, code)
    version = current.version_of(kind, code) if new_entry is not None else 0
    return Response({"entry": new_entry, "version": version, **_draft_state(current)})


@api_view(["POST"])
@permission_classes([EditsTheCatalogue])
def proposal(request: Request) -> Response:
    """Propose the draft as it was seen. Another catalogue admin publishes it on its page."""
    current = _draft()
    editing.propose(current, by=_user(request), **_sent(request, ProposalSent))
    return Response(_draft_state(_draft()), status=201)
