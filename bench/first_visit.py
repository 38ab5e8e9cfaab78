"""What the first visit to a page weighs: the page with its style sheets, scripts and images.

Reads the demonstration that `make run` made: `DEMO=1 python -m bench.first_visit`. Texts are
compressed as the proxy does; nothing is in the browser yet.
"""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rtop_assist.settings")
django.setup()

from django.conf import settings
from django.test import Client
from django.urls import reverse

from cases.models import Assessment, User

# Caddy's own level for gzip.
LEVEL = 5
COMPRESSED = {".css", ".js", ".svg", ".json"}
LOADED = re.compile(r"""<(?:link|script|img|use)\b[^>]*?\b(?:href|src)=["']([^"'#]+)""")


def main() -> None:
    latest = Assessment.objects.exclude(submitted_at=None).latest("submitted_at", "pk")
    person = User.objects.get(pk=latest.case.owner_id)
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    print("| page | page alone, compressed | files | first visit |\n|---|---:|---:|---:|")
    for address in addresses(latest):
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        page = answer.content
        files = files_of(page.decode())
        alone = len(gzip.compress(page, LEVEL))
        whole = alone + sum(weight(file) for file in files)
        sizes = f"{alone / 1024:.1f} KB | {len(files)} | {whole / 1024:.1f} KB"
        print(f"| {answer.resolver_match.url_name} | {sizes} |")


def addresses(latest: Assessment) -> list[str]:
    """Ten pages on which people work."""
    return [
        reverse("home"),
        reverse("case_list"),
        latest.case.get_absolute_url(),
        reverse("case_timeline", args=[latest.case.pk]),
        latest.get_absolute_url(),
        reverse("risk_profile", args=[latest.pk]),
        reverse("what_if", args=[latest.pk]),
        reverse("assessment_review", args=[latest.pk]),
        reverse("catalogue"),
        reverse("notification_list"),
    ]


def files_of(page: str) -> set[Path]:
    """The static files that a page loads. No style sheet or script loads another file."""
    return {path for path in map(static_file, LOADED.findall(page)) if path}


def static_file(address: str) -> Path | None:
    if not address.startswith(settings.STATIC_URL):
        return None
    file = Path(settings.STATIC_ROOT) / address.removeprefix(settings.STATIC_URL)
    return file.resolve() if file.is_file() else None


def weight(file: Path) -> int:
    content = file.read_bytes()
    return len(gzip.compress(content, LEVEL) if file.suffix in COMPRESSED else content)


if __name__ == "__main__":
    main()
