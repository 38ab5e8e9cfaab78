"""Databases beside that of the tests, and free ports, for processes of their own."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connection


def address_of(folder: Path, name: str) -> str:
    """The address of an empty database: a file, or one beside the database of the tests."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{folder / name}.sqlite3"
    given = settings.DATABASES["default"]
    owner = f"{given['USER']}:{given['PASSWORD']}"
    place = f"{owner}@{given['HOST']}:{given['PORT'] or 5432}"
    name = f"drill_{name}_{os.getpid()}"
    outside = psycopg2.connect(f"postgres://{place}/postgres")
    outside.autocommit = True
    with outside.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    outside.close()
    return f"postgres://{place}/{name}"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
