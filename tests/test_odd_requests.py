"""What no browser sends reaches neither the database nor the password hasher."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.urls import reverse

from cases.models import Case, User
from cases.rulebook.editions.yaml_files import TOO_MANY, read_yaml
from cases.rulebook.entries.issues import RulebookError
from cases.sent_forms import SESSION_KEY, new_token
from cases.workflows.people.tokens import make_token
from rtop_assist.wsgi import application
from tests.people.signing_in import PASSWORD

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("page", ["account_login", "account_reset_password"])
def test_a_form_of_megabytes_for_an_account_is_refused(db: None, page: str) -> None:
    sent = {"login": "a" * 1_000_000, "email": "a" * 1_000_000, "password": "x"}
    assert Client().post(reverse(page), sent).status_code == 413


@pytest.mark.parametrize("page", ["case_new", "kept_form", "home"])
def test_megabytes_from_somebody_who_is_not_signed_in_are_not_read(
    analyst: User, page: str
) -> None:
    sent = {"form_token": new_token(analyst), "summary": "a" * 3_000_000}
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    refused = client.post(reverse(page), sent)
    assert refused["Location"] == f"{reverse('account_login')}?next={reverse(page)}"
    assert not Session.objects.exists()
    by_script = client.post(reverse(page), sent, headers={"X-Form": "1"})
    assert by_script["X-Location"] == refused["Location"]
    # A program names its person in the request itself.
    numbers = "[" + "1," * 1_500_000 + "1]"
    answer = client.put(reverse("api_draft"), numbers, content_type="application/json")
    assert answer.status_code == 401
    client.force_login(analyst)
    assert client.post(reverse("case_new"), {"summary": "a" * 3_000_000}).status_code == 422


def test_what_is_kept_of_forms_after_a_session_has_an_end(analyst: User) -> None:
    client = Client()
    for number in range(4):
        sent = {"form_token": new_token(analyst), "summary": f"{number}" * 900_000}
        assert client.post(reverse("case_new"), sent).status_code == 302
    kept = client.session[SESSION_KEY]["forms"]
    assert [form["fields"][0][1][0] for form in kept] == ["2", "3"]


def test_nothing_is_kept_for_a_person_whose_account_is_closed(analyst: User) -> None:
    token = new_token(analyst)
    User.objects.update(is_active=False)
    client = Client()
    client.post(reverse("case_new"), {"form_token": token, "summary": "Left behind"})
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("key", ["a\x00b", "../../etc", "ü" * 32, "a" * 32])
def test_a_forged_session_cookie_belongs_to_nobody(db: None, key: str) -> None:
    client = Client(raise_request_exception=False)
    cookie = f"{settings.SESSION_COOKIE_NAME}={key}"
    answer = client.get(reverse("home"), headers={"Cookie": cookie})
    assert answer["Location"].startswith(reverse("account_login"))


def test_programs_that_ask_too_often_have_to_wait(analyst: User, edition: object) -> None:
    headers = {"Authorization": f"Token {make_token(by=analyst)}"}
    client = Client()
    for _time in range(600):
        assert client.get(reverse("api_schema"), headers=headers).status_code == 200
    refused = client.get(reverse("api_schema"), headers=headers)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) <= 60


def test_too_many_attempts_get_a_page_of_the_product(db: None) -> None:
    for _try in range(31):
        page = Client().post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert page.status_code == 429
    text = page.content.decode()
    assert "Wait a few minutes, then try again." in text
    assert "app.css" in text


@pytest.mark.parametrize("values", [500_000, 2_600_000])
def test_a_file_of_a_million_values_is_refused_soon(values: int) -> None:
    """The second one has 5 MB, as many as a file may have; it ended the process."""
    began = time.monotonic()
    with pytest.raises(RulebookError, match=TOO_MANY[:20]):
        read_yaml("[" + ",".join("1" for _value in range(values)) + "]")
    # It took 25 seconds to say so when all of them were read.
    assert time.monotonic() - began < 10


def test_without_its_database_the_product_answers_with_its_page_and_short_lines() -> None:
    program = """
from django.test import Client, RequestFactory
for path in ("/", "/cases/", "/accounts/login/"):
    client = Client(raise_request_exception=False, HTTP_HOST="localhost")
    client.cookies["sessionid"] = "a" * 32
    print(client.get(path).content.decode())
"""
    env = os.environ | {"DATABASE_URL": "postgres://u:p@127.0.0.1:1/x", "LOG_LEVEL": "ERROR"}
    env |= {"DEBUG": "0", "DJANGO_SETTINGS_MODULE": "rtop_assist.settings"}
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{program}"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("everything that was saved before is safe") == 3
    # Four requests wrote 7,350 lines.
    assert len(done.stderr.splitlines()) <= 9
    assert len(done.stderr) < 12_000


def test_a_code_is_taken_once_by_all_processes_of_a_machine(tmp_path: Path) -> None:
    program = "from django.core.cache import cache; print(cache.add('used', 1), cache.get('used'))"
    env = os.environ | {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "rtop_assist.settings"}
    env.pop("CACHE_URL", None)
    command = [sys.executable, "-c", f"import django; django.setup(); {program}"]
    said = [
        subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        for _process in range(2)
    ]
    assert [done.stdout for done in said] == ["True 1\n", "False 1\n"]


def test_the_password_of_a_name_that_is_too_long_is_never_asked_for(db: None) -> None:
    answer = Client().post(reverse("account_login"), {"login": "a" * 50_000, "password": PASSWORD})
    assert answer.status_code == 200


@pytest.mark.parametrize("encoding", ["zlib", "bz2", "idna", "utf-16", "cp037", "UTF8"])
@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=B", "a/json"])
def test_requests_in_another_encoding_than_utf8_are_refused(
    db: None, encoding: str, kind: str
) -> None:
    said: list[str] = []

    def start(status: str, _headers: Any, _error: Any = None, /) -> Any:
        said.append(status)

    for charset in (encoding, "utf-8"):
        environ = RequestFactory().get(f"{reverse('account_login')}?next=%c3").environ
        list(application(environ | {"CONTENT_TYPE": f"{kind}; charset={charset}"}, start))
    assert said == ["415 Unsupported Media Type", "200 OK"]


def test_no_other_site_may_read_an_answer(client: Client, analyst: User, edition: object) -> None:
    client.force_login(analyst)
    for page in ("home", "api_editions"):
        answer = client.get(reverse(page), headers={"Origin": "https://evil.example"})
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND"])
def test_a_page_has_no_other_methods_than_its_links_and_forms(
    client: Client, case: Case, analyst: User, edition: object, method: str
) -> None:
    client.force_login(analyst)
    for page in (reverse("home"), case.get_absolute_url(), reverse("healthz")):
        refused = client.generic(method, page)
        assert refused.status_code == 405
        assert refused["Allow"] == "GET, HEAD, POST"
        assert case.title not in refused.content.decode()
    program = client.generic(method, reverse("api_editions"))
    assert program.status_code == (200 if method == "OPTIONS" else 405)
