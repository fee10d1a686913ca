"""A second factor beside the password: an authenticator app, passkeys, recovery codes.

The primitives and their table are allauth's. Who must have one, in whose presence the first is enrolled, and what
cannot be removed is decided here.
"""

import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from organisation.domain import recovery_codes
from organisation.domain.grants import check_grantor
from organisation.domain.notices import tell
from organisation.domain.sessions import end_others
from organisation.enums import NoticeKind
from organisation.exceptions import (
    AccountClosed,
    EnrolmentCodeWrong,
    FactorThere,
    FactorUnknown,
    LastFactor,
    NotForYourself,
    SecondFactorWrong,
)
from organisation.models import EnrolmentCode, FactorWitness, RoleGrant, User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
CODE_MINUTES = 10
#: An enrolment code of eight digits ends with so many wrong ones.
CODE_TRIES = 5


def has_factor(user: User) -> bool:
    """Return whether somebody has a second factor; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def is_required(user: User) -> bool:
    """Return whether somebody holds, or is proposed for, a role of settings.SECOND_FACTOR_ROLES."""
    roles = settings.SECOND_FACTOR_ROLES
    return bool(roles) and RoleGrant.objects.open().filter(person=user, role__in=roles).exists()


def is_witnessed(user: User) -> bool:
    """Return whether somebody has a second factor of which another person saw that its owner holds it."""
    return has_factor(user) and FactorWitness.objects.filter(account=user).exists()


def needs_witness(user: User) -> bool:
    """Return whether a role of somebody requires a factor, and none was enrolled or shown in another's presence.

    A factor that was there before the role was proposed may be a thief's: it counts once its owner has typed a code
    that somebody shows face to face.
    """
    return is_required(user) and not is_witnessed(user)


def show_enrolment_code(*, account: User, by: User | None) -> str:
    """Return a code that `by` shows to the owner of an account, face to face. One shown before ends.

    `by` is None for the command line. Raises: NotGrantors; NotForYourself; AccountClosed; FactorThere for one whose
    factor needs no witness.
    """
    if by is not None:
        check_grantor(by)
        if account.pk == by.pk:
            raise NotForYourself
    if not account.is_active:
        raise AccountClosed
    if has_factor(account) and not needs_witness(account):
        raise FactorThere
    code = f"{secrets.randbelow(10**8):08}"
    with transaction.atomic():
        minutes = CODE_MINUTES if by is not None else 60 * 24 * settings.INVITATION_DAYS
        EnrolmentCode.objects.update_or_create(
            account=account,
            defaults={
                "code_hash": make_password(code),
                "issued_by": by,
                "expires_at": timezone.now() + timedelta(minutes=minutes),
                "tries": 0,
            },
        )
        log(account, "organisation.show_enrolment_code", user=by)
    return code


def enrol_app(*, user: User, secret: str, code: str, enrolment_code: str = "") -> None:
    """Enrol an authenticator app that shows the right code for a fresh secret.

    Raises: SecondFactorWrong; FactorThere for a second app; EnrolmentCodeWrong.
    """
    if not validate_totp_code(secret, code):
        raise SecondFactorWrong
    _use_enrolment_code(user, enrolment_code)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            raise FactorThere
        TOTP.activate(user, secret)
        _added(user)


def enrol_passkey(*, user: User, name: str, credential: dict, enrolment_code: str = "") -> None:
    """Enrol a passkey that has just answered this server's challenge. Raises: EnrolmentCodeWrong."""
    _use_enrolment_code(user, enrolment_code)
    with transaction.atomic():
        WebAuthn.add(user, name, credential)
        _added(user)


def witness(*, user: User, enrolment_code: str) -> None:
    """Count the factor that somebody had before, and has just shown, as seen by whoever shows the code.

    Raises: FactorUnknown without a factor; EnrolmentCodeWrong.
    """
    if not has_factor(user):
        raise FactorUnknown
    if needs_witness(user):
        _spend_code(user, enrolment_code)
        log(user, "organisation.witness_factor", user=user)


def remove(*, user: User, pk: int) -> None:
    """Remove one of somebody's own factors, and the recovery codes with the last.

    Raises: FactorUnknown; LastFactor where the role requires one.
    """
    with transaction.atomic():
        factors = Authenticator.objects.select_for_update().filter(user=user, type__in=FACTORS)
        factor = factors.filter(pk=pk).first()
        if factor is None:
            raise FactorUnknown
        is_last = len(factors) == 1
        if is_last and is_required(user):
            raise LastFactor
        factor.delete()
        if is_last:
            Authenticator.objects.filter(user=user).delete()
            FactorWitness.objects.filter(account=user).delete()
        log(user, "organisation.remove_factor", user=user)
        tell(kind=NoticeKind.FACTOR_REMOVED, about=user, by=user)


def remove_lost(*, user: User, by: User | None = None) -> None:
    """Remove every factor of somebody who has lost them; sessions end too. `by` is None for the command line."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        FactorWitness.objects.filter(account=user).delete()
        end_others(user=user, but="")
        log(user, "organisation.remove_factor", user=by)
        tell(kind=NoticeKind.FACTOR_REMOVED, about=user, by=by)


def new_recovery_codes(*, user: User) -> list[str]:
    """Return fresh recovery codes, shown once; those before end. Raises: FactorUnknown without a factor."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if not has_factor(user):
            raise FactorUnknown
        log(user, "organisation.new_recovery_codes", user=user)
        return recovery_codes.renew(user)


def kind_of_code(user: User, code: str) -> Authenticator.Type | None:
    """Return of which factor this is a code: of somebody's app now, or an unused recovery code, which is used up."""
    text = "".join(code.split())
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is not None and app.wrap().validate_code(text):
        return Authenticator.Type.TOTP
    return Authenticator.Type.RECOVERY_CODES if recovery_codes.use(user, text) else None


def _use_enrolment_code(user: User, text: str) -> None:
    """Spend the code of the first factor of an account that must have one."""
    if not has_factor(user) and is_required(user):
        _spend_code(user, text)


def _spend_code(user: User, text: str) -> None:
    code = EnrolmentCode.objects.filter(account=user, expires_at__gt=timezone.now(), tries__lt=CODE_TRIES).first()
    if code is None:
        raise EnrolmentCodeWrong
    if not check_password("".join(text.split()), code.code_hash):
        # Not in a transaction of the caller: a wrong try stays counted.
        EnrolmentCode.objects.filter(pk=code.pk).update(tries=code.tries + 1)
        raise EnrolmentCodeWrong
    FactorWitness.objects.update_or_create(account=user, defaults={"shown_by": code.issued_by})
    code.delete()


def _added(user: User) -> None:
    log(user, "organisation.add_factor", user=user)
    tell(kind=NoticeKind.FACTOR_ADDED, about=user, by=user)
