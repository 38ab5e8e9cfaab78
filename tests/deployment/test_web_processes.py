"""The web processes of the deployment: one client that is slow costs nobody else anything."""

from __future__ import annotations

import os
import re
import runpy
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

from tests.deployment.files import ROOT


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


def test_health_is_not_reported_with_the_static_files_of_another_version(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/healthz").status_code == 200

    def missing(name: str) -> str:
        raise ValueError(f"Missing staticfiles manifest entry for {name!r}")

    monkeypatch.setattr(staticfiles_storage, "url", missing)
    assert client.get("/healthz").status_code == 503
