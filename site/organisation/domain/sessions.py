"""End sessions: one's own, one by one or all but this one, and those of somebody whose roles changed."""

from organisation.models import User, UserSession


def end_session(*, user: User, key_hash: str) -> bool:
    """End one of somebody's own sessions; return whether there was one."""
    deleted, _rows = UserSession.objects.filter(user=user, pk=key_hash).delete()
    return bool(deleted)


def end_others(*, user: User, but: str) -> int:
    """End all of somebody's sessions but the one with this hash; return how many."""
    deleted, _rows = UserSession.objects.filter(user=user).exclude(pk=but).delete()
    return deleted


def tighten(*, user: User) -> None:
    """Give the sessions of somebody who got a role of the strict ones the short limits."""
    UserSession.objects.filter(user=user).update(is_strict=True)
