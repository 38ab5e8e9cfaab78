"""The deployment: one client that is slow or wrong costs nobody else anything."""

from __future__ import annotations

import os
import re
import runpy
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from shutil import which
from typing import Any
from urllib.request import urlopen

import pytest
import yaml
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.mail.backends.smtp import EmailBackend
from django.test import Client, override_settings
from django.urls import reverse
from environ import Env
from redis import AuthenticationError, Redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from cases.models import User
from tests.databases import free_port
from tests.people.signing_in import PASSWORD

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture
def served(tmp_path: Path) -> Iterator[int]:
    """The port at which gunicorn serves the product as `gunicorn.conf.py` says, in one process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    env = os.environ | {"VAR_DIR": str(tmp_path), "LOG_LEVEL": "CRITICAL"}
    env |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=ROOT,
        env=env,
        check=True,
    )
    gunicorn = Path(sys.executable).with_name("gunicorn")
    bind = f"127.0.0.1:{port}"
    with subprocess.Popen(
        [gunicorn, "rtop_assist.wsgi", "--bind", bind, "--workers", "1"], cwd=ROOT, env=env
    ) as process:
        try:
            wait_until_served(port)
            yield port
        finally:
            process.terminate()


def wait_until_served(port: int) -> None:
    for _try in range(240):
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError("gunicorn does not answer")


def test_six_slow_clients_hold_up_nobody_else(served: int) -> None:
    head = (
        b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\na"
    )
    slow = [socket.create_connection(("127.0.0.1", served)) for _client in range(6)]
    for client in slow:
        client.sendall(head)
    time.sleep(1)
    began = time.monotonic()
    with urlopen(f"http://127.0.0.1:{served}/healthz", timeout=30) as answer:
        assert answer.read() == b"ok\n"
    # It waited 43 seconds where each of them held a whole process.
    assert time.monotonic() - began < 10
    for client in slow:
        client.close()


def test_a_connection_is_kept_longer_by_the_product_than_by_the_proxy(served: int) -> None:
    connection = HTTPConnection("127.0.0.1", served, timeout=30)
    for _request in range(2):
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b"ok\n"
        # It was closed after two seconds, and a form that came just then was lost.
        time.sleep(3)
    connection.close()
    proxy = (ROOT / "proxy/Caddyfile").read_text(encoding="utf-8")
    seconds = re.search(r"^\s*keepalive (\d+)s$", proxy, re.MULTILINE)
    assert seconds
    assert int(seconds[1]) < runpy.run_path(str(ROOT / "gunicorn.conf.py"))["keepalive"]


def refused_from(address: str, times: int) -> Any:
    for number in range(times):
        answer = Client().post(
            reverse("account_login"),
            {"login": f"nobody{number}", "password": "x"},
            headers={"X-Forwarded-For": address},
        )
    return answer


def test_wrong_sign_ins_from_one_address_behind_the_proxy_keep_only_that_address_out(
    analyst: User,
) -> None:
    environment = COMPOSE["services"]["web"]["environment"]
    sent = {"login": analyst.username, "password": PASSWORD}
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=int(environment["TRUSTED_PROXIES"])):
        assert "Too many" in refused_from("203.0.113.7", 12).content.decode()
        answer = Client().post(
            reverse("account_login"), sent, headers={"X-Forwarded-For": "203.0.113.9"}
        )
        assert answer.status_code == 302
        # What a client claims about itself comes before what the proxy saw, and is not believed.
        claimed = "198.51.100.1, 203.0.113.7"
        answer = Client().post(reverse("account_login"), sent, headers={"X-Forwarded-For": claimed})
        assert "Too many" in answer.content.decode()


def test_one_connection_with_many_addresses_is_counted_as_one(analyst: User) -> None:
    """A provider gives each connection a network of IPv6 addresses: /64, or larger."""
    sent = {"login": analyst.username, "password": "wrong"}
    for number in range(12):
        answer = Client(REMOTE_ADDR=f"2001:db8:0:7:{number:x}::1").post(
            reverse("account_login"), sent
        )
    assert "Too many" in answer.content.decode()
    sent["password"] = PASSWORD
    for other in ("2001:db8:0:8::1", "::ffff:203.0.113.7"):
        answer = Client(REMOTE_ADDR=other).post(reverse("account_login"), sent)
        assert answer.status_code == 302, other


def test_static_files_are_those_of_the_image_and_not_of_the_volume() -> None:
    image = (ROOT / "Dockerfile").read_text()
    volumes = COMPOSE["services"]["web"]["volumes"]
    kept = [volume.partition(":")[2] for volume in volumes]
    (collected,) = [
        line.partition("STATIC_ROOT=")[2] for line in image.splitlines() if "STATIC_ROOT=" in line
    ]
    assert kept == ["/var/rtop_assist"]
    assert collected.startswith("/srv/rtop_assist/")
    assert not any(collected.startswith(folder) for folder in kept)


def test_health_is_not_reported_with_the_static_files_of_another_version(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/healthz").status_code == 200

    def missing(name: str) -> str:
        raise ValueError(f"Missing staticfiles manifest entry for {name!r}")

    monkeypatch.setattr(staticfiles_storage, "url", missing)
    assert client.get("/healthz").status_code == 503


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


@pytest.mark.skipif(not which("caddy"), reason="needs caddy")
def test_the_proxy_passes_a_form_on_once_it_is_whole_and_ends_a_slow_head(tmp_path: Path) -> None:
    """Its own settings, without TLS. Six senders of a byte a second kept the next request waiting
    for 43 seconds.
    """
    version = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True)
    text = (ROOT / "proxy/Caddyfile").read_text()
    if tuple(map(int, re.findall(r"\d+", version.stdout)[:2])) < (2, 7):
        text = re.sub(r"request_buffers (\S+)", r"buffer_requests\n\t\tmax_buffer_size \1", text)
    port, web = free_port(), socket.create_server(("127.0.0.1", 0))
    options = text.partition("\n}\n")[0].replace("{", f"{{\n\tadmin off\n\thttp_port {port}", 1)
    site = text.partition("\n{$HOST} {")[2].replace("web:8000", f"127.0.0.1:{web.getsockname()[1]}")
    (tmp_path / "Caddyfile").write_text(f"{options}\n}}\nhttp://localhost:{port} {{{site}")
    with (
        closing(web),
        subprocess.Popen(
            ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"],
            cwd=tmp_path,
            env=os.environ | {"HOME": str(tmp_path)},
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        try:
            sender, idler = connected(port), connected(port)
            idler.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            sender.sendall(
                b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Length: 10\r\n\r\nhalf "
            )
            web.settimeout(2)
            with pytest.raises(TimeoutError):
                web.accept()
            sender.sendall(b"whole")
            web.settimeout(10)
            passed_on, _address = web.accept()
            assert passed_on.recv(10_000).startswith(b"POST /accounts/login/")
            idler.settimeout(20)
            began = time.monotonic()
            assert not idler.recv(1000).startswith(b"HTTP/1.1 200")
            assert time.monotonic() - began < 15
            for connection in (sender, idler, passed_on):
                connection.close()
        finally:
            process.terminate()


def connected(port: int) -> socket.socket:
    """A connection to a server that may still be starting."""
    for _try in range(100):
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("localhost", port))
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


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


def test_no_secret_is_in_the_environment_and_redis_asks_for_a_password() -> None:
    services = COMPOSE["services"]
    for name in ("migrate", "web", "worker", "beat"):
        environment = services[name]["environment"]
        for setting in ("SECRET_KEY", "DATA_KEY", "DATABASE_URL", "EMAIL_URL", "CACHE_URL"):
            assert environment[f"{setting}_FILE"].startswith("/run/secrets/")
            assert setting not in environment
    assert "requirepass" in services["redis"]["command"][-1]
    example = (ROOT / ".env.example").read_text()
    for secret in COMPOSE["secrets"]:
        assert secret in example


@pytest.mark.skipif(not which("redis-server"), reason="needs redis-server")
def test_redis_asks_for_its_password_and_ends_when_it_is_told_to(
    tmp_path: Path,
) -> None:
    """The command of the deployment, on this machine."""
    shell, option, script = COMPOSE["services"]["redis"]["command"]
    (tmp_path / "password").write_text("a-password")
    (tmp_path / "docker-entrypoint.sh").write_text('#!/bin/sh\nexec "$@"\n')
    (tmp_path / "docker-entrypoint.sh").chmod(0o700)
    port = free_port()
    script = script.replace("$$", "$").replace("/run/secrets/redis_password", "password")
    script = script.replace("appendonly yes", f"appendonly yes\nport {port}\nbind 127.0.0.1")
    path = f"{tmp_path}:{os.environ['PATH']}"
    with subprocess.Popen(
        [shell, option, script], cwd=tmp_path, env={"PATH": path}, stdout=subprocess.DEVNULL
    ) as process:
        try:
            client = Redis(port=port, password="a-password", retry=Retry(ExponentialBackoff(), 10))
            client.set("kept", "1")
            with pytest.raises(AuthenticationError):
                Redis(port=port).ping()
            shown = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            assert shown.startswith(b"redis-server")
            assert b"a-password" not in shown
        finally:
            process.terminate()
        assert process.wait(timeout=20) == 0
    assert list((tmp_path / "appendonlydir").iterdir())


@pytest.mark.skipif(not which("caddy"), reason="needs caddy")
def test_the_proxy_logs_no_address(tmp_path: Path) -> None:
    """Its own settings, in front of a web server that is away."""
    port = free_port()
    text = (ROOT / "proxy/Caddyfile").read_text()
    options = text.partition("\n}\n")[0].replace("{", f"{{\n\tadmin off\n\thttp_port {port}", 1)
    (tmp_path / "Caddyfile").write_text(
        f"{options}\n}}\nhttp://127.0.0.1:{port} {{\n\treverse_proxy 127.0.0.1:1\n}}\n"
    )
    with subprocess.Popen(
        ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"],
        cwd=tmp_path,
        env=os.environ | {"HOME": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            for _try in range(100):
                with (
                    suppress(ConnectionRefusedError),
                    closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection,
                ):
                    connection.request("GET", "/accounts/password/reset/key/3-token/?q=secret")
                    assert connection.getresponse().status == 502
                    break
                time.sleep(0.1)
        finally:
            process.terminate()
        said = process.communicate()[1]
    assert "connection refused" in said
    assert "3-token" not in said
    assert "secret" not in said


@pytest.mark.skipif(not which("caddy"), reason="needs caddy")
def test_without_tls_people_are_sent_on_and_programs_are_refused(tmp_path: Path) -> None:
    port = free_port()
    text = (ROOT / "proxy/Caddyfile").read_text()
    (block,) = re.findall(r"^http://.*?^}", text, re.DOTALL | re.MULTILINE)
    options = f"{{\n\tadmin off\n\thttp_port {port}\n}}\n"
    (tmp_path / "Caddyfile").write_text(options + block)
    with subprocess.Popen(
        ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"],
        cwd=tmp_path,
        env=os.environ | {"HOME": str(tmp_path), "HOST": "localhost"},
        stderr=subprocess.DEVNULL,
    ) as process:
        found = {}
        try:
            for address in ("/api/editions/", "/cases/?q=Libya"):
                for _try in range(100):
                    with (
                        suppress(ConnectionRefusedError),
                        closing(HTTPConnection("localhost", port, timeout=10)) as connection,
                    ):
                        connection.request("GET", address)
                        answer = connection.getresponse()
                        found[address] = (answer.status, answer.getheader("Location"))
                        break
                    time.sleep(0.1)
        finally:
            process.terminate()
    assert found == {
        "/api/editions/": (403, None),
        "/cases/?q=Libya": (308, "https://localhost/cases/?q=Libya"),
    }


def test_the_worker_and_the_proxy_alone_reach_other_machines() -> None:
    outside = {name for name, network in COMPOSE["networks"].items() if not network}
    reach = {
        name
        for name, service in COMPOSE["services"].items()
        if outside & set(service.get("networks", []))
    }
    assert reach == {"worker", "proxy"}
    assert all(service["networks"] for service in COMPOSE["services"].values())


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


def test_the_owner_of_the_tables_migrates_and_does_nothing_else() -> None:
    services = COMPOSE["services"]
    owners = [
        name for name, service in services.items() if "owner_url" in service.get("secrets", [])
    ]
    assert owners == ["migrate"]
    assert services["web"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    for name in ("worker", "beat"):
        assert services[name]["depends_on"] == {"web": {"condition": "service_healthy"}}
    reach = [name for name, service in services.items() if "heads:" in str(service.get("volumes"))]
    assert reach == ["worker"]


def test_each_service_of_the_product_has_a_check_and_a_log_with_an_end() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["logging"]["options"]["max-size"], name
        assert name in ("migrate", "proxy") or service["healthcheck"], name


def test_database_and_queue_are_out_of_the_proxys_reach() -> None:
    services = COMPOSE["services"]
    reach = set(services["proxy"]["networks"])
    for name in ("db", "redis", "worker", "beat"):
        assert not reach & set(services[name]["networks"])
    assert reach & set(services["web"]["networks"])
    roles = services["web"]["environment"]["SECOND_FACTOR_ROLES"]
    assert all(role in roles for role in ("catalogue_admin", "auditor", "site_admin"))
