"""Mail addresses: at once for the owner, after a week for everybody else, and the owner is told at the old one."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from freezegun import freeze_time
from pytest_django import DjangoCaptureOnCommitCallbacks

from organisation.domain.addresses import change_own, enter, settle_addresses, stop
from organisation.domain.notices import sentence
from organisation.enums import Role
from organisation.models import AccountNotice, AddressChange, User
from tests.factories.imports import HEAD, carry_out, csv_bytes
from tests.factories.organisation import RankFactory, SectionFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
OLD, NEW = "old@example.org", "new@example.org"


@pytest.fixture
def owner() -> User:
    return UserFactory(name="张三", email=OLD)


def address(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def test_address_by_another_holds_after_a_week_and_the_owner_is_told_twice_at_the_old_one(
    owner: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    admin = UserFactory(name="管", roles=[Role.ADMINISTRATOR])
    inspector = UserFactory(roles=[Role.INSPECTOR])

    with django_capture_on_commit_callbacks(execute=True):
        enter(account=owner, address=NEW, by=admin)
        enter(account=owner, address=NEW, by=admin)
        assert settle_addresses() == 0
    with freeze_time(timezone.now() + timedelta(days=7, minutes=1)), django_capture_on_commit_callbacks(execute=True):
        assert (settle_addresses(), settle_addresses()) == (1, 0)

    assert address(owner) == NEW
    assert [message.to for message in mail.outbox] == [[OLD], [OLD]]
    assert NEW not in "".join(message.body for message in mail.outbox)
    assert [notice.kind for notice in AccountNotice.objects.filter(to=inspector).order_by("pk")] == [
        "address_entered",
        "address_holds",
    ]
    assert "管" in sentence(AccountNotice.objects.filter(to=owner).order_by("pk")[0])


def test_address_of_an_account_nobody_has_a_password_for_holds_at_once() -> None:
    person = StaffFactory().user
    person.set_unusable_password()
    person.save()

    enter(account=person, address=NEW, by=None)

    assert (address(person), AddressChange.objects.count()) == (NEW, 0)


def test_owner_changes_at_once_stops_others_and_is_told_at_the_old_address(
    owner: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    inspector = UserFactory(roles=[Role.INSPECTOR])
    enter(account=owner, address="thief@example.org", by=None)

    assert (stop(account=owner), stop(account=owner)) == (True, False)
    with django_capture_on_commit_callbacks(execute=True):
        change_own(account=owner, address=NEW)
        change_own(account=owner, address=NEW)

    assert address(owner) == NEW
    assert [message.to for message in mail.outbox] == [[OLD]]
    kinds = AccountNotice.objects.filter(to=inspector).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["address_entered", "address_stopped"]


def test_present_address_takes_a_change_back_and_another_begins_the_week_anew(owner: User) -> None:
    enter(account=owner, address=NEW, by=None)
    with freeze_time(timezone.now() + timedelta(days=5)):
        enter(account=owner, address="other@example.org", by=None)
        assert AddressChange.objects.get().holds_from > timezone.now() + timedelta(days=6)

    enter(account=owner, address=OLD, by=None)

    assert not AddressChange.objects.exists()


def test_import_changes_addresses_of_owners_in_a_week_too() -> None:
    section, rank = SectionFactory(name="办公室"), RankFactory(name="科员")
    person = StaffFactory(employee_number="1001", name="张三", membership__section=section, membership__rank=rank)
    User.objects.filter(pk=person.user_id).update(email=OLD)

    carry_out(csv_bytes([*HEAD, "邮箱"], ["1001", "张三", "办公室", "科员", "", "", "2020-01-01", NEW]))

    assert (address(person.user), AddressChange.objects.get().address) == (OLD, NEW)
