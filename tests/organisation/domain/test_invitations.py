"""One-time links."""

import re

import pytest
from django.core import mail
from django.utils import translation

from organisation.domain.invitations import find_invitation, invite, mail_invitations
from organisation.models import Invitation, Staff, User
from tests.factories.organisation import StaffFactory

pytestmark = pytest.mark.django_db


def newcomer(**fields: str) -> Staff:
    person = StaffFactory(**fields)
    person.user.set_unusable_password()
    person.user.save()
    return person


def token_for(person: Staff) -> str:
    (slip,) = invite(people=[person])
    return slip.url.rstrip("/").rsplit("/", 1)[1]


def test_database_holds_no_token() -> None:
    token = token_for(newcomer())

    invitation = Invitation.objects.get()

    assert token not in str(list(Invitation.objects.values()))
    assert re.fullmatch(r"[0-9a-f]{64}", invitation.token_hash)


def test_invitations_are_mailed_once_to_those_with_an_address() -> None:
    person, nobody, settled = newcomer(name="张三"), newcomer(), StaffFactory()
    User.objects.filter(pk__in=[person.user_id, settled.user_id]).update(email="a@example.org")
    ids = [person.pk, nobody.pk, settled.pk]

    with translation.override("zh-hans"):
        assert mail_invitations(staff_ids=ids) == 1
        assert mail_invitations(staff_ids=ids) == 0

    (letter,) = mail.outbox
    assert letter.to == ["a@example.org"]
    assert "张三" in letter.body
    token = re.search(r"/accounts/invitation/([\w-]+)/", letter.body)[1]
    assert find_invitation(token=token).user == person.user
