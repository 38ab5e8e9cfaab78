"""People at work: what they ask for, what they send, and the answers they get.

Each text that they send holds a mark of its own, by which it is found in the database afterwards.
"""

from __future__ import annotations

import asyncio
import random
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import httpx

PASSWORD = "soaking wet in the rain"  # noqa: S105  # of accounts that end with the run
# Questions with options from 0 to 4, which show whatever else is answered.
SCALES = ("rule_of_law_gap", "media_gap", "inequality", "group_tensions", "hate_speech")
MEASURE = "enc.remind"
# Nobody waits longer for an answer.
PATIENCE = 40
# Seconds between an answer and what the person does next: they read it first.
PAUSE = (4, 12)
FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Told(Enum):
    """What an answer says about what was sent."""

    KEPT = "kept"
    FAILED = "failed"
    # Somebody else, or the person themselves, has changed it meanwhile.
    STALE = "stale"
    # No answer, or one of the proxy that says so.
    NOTHING = "nothing"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Asked:
    """One request and its answer."""

    began: float
    ended: float
    kind: str
    status: int

    @property
    def took(self) -> float:
        return self.ended - self.began

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 400 or self.status in (409, 422)


@dataclass(frozen=True)
class Reply:
    """What the answer to something that was sent says, and when. The status is 0 without any."""

    at: float
    told: Told
    status: int


@dataclass
class Write:
    """Something sent, as often as the person tried, with the replies."""

    mark: str
    kind: str
    began: float
    replies: list[Reply] = field(default_factory=list)

    def __str__(self) -> str:
        """The mark, and how each try was answered."""
        replies = (f"{reply.told.value} {reply.status}" for reply in self.replies)
        return f"{self.mark} ({self.kind}: {', '.join(replies)})"

    @property
    def acknowledged(self) -> bool:
        return any(reply.told is Told.KEPT for reply in self.replies)


@dataclass(frozen=True)
class Place:
    """What one person works on: their own draft, a submitted assessment, and the case of both."""

    case: str
    draft: str
    submitted: str
    colleague: str


class Person:
    """One person with a browser, signed in."""

    def __init__(self, number: int, run: str, address: str, trust: Path | None) -> None:
        self.number, self.name, self.run = number, f"soak{number}", run
        self.rng = random.Random(number)
        self.place: Place | None = None
        context = ssl.create_default_context(cafile=str(trust)) if trust else None
        transport = httpx.AsyncHTTPTransport(
            # Each has an address of their own, as the limits on signing in count by these.
            local_address=f"127.0.{1 + number // 200}.{1 + number % 200}",
            verify=context or True,
        )
        self.client = httpx.AsyncClient(
            base_url=address,
            transport=transport,
            timeout=PATIENCE,
            headers={"Referer": f"{address}/", "Origin": address},
        )
        # Of each question the version and the note that the person has seen.
        self.seen = dict.fromkeys(SCALES, (0, ""))
        self.asked: list[Asked] = []
        self.writes: list[Write] = []
        self.turn = 0

    async def ask(self, method: str, path: str, kind: str, **given: Any) -> httpx.Response | None:
        """The answer to a request; None if there was none."""
        began = time.time()
        response = None
        with suppress(httpx.HTTPError):
            response = await self.client.request(method, path, **given)
        self.asked.append(Asked(began, time.time(), kind, response.status_code if response else 0))
        return response

    async def sign_in(self) -> None:
        await self.ask("GET", "/accounts/login/", "sign in")
        data = self.form(login=self.name, password=PASSWORD)
        response = await self.ask("POST", "/accounts/login/", "sign in", data=data)
        if response is None or response.status_code != 302:
            raise RuntimeError(f"{self.name} cannot sign in")

    def form(self, **fields: object) -> dict[str, object]:
        cookies = self.client.cookies
        token = cookies.get("__Host-csrftoken") or cookies.get("csrftoken") or ""
        return {"csrfmiddlewaretoken": token, **fields}

    async def work(self, over: Event) -> None:
        """Work until it is over, and finish what was begun."""
        acts: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self.read, 5),
            (self.answer, 4),
            (self.comment, 2),
            (self.record_step, 1),
            (self.submit, 1),
            (self.attach, 1),
        ]
        await asyncio.sleep(self.rng.uniform(0, PAUSE[1]))
        while not over.is_set():
            act = self.rng.choices([act for act, _ in acts], [share for _, share in acts])[0]
            await act()
            await asyncio.sleep(self.rng.uniform(*PAUSE))

    @property
    def at(self) -> Place:
        assert self.place is not None
        return self.place

    async def read(self) -> None:
        at = self.at
        kind, path = self.rng.choice(
            (
                ("home", "/"),
                ("cases", "/cases/"),
                ("case", f"/cases/{at.case}/"),
                ("plan", f"/assessments/{at.submitted}/"),
                ("section", f"/assessments/{at.draft}/answer/stressors/"),
            )
        )
        await self.ask("GET", path, kind)

    def _begin(self, kind: str) -> Write:
        self.turn += 1
        write = Write(f"{self.run}-{self.number:03}-{self.turn:04}", kind, time.time())
        self.writes.append(write)
        return write

    async def answer(self) -> None:
        """Save an answer as the page does, which tries again by itself. Its note grows."""
        if not self.seen:
            return
        code, write = self.rng.choice(list(self.seen)), self._begin("answer")
        version, note = self.seen.pop(code)
        note = f"{note} {write.mark}".strip()
        given = {code: str(self.rng.randint(0, 4)), f"{code}__note": note}
        data = self.form(**given, **{f"{code}__version": str(version)})
        path = f"/assessments/{self.at.draft}/answers/{code}/"
        for _try in range(8):
            response = await self.ask(
                "POST", path, "answer", data=data, headers={"HX-Request": "true"}
            )
            told = _what_is_told(response)
            write.replies.append(Reply(time.time(), told, response.status_code if response else 0))
            if told is Told.KEPT:
                self.seen[code] = (version + 1, note)
            if told in (Told.KEPT, Told.STALE):
                return
            await asyncio.sleep(self.rng.uniform(1, 3))

    async def comment(self) -> None:
        path = f"/assessments/{self.at.submitted}/review/measures/{MEASURE}/"
        write = self._begin("comment")
        text = f"{write.mark} @{self.at.colleague}"
        await self._send(path, write, act="comment", text=text)

    async def record_step(self) -> None:
        path, write = f"/cases/{self.at.case}/steps/new/", self._begin("step")
        await self._send(
            path, write, measure=MEASURE, fact="done", actors=["general_assembly"], note=write.mark
        )

    async def attach(self) -> None:
        path = f"/assessments/{self.at.draft}/answers/{self.rng.choice(SCALES)}/files/new/"
        write = self._begin("file")
        content = write.mark.encode() * 2000
        await self._send(path, write, file=(f"{write.mark}.txt", content, "text/plain"))

    async def submit(self) -> None:
        """Begin an assessment, answer a question and submit it, with a comment on what is left."""
        path = f"/cases/{self.at.case}/assessments/new/"
        write = self._begin("submission")
        day = date(2012, 1, 1) + timedelta(days=self.turn)
        begun = await self._send(path, Write("", "", 0), as_of=day.isoformat())
        if begun is None:
            self.writes.remove(write)
            return
        begun = "/".join(urlsplit(begun).path.split("/")[:3])
        given = self.form(**{SCALES[0]: "2", f"{SCALES[0]}__version": "0"})
        path = f"{begun}/answers/{SCALES[0]}/"
        await self.ask("POST", path, "answer", data=given, headers={"HX-Request": "true"})
        await self._send(f"{begun}/submit/", write, comment=write.mark)

    async def _send(self, path: str, write: Write, **fields: object) -> str | None:
        """Open a form, fill it in and send it, again as it is until it is answered; returns where
        it led.
        """
        page = await self.ask("GET", path, "form")
        found = FORM_TOKEN.search(page.text) if page and page.status_code == 200 else None
        if found is None:
            if write in self.writes:
                self.writes.remove(write)
            return None
        files = {name: given for name, given in fields.items() if isinstance(given, tuple)}
        data = self.form(form_token=found[1])
        data |= {name: given for name, given in fields.items() if name not in files}
        for _try in range(8):
            given: dict[str, dict[str, object]] = {"data": data}
            if files:
                given["files"] = dict(files)
            response = await self.ask("POST", path, write.kind or "begin", **given)
            told = _what_is_told(response)
            write.replies.append(Reply(time.time(), told, response.status_code if response else 0))
            if told is Told.KEPT and response is not None:
                return response.headers["Location"]
            await asyncio.sleep(self.rng.uniform(1, 3))
        return None


def _what_is_told(response: httpx.Response | None) -> Told:
    # An answer of the product itself carries its policy; one of the proxy does not.
    if response is None or "Content-Security-Policy" not in response.headers:
        return Told.NOTHING
    if response.status_code == 200:
        return Told.KEPT if response.headers.get("X-Saved") == "1" else Told.STALE
    if response.status_code == 302:
        is_out = response.headers["Location"].startswith("/accounts/")
        return Told.FAILED if is_out else Told.KEPT
    if response.status_code == 409 or "may have been saved" in response.text:
        return Told.UNCLEAR
    return Told.FAILED
