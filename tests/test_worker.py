"""A real worker: over the file-system transport where nothing is configured, over what
CELERY_BROKER_URL says else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest
import yaml
from celery import Celery
from redis import Redis as Client
from redis import RedisError

from tests.conftest import FIXTURES
from tests.databases import free_port

ROOT = FIXTURES.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
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


TASKS = """
import time
from pathlib import Path
from celery import shared_task

@shared_task(name="nap")
def nap(path, seconds):
    Path(path + ".begun").touch()
    time.sleep(seconds)
    Path(path + ".done").touch()
"""


class Redis:
    """A Redis of one's own, with a queue in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self.folder), "--appendonly", "yes"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        soon(self.answers)

    def answers(self) -> bool:
        with suppress(RedisError):
            return bool(self.client().ping())
        return False

    def client(self) -> Client:
        return Client(port=self.port)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


def soon(is_so: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.skipif(not which("redis-server"), reason="needs redis-server")
def test_a_worker_outlives_its_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed while a task runs, and takes no changes because its memory is full."""
    # Celery prefers it to the broker that it is given.
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    (tmp_path / "naps.py").write_text(TASKS)
    redis = Redis(tmp_path)
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {"VAR_DIR": str(tmp_path / "var"), "PYTHONPATH": str(tmp_path)}
    (command,) = re.findall("celery (.*)", COMPOSE["services"]["worker"]["command"])
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", *command.split(), "--include", "naps"],
        cwd=ROOT,
        env=env | {"CELERY_BROKER_URL": redis.address},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    queue = Celery("naps", broker=redis.address)

    def nap(name: str, seconds: float) -> Path:
        path = tmp_path / name
        queue.send_task("nap", (str(path), seconds))
        soon(path.with_suffix(".begun").exists)
        return path.with_suffix(".done")

    try:
        during = nap("during", 5)
        redis.kill()
        redis.start()
        soon(during.exists)
        soon(nap("after", 0).exists)
        redis.client().config_set("maxmemory", 1)
        time.sleep(3)
        redis.client().config_set("maxmemory", 0)
        soon(nap("again", 0).exists)
        assert worker.poll() is None, "the worker has stopped"
    finally:
        worker.kill()
        worker.wait()
        redis.kill()
