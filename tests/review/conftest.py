"""The submitted assessment that is reviewed."""

from __future__ import annotations

import pytest

from cases.models import Assessment, User
from cases.workflows.assessing.submitting import submit


@pytest.fixture
def submitted(draft: Assessment, analyst: User) -> Assessment:
    submit(draft, by=analyst)
    return Assessment.objects.get(pk=draft.pk)
