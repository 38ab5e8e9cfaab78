"""Commands: advice on a file, loading and exporting a rulebook, the demonstration."""

from __future__ import annotations

import copy
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from cases.demo import first_rulebook
from cases.models import Assessment, Case, Edition, Event, User
from cases.queries.editions.figures import figures
from cases.queries.editions.validation import (
    differences_table,
    judged_situations,
    plans_table,
    validation_table,
    with_table,
)
from cases.rulebook.editions.builder import Document, digest_of
from cases.rulebook.editions.yaml_files import write_yaml
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows.demo import PASSWORD
from cases.workflows.editions.publishing import publish
from tests.conftest import FIXTURES
from tests.rulebook.shipped import SHIPPED

ROOT = FIXTURES.parent


def run(*args: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def write(path: Path, content: Any) -> str:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def situation(**changes: Any) -> dict[str, Any]:
    return {
        "country": "MLI",
        "as_of": "2012-12-20",
        "answers": {"phase": "ongoing", "displacement": "both"},
    } | changes


def actors_named(document: dict[str, Any]) -> set[str]:
    rows = [row for measure in document["measures"].values() for row in measure["actors"]]
    return {name for row in rows for name in (*row["organisations"], row["short"])}


def test_advise_prints_the_advice_of_the_newest_edition(edition: Edition, tmp_path: Path) -> None:
    document = json.loads(run("advise", write(tmp_path / "s.json", situation())))
    assert document["edition"] == {"number": 1, "digest": edition.digest}
    asylum = document["measures"]["pro.asylum"]
    assert asylum["status"] == "recommended"
    assert "displacement" in asylum["rests_on"]


def test_a_2012_assessment_of_mali_names_ecowas_dpa_and_dpko_and_a_2026_one_does_not(
    edition: Edition, tmp_path: Path
) -> None:
    then = actors_named(json.loads(run("advise", write(tmp_path / "s.json", situation()))))
    now = actors_named(
        json.loads(run("advise", write(tmp_path / "s.json", situation(as_of="2026-06-01"))))
    )
    assert {"ECOWAS", "DPA", "DPKO", "AU"} <= then
    assert {"DPPA", "DPO"}.isdisjoint(then)
    assert {"DPPA", "DPO", "AU"} <= now
    assert {"ECOWAS", "DPA", "DPKO"}.isdisjoint(now)


def test_advise_reads_one_situation_a_line(edition: Edition, tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(situation(as_of=day)) for day in ("2012-12-20", "2026"))
    output = run("advise", write(tmp_path / "s.jsonl", lines)).splitlines()
    assert len(output) == 2
    assert all(json.loads(line)["measures"] for line in output)


def test_without_a_published_edition_advise_uses_the_rulebook_that_comes_with_the_product(
    db: None, tmp_path: Path
) -> None:
    document = json.loads(run("advise", write(tmp_path / "s.json", situation())))
    assert document["edition"]["number"] is None
    assert len(document["measures"]) == 70


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "not valid JSON"),
        ("[1]", "a JSON object"),
        (situation(country="XXX"), "'XXX' is not an ISO 3166-1"),
        (situation(as_of="soon"), "'soon' is not a date"),
        (situation(answers={"phase": "never"}), "phase"),
        (situation(answers={"no_such": "x"}), "no_such"),
        (situation(answers={"hate_speech": 7}), "hate_speech"),
        (situation(answers={"hate_speech": True}), "hate_speech"),
        (situation(extra=1), "'extra' is not one of"),
        ('{"country": "MLI", "country": "NER"}', "occurs twice"),
    ],
)
def test_a_wrong_situation_is_refused_with_its_place(
    content: Any, says: str, edition: Edition, tmp_path: Path
) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("advise", write(tmp_path / "s.json", content), stdout=out)
    assert says in str(error.value)
    assert error.value.returncode == 2
    assert out.getvalue() == ""


@pytest.fixture
def second_document(first_document: tuple[Document, Rulebook]) -> Document:
    """A second edition, which says what became of a question and of an option."""
    document = copy.deepcopy(first_document[0])
    document["retired"] = [
        {
            "code": "question.outlook",
            "how": "replaced",
            "into": ["phase"],
            "why": "It asked the same.",
            "carry": [],
        },
        {"code": "option.phase.dormant", "how": "dropped", "into": [], "why": "Nobody chose it."},
    ]
    return document


@pytest.fixture
def two_editions(edition: Edition, second_document: Document) -> Edition:
    return publish(second_document)[0]


def test_advise_says_what_takes_the_place_of_a_code_that_the_edition_no_longer_has(
    two_editions: Edition, tmp_path: Path
) -> None:
    answers = {"outlook": "rising", "phase": "dormant"}
    with pytest.raises(CommandError) as error:
        run("advise", write(tmp_path / "s.json", situation(answers=answers)))
    said = str(error.value)
    assert "answers: outlook: 'outlook' no longer exists. Use phase instead." in said
    assert "It asked the same." in said
    assert "'phase.dormant' no longer exists, and nothing replaces it." in said
    assert "--edition NUMBER" in said


def test_advise_can_be_asked_for_an_older_edition(
    edition: Edition, two_editions: Edition, tmp_path: Path
) -> None:
    path = write(tmp_path / "s.json", situation())
    assert json.loads(run("advise", path))["edition"]["number"] == 2
    first = json.loads(run("advise", path, edition=1))
    assert first["edition"] == {"number": 1, "digest": edition.digest}
    with pytest.raises(CommandError, match="There is no edition 9"):
        run("advise", path, edition=9)


def test_without_a_database_an_older_edition_comes_from_the_product(
    db: None, tmp_path: Path, first_edition: Rulebook
) -> None:
    document = json.loads(run("advise", write(tmp_path / "s.json", situation()), edition=1))
    assert document["edition"] == {"number": None, "digest": first_edition.digest}


def test_the_editions_of_the_product_are_published_in_their_order(
    db: None,
    tmp_path: Path,
    first_edition: Rulebook,
    second_document: Document,
    chen: User,
) -> None:
    shutil.copytree(FIXTURES / "editions", tmp_path / "editions")
    (tmp_path / "rulebook").mkdir()
    text = write_yaml(second_document)
    (tmp_path / "rulebook" / "all.yaml").write_text(text, encoding="utf-8")
    for _ in range(2):
        run("load_rulebook", str(tmp_path / "rulebook"), shipped=True)
        published = Edition.objects.order_by("number").values_list("number", "digest")
        assert list(published) == [(1, first_edition.digest), (2, digest_of(second_document))]
    publish({**second_document, "retired": []}, by=chen)
    assert "it stays" in run("load_rulebook", str(tmp_path / "rulebook"), shipped=True)


def faulty(tmp_path: Path, file: str, old: str, new: str) -> Path:
    folder = tmp_path / "faulty"
    shutil.copytree(FIXTURES / "editions" / "1", folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "rules-pro.yaml",
            "in: [cross_border, both]",
            "in: [over_the_border]",
            ["rules-pro.yaml", "pro.asylum.fled", "over_the_border"],
        ),
        (
            "rules-pro.yaml",
            "  citation: [aag.i.asylum, aag.iii.unhcr]\n- code: pro.asylum.likely",
            "- code: pro.asylum.likely",
            ["rules-pro.yaml", "pro.asylum.fled", "citation"],
        ),
        (
            "rules-pro.yaml",
            "measure: pro.asylum\n",
            "measure: pro.exile\n",
            ["rules-pro.yaml", "pro.asylum.fled", "measure", "pro.exile"],
        ),
        (
            "questions-3-consent.yaml",
            "show_if: {question: consent, in: [requested, given, conditional]}",
            "show_if: {question: parties_consent, in: [all_main]}",
            ["questions-3-consent.yaml", "consent_scope", "show_if"],
        ),
        (
            "questions-3-consent.yaml",
            "show_if: {question: consent, in: [requested, given, conditional]}",
            "show_if: {question: consent_scope, in: [police]}",
            ["questions-3-consent.yaml", "consent_scope", "show_if"],
        ),
        (
            "rules-pro.yaml",
            "lead: [member_states, unhcr]",
            "lead: [icc]",
            ["rules-pro.yaml", "pro.asylum.fled", "icc"],
        ),
        (
            "gates.yaml",
            "kind: consent",
            "kind: permission",
            ["gates.yaml", "consent.capacity", "kind", "permission"],
        ),
        ("countries.yaml", "code: MLI", "code: NER", ["countries.yaml", "NER"]),
        ("rules-pro.yaml", "rules:", "rules: [", ["rules-pro.yaml", "line", "not valid YAML"]),
    ],
)
def test_a_faulty_rulebook_is_refused_with_file_entry_and_field_and_changes_nothing(
    file: str, old: str, new: str, says: list[str], edition: Edition, tmp_path: Path
) -> None:
    with pytest.raises(CommandError) as error:
        run("load_rulebook", str(faulty(tmp_path, file, old, new)))
    for words in says:
        assert words in str(error.value)
    assert list(Edition.objects.values_list("digest", flat=True)) == [edition.digest]


def test_every_fault_of_a_rulebook_is_reported_at_once(db: None, tmp_path: Path) -> None:
    folder = faulty(tmp_path, "rules-pro.yaml", "measure: pro.asylum\n", "measure: pro.exile\n")
    path = folder / "rules-enc.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "hate_speech, at_least: 3", "hate_talk, at_least: 3", 1
        ),
        encoding="utf-8",
    )
    with pytest.raises(CommandError, match=r"(?s)pro\.exile.*hate_talk|hate_talk.*pro\.exile"):
        run("load_rulebook", str(folder))


def test_loading_the_same_rulebook_twice_publishes_it_once(db: None) -> None:
    assert "is published" in run("load_rulebook", str(FIXTURES / "rulebook"))
    assert "nothing to do" in run("load_rulebook", str(FIXTURES / "rulebook"))
    assert Edition.objects.count() == 1


def test_an_edition_goes_out_as_yaml_and_comes_in_again_unchanged(
    edition: Edition, tmp_path: Path
) -> None:
    run("export_rulebook", str(tmp_path / "out"))
    run("load_rulebook", str(tmp_path / "out"))
    assert list(Edition.objects.values_list("digest", flat=True)) == [edition.digest]
    with pytest.raises(CommandError, match="holds YAML files already"):
        run("export_rulebook", str(tmp_path / "out"))
    with pytest.raises(CommandError, match="cannot be written: File exists"):
        run("export_rulebook", str(tmp_path / "out" / "rulebook.yaml"))


@override_settings(DEMO=True)
def test_the_demonstration_loads_once_with_an_account_for_each_role(edition: Edition) -> None:
    assert "12 situations loaded" in run("load_demo")
    assert "loaded already" in run("load_demo")
    assert Case.objects.count() == 12
    assert not Assessment.objects.filter(status="draft").exists()
    roles = set(User.objects.values_list("groups__name", flat=True))
    assert roles == {"analyst", "reviewer", "catalogue_admin", "auditor", "site_admin"}
    assert all(user.check_password(PASSWORD) for user in User.objects.all())


def test_the_demonstration_is_refused_where_it_is_not_asked_for(edition: Edition) -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError, match="never in production"):
        run("load_demo")
    assert not User.objects.exists()


@pytest.fixture(scope="module")
def shipped_edition() -> Rulebook:
    """The rulebook that comes with the product, which docs/validation.md speaks of."""
    return SHIPPED


def test_docs_validation_says_what_the_rulebook_says(shipped_edition: Rulebook) -> None:
    kept = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    tables = {
        "table": validation_table(shipped_edition),
        "plans": plans_table(shipped_edition),
        "figures": figures({"first edition": first_rulebook(), "this edition": shipped_edition}),
        "differences": differences_table(shipped_edition),
    }
    for name, table in tables.items():
        assert kept == with_table(kept, name, table), "run manage.py validate_situations --write"


def test_docs_validation_has_a_reason_for_each_thing_done_that_the_rulebook_does_not_recommend(
    shipped_edition: Rulebook,
) -> None:
    blocks = differences_table(shipped_edition).split("- **")
    for item in judged_situations(shipped_edition):
        about = [block for block in blocks if block.startswith(f"{item.key}, {item.as_of}**")]
        for code in item.missed:
            assert any(f"`{code}`" in block for block in about), f"{item.key}, {item.as_of}: {code}"


def test_publishing_is_recorded(edition: Edition) -> None:
    event = Event.objects.get(verb="edition_published")
    assert event.data["digest"] == edition.digest


def test_without_a_published_edition_the_one_that_comes_with_the_product_is_exported(
    db: None,
) -> None:
    out = run("export_rulebook")
    assert out == run("export_rulebook", "--edition", "2")
    assert "consent_to_humanitarian" in out
    assert "consent_to_humanitarian" not in run("export_rulebook", "--edition", "1")
    with pytest.raises(CommandError, match="no such edition"):
        run("export_rulebook", "--edition", "3")
