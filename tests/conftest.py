"""What all tests share: fast settings, the first edition, and people of each role."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest
from django.test import Client, override_settings
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from cases import after_commit, append_only
from cases.models import Assessment, Case, Draft, Edition, EventChain, Source, User
from cases.queries.editions.rulebooks import kept_rulebook
from cases.queries.record import seal_of
from cases.rulebook.editions.builder import Document
from cases.rulebook.editions.yaml_files import read_folder
from cases.rulebook.entries.rulebook import Rulebook
from cases.workflows.assessing.answering import start_assessment
from cases.workflows.casework import add_source, log_case, set_member
from cases.workflows.editions.publishing import check
from cases.workflows.editor import editing
from tests.clients import of
from tests.databases import Databases
from tests.factors import prove_by_factor
from tests.making import make_case, publish_unchecked

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
ON_SQLITE = connection.vendor == "sqlite"
# The files that take longest, which start whole processes of the product or make many documents.
LONGEST = (
    "test_backup.py",
    "test_update.py",
    "test_migrations.py",
    "test_demonstration.py",
    "test_any_text.py",
    "test_permissions.py",
    "test_trust.py",
    "test_database.py",
    "test_environment.py",
    "test_web_processes.py",
)


# How long an example takes says how busy the machine is, and nothing about the product.
hypothesis_settings.register_profile("without deadlines", deadline=None)
hypothesis_settings.load_profile("without deadlines")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files: a process that began one of them last would keep all others
    waiting at the end.
    """
    order = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session", autouse=True)
def _fast_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    attachments: Any = settings.STORAGES["attachments"]
    kept = {"location": str(tmp_path_factory.mktemp("attachments")), "base_url": None}
    storages = {
        "attachments": attachments | {"OPTIONS": attachments["OPTIONS"] | kept},
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(
        STORAGES=storages,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        # Each process of the tests counts its own tries.
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        HEADS_DIR=str(tmp_path_factory.mktemp("heads")),
        CELERY_TASK_ALWAYS_EAGER=True,
        ALLOWED_HOSTS=["*"],
    ):
        from rtop_assist.celery import app

        # Tasks run in the test's own process and database; that a real worker runs them is tested
        # in CI.
        app.conf.task_always_eager = True
        yield


def _migrated_database(config: pytest.Config) -> Path:
    """Where the database made by today's migrations is kept from one run to the next."""
    digest = hashlib.sha256()
    for path in [
        *sorted((ROOT / "cases" / "migrations").glob("*.py")),
        ROOT / "cases" / "append_only.py",
        ROOT / "cases" / "text_index.py",
        ROOT / "requirements.txt",
    ]:
        digest.update(path.read_bytes())
    return config.rootpath / ".pytest_cache" / f"migrated-{digest.hexdigest()[:16]}.sqlite3"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
) -> None:
    """On SQLite, tests use a file, as the product does.

    Connections that share one database in memory do not wait for each other as those to a file do:
    a request that reads while a worker writes would be refused there ("table is locked"), and never
    is in the product.
    """
    if ON_SQLITE:
        database = tmp_path_factory.mktemp("database") / "tests.sqlite3"
        settings.DATABASES["default"]["TEST"]["NAME"] = str(database)
        migrated = _migrated_database(pytestconfig)
        if migrated.exists():
            shutil.copyfile(migrated, database)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """Whether migrations begin with the database that is there: on SQLite, a copy of the kept one.

    Each run makes a copy of its own, so nothing that a test writes is there in the next run.
    """
    return django_db_keepdb or ON_SQLITE


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, pytestconfig: pytest.Config
) -> None:
    """Migrate, which takes longer than most tests, only where the migrations have changed."""
    migrated = _migrated_database(pytestconfig)
    if ON_SQLITE and not migrated.exists():
        migrated.parent.mkdir(parents=True, exist_ok=True)
        # Of several processes that write at the same time, each writes a file of its own.
        written = migrated.with_suffix(f".{os.getpid()}")
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(written)])
        written.replace(migrated)


@pytest.fixture(scope="session", autouse=True)
def _emptied_databases() -> Iterator[None]:
    """Remove the append-only triggers while a test empties the whole database between two tests,
    and put back the chain that the first migration begins.
    """
    empty = flush.Command.handle

    def handle(command: flush.Command, **options: Any) -> None:
        append_only.remove(connections[options["database"]])
        empty(command, **options)
        append_only.install(connections[options["database"]])
        chain = EventChain()
        chain.seal = seal_of(chain)
        chain.save(using=options["database"])

    with mock.patch.object(flush.Command, "handle", handle):
        yield


@pytest.fixture(autouse=True)
def _no_limit_is_used_up() -> None:
    """How often someone may try to sign in is counted in the cache; each test starts from zero."""
    cache.clear()
    after_commit._Queue.away_until = 0.0


@pytest.fixture(autouse=True)
def _no_edition_is_kept() -> None:
    """Editions never change, so a process keeps them by their number; each test has its own."""
    kept_rulebook.cache_clear()


@pytest.fixture(scope="session")
def first_document() -> tuple[Document, Rulebook]:
    """The first edition, checked once in a session: every proof over it is made here."""
    document, origins = read_folder(FIXTURES / "editions" / "1")
    return document, check(document, origins)


@pytest.fixture(scope="session")
def first_edition(first_document: tuple[Document, Rulebook]) -> Rulebook:
    """The rulebook in fixtures/, without a database."""
    return first_document[1]


@pytest.fixture
def edition(db: None, first_document: tuple[Document, Rulebook]) -> Edition:
    """The first edition as it is after publishing, without checking it again."""
    return publish_unchecked(*first_document)


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make a person: `person("ada", "analyst")`."""

    def make(username: str, *roles: str) -> User:
        user = User.objects.create_user(
            username, f"{username}@example.org", "a long password", first_name=username.title()
        )
        user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
        return user

    return make


@pytest.fixture
def chen(person: Callable[..., User]) -> User:
    return person("chen", "catalogue_admin")


@pytest.fixture
def clara(person: Callable[..., User]) -> User:
    return person("clara", "catalogue_admin")


@pytest.fixture
def working(edition: Edition, chen: User) -> Draft:
    return editing.start_draft(by=chen)


@contextmanager
def without_triggers() -> Iterator[CursorWrapper]:
    """A cursor of the owner of the database, who has removed the append-only triggers."""
    append_only.remove(connection)
    with connection.cursor() as cursor:
        yield cursor
    append_only.install(connection)


def with_second_factor(*people: User) -> None:
    """Let people have an authenticator app, as sensitive cases ask for, and have used it in every
    session that they have or that a test opens for them.
    """
    kept = Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user", flat=True)
    # Written all at once, which tells nobody: sessions stay.
    Authenticator.objects.bulk_create(
        Authenticator(user=someone, type=Authenticator.Type.TOTP, data={})
        for someone in people
        if someone.pk not in set(kept)
    )
    for someone in people:
        someone.__dict__.pop("has_second_factor", None)
    keys = {str(someone.pk) for someone in people}
    for row in Session.objects.all():
        user = row.get_decoded().get(SESSION_KEY)
        if user in keys:
            session = SessionStore(row.session_key)
            prove_by_factor(session, user)
            session.save()


@pytest.fixture(scope="session", autouse=True)
def _factor_is_used_at_once() -> Iterator[None]:
    """A session that a test opens by `force_login` is one that used the factors of its person."""

    def use(request: HttpRequest, user: User, **_kwargs: Any) -> None:
        if user.has_second_factor and AUTHENTICATION_METHODS_SESSION_KEY not in request.session:
            prove_by_factor(request.session, str(user.pk))

    user_logged_in.connect(use)
    yield
    user_logged_in.disconnect(use)


def make_sensitive() -> None:
    """Let every case be sensitive, and everyone able to open what they may."""
    Case.objects.update(confidentiality="sensitive")
    with_second_factor(*User.objects.all())


@pytest.fixture
def analyst(person: Callable[..., User]) -> User:
    return person("ada", "analyst")


@pytest.fixture
def case(analyst: User) -> Case:
    return log_case(
        by=analyst,
        countries=["MLI"],
        title="Violence in the north",
        place="Gao",
        populations="Civilians in the north",
        summary="Armed groups hold the towns.",
        confidentiality="restricted",
    )


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Databases for processes of their own."""
    made = Databases()
    yield made
    made.drop()


@pytest.fixture
def reviewer(person: Callable[..., User], case: Case, analyst: User) -> User:
    found = person("rosa", "reviewer")
    set_member(case, found, "reviewer", by=analyst)
    return found


@pytest.fixture
def his(analyst: User) -> Client:
    """The browser of the analyst, signed in."""
    return of(analyst)


@pytest.fixture
def hers(reviewer: User) -> Client:
    """The browser of the reviewer, signed in."""
    return of(reviewer)


@pytest.fixture
def draft_of_a_stranger(person: Callable[..., User], edition: Edition) -> Assessment:
    """A draft in a restricted case that nobody else takes part in."""
    eve = person("eve", "analyst")
    theirs = make_case(eve, confidentiality="restricted")
    return start_assessment(theirs, by=eve, as_of=date(2020, 1, 1), edition=edition)


@pytest.fixture
def source(case: Case, analyst: User) -> Source:
    return add_source(case, by=analyst, title="A report", publisher="OHCHR", reliability="A")


@pytest.fixture
def draft(case: Case, analyst: User, edition: Edition) -> Assessment:
    return start_assessment(case, by=analyst, as_of=date(2012, 12, 20), edition=edition)
