"""A new password for somebody who has one takes two people, and the roles sleep until the owner has confirmed."""

import re

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from organisation.domain import resets
from organisation.domain.invitations import accept_invitation, find_invitation
from organisation.enums import Role
from organisation.exceptions import (
    AccountClosed,
    HasNoPassword,
    InvitationUnknown,
    NotForYourself,
    NotGrantors,
    NotSecondPerson,
    NotTheOwner,
    OwnerAnswers,
    ResetOpen,
    ResetSettled,
)
from organisation.models import AccountNotice, PasswordReset, User
from organisation.roles import has_role, holders_of
from tests.factories.organisation import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = "neun-lange-worte-2026"


@pytest.fixture
def admin() -> User:
    return UserFactory(name="管", roles=[Role.ADMINISTRATOR])


@pytest.fixture
def inspector() -> User:
    return UserFactory(name="纪", roles=[Role.INSPECTOR])


@pytest.fixture
def leader() -> User:
    return UserFactory(name="局", roles=[Role.LEADERSHIP])


def token_of(link: resets.ResetLink) -> str:
    return link.url.rstrip("/").rsplit("/", 1)[1]


def used(leader: User, admin: User, inspector: User) -> PasswordReset:
    reset = resets.propose(account=leader, by=admin, reason="忘记")
    accept_invitation(token=token_of(resets.confirm(reset=reset, by=inspector)), password=NEW)
    return PasswordReset.objects.get()


def is_leader(user: User) -> bool:
    return has_role(User.objects.get(pk=user.pk), Role.LEADERSHIP)


def test_two_people_give_a_link_and_the_roles_sleep_until_the_owner_confirms(
    admin: User, inspector: User, leader: User
) -> None:
    User.objects.filter(pk=leader.pk).update(email="owner@example.org")

    reset = resets.propose(account=leader, by=admin, reason="忘记")
    assert leader.check_password(PASSWORD)
    link = resets.confirm(reset=reset, by=inspector)
    assert is_leader(leader)
    accept_invitation(token=token_of(link), password=NEW)

    leader = User.objects.get(pk=leader.pk)
    assert leader.check_password(NEW)
    assert not is_leader(leader)
    assert not holders_of(Role.LEADERSHIP).exists()
    assert resets.ask_owner(account=leader)
    (letter,) = [message for message in mail.outbox if "/resets/mine/" in message.body]
    assert letter.to == ["owner@example.org"]
    token = re.search(r"/resets/mine/([\w-]+)/", letter.body)[1]
    with pytest.raises(NotTheOwner):
        resets.settle_as_owner(account=inspector, token=token)
    with pytest.raises(NotTheOwner):
        resets.settle_as_owner(account=leader, token="x")
    resets.settle_as_owner(account=leader, token=token)

    assert is_leader(leader)
    with pytest.raises(NotTheOwner):
        resets.settle_as_owner(account=leader, token=token)
    kinds = AccountNotice.objects.filter(to=leader).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["reset_proposed", "reset_confirmed", "reset_used", "reset_settled"]


def test_one_person_does_not_do_both_parts_nor_their_own(admin: User, inspector: User, leader: User) -> None:
    own = resets.propose(account=inspector, by=admin, reason="x")

    with pytest.raises(NotSecondPerson):
        resets.confirm(reset=own, by=admin)
    with pytest.raises(NotForYourself):
        resets.confirm(reset=own, by=inspector)
    with pytest.raises(NotForYourself):
        resets.propose(account=admin, by=admin, reason="x")
    for user in (leader, UserFactory(is_superuser=True)):
        with pytest.raises(NotGrantors):
            resets.propose(account=inspector, by=user, reason="x")
        with pytest.raises(NotGrantors):
            resets.confirm(reset=own, by=user)
        with pytest.raises(NotGrantors):
            resets.withdraw(reset=own, by=user)
        with pytest.raises(NotGrantors):
            resets.settle_in_person(reset=own, by=user)
    assert not PasswordReset.objects.confirmable_by(leader).exists()


def test_database_itself_refuses_one_person_in_two_parts(admin: User, inspector: User, leader: User) -> None:
    reset = resets.propose(account=leader, by=admin, reason="x")

    for changes in ({"confirmed_by": admin}, {"confirmed_by": leader}, {"used": True}, {"proposed_by": leader}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PasswordReset.objects.filter(pk=reset.pk).update(**changes)


def test_without_an_address_somebody_else_than_who_saw_the_link_confirms_in_person(
    admin: User, inspector: User, leader: User
) -> None:
    reset = used(leader, admin, inspector)
    assert not resets.ask_owner(account=leader)

    with pytest.raises(NotSecondPerson):
        resets.settle_in_person(reset=reset, by=inspector)
    resets.settle_in_person(reset=reset, by=admin)

    assert is_leader(leader)
    with pytest.raises(ResetSettled):
        resets.settle_in_person(reset=reset, by=admin)


def test_owner_with_an_address_confirms_alone(admin: User, inspector: User, leader: User) -> None:
    reset = used(leader, admin, inspector)
    User.objects.filter(pk=leader.pk).update(email="owner@example.org")

    with pytest.raises(OwnerAnswers):
        resets.settle_in_person(reset=reset, by=admin)
    assert not is_leader(leader)


def test_asleep_administrator_and_inspector_have_no_part_in_anything(admin: User, inspector: User) -> None:
    other = UserFactory(roles=[Role.INSPECTOR])
    used(inspector, admin, other)

    with pytest.raises(NotGrantors):
        resets.propose(account=UserFactory(), by=User.objects.get(pk=inspector.pk), reason="x")


def test_what_is_withdrawn_opens_nothing(admin: User, inspector: User, leader: User) -> None:
    reset = resets.propose(account=leader, by=admin, reason="x")
    link = resets.confirm(reset=reset, by=inspector)

    resets.withdraw(reset=reset, by=leader)

    with pytest.raises(InvitationUnknown):
        find_invitation(token=token_of(link))
    for verb in (resets.withdraw, resets.confirm):
        with pytest.raises(ResetSettled):
            verb(reset=reset, by=inspector)
    assert resets.propose(account=leader, by=inspector, reason="x") in PasswordReset.objects.open()


def test_accounts_closed_without_password_or_under_way_are_refused(admin: User, inspector: User, leader: User) -> None:
    newcomer, closed = UserFactory(), UserFactory(is_active=False)
    newcomer.set_unusable_password()
    newcomer.save()

    with pytest.raises(HasNoPassword):
        resets.propose(account=newcomer, by=admin, reason="x")
    with pytest.raises(AccountClosed):
        resets.propose(account=closed, by=admin, reason="x")
    reset = resets.propose(account=leader, by=admin, reason="x")
    with pytest.raises(ResetOpen):
        resets.propose(account=leader, by=inspector, reason="x")
    User.objects.filter(pk=leader.pk).update(is_active=False)
    with pytest.raises(AccountClosed):
        resets.confirm(reset=reset, by=inspector)


def test_link_of_the_owner_is_stored_as_a_hash(admin: User, inspector: User, leader: User) -> None:
    used(leader, admin, inspector)
    User.objects.filter(pk=leader.pk).update(email="owner@example.org")
    resets.ask_owner(account=User.objects.get(pk=leader.pk))

    token = re.search(r"/resets/mine/([\w-]+)/", mail.outbox[-1].body)[1]

    assert token not in str(list(PasswordReset.objects.values()))
