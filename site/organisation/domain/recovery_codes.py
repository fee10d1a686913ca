"""Recovery codes: ten short codes for the day on which no other factor is at hand, each good once.

Kept as password hashes with a salt each. allauth makes them from one seed that lies encrypted, so that whoever has the
tables and the secret has the codes; its row is used, its seed is not.
"""

import secrets

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password, make_password
from django.db import models, transaction

from organisation.models import User

COUNT = 10
DIGITS = 8
#: Where the row keeps the hashes of the codes that were not used yet.
HASHES = "hashes"


def renew(user: User) -> list[str]:
    """Return fresh codes, to be shown once; those before end."""
    codes = [f"{secrets.randbelow(10**DIGITS):0{DIGITS}}" for _number in range(COUNT)]
    with transaction.atomic():
        _of(user).delete()
        Authenticator.objects.create(
            user=user,
            type=Authenticator.Type.RECOVERY_CODES,
            data={HASHES: [make_password(code) for code in codes]},
        )
    return codes


def count_left(user: User) -> int:
    """Return how many codes somebody has not used yet."""
    row = _of(user).first()
    return len(row.data[HASHES]) if row is not None else 0


def use(user: User, code: str) -> bool:
    """Return whether this is one of somebody's codes; it is used up then."""
    if len(code) != DIGITS or not code.isdecimal():
        return False  # a code of an app is shorter: no slow hash is asked about it
    with transaction.atomic():
        row = _of(user).select_for_update().first()
        hashes = row.data[HASHES] if row is not None else []
        right = next((encoded for encoded in hashes if check_password(code, encoded)), None)
        if row is None or right is None:
            return False
        row.data[HASHES] = [encoded for encoded in hashes if encoded != right]
        row.save(update_fields=["data"])
    return True


def _of(user: User) -> models.QuerySet[Authenticator]:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
