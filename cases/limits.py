"""The caches that count attempts to sign in: in Redis or in a folder, and in this process while
that is away.
"""

from __future__ import annotations

import json
import time
from typing import Any

import structlog
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger("rtop_assist.limits")
# After a failure it is not tried for this time, so that requests do not wait for it again.
PAUSE = 10


class JSONSerializer:
    """Values as JSON. Unlike pickles, they let nobody who can write to Redis run code here."""

    def dumps(self, value: Any) -> Any:
        return value if type(value) is int else json.dumps(value)

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


class LimitsCache(BaseCache):
    """A cache in Redis that falls back to the memory of this process while Redis is away."""

    shared: type[RedisCache | FileBasedCache] = RedisCache

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._shared = self.shared(server, params)
        self._here = LocMemCache("limits", {})
        self._away_until = 0.0

    def _do(self, name: str, *given: Any, **named: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(self._shared, name)(*given, **named)
            except (RedisError, OSError):
                log.exception("the cache is away")
                self._away_until = time.monotonic() + PAUSE
        return getattr(self._here, name)(*given, **named)

    def add(self, *given: Any, **named: Any) -> bool:
        return bool(self._do("add", *given, **named))

    def get(self, *given: Any, **named: Any) -> Any:
        return self._do("get", *given, **named)

    def set(self, *given: Any, **named: Any) -> None:
        self._do("set", *given, **named)

    def touch(self, *given: Any, **named: Any) -> bool:
        return bool(self._do("touch", *given, **named))

    def delete(self, *given: Any, **named: Any) -> bool:
        return bool(self._do("delete", *given, **named))

    def incr(self, *given: Any, **named: Any) -> int:
        return int(self._do("incr", *given, **named))

    def clear(self) -> None:
        self._do("clear")


class FolderLimitsCache(LimitsCache):
    """A cache in a folder that falls back to memory while the folder cannot be read or written."""

    shared = FileBasedCache
