"""The whole portfolio: what another rulebook would change in every case, shown before it is
published.
"""

from __future__ import annotations

import copy
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from cases.models import Assessment, Case, Draft, Edition, Job, JobPart, User
from cases.models.job import TRIES
from cases.queries.editions.rulebook_comparison import answers_under, compare_rulebooks
from cases.queries.editions.rulebooks import rulebook_of
from cases.queries.editor.drafts import draft_edition
from cases.queries.editor.impact import Impact, impact
from cases.queries.editor.jobs import Progress, job_of
from cases.rulebook.editions.builder import Document, build
from cases.rulebook.editions.yaml_files import write_yaml
from cases.rulebook.entries.rulebook import Rulebook
from cases.tasks import jobs
from cases.tasks.jobs import resume_jobs, run_job_part
from cases.workflows.assessing.answering import AnswerInput, save_answer, start_assessment
from cases.workflows.assessing.second_assessment import start_second_assessment
from cases.workflows.assessing.submitting import submit
from cases.workflows.editor import editing, impact_jobs
from tests.editor.drafts import of
from tests.making import make_case

BUSINESS = "cap.business_safeguards.implicated"


def submitted(
    case: Case, analyst: User, edition: Edition, *, day: date = date(2020, 1, 1), **answers: Any
) -> Assessment:
    draft = start_assessment(case, by=analyst, as_of=day, edition=edition)
    for code, value in answers.items():
        save_answer(draft, AnswerInput(code, "known", value), by=analyst, version=0)
    submit(draft, by=analyst)
    return draft


def severe_only(document: Document) -> Document:
    """The rulebook with asylum called for only where people fled both within the country and
    abroad.
    """
    changed = copy.deepcopy(document)
    (rule,) = (rule for rule in changed["rules"] if rule["code"] == "pro.asylum.fled")
    rule["when"] = {"question": "displacement", "in": ["both"]}
    return changed


@pytest.fixture
def fled(
    analyst: User, edition: Edition, first_document: tuple[Document, Rulebook]
) -> Callable[..., tuple[Case, Assessment]]:
    """A case of its own with one submitted assessment: `fled(displacement="both")`."""

    def make(
        country: str = "MLI", day: date = date(2020, 1, 1), **answers: Any
    ) -> tuple[Case, Assessment]:
        title = f"People flee in {country}"
        case = make_case(analyst, title, country, confidentiality="restricted")
        return case, submitted(case, analyst, edition, day=day, **answers)

    return make


def whole(analyst: User, old: Rulebook, new: Rulebook) -> Impact:
    return impact(Assessment.objects.visible_to(analyst).latest_of_each_case(), old, new)


def test_it_counts_the_statuses_that_would_change_by_measure_and_country_with_samples(
    fled: Callable[..., Any], analyst: User, first_document: tuple[Document, Rulebook]
) -> None:
    document, old = first_document
    _case, abroad = fled("MLI", phase="latent", displacement="cross_border")
    fled("NER", phase="latent", displacement="both")
    fled("TCD")
    found = whole(analyst, old, build(severe_only(document)))
    assert (found.assessments, found.affected) == (3, 1)
    assert found.moves == {("pro.asylum", "recommended", "not_indicated"): 1}
    assert found.countries == {"MLI": 1}
    assert found.samples == {("pro.asylum", "recommended", "not_indicated"): [abroad.pk.hex]}
    assert found.foremost == [(1, abroad.pk.hex)]
    assert found.count(away_from="recommended") == 1
    assert Impact.of_json(json.loads(json.dumps(found.as_json()))) == found
    assert whole(analyst, old, old) == Impact(assessments=3)


def test_of_many_that_change_equally_the_first_by_their_keys_are_named(
    fled: Callable[..., Any],
    analyst: User,
    first_document: tuple[Document, Rulebook],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cases.queries.editor.impact.FOREMOST", 3)
    monkeypatch.setattr("cases.queries.editor.impact.SAMPLES", 2)
    document, old = first_document
    changed = severe_only(document)
    (rule,) = (rule for rule in changed["rules"] if rule["code"] == BUSINESS)
    rule["when"] = {"question": "business_exposure", "in": ["none"]}
    once = [
        fled(country, phase="latent", displacement="cross_border")[1].pk.hex
        for country in ("MLI", "NER", "TCD", "SDN")
    ]
    _case, twice = fled(
        "LBY", phase="latent", displacement="cross_border", business_exposure="implicated"
    )
    found = whole(analyst, old, build(changed))
    assert found.foremost == [(2, twice.pk.hex), *((1, key) for key in sorted(once)[:2])]
    asylum = found.samples["pro.asylum", "recommended", "not_indicated"]
    assert asylum == sorted([*once, twice.pk.hex])[:2]


def test_only_the_latest_assessment_of_a_case_counts_and_only_what_one_may_see(
    fled: Callable[..., Any],
    analyst: User,
    edition: Edition,
    person: Callable[..., User],
    first_document: tuple[Document, Rulebook],
) -> None:
    document, old = first_document
    new = build(severe_only(document))
    case, _first = fled("MLI", phase="latent", displacement="cross_border")
    submitted(case, analyst, edition, day=date(2021, 1, 1), phase="latent", displacement="none")
    start_assessment(case, by=analyst, as_of=date(2022, 1, 1), edition=edition)
    assert whole(analyst, old, new) == Impact(assessments=1)
    assert whole(person("zoe", "analyst"), old, new) == Impact()


def test_answers_are_read_by_question_and_option_whatever_their_order(
    fled: Callable[..., Any], analyst: User, first_document: tuple[Document, Rulebook]
) -> None:
    document, old = first_document
    fled(phase="ongoing", consent="given", consent_scope=["police", "experts"], small_arms=3)
    fled(phase="rising", crimes_at_risk=[], triggers=["coup"])
    shuffled = copy.deepcopy(document)
    for question in shuffled["questions"]:
        if question["kind"] != "scale":
            question["options"].reverse()
    assert whole(analyst, old, build(shuffled)).affected == 0


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_impact_is_the_sum_of_its_parts_however_they_are_cut(
    fled: Callable[..., Any], analyst: User, first_document: tuple[Document, Rulebook], size: int
) -> None:
    document, old = first_document
    new = build(severe_only(document))
    for country in ("MLI", "NER", "TCD", "MLI", "SDN"):
        fled(country, phase="latent", displacement="cross_border")
    keys = list(
        Assessment.objects.visible_to(analyst)
        .latest_of_each_case()
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    cut = [keys[start : start + size] for start in range(0, len(keys), size)]
    parts = [impact(Assessment.objects.filter(pk__in=part), old, new) for part in cut]
    assert sum(parts, Impact()) == whole(analyst, old, new)


def test_each_status_that_it_tells_is_the_one_that_advice_gives(
    fled: Callable[..., Any], analyst: User, first_document: tuple[Document, Rulebook]
) -> None:
    """Counted in bulk, checked one by one: over the changes of every rule of the first edition, one
    at a time.
    """
    document, old = first_document
    fled(phase="ongoing", displacement="both", hate_speech=3, conflict_status="internal_conflict")
    fled(phase="rising", displacement="localised", electoral_risk="disputed")
    rows = list(Assessment.objects.visible_to(analyst).latest_of_each_case())
    for place in range(0, len(document["rules"]), 7):
        changed = {
            **document,
            "rules": [rule for index, rule in enumerate(document["rules"]) if index != place],
        }
        new = build(changed)
        expected: Counter[tuple[str, str, str]] = Counter()
        for row in rows:
            pairs = compare_rulebooks(
                old, new, answers_under(row, new.questionnaire), as_of=row.as_of
            ).pairs
            for pair in pairs:
                if pair.before.status != pair.after.status:
                    expected[pair.measure.code, pair.before.status, pair.after.status] += 1
        assert whole(analyst, old, new).moves == expected


def test_it_takes_as_many_statements_for_many_cases_as_for_few(
    fled: Callable[..., Any],
    analyst: User,
    first_document: tuple[Document, Rulebook],
    django_assert_num_queries: Any,
) -> None:
    document, old = first_document
    new = build(severe_only(document))
    for country in ("MLI", "NER", "TCD"):
        fled(country, phase="latent", displacement="cross_border")
        whole(analyst, old, new)
        with django_assert_num_queries(2):
            assert whole(analyst, old, new).affected


# The job ------------------------------------------------------------------------------------------


@pytest.fixture
def working(edition: Edition, analyst: User, fled: Callable[..., Any]) -> Draft:
    """A draft in which asylum asks for more, and three cases of which two would read
    differently.
    """
    for country, answer in (("MLI", "cross_border"), ("NER", "cross_border"), ("TCD", "both")):
        fled(country, phase="latent", displacement=answer)
    draft = editing.start_draft(by=analyst)
    draft.document = severe_only(draft.document)
    draft.save()
    return draft


def progress(analyst: User, draft: Draft) -> Progress:
    found = job_of(analyst, draft)
    assert found
    return found


def test_a_job_in_parts_finds_what_is_found_at_once(
    working: Draft,
    analyst: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(impact_jobs, "PART", 1)
    with django_capture_on_commit_callbacks(execute=True):
        job = impact_jobs.start_impact_job(working, by=analyst)
    assert job.parts.count() == 3
    found = progress(analyst, working)
    assert (found.state, found.done) == ("done", 3)
    assert found.found == whole(
        analyst, rulebook_of(working.base_id), draft_edition(working).rulebook
    )
    assert found.found
    assert found.found.affected == 2


def test_a_part_that_a_stopped_worker_has_left_is_asked_for_again_and_counted_once(
    working: Draft, analyst: User, django_capture_on_commit_callbacks: Any
) -> None:
    with time_machine.travel("2026-01-01T12:00:00Z", tick=False) as clock:
        job = impact_jobs.start_impact_job(working, by=analyst)
        (part,) = job.parts.all()
        # A worker takes it and is gone.
        JobPart.objects.filter(pk=part.pk).update(claimed_at=datetime(2026, 1, 1, 12, tzinfo=UTC))
        assert not run_job_part(part.pk), "another holds it"
        assert resume_jobs() == 0
        assert progress(analyst, working).state == "running"
        clock.shift(timedelta(seconds=21))
        assert resume_jobs() == 1
        assert progress(analyst, working).state == "done"
        assert not run_job_part(part.pk), "it is done"


def test_a_part_that_fails_again_and_again_is_given_up_and_told(
    working: Draft, chen: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object) -> None:
        raise OverflowError

    monkeypatch.setattr(jobs, "impact", fails)
    with time_machine.travel("2026-01-01T12:00:00Z", tick=False) as clock:
        (part,) = impact_jobs.start_impact_job(working, by=chen).parts.all()
        for _again in range(TRIES):
            assert progress(chen, working).state == "running"
            with pytest.raises(OverflowError):
                run_job_part(part.pk)
            clock.shift(timedelta(seconds=21))
        assert not run_job_part(part.pk)
    assert progress(chen, working).state == "failed"
    assert "It could not be calculated" in of(chen).get(reverse("draft_impact")).content.decode()


def test_a_cancelled_job_goes_no_further_and_a_changed_draft_is_not_spoken_of(
    working: Draft, analyst: User
) -> None:
    job = impact_jobs.start_impact_job(working, by=analyst)
    (part,) = job.parts.all()
    impact_jobs.cancel_impact_job(by=analyst)
    assert not run_job_part(part.pk)
    assert progress(analyst, working).state == "cancelled"
    again = impact_jobs.start_impact_job(working, by=analyst)
    editing.discard_draft_edition(working, by=analyst)
    assert not run_job_part(again.parts.get().pk)
    other = editing.start_draft(by=analyst)
    assert job_of(analyst, other) is None


def test_the_command_tells_what_would_change(
    fled: Callable[..., Any], first_document: tuple[Document, Rulebook], tmp_path: Path
) -> None:
    fled(phase="latent", displacement="cross_border")
    (tmp_path / "rulebook.yaml").write_text(
        write_yaml(severe_only(first_document[0])), encoding="utf-8"
    )
    out = io.StringIO()
    call_command("preview_rulebook", str(tmp_path), stdout=out)
    assert "1 Recommended -> Not indicated" in out.getvalue()
    assert "1 of 1 latest assessments would get different advice." in out.getvalue()
    assert Assessment.objects.latest_of_each_case().count() == 1


def test_a_blind_assessment_does_not_count_as_the_latest(
    case: Case, analyst: User, edition: Edition, person: Callable[..., User]
) -> None:
    earlier = submitted(case, analyst, edition, day=date(2019, 1, 1))
    first = start_assessment(case, by=analyst, as_of=date(2020, 1, 1), edition=edition)
    second = start_second_assessment(first, person("bea", "analyst"), by=analyst)
    submit(first, by=analyst)
    assert list(Assessment.objects.latest_of_each_case()) == [earlier]
    submit(second, by=second.author)
    assert set(Assessment.objects.latest_of_each_case()) <= {first, second}
    assert Assessment.objects.latest_of_each_case().exists()


def test_a_job_of_a_draft_that_has_changed_since_is_given_up(working: Draft, analyst: User) -> None:
    job = impact_jobs.start_impact_job(working, by=analyst)
    changed = Draft.objects.get()
    changed.document = severe_only(changed.base.document)
    changed.document["rules"][0]["priority"] = "low"
    changed.save()
    (part,) = job.parts.all()
    assert not run_job_part(part.pk)
    part.refresh_from_db()
    job.refresh_from_db()
    assert part.result is None
    assert job.cancelled_at is not None


def test_a_person_has_one_job_and_what_they_had_begun_before_is_removed(
    working: Draft, analyst: User, chen: User
) -> None:
    others = impact_jobs.start_impact_job(working, by=chen)
    before = impact_jobs.start_impact_job(working, by=analyst)
    after = impact_jobs.start_impact_job(working, by=analyst)
    assert set(Job.objects.all()) == {others, after}
    assert not JobPart.objects.filter(job=before.pk).exists()
