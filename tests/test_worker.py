"""A real worker: over the file-system transport where nothing is configured, over what
CELERY_BROKER_URL says else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import FIXTURES

ROOT = FIXTURES.parent


def written(folder: Path) -> str:
    """Everything that the worker has sent so far."""
    return "".join(path.read_text(encoding="utf-8") for path in (folder / "mail").glob("*.log"))


def test_a_worker_in_a_process_of_its_own_does_what_a_submission_asks_for(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {"VAR_DIR": str(tmp_path), "DEMO": "1", "EMAIL_URL": f"filemail:///{tmp_path / 'mail'}"}

    def manage(*args: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *args], cwd=ROOT, env=env, check=True, capture_output=True
        )

    manage("migrate", "--verbosity", "0")
    manage("load_rulebook", "--shipped", "fixtures/rulebook")
    manage("load_demo")  # submits each situation's assessments: messages wait for the reviewers
    worker = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "--app",
            "rtop_assist",
            "worker",
            "--pool",
            "solo",
            "--loglevel",
            "WARNING",
        ],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not written(tmp_path) and time.monotonic() < deadline:
            assert worker.poll() is None, "the worker has stopped"
            time.sleep(0.2)
        assert "An assessment is submitted" in written(tmp_path)
    finally:
        worker.terminate()
        worker.wait(timeout=30)
