"""Delays after wrong passwords: per account and address, per address, per known browser. Nothing is ever locked.

Kept in the cache for an hour, under hashes: neither a name nor an address stands there. A browser from which the owner
has signed in carries a signed cookie and has a count of its own, so nobody makes the owner wait from elsewhere, nor
from the next desk of an office behind one address. django-axes locks instead of delaying, and keeps addresses in a
table; django-ratelimit and allauth's own limits refuse everybody who shares an address.
"""

import hmac
import math
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from organisation.models import User

#: The cookie goes to the pages of accounts only: it names people, and nobody is to be named where a ballot is cast.
#: A name that begins with "__Host-" would need the path "/".
COOKIE_PATH = "/accounts/"
COOKIE_AGE = 400 * 24 * 3600
SALT = "organisation.throttle"
#: At most so many people are remembered by a shared computer.
REMEMBERED = 8
HOUR = 3600
#: From so many failures an hour on, an account is under attack, and strangers' delays begin at once.
UNDER_ATTACK = 30


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` failures the next attempt waits a second, then two, four … at most `longest`."""

    free: int
    longest: int

    def delay(self, failures: int) -> int:
        """Return the seconds to wait after so many failures."""
        beyond = failures - self.free
        return min(self.longest, 2 ** min(beyond, 10)) if beyond >= 0 else 0


PAIR = Limit(free=4, longest=60)
PAIR_UNDER_ATTACK = Limit(free=1, longest=60)
#: A whole office shares an address, so it waits seconds only.
ADDRESS = Limit(free=20, longest=5)
BROWSER = Limit(free=6, longest=60)


class Throttle:
    """The delays of one attempt: whose account, from where."""

    def __init__(self, request: HttpRequest, username: str) -> None:
        name, where = username.strip().casefold()[:150], address_of(request)
        browser = _browser_of(request, username)
        self._account = _key("account", name)
        under_attack = int(cache.get(self._account, 0)) >= UNDER_ATTACK
        self._counts: list[tuple[str, Limit]] = (
            [(_key("browser", browser), BROWSER)]
            if browser
            else [
                (_key("pair", name, where), PAIR_UNDER_ATTACK if under_attack else PAIR),
                (_key("address", where), ADDRESS),
            ]
        )

    def wait(self) -> int:
        """Return the seconds until this attempt may be made; 0 if it may now."""
        if not settings.SIGN_IN_THROTTLE:
            return 0
        until = cache.get_many([_until(key) for key, _limit in self._counts]).values()
        return max((math.ceil(moment - time.time()) for moment in until), default=0)

    def failed(self) -> bool:
        """Count a wrong password or code; return whether with it the account has come under attack."""
        failures = _count(self._account)
        for key, limit in self._counts:
            delay = limit.delay(_count(key))
            if delay:
                cache.set(_until(key), time.time() + delay, delay)
        return failures == UNDER_ATTACK

    def succeeded(self) -> None:
        """Forget the failures of this account from here; those of the address stay."""
        key, _limit = self._counts[0]
        cache.delete_many([key, _until(key)])


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Give the browser of somebody who has signed in a cookie by which it is known; a new password forgets it."""
    entries = [entry for entry in _entries(request) if entry[0] != user.pk]
    entries = [[user.pk, secrets.token_urlsafe(9), _mark(user)], *entries][:REMEMBERED]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        signing.dumps(entries, salt=SALT),
        max_age=COOKIE_AGE,
        path=COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from: what the outermost of settings.TRUSTED_PROXIES proxies of ours has seen.

    Whatever a client writes into X-Forwarded-For itself stands further left and is not believed. Of an IPv6 address the
    network counts, which is what one customer has.
    """
    where = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(chain) >= settings.TRUSTED_PROXIES:
            where = chain[-settings.TRUSTED_PROXIES]
    try:
        address = ip_address(where)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)


def _browser_of(request: HttpRequest, username: str) -> str:
    """Return the name of a browser from which the owner of this account has signed in with the present password."""
    entries = list(_entries(request))
    if not entries:
        return ""
    user = User.objects.filter(username=username.strip()).first()
    if user is None:
        return ""
    mark = _mark(user)
    return next((name for pk, name, known in entries if pk == user.pk and hmac.compare_digest(known, mark)), "")


def _entries(request: HttpRequest) -> Iterator[list]:
    try:
        value = signing.loads(
            request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, ""), salt=SALT, max_age=COOKIE_AGE
        )
    except signing.BadSignature:
        return
    yield from value


def _mark(user: User) -> str:
    return salted_hmac(SALT, f"{user.pk}:{user.password}", algorithm="sha256").hexdigest()


def _key(*parts: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), "\x00".join(parts).encode("utf-8", "replace"), sha256)
    return f"throttle:{digest.hexdigest()}"


def _until(key: str) -> str:
    return f"{key}:until"


def _count(key: str) -> int:
    cache.add(key, 0, HOUR)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ran out between the two
        cache.set(key, 1, HOUR)
        return 1
