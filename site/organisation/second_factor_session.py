"""What a session knows about the second factor: whether it was shown, when it was asked again, who waits to show it."""

import time

from django.contrib.sessions.backends.base import SessionBase

from organisation.models import User

SHOWN = "second_factor"
AGAIN = "second_factor_again"
WITNESSED = "second_factor_witnessed"
WAITING = "second_factor_waiting"
#: A page that asks again lets one in for so long, and takes what was typed there for longer.
AGAIN_MINUTES = 15
AGAIN_MINUTES_TO_POST = 60
WAITING_MINUTES = 10


def was_shown(session: SessionBase) -> bool:
    """Return whether the second factor was shown in this session."""
    return session.get(SHOWN) is True


def mark_shown(session: SessionBase) -> None:
    """Note that the second factor was shown just now: the minute, no second."""
    session[SHOWN] = True
    session[AGAIN] = _minute()


def mark_witnessed(session: SessionBase) -> None:
    """Note that the factor of this session's owner is witnessed: it stays so."""
    session[WITNESSED] = True


def is_witnessed(session: SessionBase) -> bool:
    """Return whether that was noted; if not, it may still be so."""
    return session.get(WITNESSED) is True


def is_fresh(session: SessionBase, *, is_post: bool) -> bool:
    """Return whether the second factor was shown lately enough for what asks for it again."""
    shown = session.get(AGAIN)
    limit = AGAIN_MINUTES_TO_POST if is_post else AGAIN_MINUTES
    return isinstance(shown, int) and 0 <= _minute() - shown < limit


def begin_waiting(session: SessionBase, user: User, *, then: str) -> None:
    """Let somebody whose password was right show the second factor; nobody is signed in yet."""
    session.flush()
    session[WAITING] = {"user": user.pk, "hash": user.get_session_auth_hash(), "until": _minute() + WAITING_MINUTES}
    session[f"{WAITING}_then"] = then


def waiting_user(session: SessionBase) -> User | None:
    """Return who has to show the second factor; None once it took too long, or the password changed meanwhile."""
    waiting = session.get(WAITING)
    if not isinstance(waiting, dict) or waiting["until"] < _minute():
        return None
    user = User.objects.filter(pk=waiting["user"], is_active=True).first()
    return user if user is not None and user.get_session_auth_hash() == waiting["hash"] else None


def end_waiting(session: SessionBase) -> str:
    """Forget who waited; return where they wanted to go."""
    session.pop(WAITING, None)
    return str(session.pop(f"{WAITING}_then", "/"))


def _minute() -> int:
    return int(time.time() // 60)
