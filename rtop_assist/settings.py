"""All settings, read from the environment; with none set, everything runs on this machine out of
`var/`.

Each secret may be given as NAME or, for a file that holds it, as NAME_FILE. docs/operators.md lists
the names.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from rtop_assist.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
environ.Env.read_env(BASE_DIR / ".env")


def _refuse_empty_secrets(*names: str) -> None:
    """Raise ImproperlyConfigured if the file of a secret is empty: what the product does without
    the setting is not what its operator wants.
    """
    for name in names:
        path = os.environ.get(f"{name}_FILE", "")
        if path and not Path(path).read_text().strip():
            raise ImproperlyConfigured(f"{path} is empty, and {name}_FILE names it")


_refuse_empty_secrets(
    "SECRET_KEY", "DATA_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "EMAIL_URL"
)

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
if "VAR_DIR" not in os.environ:
    # The folder may be there already. One that an operator names is theirs: `check --deploy` says
    # so if others can read it.
    with suppress(OSError):
        VAR_DIR.chmod(0o700)


def _key(name: str) -> str:
    """A key: given, or made once for this machine and readable by its owner alone."""
    given: str = env.str(name, default="").strip()
    if given:
        return given
    path = VAR_DIR / name.lower()
    if not path.exists():
        _make_once(path, secrets.token_urlsafe(64))
    kept = path.read_text().strip()
    if not kept:
        raise ImproperlyConfigured(f"{path} is empty: remove it, or set {name}")
    return kept


def _make_once(path: Path, text: str) -> None:
    """Write a file whole, unless another process was faster."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
        file.write(text)
        file.flush()
        with suppress(FileExistsError):
            os.link(file.name, path)


DEBUG = env.bool("DEBUG", default=False)
# Demonstration accounts with a known password may be loaded only where this is set.
DEMO = env.bool("DEMO", default=False)
# Signs sessions.
SECRET_KEY = _key("SECRET_KEY")
# Keys the digests of the record and encrypts the secrets of second factors. The database never
# holds it. A record can be verified only with the key under which it was written.
DATA_KEY = _key("DATA_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "cases",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "csp",
    "django_htmx",
    "rest_framework",
    "knox",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before anything that asks the database, so that no line carries the ids of an earlier request.
    "cases.middleware.RequestLogMiddleware",
    "cases.middleware.NothingKeptMiddleware",
    "cases.middleware.OddRequestMiddleware",
    "cases.middleware.SavedSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cases.middleware.SessionMiddleware",
    "cases.form_middleware.FormMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cases.middleware.WorkflowErrorsMiddleware",
    "cases.middleware.TimeZoneMiddleware",
    "cases.middleware.RecordReadsMiddleware",
    "cases.middleware.CatalogueLanguageMiddleware",
    "cases.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "rtop_assist.urls"
WSGI_APPLICATION = "rtop_assist.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cases.views.context.product",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django.templatetags.l10n",
                "cases.templatetags.product",
                "cases.templatetags.components",
            ],
        },
    },
]

# Data ---------------------------------------------------------------------------------------------
DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'rtop_assist.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A writer takes its lock when its transaction begins and waits for the writer before it;
    # readers never wait.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # gunicorn.conf.py sets a limit for what people wait for; commands and the worker wait longer.
    _lock_timeout = 1000 * env.int("DATABASE_LOCK_TIMEOUT", default=0)
    # Lists stop after their first rows. PostgreSQL reads them by an index if it takes the database
    # to be in memory or on a solid-state disk, and is not to compile what runs for milliseconds.
    _planner = "-c random_page_cost=1.1 -c jit=off"
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 3,
        "options": f"-c lock_timeout={_lock_timeout} {_planner}",
    }
# On PostgreSQL: the role that the product works under if another one owns the tables. `migrate`
# gives it what it needs.
DATABASE_PRODUCT_ROLE = env.str("DATABASE_PRODUCT_ROLE", default="")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A folder, so that all processes of this machine count the same tries and used codes.
CACHES = {"default": env.cache("CACHE_URL", default=f"filecache://{VAR_DIR / 'cache'}")}
if CACHES["default"]["BACKEND"].endswith("FileBasedCache"):
    CACHES["default"] |= {
        "BACKEND": "cases.limits.FolderLimitsCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    CACHES["default"] |= {
        "BACKEND": "cases.limits.LimitsCache",
        "OPTIONS": {
            "serializer": "cases.limits.JSONSerializer",
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
        },
    }

# The worker ---------------------------------------------------------------------------------------
# Nobody waits long for a queue that is down or hangs.
REDIS_QUEUE_OPTIONS: dict[str, str | int] = {
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "max_retries": 0,
    "interval_start": 0,
}
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, str | int]
if CELERY_BROKER_URL == "filesystem://":
    _queue = VAR_DIR / "queue"
    for _folder in ("messages", "control"):
        (_queue / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = REDIS_QUEUE_OPTIONS
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The worker waits for Redis as long as it takes, also while Redis takes no changes: its memory or
# disk is full, or another server has its place.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
# A request never waits for a broker that is away: the act is done, and the failure is logged.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "mail-unsent": {"task": "cases.tasks.mail.mail_unsent", "schedule": 120.0},
    "send-outgoing-mail": {"task": "cases.tasks.mail.send_outgoing_mail", "schedule": 30.0},
    "resume-jobs": {"task": "cases.tasks.jobs.resume_jobs", "schedule": 30.0},
    "export-heads": {
        "task": "cases.tasks.record.export_heads",
        "schedule": crontab(hour=3, minute=0),
    },
    "resume-report-jobs": {
        "task": "cases.tasks.report_jobs.resume_report_jobs",
        "schedule": 60.0,
    },
    "remove-expired": {
        "task": "cases.tasks.access.remove_expired",
        "schedule": crontab(hour=4, minute=0),
    },
    "mail-digests": {
        "task": "cases.tasks.mail.mail_digests",
        "schedule": crontab(hour=6, minute=0),
    },
}
# Where the heads of the record's chains are written each day: a place that only the worker reaches,
# and the database never.
HEADS_DIR = env.str("HEADS_DIR", default=str(VAR_DIR / "heads"))
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")

# People -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "cases.User"
AUTHENTICATION_BACKENDS = ["cases.accounts.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "cases.passwords.GuessableValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "cases.accounts.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# An address that is not an account's gets no mail: nobody learns from it that the product is there.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {"reset_password": "cases.forms.signing_in.LinkForm"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A path, not a password.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "cases.reset_links.ResetTokenGenerator"  # noqa: S105
# How many of our own proxies are in front of the product. A client's address is the one that the
# outermost proxy saw.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
# Before an action that would do harm in the wrong hands, people confirm who they are again.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "cases.accounts.SecretsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "rtop_assist"
MFA_TOTP_TOLERANCE = 1
# Addresses are given by the site admin who makes the account.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Roles that are of no use without a second factor; sensitive cases ask for one of everybody.
SECOND_FACTOR_ROLES = frozenset(map(str.strip, env.list("SECOND_FACTOR_ROLES", default=[])))

# Programs -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    # JSON alone: the pages are for people, docs/api.md describes the addresses.
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["cases.api.parsing.BoundedJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "EXCEPTION_HANDLER": "cases.api.errors.answer",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "600/min"},
    "NUM_PROXIES": env.int("TRUSTED_PROXIES", default=0),
}
# A token is kept as its digest, and has to be made again after a month.
REST_KNOX = {"TOKEN_TTL": timedelta(days=30), "TOKEN_PREFIX": "rtop_"}

# Messages -----------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
# Which actor people here act for, unless a person or a team says another one: an actor's code, for
# a State or a regional organisation followed by a colon and its own (`member_states:FRA`).
OUR_PART = env.str("OUR_PART", default="")
# Whose pages and files these are, and the wording of its classification, such as RESTREINT.
ORGANISATION_NAME = env.str("ORGANISATION_NAME", default="")
ORGANISATION_CLASSIFICATION = env.str("ORGANISATION_CLASSIFICATION", default="")
# Its logo: a PNG, JPEG or SVG file.
ORGANISATION_LOGO = env.str("ORGANISATION_LOGO", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="rtop_assist <noreply@localhost>")
# The address under which people reach the product: links in messages begin with it.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")

# Words --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
# In use by the European Commission and others, though ISO 3166-1 leaves it open.
COUNTRIES_OVERRIDE = {"XK": {"name": "Kosovo", "alpha3": "XKX"}}

# Files --------------------------------------------------------------------------------------------
STATIC_URL = "static/"
# In an image the files lie beside the code that they belong to, outside of what a volume keeps.
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATIC_ROOT.mkdir(exist_ok=True)
_node = BASE_DIR / "node_modules"
_vendor = {
    "vendor/htmx": _node / "htmx.org/dist",
    "vendor/tom-select/js": _node / "tom-select/dist/js",
    "vendor/tom-select/css": _node / "tom-select/dist/css",
}
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *((name, folder) for name, folder in _vendor.items() if folder.is_dir()),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # No address leads here: files are given out by a view that asks who may have them.
    "attachments": {
        "BACKEND": "cases.file_storage.DurableStorage",
        "OPTIONS": {
            "location": env.str("ATTACHMENTS_DIR", default=str(VAR_DIR / "attachments")),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
# In the session, which ends when its person signs out. A cookie would stay in the browser and show
# the message to whoever signs in there next.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CRISPY_ALLOWED_TEMPLATE_PACKS = "crispy"
CRISPY_TEMPLATE_PACK = "crispy"  # our own, in templates/crispy

# A note may hold a long text, and a section holds many: what is too long is reported at its field,
# not cut off here. An organisation with two hundred members has five fields for each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 40 * 1024 * 1024

# The public key of age for which backups are encrypted (age1…).
BACKUP_RECIPIENT = env.str("BACKUP_RECIPIENT", default="").strip()

# Safety -------------------------------------------------------------------------------------------
HTTPS = env.bool("HTTPS", default=False)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
# With this prefix a browser takes the cookie from this host alone, and only over TLS.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
# A session ends after half a day in any case, and sooner if nobody uses it.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 2 * 3600
CSRF_FAILURE_VIEW = "cases.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"))
