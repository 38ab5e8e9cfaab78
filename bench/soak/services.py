"""The product's own processes on loopback, as `docker-compose.yml` starts them.

They run in a folder of their own, on free ports, and end with it.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
# How much the disk for attachments holds, which one of the faults fills.
DISK = "48m"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def takes_connections(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True
    return False


@dataclass
class Service:
    """A program with its processes, which can be killed, stopped for a while and started again."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    port: int = 0
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(self.env),
                stdout=log,
                stderr=log,
                user=self.user,
                start_new_session=True,
            )

    def wait(self, seconds: float = 90) -> None:
        """Wait until the service takes connections."""
        deadline = time.monotonic() + seconds
        while not takes_connections(self.port):
            if self.has_ended:
                raise RuntimeError(f"{self.name} has ended: see {self.log}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not answer: see {self.log}")
            time.sleep(0.1)

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def children(self) -> list[int]:
        """The processes that the program has started itself."""
        return _children(self.process.pid) if self.process else []

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the program and all processes below it."""
        if self.process is None:
            return
        found = [self.process.pid]
        for pid in found:
            found += _children(pid)
        for pid in found:
            send_signal(pid, number)

    def kill(self) -> None:
        self.signal_all(signal.SIGKILL)
        if self.process is not None:
            self.process.wait(timeout=10)

    def hang(self) -> None:
        self.signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal_all(signal.SIGCONT)


def send_signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process, which may already have ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in found.split()]
    return []


class Installation:
    """All services of the product, with data of their own in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.web_port = free_port(), free_port()
        self.caddy = shutil.which("caddy")
        self.is_root = os.getuid() == 0
        self.mail, self.logs = folder / "mail", folder / "logs"
        self.disk = folder / "disk"
        self.has_disk = False
        for made in (self.mail, self.logs, self.disk):
            made.mkdir()
        folder.chmod(0o755)
        self._mount()
        self._ports = {name: free_port() for name in ("redis", "smtp", "database")}
        self.env = os.environ | self._settings()
        self.services: dict[str, Service] = {}

    @property
    def address(self) -> str:
        """Where people reach the product."""
        return f"https://localhost:{self.port}" if self.caddy else self.inner_address

    @property
    def inner_address(self) -> str:
        return f"http://localhost:{self.web_port}"

    @property
    def certificate(self) -> Path | None:
        """The authority that has signed the proxy's certificate."""
        return self.folder / "caddy/pki/authorities/local/root.crt" if self.caddy else None

    def _mount(self) -> None:
        """Give attachments a small disk of their own, which only root can."""
        if self.is_root:
            command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "none"]
            done = subprocess.run([*command, str(self.disk)], check=False, capture_output=True)
            self.has_disk = done.returncode == 0

    def _settings(self) -> dict[str, str]:
        redis, database = self._ports["redis"], self._ports["database"]
        return {
            "DEMO": "0",
            "HTTPS": "1" if self.caddy else "0",
            "ALLOWED_HOSTS": "localhost",
            "SITE_URL": self.address,
            "CSRF_TRUSTED_ORIGINS": self.address,
            "TRUSTED_PROXIES": "1" if self.caddy else "0",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DATA_KEY": secrets.token_urlsafe(48),
            "VAR_DIR": str(self.disk),
            "STATIC_ROOT": str(self.folder / "static"),
            "HEADS_DIR": str(self.folder / "heads"),
            "LOG_LEVEL": "WARNING",
            "EMAIL_URL": f"smtp://127.0.0.1:{self._ports['smtp']}",
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{redis}/0",
            "CACHE_URL": f"rediscache://127.0.0.1:{redis}/1",
            "DATABASE_URL": f"postgres://rtop_product:soak@127.0.0.1:{database}/rtop_assist",
            "OWNER_URL": f"postgres://rtop_assist:soak@127.0.0.1:{database}/rtop_assist",
            "DJANGO_SETTINGS_MODULE": "rtop_assist.settings",
        }

    def start(self) -> None:
        """Start everything, as the deployment does: the database first, the proxy last."""
        self._start_database()
        redis = self.folder / "redis"
        redis.mkdir()
        command = ["redis-server", "--port", str(self._ports["redis"]), "--bind", "127.0.0.1"]
        self._add("redis", [*command, "--dir", str(redis), "--appendonly", "yes"], "redis")
        command = [sys.executable, "-m", "aiosmtpd", "--nosetuid"]
        command += ["--listen", f"127.0.0.1:{self._ports['smtp']}"]
        self._add("mail", [*command, "--class", "bench.soak.mail.Kept", str(self.mail)], "smtp")
        owner = self.env | {
            "DATABASE_URL": self.env["OWNER_URL"],
            "DATABASE_PRODUCT_ROLE": "rtop_product",
        }
        self.manage("migrate", "--noinput", "--verbosity", "0", env=owner)
        self.manage("load_rulebook", "--shipped", "fixtures/rulebook", env=owner)
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
        for name in ("web", "worker", "beat"):
            command = shlex.split(services["services"][name]["command"])
            bind = f"127.0.0.1:{self.web_port}"
            command = [bind if word == "0.0.0.0:8000" else word for word in command]
            self._add(name, [str(BIN / command[0]), *command[1:]], "")
        self.services["web"].port = self.web_port
        self.services["web"].wait()
        if self.caddy:
            self._start_proxy(self.caddy)

    def _add(self, name: str, command: Sequence[str], port: str, user: str | None = None) -> None:
        number = self._ports.get(port, 0)
        made = Service(name, command, self.env, self.logs / f"{name}.log", number, user)
        self.services[name] = made
        made.start()
        if number:
            made.wait()

    def _start_database(self) -> None:
        versions = sorted(Path("/usr/lib/postgresql").iterdir(), key=lambda path: int(path.name))
        programs = versions[-1] / "bin"
        # PostgreSQL refuses to run as root.
        user = "postgres" if self.is_root else None
        data, password = self.folder / "database", self.folder / "password"
        data.mkdir(mode=0o700)
        password.write_text("soak", encoding="ascii")
        if user:
            shutil.chown(data, user)
            shutil.chown(password, user)
        command = [str(programs / "initdb"), "--pgdata", str(data), "--username", "rtop_assist"]
        command += ["--auth", "scram-sha-256", "--pwfile", str(password), "--encoding", "UTF8"]
        subprocess.run([*command, "--no-sync"], check=True, stdout=subprocess.DEVNULL, user=user)
        command = [str(programs / "postgres"), "-D", str(data), "-h", "127.0.0.1"]
        command += ["-p", str(self._ports["database"]), "-k", ""]
        self._add("database", command, "database", user)
        where = ["-h", "127.0.0.1", "-p", str(self._ports["database"]), "-U", "rtop_assist"]
        self._sql(where, "postgres", "CREATE DATABASE rtop_assist")
        self._sql(where, "postgres", "CREATE ROLE rtop_product LOGIN PASSWORD 'soak'")

    def _sql(self, where: list[str], database: str, statement: str) -> None:
        command = ["psql", *where, "-d", database, "-v", "ON_ERROR_STOP=1", "-qc", statement]
        subprocess.run(command, check=True, env=self.env | {"PGPASSWORD": "soak"})

    def _start_proxy(self, caddy: str) -> None:
        """Caddy with the Caddyfile of the deployment, on another port and with a certificate of
        its own.
        """
        path = self.folder / "Caddyfile"
        done = subprocess.run([caddy, "version"], check=True, capture_output=True, text=True)
        text = (ROOT / "proxy/Caddyfile").read_text(encoding="utf-8")
        path.write_text(_proxy_settings(text, done.stdout, self), encoding="utf-8")
        self._ports["proxy"] = self.port
        self._add("proxy", [caddy, "run", "--config", str(path), "--adapter", "caddyfile"], "proxy")

    def manage(self, *args: str, env: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "manage.py", *args]
        subprocess.run(command, cwd=ROOT, env=dict(env or self.env), check=True)

    def stop(self, keep_logs: Path | None = None) -> None:
        """End all processes and remove the folder, except for the logs if they are to be kept."""
        for service in reversed(self.services.values()):
            service.kill()
        if self.has_disk:
            subprocess.run(["umount", str(self.disk)], check=True)
        if keep_logs is not None:
            shutil.copytree(self.logs, keep_logs, dirs_exist_ok=True)
        shutil.rmtree(self.folder)


def _proxy_settings(text: str, version: str, installation: Installation) -> str:
    """The shipped Caddyfile for loopback. Caddy before 2.7 has another name for its buffer."""
    text = text.replace("{$HOST}", installation.address)
    text = text.replace("web:8000", f"127.0.0.1:{installation.web_port}")
    numbers = re.findall(r"\d+", version)
    if tuple(map(int, numbers[:2])) < (2, 7):
        text = re.sub(r"request_buffers (\S+)", r"buffer_requests\n\t\tmax_buffer_size \1", text)
    options = (
        "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n"
        f"\tstorage file_system {installation.folder / 'caddy'}\n"
    )
    return text.replace("{\n", options, 1)


def restart(service: Service) -> Callable[[], None]:
    """Start a service again, as the deployment does when one ends."""

    def do() -> None:
        service.start()
        if service.port:
            service.wait()

    return do
