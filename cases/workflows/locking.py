"""Locking what several people may change at the same moment.

PostgreSQL ends one of two transactions that take the same locks in different orders. So a workflow
locks the chain of its case's events first, then the case and rows of the case. `record_event` keeps
that order by itself. The locks are those of an update: rows that refer to a locked one can still be
written.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from cases.models import Assessment, Case, EventChain


def lock_case(case: Case) -> Case:
    """Lock a case until the transaction ends. Returns it as it is now."""
    lock_cases([case.pk])
    return Case.objects.select_for_update(no_key=True).get(pk=case.pk)


def lock_cases(keys: Iterable[UUID]) -> None:
    """Lock several cases, in an order that is the same for everybody."""
    chains = EventChain.objects.select_for_update(no_key=True).filter(case__in=set(keys))
    list(chains.order_by("case").values_list("pk"))


def lock_assessment(assessment: Assessment) -> Assessment:
    """Lock the case of an assessment, and then the assessment. Returns it as it is now."""
    lock_cases([assessment.case_id])
    return Assessment.objects.select_for_update(no_key=True).get(pk=assessment.pk)
