"""One-time links."""

import re

import pytest
from django.core import mail
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry

from organisation.domain.invitations import accept_invitation, find_invitation, hash_token, invite, mail_invitations
from organisation.exceptions import AccountClosed, InvitationExpired, InvitationSpent, InvitationUnknown
from organisation.models import Invitation, Staff, User
from tests.factories.organisation import StaffFactory, UserFactory

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


def test_fresh_link_replaces_the_one_before_and_is_recorded() -> None:
    person, admin = newcomer(), UserFactory()
    (first,) = invite(people=[person], by=admin)
    (second,) = invite(people=[person], by=admin)

    assert first.url != second.url
    assert [invitation.pk for invitation in Invitation.objects.all()] == [second.invitation.pk]
    entries = ModelLogEntry.objects.filter(action="organisation.invite")
    assert [entry.user for entry in entries] == [admin, admin]


def test_many_links_are_written_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("organisation.domain.invitations.CHUNK", 2)
    people = [newcomer() for _number in range(5)]

    slips = list(invite(people=iter(people)))

    assert [slip.staff for slip in slips] == people
    assert len({slip.url for slip in slips}) == Invitation.objects.count() == 5


def test_link_is_known_by_its_hash_alone() -> None:
    person = newcomer()
    token = token_for(person)

    assert find_invitation(token=token).token_hash == hash_token(token)
    with pytest.raises(InvitationUnknown):
        find_invitation(token=hash_token(token))


def test_accepted_invitation_sets_the_password_and_is_spent() -> None:
    person = newcomer()
    token = token_for(person)

    user = accept_invitation(token=token, password="neun-lange-worte-2026")

    assert user == person.user
    assert User.objects.get(pk=user.pk).check_password("neun-lange-worte-2026")
    with pytest.raises(InvitationSpent):
        accept_invitation(token=token, password="another-long-password")


def test_expired_link_and_closed_account_are_refused() -> None:
    expired, closed, left = newcomer(), newcomer(), newcomer()
    tokens = {person: token_for(person) for person in (expired, closed, left)}
    Invitation.objects.filter(user=expired.user).update(expires_at=timezone.now())
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    Staff.objects.filter(pk=left.pk).update(left=timezone.localdate())

    for person, refusal in ((expired, InvitationExpired), (closed, AccountClosed), (left, AccountClosed)):
        with pytest.raises(refusal):
            find_invitation(token=tokens[person])
        with pytest.raises(refusal):
            accept_invitation(token=tokens[person], password="neun-lange-worte-2026")
