"""What one client does that the others must not notice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress

import httpx

from bench.soak.faults import Fault, nothing, undisturbed
from bench.soak.people import FORM_TOKEN, MEASURE, Person

# Connections that a slow client keeps open, and how long, in seconds.
SLOW, SLOW_FOR = 6, 10


def nuisances_of(guests: list[Person], catalogue_admin: Person) -> list[Fault]:
    """Each of them as something that begins and passes, with a time without any before the first
    and after the last. The guests are not signed in yet.
    """
    return [
        undisturbed(),
        _nuisance("one slow client", guests[0], _be_slow),
        _nuisance("one bad comment", guests[1], _comment_badly),
        _nuisance("a form with 30 MB of text", guests[2], _send_much_text),
        _nuisance("5 MB of YAML", catalogue_admin, _import_yaml),
        _nuisance("ten wrong sign-ins from one address", guests[3], _guess_passwords),
        undisturbed(),
    ]


def _nuisance(name: str, guest: Person, act: Callable[[Person], Awaitable[None]]) -> Fault:
    async def do() -> None:
        with suppress(httpx.HTTPError, OSError):
            await act(guest)
        await guest.client.aclose()

    def begin() -> None:
        threading.Thread(target=asyncio.run, args=(do(),), daemon=True).start()

    return Fault(name, begin, nothing, is_nuisance=True)


async def _be_slow(guest: Person) -> None:
    async def one_byte_a_second() -> None:
        async def body() -> object:
            for _second in range(SLOW_FOR):
                yield b"a"
                await asyncio.sleep(1)

        with suppress(httpx.HTTPError):
            await guest.client.post("/accounts/login/", content=body())

    await asyncio.gather(*(one_byte_a_second() for _connection in range(SLOW)))


async def _comment_badly(guest: Person) -> None:
    await guest.sign_in()
    path = f"/assessments/{guest.at.submitted}/review/measures/{MEASURE}/"
    page = await guest.client.get(path)
    token = FORM_TOKEN.search(page.text)
    data = guest.form(act="comment", text="[" * 20_000, form_token=token[1] if token else "")
    await guest.client.post(path, data=data)
    for _look in range(4):
        await guest.client.get(path)


async def _send_much_text(guest: Person) -> None:
    await guest.sign_in()
    await guest.client.post("/cases/new/", data=guest.form(summary="a" * 30_000_000))


async def _import_yaml(guest: Person) -> None:
    await guest.sign_in()
    await guest.client.post("/catalogue/draft/start/", data=guest.form())
    file = ("catalogue.yaml", b"[" + b"1," * 2_500_000 + b"1]", "application/yaml")
    await guest.client.post("/catalogue/draft/import/", data=guest.form(), files={"file": file})


async def _guess_passwords(guest: Person) -> None:
    await guest.client.get("/accounts/login/")
    for number in range(10):
        data = guest.form(login=f"nobody{number}", password="a wrong password")  # noqa: S106  # nobody's
        await guest.client.post("/accounts/login/", data=data)
