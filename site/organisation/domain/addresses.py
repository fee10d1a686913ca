"""Mail addresses: the owner changes one at once, with the password; what somebody else enters waits seven days."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from organisation.domain.notices import tell
from organisation.enums import NoticeKind
from organisation.models import AddressChange, User


def enter(*, account: User, address: str, by: User | None) -> None:
    """Enter an address for an account, by hand or by import.

    An account without a password has no owner yet: the address holds at once. Otherwise it holds after
    settings.ADDRESS_DAYS, and the owner is told now, at the old address, and then again. The same address again
    changes nothing; the present one takes a change back.
    """
    if not account.has_usable_password():
        if account.email != address:
            account.email = address
            account.save(update_fields=["email"])
        return
    with transaction.atomic():
        change = AddressChange.objects.select_for_update().filter(account=account).first()
        if account.email == address:
            if change is not None:
                change.delete()
            return
        if change is not None and change.address == address:
            return
        now = timezone.now()
        AddressChange.objects.update_or_create(
            account=account,
            defaults={
                "address": address,
                "entered_by": by,
                "entered_at": now,
                "holds_from": now + timedelta(days=settings.ADDRESS_DAYS),
            },
        )
        log(account, "organisation.enter_address", user=by)
        tell(kind=NoticeKind.ADDRESS_ENTERED, about=account, by=by, days=str(settings.ADDRESS_DAYS))


def settle_addresses() -> int:
    """Let every address hold whose day has come, and tell its owner at the old one; return how many. For a timer."""
    settled = 0
    for change in AddressChange.objects.filter(holds_from__lte=timezone.now()).select_related("account", "entered_by"):
        with transaction.atomic():
            deleted, _rows = AddressChange.objects.filter(pk=change.pk, address=change.address).delete()
            if deleted:
                _hold(change.account, change.address, kind=NoticeKind.ADDRESS_HOLDS, by=change.entered_by)
                settled += 1
    return settled


def change_own(*, account: User, address: str) -> None:
    """Change the address of whoever has just typed their password again. A change that somebody entered ends."""
    with transaction.atomic():
        AddressChange.objects.filter(account=account).delete()
        if account.email != address:
            _hold(account, address, kind=NoticeKind.ADDRESS_CHANGED, by=account)


def stop(*, account: User) -> bool:
    """Let the owner stop a change that somebody else entered; return whether there was one."""
    with transaction.atomic():
        deleted, _rows = AddressChange.objects.filter(account=account).delete()
        if deleted:
            log(account, "organisation.stop_address", user=account)
            tell(kind=NoticeKind.ADDRESS_STOPPED, about=account, by=account)
    return bool(deleted)


def _hold(account: User, address: str, *, kind: NoticeKind, by: User | None) -> None:
    # Told before: the mail goes to the old address, since nobody knows yet whose the new one is.
    tell(kind=kind, about=account, by=by)
    account.email = address
    account.save(update_fields=["email"])
    log(account, "organisation.change_address", user=by)
