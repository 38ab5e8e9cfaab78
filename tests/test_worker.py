"""A real worker: over the file-system transport where nothing is configured, over what
CELERY_BROKER_URL says else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import FIXTURES

ROOT = FIXTURES.parent
# Asks for the brief of each case of Libya as the page does, and waits for the archive.
FILES = """
import io, time, zipfile
from django.test import Client
from cases.models import User

client = Client(SERVER_NAME="localhost")
client.force_login(User.objects.get(username="amina.analyst"))
started = client.post("/cases/files/?q=Libya", {"name": "brief.pdf"})
assert started.status_code == 302, started.status_code
deadline = time.monotonic() + 120
page = ""
while "/cases/files/archive/" not in page:
    assert time.monotonic() < deadline, page
    time.sleep(0.2)
    page = client.get("/cases/files/").content.decode()
with zipfile.ZipFile(io.BytesIO(client.get("/cases/files/archive/").content)) as archive:
    for name in archive.namelist():
        print("FILE", name, archive.read(name)[:8])
"""


@dataclass(frozen=True)
class Product:
    """The demonstration in a folder of its own, and its worker."""

    folder: Path
    env: dict[str, str]
    worker: subprocess.Popen[bytes]

    def written(self) -> str:
        """Everything that the worker has sent so far."""
        mails = (self.folder / "mail").glob("*.log")
        return "".join(path.read_text(encoding="utf-8") for path in mails)


def manage(env: dict[str, str], *args: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *args], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("product")
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {"VAR_DIR": str(folder), "DEMO": "1", "EMAIL_URL": f"filemail:///{folder / 'mail'}"}
    manage(env, "collectstatic", "--noinput", "--verbosity", "0")
    manage(env, "migrate", "--verbosity", "0")
    manage(env, "load_rulebook", "--shipped", "fixtures/rulebook")
    # Submits each situation's assessments: messages wait for the reviewers.
    manage(env, "load_demo")
    command = [sys.executable, "-m", "celery", "--app", "rtop_assist", "worker"]
    command += ["--pool", "solo", "--loglevel", "WARNING"]
    worker = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Product(folder, env, worker)
    finally:
        worker.terminate()
        worker.wait(timeout=30)


def wait_for(product: Product, is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_done() and time.monotonic() < deadline:
        assert product.worker.poll() is None, "the worker has stopped"
        time.sleep(0.2)


def test_a_worker_in_a_process_of_its_own_does_what_a_submission_asks_for(product: Product) -> None:
    wait_for(product, lambda: bool(product.written()))
    assert "An assessment is submitted" in product.written()


def test_a_worker_in_a_process_of_its_own_makes_the_files_of_many_cases(product: Product) -> None:
    found = manage(product.env, "shell", "-v", "0", "-c", FILES)
    files = [line for line in found.splitlines() if line.startswith("FILE ")]
    assert files
    assert all(line.endswith("-brief.pdf b'%PDF-1.7'") for line in files)
    assert product.worker.poll() is None, "the worker has stopped"
