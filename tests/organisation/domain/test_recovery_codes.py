"""Recovery codes: each good once, and nothing in the tables from which one could be made."""

import hashlib

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from organisation.domain import recovery_codes
from organisation.models import User
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_each_code_is_good_once_and_for_its_owner_alone() -> None:
    owner, other = UserFactory(), UserFactory()
    codes = recovery_codes.renew(owner)
    recovery_codes.renew(other)

    assert (len(codes), len(set(codes)), {len(code) for code in codes}) == (10, 10, {8})
    assert not recovery_codes.use(other, codes[0])
    assert [recovery_codes.use(owner, codes[0]) for _time in range(2)] == [True, False]
    assert recovery_codes.count_left(owner) == 9
    assert all(recovery_codes.use(owner, code) for code in codes[1:])
    assert recovery_codes.count_left(owner) == 0


@pytest.mark.parametrize("text", ["", "123456", "1234567a", "١٢٣٤٥٦٧٨", "9" * 5000])
def test_what_is_no_code_is_refused(text: str) -> None:
    owner = UserFactory()
    recovery_codes.renew(owner)

    assert not recovery_codes.use(owner, text)
    assert not recovery_codes.use(UserFactory(), text)


def test_fresh_codes_end_those_before() -> None:
    owner = UserFactory()
    before = recovery_codes.renew(owner)

    recovery_codes.renew(owner)

    assert not any(recovery_codes.use(owner, code) for code in before)
    assert recovery_codes.count_left(owner) == 10


def test_reader_of_the_tables_and_of_the_secrets_finds_no_code(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # type: ignore[attr-defined]
    owner: User = UserFactory()
    code = recovery_codes.renew(owner)[0]

    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())
    hashes = Authenticator.objects.get(user=owner).data["hashes"]
    assert code not in stored
    assert "seed" not in stored
    assert not any(hashlib.new(name, code.encode()).hexdigest() in stored for name in ("md5", "sha1", "sha256"))
    assert all(text.startswith("argon2$argon2id$") for text in hashes)
    assert len({text.split("$")[-2] for text in hashes}) == 10  # a salt each
    assert recovery_codes.use(owner, code)
