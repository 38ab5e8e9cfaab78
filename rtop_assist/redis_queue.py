"""The queue in Redis, so that a worker outlives it."""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as RedisConnectionError


class Channel(redis.Channel):
    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        """How to connect to Redis. Raises ConnectionError for a connection that is closed.

        A task that runs while Redis goes away is acknowledged afterwards, on a connection that is
        closed by then. kombu 5.7 raises AttributeError there, at which Celery ends the worker.
        """
        if self.connection.client is None:
            raise RedisConnectionError("the connection to the queue is closed")
        parameters: dict[str, Any]
        parameters = super()._connparams(asynchronous)  # type: ignore[no-untyped-call]
        return parameters


class Transport(redis.Transport):
    Channel = Channel


def use_for_redis() -> None:
    """Let every connection to a queue in Redis be one of these."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
