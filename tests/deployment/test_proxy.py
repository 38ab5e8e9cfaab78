"""The settings of the proxy, tried with the proxy itself."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from shutil import which

import pytest

from tests.databases import free_port
from tests.deployment.files import ROOT

SETTINGS = (ROOT / "proxy/Caddyfile").read_text()

pytestmark = pytest.mark.skipif(not which("caddy"), reason="needs caddy")


@contextmanager
def proxy(folder: Path, settings: str) -> Iterator[subprocess.Popen[str]]:
    """Caddy with some settings, ended after the test. What it logs is in the folder's `log`."""
    (folder / "Caddyfile").write_text(settings)
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            ["caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"],
            cwd=folder,
            env=os.environ | {"HOME": str(folder), "HOST": "localhost"},
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def global_options(port: int) -> str:
    """Those of the product, at a port that is free here."""
    given = SETTINGS.partition("\n}\n")[0]
    return given.replace("{", f"{{\n\tadmin off\n\thttp_port {port}", 1) + "\n}\n"


def in_front_of(web: socket.socket, port: int) -> str:
    """The settings of the product, without TLS, for a web server on this machine."""
    site = SETTINGS.partition("\n{$HOST} {")[2]
    site = site.replace("web:8000", f"127.0.0.1:{web.getsockname()[1]}")
    settings = f"{global_options(port)}http://localhost:{port} {{{site}"
    version = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True)
    if tuple(map(int, re.findall(r"\d+", version.stdout)[:2])) < (2, 7):
        older = r"buffer_requests\n\t\tmax_buffer_size \1"
        return re.sub(r"request_buffers (\S+)", older, settings)
    return settings


def connected(port: int) -> socket.socket:
    """A connection to a server that may still be starting."""
    for _try in range(100):
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("localhost", port))
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def answer_to(port: int, address: str) -> HTTPResponse:
    """What a server that may still be starting answers."""
    connected(port).close()
    with closing(HTTPConnection("localhost", port, timeout=10)) as connection:
        connection.request("GET", address)
        return connection.getresponse()


def test_the_proxy_passes_a_form_on_once_it_is_whole_and_ends_a_slow_head(tmp_path: Path) -> None:
    """Six senders of a byte a second kept the next request waiting for 43 seconds."""
    port, web = free_port(), socket.create_server(("127.0.0.1", 0))
    with closing(web), proxy(tmp_path, in_front_of(web, port)):
        sender, idler = connected(port), connected(port)
        idler.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        sender.sendall(
            b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf "
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


def test_the_proxy_ends_a_form_that_never_becomes_whole(tmp_path: Path) -> None:
    """After two seconds instead of thirty, so that nobody waits for this test."""
    port, web = free_port(), socket.create_server(("127.0.0.1", 0))
    settings = in_front_of(web, port)
    assert settings.count("read_body 30s") == 1
    with closing(web), proxy(tmp_path, settings.replace("read_body 30s", "read_body 2s")):
        with closing(connected(port)) as sender:
            sender.sendall(
                b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Length: 10\r\n\r\nhalf "
            )
            sender.settimeout(20)
            while sender.recv(1000):
                pass
        web.settimeout(0.5)
        with pytest.raises(TimeoutError):
            web.accept()


def test_the_proxy_logs_no_address(tmp_path: Path) -> None:
    """Its own settings, in front of a web server that is away."""
    port = free_port()
    site = f"http://localhost:{port} {{\n\treverse_proxy 127.0.0.1:1\n}}\n"
    with proxy(tmp_path, global_options(port) + site) as process:
        answer = answer_to(port, "/accounts/password/reset/key/3-token/?q=secret")
        assert answer.status == 502
        process.terminate()
        process.wait(timeout=20)
    said = (tmp_path / "log").read_text()
    assert "connection refused" in said
    assert "3-token" not in said
    assert "secret" not in said


def test_without_tls_people_are_sent_on_and_programs_are_refused(tmp_path: Path) -> None:
    port = free_port()
    (block,) = re.findall(r"^http://.*?^}", SETTINGS, re.DOTALL | re.MULTILINE)
    with proxy(tmp_path, f"{{\n\tadmin off\n\thttp_port {port}\n}}\n{block}"):
        assert answer_to(port, "/api/editions/").status == 403
        person = answer_to(port, "/cases/?q=Libya")
    assert person.status == 308
    assert person.getheader("Location") == "https://localhost/cases/?q=Libya"
