"""A mail server that keeps each message as one file, for `python -m aiosmtpd`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import uuid4


class Kept:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def from_cli(cls, _parser: ArgumentParser, *args: str) -> Kept:
        return cls(Path(args[0]))

    # The name is aiosmtpd's.
    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a message before it is acknowledged."""
        (self.folder / f"{uuid4().hex}.eml").write_bytes(envelope.content)
        return "250 OK"
