"""End sessions: one's own, one by one or all but this one; those of somebody else, and everybody's."""

from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Site

from organisation.domain.notices import tell
from organisation.enums import NoticeKind, Role
from organisation.exceptions import NotGrantors, OwnSessions
from organisation.models import User, UserSession
from organisation.roles import has_role


def end_session(*, user: User, key_hash: str) -> bool:
    """End one of somebody's own sessions; return whether there was one."""
    deleted, _rows = UserSession.objects.filter(user=user, pk=key_hash).delete()
    return bool(deleted)


def end_others(*, user: User, but: str) -> int:
    """End all of somebody's sessions but the one with this hash; return how many."""
    deleted, _rows = UserSession.objects.filter(user=user).exclude(pk=but).delete()
    return deleted


def end_of_account(*, account: User, by: User, reason: str) -> int:
    """End every session of somebody else, whose telephone was stolen, say; return how many there were.

    The owner and the inspectors are told. Raises: NotGrantors; OwnSessions.
    """
    if not (has_role(by, Role.ADMINISTRATOR) or has_role(by, Role.INSPECTOR)):
        raise NotGrantors
    if account.pk == by.pk:
        raise OwnSessions
    with transaction.atomic():
        count = end_others(user=account, but="")
        log(account, "organisation.end_sessions", user=by, data={"reason": reason})
        tell(kind=NoticeKind.SESSIONS_ENDED, about=account, by=by)
    return count


def end_everybodys() -> int:
    """End every session of this site, from the command line of its server; return how many there were.

    It is logged under the site, because under accounts it would say who was signed in.
    """
    with transaction.atomic():
        deleted, _rows = UserSession.objects.all().delete()
        site = Site.objects.order_by("-is_default_site").first()
        if site is not None:
            log(site, "organisation.end_everybodys_sessions")
    return deleted


def tighten(*, user: User) -> None:
    """Give the sessions of somebody who got a role of the strict ones the short limits."""
    UserSession.objects.filter(user=user).update(is_strict=True)
