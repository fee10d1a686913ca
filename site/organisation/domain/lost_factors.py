"""Remove the second factors of somebody who has lost device and recovery codes: two people, notice, and some days.

Whoever keeps the device says within these days that it is not lost. Afterwards the first factor is enrolled anew, where
a role requires one face to face.
"""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from organisation.domain.grants import check_grantor
from organisation.domain.notices import tell
from organisation.domain.second_factor import has_factor, remove_lost
from organisation.enums import NoticeKind
from organisation.exceptions import (
    AccountClosed,
    FactorUnknown,
    NotForYourself,
    NotSecondPerson,
    ResetOpen,
    ResetSettled,
    TooEarly,
)
from organisation.models import LostFactor, User


def due_at(lost: LostFactor) -> datetime.datetime | None:
    """Return from when on the factors may be removed; None before a second person confirmed."""
    if lost.confirmed_at is None:
        return None
    return lost.confirmed_at + datetime.timedelta(days=settings.LOST_FACTOR_DAYS)


def propose(*, account: User, by: User, reason: str) -> LostFactor:
    """Return a removal that waits for a second person.

    Raises: NotGrantors; NotForYourself (who has the factor removes it); AccountClosed; FactorUnknown; ResetOpen.
    """
    check_grantor(by)
    if account.pk == by.pk:
        raise NotForYourself
    if not account.is_active:
        raise AccountClosed
    with transaction.atomic():
        User.objects.select_for_update().get(pk=account.pk)
        if not has_factor(account):
            raise FactorUnknown
        if LostFactor.objects.open().filter(account=account).exists():
            raise ResetOpen
        lost = LostFactor.objects.create(account=account, reason=reason, proposed_by=by)
        log(account, "organisation.propose_lost_factor", user=by, data={"reason": reason})
        tell(kind=NoticeKind.LOST_PROPOSED, about=account, by=by)
    return lost


def confirm(*, lost: LostFactor, by: User) -> LostFactor:
    """Return the removal, confirmed by a second person; from now on the days run.

    Raises: NotGrantors; NotForYourself; NotSecondPerson; ResetSettled.
    """
    check_grantor(by)
    with transaction.atomic():
        lost = _locked(lost)
        if lost.account_id == by.pk:
            raise NotForYourself
        if lost.proposed_by_id == by.pk:
            raise NotSecondPerson
        if lost.confirmed_at is not None or lost.withdrawn_at is not None:
            raise ResetSettled
        lost.confirmed_by, lost.confirmed_at = by, timezone.now()
        lost.save(update_fields=["confirmed_by", "confirmed_at"])
        log(lost.account, "organisation.confirm_lost_factor", user=by)
        tell(kind=NoticeKind.LOST_CONFIRMED, about=lost.account, by=by, days=str(settings.LOST_FACTOR_DAYS))
    return lost


def withdraw(*, lost: LostFactor, by: User) -> LostFactor:
    """Return the removal, given up: by its owner, or by any administrator or inspector.

    Raises: NotGrantors; ResetSettled once it is carried out or withdrawn.
    """
    if lost.account_id != by.pk:
        check_grantor(by)
    with transaction.atomic():
        lost = _locked(lost)
        if lost.settled or lost.withdrawn_at is not None:
            raise ResetSettled
        lost.withdrawn_at = timezone.now()
        lost.save(update_fields=["withdrawn_at"])
        log(lost.account, "organisation.withdraw_lost_factor", user=by)
        tell(kind=NoticeKind.LOST_WITHDRAWN, about=lost.account, by=by)
    return lost


def carry_out(*, lost: LostFactor, by: User) -> LostFactor:
    """Return the removal, carried out: factors, recovery codes and sessions of the account are gone.

    Raises: NotGrantors; NotForYourself; ResetSettled without a confirmation; TooEarly before the days are over.
    """
    check_grantor(by)
    with transaction.atomic():
        lost = _locked(lost)
        if lost.account_id == by.pk:
            raise NotForYourself
        due = due_at(lost)
        if due is None or lost.settled or lost.withdrawn_at is not None:
            raise ResetSettled
        if timezone.now() < due:
            raise TooEarly
        lost.settled = True
        lost.save(update_fields=["settled"])
        remove_lost(user=lost.account, by=by)
    return lost


def _locked(lost: LostFactor) -> LostFactor:
    return LostFactor.objects.select_for_update(of=("self",)).select_related("account").get(pk=lost.pk)
