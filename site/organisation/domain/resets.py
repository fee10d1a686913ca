"""A new way in for somebody who has a password: proposed, confirmed by a second person, and settled by the owner.

Between the new password and the owner's word the granted roles sleep. The second factor stays as it is.
"""

import secrets

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from organisation.domain.grants import check_grantor
from organisation.domain.invitations import TOKEN_BYTES, ResetLink, hash_token, link_for_reset
from organisation.domain.notices import languages_of, tell
from organisation.domain.second_factor import has_factor
from organisation.enums import NoticeKind
from organisation.exceptions import (
    AccountClosed,
    HasNoPassword,
    NotForYourself,
    NotSecondPerson,
    NotTheOwner,
    OwnerAnswers,
    ResetOpen,
    ResetSettled,
)
from organisation.models import Invitation, PasswordReset, User


def propose(*, account: User, by: User, reason: str) -> PasswordReset:
    """Return a reset that waits for a second person.

    Raises: NotGrantors; NotForYourself (who knows the password changes it); AccountClosed; HasNoPassword (give out an
        invitation); ResetOpen.
    """
    check_grantor(by)
    if account.pk == by.pk:
        raise NotForYourself
    if not account.is_active:
        raise AccountClosed
    if not account.has_usable_password():
        raise HasNoPassword
    with transaction.atomic():
        User.objects.select_for_update().get(pk=account.pk)
        if PasswordReset.objects.open().filter(account=account).exists():
            raise ResetOpen
        reset = PasswordReset.objects.create(account=account, reason=reason, proposed_by=by)
        log(account, "organisation.propose_reset", user=by, data={"reason": reason})
        tell(kind=NoticeKind.RESET_PROPOSED, about=account, by=by)
    return reset


def confirm(*, reset: PasswordReset, by: User) -> ResetLink:
    """Return the link with which the owner sets a new password: shown to `by` now, and never again.

    Raises: NotGrantors; NotForYourself; NotSecondPerson; ResetSettled; AccountClosed.
    """
    check_grantor(by)
    with transaction.atomic():
        reset = _locked(reset)
        if reset.account_id == by.pk:
            raise NotForYourself
        if reset.proposed_by_id == by.pk:
            raise NotSecondPerson
        if reset.confirmed_at is not None or reset.withdrawn_at is not None:
            raise ResetSettled
        if not reset.account.is_active:
            raise AccountClosed
        reset.confirmed_by, reset.confirmed_at = by, timezone.now()
        reset.save(update_fields=["confirmed_by", "confirmed_at"])
        link = link_for_reset(reset=reset)
        log(reset.account, "organisation.confirm_reset", user=by)
        tell(kind=NoticeKind.RESET_CONFIRMED, about=reset.account, by=by)
    return link


def withdraw(*, reset: PasswordReset, by: User) -> PasswordReset:
    """Return the reset, given up; its link opens nothing. The owner may do this too, while the old password holds.

    Raises: NotGrantors; ResetSettled once a password was set with it.
    """
    if reset.account_id != by.pk:
        check_grantor(by)
    with transaction.atomic():
        reset = _locked(reset)
        if reset.used or reset.withdrawn_at is not None:
            raise ResetSettled
        reset.withdrawn_at = timezone.now()
        reset.save(update_fields=["withdrawn_at"])
        Invitation.objects.filter(reset=reset, used=False).delete()
        log(reset.account, "organisation.withdraw_reset", user=by)
        tell(kind=NoticeKind.RESET_WITHDRAWN, about=reset.account, by=by)
    return reset


def ask_owner(*, account: User) -> bool:
    """Mail the owner a link with which to confirm a reset that was used; return whether there was an address."""
    with transaction.atomic():
        reset = PasswordReset.objects.select_for_update().filter(account=account, used=True, settled=False).first()
        if reset is None or not account.email:
            return False
        token = secrets.token_urlsafe(TOKEN_BYTES)
        reset.owner_token_hash = hash_token(token)
        reset.save(update_fields=["owner_token_hash"])
    url = settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("reset_mine", args=[token])
    with translation.override(languages_of([account.pk]).get(account.pk, settings.LANGUAGE_CODE)):
        words = _("A new password was set for your account. If it was you, sign in and open this link:")
        warning = _("If it was not you, do not open it, and speak to an inspector at once.")
        send_mail(_("Your account in Zhengyan"), f"{words}\n\n{url}\n\n{warning}", None, [account.email])
    return True


def settle_as_owner(*, account: User, token: str) -> PasswordReset:
    """Return the reset, confirmed by its owner, who is signed in and opened the mailed link.

    Raises: NotTheOwner for a link that is not for this account, or of no reset.
    """
    with transaction.atomic():
        waiting = PasswordReset.objects.select_for_update().filter(account=account, used=True, settled=False)
        reset = waiting.filter(owner_token_hash=hash_token(token)).first()
        if reset is None:
            raise NotTheOwner
        return _settle(reset, by=account)


def settle_with_factor(*, account: User) -> PasswordReset:
    """Return the reset, confirmed by its owner, who has shown the second factor in this session.

    Raises: NotTheOwner without a reset that waits.
    """
    with transaction.atomic():
        reset = PasswordReset.objects.select_for_update().filter(account=account, used=True, settled=False).first()
        if reset is None:
            raise NotTheOwner
        return _settle(reset, by=account)


def settle_in_person(*, reset: PasswordReset, by: User) -> PasswordReset:
    """Return the reset, confirmed for an owner without an address or second factor who stood before `by`.

    That is somebody else than who saw the link. Raises: NotGrantors; NotForYourself; NotSecondPerson; OwnerAnswers if
    there is an address or a second factor; ResetSettled.
    """
    check_grantor(by)
    with transaction.atomic():
        reset = _locked(reset)
        if reset.account_id == by.pk:
            raise NotForYourself
        if reset.confirmed_by_id == by.pk:
            raise NotSecondPerson
        if reset.account.email or has_factor(reset.account):
            raise OwnerAnswers
        if not reset.used or reset.settled:
            raise ResetSettled
        reset.seen_by = by
        return _settle(reset, by=by)


def _settle(reset: PasswordReset, *, by: User) -> PasswordReset:
    reset.settled, reset.owner_token_hash = True, ""
    reset.save(update_fields=["settled", "owner_token_hash", "seen_by"])
    log(reset.account, "organisation.settle_reset", user=by)
    tell(kind=NoticeKind.RESET_SETTLED, about=reset.account, by=by)
    return reset


def _locked(reset: PasswordReset) -> PasswordReset:
    rows = PasswordReset.objects.select_for_update(of=("self",)).select_related("account")
    return rows.get(pk=reset.pk)
