"""What goes wrong, one fault after the other."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.soak.services import Installation, Service, restart, send_signal


@dataclass
class Fault:
    """Something that begins, lasts for a while and is put right."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    # The product can save nothing meanwhile.
    database_away: bool = False
    # Its mail has to arrive again afterwards.
    concerns_mail: bool = False
    # One client is odd, and the others must not notice.
    is_nuisance: bool = False
    # Nothing goes wrong: what the nuisances are compared with.
    is_undisturbed: bool = False
    # Services that ended by themselves meanwhile, and were started again as the deployment does.
    ended_services: list[str] = field(default_factory=list, init=False)
    began: float = field(default=0, init=False)
    ended: float = field(default=0, init=False)
    # When what is measured of it ends: the next fault begins.
    over: float = field(default=0, init=False)


def nothing() -> None:
    """Put nothing right: it rights itself."""


def undisturbed() -> Fault:
    """A time in which nothing goes wrong, beside which the others are measured."""
    return Fault("undisturbed", nothing, nothing, is_undisturbed=True)


def faults_of(installation: Installation) -> list[Fault]:
    services = installation.services
    web, worker, database = services["web"], services["worker"], services["database"]
    found = [
        Fault("a web process is killed", _one(web, signal.SIGKILL), nothing),
        _hung_process("a web process hangs", web),
        Fault("the web server is killed", web.kill, restart(web)),
        Fault("the worker is killed", worker.kill, restart(worker), concerns_mail=True),
        _hung_process("a process of the worker hangs", worker, concerns_mail=True),
        Fault("the worker hangs", worker.hang, worker.resume, concerns_mail=True),
    ]
    for name, title in (("redis", "Redis"), ("mail", "the mail server")):
        found += _both(title, services[name], concerns_mail=True)
    found += _both("PostgreSQL", database, database_away=True, concerns_mail=True)
    if installation.has_disk:
        full = installation.disk / "full"
        found.append(Fault("the disk is full", lambda: fill(full), full.unlink))
    return found


def _both(title: str, service: Service, **more: bool) -> list[Fault]:
    return [
        Fault(f"{title} is killed", service.kill, restart(service), **more),
        Fault(f"{title} hangs", service.hang, service.resume, **more),
    ]


def _one(service: Service, number: signal.Signals) -> Callable[[], None]:
    return lambda: send_signal(service.children()[0], number)


def _hung_process(name: str, service: Service, **more: bool) -> Fault:
    stopped: list[int] = []

    def begin() -> None:
        # Just started, it may have none yet.
        while not service.children():
            time.sleep(0.2)
        stopped[:] = service.children()[:1]
        send_signal(stopped[0], signal.SIGSTOP)

    def end() -> None:
        send_signal(stopped[0], signal.SIGCONT)

    return Fault(name, begin, end, **more)


def fill(path: Path) -> None:
    """Fill the disk that a file lies on."""
    path.write_bytes(b"\0" * shutil.disk_usage(path.parent).free)


def run(faults: list[Fault], services: Mapping[str, Service], seconds: float) -> None:
    """Let each fault happen in its share of the time, with a rest after it."""
    share = seconds / len(faults)
    for fault in faults:
        fault.began = time.time()
        fault.begin()
        time.sleep(share * 0.4)
        fault.end()
        fault.ended = time.time()
        time.sleep(share * 0.6)
        for service in services.values():
            if service.has_ended:
                fault.ended_services.append(service.name)
                service.start()
        fault.over = time.time()
