"""Signing in. Site admins create accounts; nobody can sign up."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Aggregate, Exists, OuterRef, TextField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from cases.keys import decrypted, encrypted
from cases.models import Event, User
from cases.models.user import second_factors
from cases.queries.people import no_links_until
from cases.rulebook.editions.builder import digest_of
from cases.workflows.notifications import write_mail
from cases.workflows.people.account_record import account_named
from cases.workflows.record import record_event

# What a session notes of a person who has given their password, and not yet their second factor.
SIGNING_IN = "signing_in"
# How many seconds someone has to wait after too many attempts.
LOCKED = 300


class ClosedAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **named: Any
    ) -> HttpResponse | None:
        """Note the access that a person has who begins to sign in."""
        request.session[SIGNING_IN] = user.get_session_auth_hash()
        response: HttpResponse | None = super().pre_login(request, user, **named)
        return response

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign a person in, unless their password or their access has changed since they began to,
        which may have been to keep this very person out.
        """
        begun = request.session.pop(SIGNING_IN, "")
        if not constant_time_compare(begun, user.get_session_auth_hash()):
            clear_login(request)
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a message for the worker to send. Links to choose a password are recorded, and are
        not sent to an address that a site admin has just given to the account.
        """
        about = {"email": email, "site": settings.SITE_URL, **context}
        message = self.render_mail(template_prefix, email, about)
        if template_prefix == "account/email/password_reset_key":
            if no_links_until(context["user"]):
                return
            asking = self.request.user if self.request.user.is_authenticated else None
            record_event(Event.Verb.LINK_SENT, by=asking, person=context["user"].pk)
        write_mail(email, message.subject, message.body)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The key under which wrong passwords are counted: the account, under whichever of its
        names, and the address that the attempts come from. So nobody can lock a person out from
        elsewhere.
        """
        name = str(credentials.get("email") or credentials.get("username") or "")
        user = account_named(name)
        who = f"account {user.pk}" if user else name.lower()
        return f"{who} from {self.get_client_ip(request)}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address by which a client is counted. For IPv6 it is the network: one connection has
        2**64 addresses, and could try a password from each.
        """
        address = ip_address(super().get_client_ip(request))
        if isinstance(address, IPv4Address):
            return str(address)
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False).network_address)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises ValidationError after too many wrong passwords. The first refusal of a series
        is recorded.
        """
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            key = self._get_login_attempts_cache_key(request, **credentials)
            if cache.add(f"locked:{digest_of(key)}", True, timeout=LOCKED):
                user = account_named(credentials.get("email") or credentials.get("username") or "")
                person = user.pk if user else None
                record_event(Event.Verb.SIGN_IN_LOCKED, by=None, person=person)
            raise

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return f"{settings.SITE_URL.rstrip('/')}{path}"


class SecretsAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps and recovery codes encrypted."""

    def encrypt(self, text: str) -> str:
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypted(encrypted_text)


class _Joined(Aggregate):
    """Values joined by line breaks, which no group's name contains."""

    function = "GROUP_CONCAT"
    template = "%(function)s(%(expressions)s, '\n')"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="STRING_AGG", **context)


class Backend(AuthenticationBackend):
    """Loads the person of a session with roles and second factor, in one statement.

    Every page needs both.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        self._refused: set[int] = set()
        return cast("User | None", super().authenticate(request, **credentials))

    def _check_password(self, user: User | None, password: str) -> User | None:
        """Check each account once, though what was typed is looked for as a user name and as an
        address. An answer that takes twice as long would reveal that an address has an account.
        """
        if user is None or user.pk in self._refused:
            return None
        checked = cast("User | None", super()._check_password(user, password))
        if checked is None:
            self._refused.add(user.pk)
        return checked

    def get_user(self, user_id: int) -> User | None:
        people = User.objects.annotate(
            held=_Joined("groups__name"),
            second_factor=Exists(second_factors().filter(user=OuterRef("pk"))),
        )
        user = people.filter(pk=user_id, is_active=True).first()
        if user is not None:
            user.__dict__["roles"] = frozenset((user.held or "").split("\n")) - {""}
            user.__dict__["has_second_factor"] = user.second_factor
        return user
