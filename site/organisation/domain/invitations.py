"""Give out one-time links, and let people set their first password with one, or a new one after a reset."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from organisation.domain.notices import tell
from organisation.enums import NoticeKind
from organisation.exceptions import AccountClosed, HasPassword, InvitationExpired, InvitationSpent, InvitationUnknown
from organisation.models import Invitation, PasswordReset, Staff, User

TOKEN_BYTES = 24
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Slip:
    """One link as it is printed, exported or mailed. It can be shown now and never again."""

    staff: Staff
    url: str
    invitation: Invitation


@dataclass(frozen=True, slots=True)
class ResetLink:
    """The link of a reset. It can be shown now and never again."""

    url: str
    expires_at: datetime


def hash_token(token: str) -> str:
    """Return what is stored in place of a token. 192 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(*, people: Iterable[Staff], by: User | None = None) -> Iterator[Slip]:
    """Yield one fresh link for each person; links given out before stop working.

    Written in chunks, so that a long list need not be held in memory.
    Raises: HasPassword, at the chunk with somebody who has one: a link would take the account from its owner.
    """
    chunk: list[Staff] = []
    for staff in people:
        chunk.append(staff)
        if len(chunk) == CHUNK:
            yield from _invite_chunk(chunk, by=by)
            chunk = []
    yield from _invite_chunk(chunk, by=by)


def _invite_chunk(people: list[Staff], *, by: User | None) -> list[Slip]:
    if not people:
        return []
    owned = User.objects.filter(pk__in=[staff.user_id for staff in people]).exclude(
        password__startswith=UNUSABLE_PASSWORD_PREFIX
    )
    if owned.exists():
        raise HasPassword
    expires_at = timezone.now() + timedelta(days=settings.INVITATION_DAYS)
    slips = []
    for staff in people:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        invitation = Invitation(user=staff.user, token_hash=hash_token(token), expires_at=expires_at)
        slips.append(Slip(staff=staff, url=_url(token), invitation=invitation))
    with transaction.atomic():
        Invitation.objects.filter(user__in=[staff.user_id for staff in people], used=False).delete()
        Invitation.objects.bulk_create([slip.invitation for slip in slips])
        for staff in people:
            log(staff, "organisation.invite", user=by)
    return slips


def _url(token: str) -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("invitation", args=[token])


def link_for_reset(*, reset: PasswordReset) -> ResetLink:
    """Return the link of a reset that a second person has confirmed; links given out before stop working."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = timezone.now() + timedelta(days=settings.RESET_DAYS)
    with transaction.atomic():
        Invitation.objects.filter(user=reset.account, used=False).delete()
        Invitation.objects.create(user=reset.account, reset=reset, token_hash=hash_token(token), expires_at=expires_at)
    return ResetLink(url=_url(token), expires_at=expires_at)


def mail_invitations(*, staff_ids: list[int], by: User | None = None) -> int:
    """Mail a link to each of these people who has an address; return to how many.

    May be run again after a fall: whoever was mailed within the last hour is passed over.
    """
    recently = timezone.now() - timedelta(hours=1)
    people = (
        Staff.objects.awaiting_invitation()
        .filter(pk__in=staff_ids)
        .exclude(user__email="")
        .exclude(user__invitations__mailed_at__gte=recently)
        .select_related("user")
    )
    sent = 0
    for staff in people:
        (slip,) = _invite_chunk([staff], by=by)
        body = render_to_string(
            "organisation/emails/invitation.txt",
            {"staff": staff, "url": slip.url, "expires_at": slip.invitation.expires_at},
        )
        send_mail(_("Your account in Zhengyan"), body, None, [staff.user.email])
        Invitation.objects.filter(pk=slip.invitation.pk).update(mailed_at=timezone.now())
        sent += 1
    return sent


def find_invitation(*, token: str) -> Invitation:
    """Return the invitation a link stands for, if it still opens an account.

    Raises: InvitationUnknown, InvitationSpent, InvitationExpired, AccountClosed.
    """
    invitation = Invitation.objects.select_related("user").filter(token_hash=hash_token(token)).first()
    if invitation is None:
        raise InvitationUnknown
    return _check(invitation)


def _check(invitation: Invitation) -> Invitation:
    # Without a reset, a link never opens an account that has an owner, however it came about.
    if invitation.used or (invitation.reset_id is None and invitation.user.has_usable_password()):
        raise InvitationSpent
    if invitation.expires_at <= timezone.now():
        raise InvitationExpired
    staff = Staff.objects.filter(user=invitation.user_id).first()
    if not invitation.user.is_active or (staff is not None and not staff.is_current):
        raise AccountClosed
    return invitation


def accept_invitation(*, token: str, password: str) -> User:
    """Set the password, spend the link, return the account. After a reset its granted roles sleep.

    Raises: InvitationUnknown, InvitationSpent (also to the slower of two browsers), InvitationExpired, AccountClosed.
    """
    with transaction.atomic():
        invitation = find_invitation(token=token)
        invitation = _check(
            Invitation.objects.select_for_update(of=("self",)).select_related("user", "reset").get(pk=invitation.pk)
        )
        user = invitation.user
        user.set_password(password)
        user.save(update_fields=["password"])
        invitation.used = True
        invitation.save(update_fields=["used"])
        if invitation.reset is not None:
            invitation.reset.used = True
            invitation.reset.save(update_fields=["used"])
            log(user, "organisation.use_reset", user=None)
            tell(kind=NoticeKind.RESET_USED, about=user, by=None)
    return user
