"""The session engine: keys stored as hashes, an idle and an absolute limit, shorter for the roles that matter most.

Django's engine on the database keeps the keys themselves: whoever reads the table, or a backup of it, is signed in as
everybody. Libraries that do more (django-user-sessions, django-qsessions) keep addresses and times of last use, which
could be laid beside ballots, and no hashes.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.functional import cached_property

from organisation.enums import Role
from organisation.roles import holders_of

if TYPE_CHECKING:
    from organisation.models import UserSession

#: The end of a session is known no more exactly than this, so that it does not tell when somebody was here.
STEP = timedelta(minutes=15)
#: Where the sign-in leaves the name of the browser.
BROWSER_KEY = "browser"


class SessionStore(DatabaseStore):
    """Sessions in the database, under the hash of their key."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.row: UserSession | None = None

    @classmethod
    def get_model_class(cls) -> "type[UserSession]":
        from organisation.models import UserSession  # noqa: PLC0415 - the engine is loaded before the models

        return UserSession

    @cached_property
    def model(self) -> "type[UserSession]":
        return self.get_model_class()

    @cached_property
    def key_salt(self) -> str:
        """The salt with which Django's own sessions are signed: a session's text fits no other engine."""
        return f"{self.__class__.__module__}.{self.__class__.__qualname__}"

    def _get_session_from_db(self) -> "UserSession | None":
        key = self.session_key
        row = self.model.objects.filter(session_key=hash_key(key), expire_date__gt=timezone.now()).first()
        self.row = row
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return bool(super().exists(hash_key(session_key)))

    def create_model_instance(self, data: Mapping[str, object]) -> "UserSession":
        """Return the row to store: begun now, unless it is the row that was loaded."""
        user_id = _user_id(data)
        kept = self.row if self.row is not None and self.row.user_id == user_id else None
        now = timezone.now()
        row = self.model(
            session_key=hash_key(self._get_or_create_session_key()),  # type: ignore[attr-defined]  # not in the stubs
            session_data=self.encode(dict(data)),
            user_id=user_id,
            browser=str(data.get(BROWSER_KEY, "")),
            began_at=kept.began_at if kept is not None else now.replace(minute=0, second=0, microsecond=0),
            is_strict=kept.is_strict if kept is not None else _is_strict(user_id),
        )
        row.expire_date = end_of(row, now)
        self.row = row
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=hash_key(key)).delete()

    async def _aget_session_from_db(self) -> "UserSession | None":
        return await sync_to_async(self._get_session_from_db)()

    async def aexists(self, session_key: str) -> bool:
        return await sync_to_async(self.exists)(session_key)

    async def acreate_model_instance(self, data: Mapping[str, object]) -> "UserSession":
        return await sync_to_async(self.create_model_instance)(data)

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)

    def begin_anew(self) -> None:
        """Let the limits count from now on: somebody has just signed in."""
        self.row = None

    def renew(self) -> bool:
        """Move the end of the session on, because somebody was here; return whether anything was written.

        At most once in a STEP.
        """
        if self.row is None or self.row.user_id is None:
            return False
        end = end_of(self.row, timezone.now())
        if end == self.row.expire_date:
            return False
        self.row.expire_date = end
        self.model.objects.filter(pk=self.row.pk).update(expire_date=end)
        return True


def hash_key(key: str | None) -> str:
    """Return what is stored in place of a key. Its 165 random bits need no slow hash."""
    return hashlib.sha256((key or "").encode("utf-8", "surrogatepass")).hexdigest()


def end_of(row: "UserSession", now: datetime) -> datetime:
    """Return when a session ends if nobody comes again: idle limit or absolute limit, whichever is first."""
    idle, absolute = settings.STRICT_SESSION_LIMITS if row.is_strict else settings.SESSION_LIMITS
    return min(_rounded_up(now + idle), row.began_at + absolute)


def browser_name(user_agent: str) -> str:
    """Return by what somebody recognises a browser of theirs: its family and the kind of computer, nothing finer."""
    families = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    names = [next((name for mark, name in marks if mark in user_agent), "") for marks in (families, systems)]
    return " · ".join(name for name in names if name)


def _rounded_up(moment: datetime) -> datetime:
    seconds = STEP.total_seconds()
    return datetime.fromtimestamp(-(-moment.timestamp() // seconds) * seconds, tz=moment.tzinfo)


def _user_id(data: Mapping[str, object]) -> int | None:
    text = str(data.get(SESSION_KEY, ""))
    return int(text) if text.isdecimal() else None


def _is_strict(user_id: int | None) -> bool:
    roles = [Role(role) for role in settings.STRICT_SESSION_ROLES]
    return user_id is not None and holders_of(*roles).filter(pk=user_id).exists()
