"""The services that Compose starts: what each may reach, keep and read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from shutil import which

import pytest
from redis import AuthenticationError, Redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from tests.databases import free_port
from tests.deployment.files import COMPOSE, ROOT


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


def test_the_worker_and_the_proxy_alone_reach_other_machines() -> None:
    outside = {name for name, network in COMPOSE["networks"].items() if not network}
    reach = {
        name
        for name, service in COMPOSE["services"].items()
        if outside & set(service.get("networks", []))
    }
    assert reach == {"worker", "proxy"}
    assert all(service["networks"] for service in COMPOSE["services"].values())


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
