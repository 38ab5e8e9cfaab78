"""What settings of the environment do, and which of them are reported."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.mail.backends.smtp import EmailBackend
from environ import Env

from tests.deployment.files import ROOT


def run_check(**env: str) -> str:
    """What `check --deploy` says of settings."""
    given = {name: value for name, value in os.environ.items() if name != "DEBUG"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=ROOT,
        env=given | {"HTTPS": "1", "SECRET_KEY": "s9K!xQ" * 20} | env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_what_was_left_as_on_a_machine_of_ones_own_is_reported() -> None:
    said = run_check(DEMO="1", DATABASE_URL="sqlite:////tmp/none.sqlite3")
    for number in range(1, 8):
        assert f"rtop_assist.W00{number}" in said


def test_nothing_is_reported_of_the_settings_of_the_deployment() -> None:
    said = run_check(
        DEMO="0",
        CACHE_URL="rediscache://redis:6379/1",
        EMAIL_URL="smtp+tls://u:p@mail.example.org:587",
        CELERY_BROKER_URL="redis://redis:6379/0",
        SITE_URL="https://rtop.example.org",
        ALLOWED_HOSTS="rtop.example.org,localhost",
        TRUSTED_PROXIES="1",
        DATA_KEY="d" * 60,
        DEFAULT_FROM_EMAIL="rtop@example.org",
        SECOND_FACTOR_ROLES="site_admin, auditor",
        BACKUP_RECIPIENT="age1w3vfcx5ev90pzj0fy8ekdyptr5me0m575kk7pcy4da0x347fn45syje34w",
    )
    assert "no issues" in said


def test_settings_that_do_not_fit_each_other_are_reported(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    said = run_check(
        VAR_DIR=str(tmp_path),
        CACHE_URL="rediscache://redis:6379/1",
        CELERY_BROKER_URL="memory://",
        EMAIL_URL="smtp://u:p@mail.example.org:25",
        SITE_URL="http://rtop.example.org",
        ALLOWED_HOSTS="*",
        TRUSTED_PROXIES="0",
        DATA_KEY="short",
        SECOND_FACTOR_ROLES="site-admin,auditor",
        BACKUP_RECIPIENT="age1mistyped",
    )
    for number in (4, 10, 11, 12, 14, 15, 16, 17, 18, 19):
        assert f"rtop_assist.W0{number:02}" in said
    assert "no role: site-admin." in said
    other = run_check(
        EMAIL_URL="memorymail://", SITE_URL="https://a.example.org", ALLOWED_HOSTS="b.example.org"
    )
    assert "rtop_assist.W003" in other
    assert "rtop_assist.W013" in other


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATA_KEY", "EMAIL_URL", "CELERY_BROKER_URL"])
def test_a_secret_whose_file_is_empty_stops_the_product(name: str, tmp_path: Path) -> None:
    """It would make a key of its own, write mail to the log, or queue on this machine."""
    (tmp_path / "secret").write_text("\n")
    env = {key: value for key, value in os.environ.items() if key != name}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=env | {f"{name}_FILE": str(tmp_path / "secret"), "VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert f"{name}_FILE names it" in done.stderr
    assert not (tmp_path / "var").exists()


def set_up(program: str, **env: str) -> str:
    """What a program prints that runs with the settings of an environment."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{program}"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "rtop_assist.settings"} | env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_other_users_of_the_machine_read_nothing_that_the_product_keeps(tmp_path: Path) -> None:
    var = tmp_path / "new" / "var"
    mask = os.umask(0o022)
    try:
        set_up("", VAR_DIR=str(var), DATABASE_URL="sqlite:///:memory:")
    finally:
        os.umask(mask)
    assert var.stat().st_mode & 0o777 == 0o700
    # The folder that it has without a setting may have been made by something else.
    own = ROOT / "var"
    own.mkdir(exist_ok=True)
    own.chmod(0o755)
    subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "VAR_DIR"},
        check=True,
        capture_output=True,
    )
    assert own.stat().st_mode & 0o777 == 0o700


def test_under_https_cookies_are_taken_from_this_host_alone() -> None:
    program = """
from django.conf import settings as s
for name in ("SESSION_COOKIE", "CSRF_COOKIE"):
    print(*(getattr(s, f"{name}_{part}") for part in ("NAME", "SECURE", "PATH", "DOMAIN")))
"""
    # A browser refuses a name with this prefix without these attributes.
    said = "__Host-sessionid True / None\n__Host-csrftoken True / None\n"
    assert set_up(program, HTTPS="1") == said


def test_whoever_writes_to_the_cache_in_redis_runs_no_code(tmp_path: Path) -> None:
    program = """
import os, pickle
from django.core.cache import cache
class Code:
    def __reduce__(self):
        return os.mkdir, ("ran",)
serializer = cache._shared._cache._serializer
print(serializer.loads(serializer.dumps(["a", 1])))
pickled = pickle.dumps(Code())
os.chdir(os.environ["VAR_DIR"])
try:
    serializer.loads(pickled)
except ValueError:
    print("refused")
"""
    env = {"VAR_DIR": str(tmp_path), "CACHE_URL": "rediscache://127.0.0.1:1/1"}
    assert set_up(program, **env) == "['a', 1]\nrefused\n"
    assert not (tmp_path / "ran").exists()


def test_the_name_and_certificate_of_the_mail_server_are_verified() -> None:
    for address in ("smtp+tls://mail.example.org:587", "smtp+ssl://mail.example.org:465"):
        chosen = Env.email_url_config(address)
        backend = EmailBackend(
            use_tls=chosen.get("EMAIL_USE_TLS"), use_ssl=chosen.get("EMAIL_USE_SSL")
        )
        assert backend.use_tls or backend.use_ssl
        assert backend.ssl_context.check_hostname
        assert backend.ssl_context.verify_mode == ssl.CERT_REQUIRED
        assert backend.timeout == 10, "the worker does not wait for it without end"
