"""The context that every page needs."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from cases import labels
from cases.models.user import AUDITOR, CATALOGUE_ADMIN, ROLES
from cases.permissions import is_site_admin
from cases.queries.notifications import unread_by
from cases.queries.reports.organisation import organisation

# No style of htmx's own and no code in attributes, which the Content-Security-Policy forbids; no
# pages kept in the browser, where another reader of the machine could find them.
HTMX_CONFIG = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "selfRequestsOnly": True,
        "attributesToSettle": ["class"],
        "historyCacheSize": 0,
    }
)


def product(request: HttpRequest) -> dict[str, Any]:
    """Whether this is a demonstration, and the reader's roles, for the head of every page."""
    user = getattr(request, "user", None)
    roles_of_user = user.roles if user is not None and user.is_authenticated else frozenset()
    roles = [labels.USER_ROLE[role] for role in ROLES if role in roles_of_user]
    return {
        "is_demo": settings.DEMO,
        "organisation": organisation(),
        "htmx_config": HTMX_CONFIG,
        "my_roles": roles,
        "reads_record": AUDITOR in roles_of_user,
        "edits_catalogue": CATALOGUE_ADMIN in roles_of_user,
        "manages_people": user is not None and user.is_authenticated and is_site_admin(user),
        # Evaluated only if a page shows it. Parts that are swapped in do not.
        "unread": lambda: unread_by(user) if user is not None and user.is_authenticated else 0,
    }
