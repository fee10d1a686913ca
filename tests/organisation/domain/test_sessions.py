"""Sessions ended by somebody else: who may, who is told, and what nobody learns by it."""

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from organisation.domain import sessions
from organisation.enums import Role
from organisation.exceptions import NotGrantors, OwnSessions
from organisation.models import AccountNotice, User
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "sessions_end"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


def test_administrator_ends_every_session_of_one_account_and_of_no_other() -> None:
    administrator, inspector = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory(roles=[Role.INSPECTOR])
    owner, other = UserFactory(username="wang"), UserFactory()
    desk, telephone, stranger, office = (signed_in(user) for user in (owner, owner, other, administrator))

    answer = office.post(reverse(PAGE), {"account": "wang", "reason": "telephone stolen"})

    assert answer["Location"] == reverse(PAGE)
    assert [is_in(client) for client in (desk, telephone, stranger, office)] == [False, False, True, True]
    assert {notice.to for notice in AccountNotice.objects.filter(kind="sessions_ended")} == {owner, inspector}
    entry = ModelLogEntry.objects.get(action="organisation.end_sessions")
    assert (entry.user, entry.data) == (administrator, {"reason": "telephone stolen"})


def test_others_end_nothing_and_nobody_their_own_by_this() -> None:
    owner, administrator = UserFactory(), UserFactory(roles=[Role.ADMINISTRATOR])
    client = signed_in(owner)

    good = {"account": owner.username, "reason": "x"}
    others = [UserFactory(roles=[role]) for role in Role if role not in (Role.ADMINISTRATOR, Role.INSPECTOR)]
    for by in (*others, UserFactory(), UserFactory(is_superuser=True, is_staff=True)):
        with pytest.raises(NotGrantors):
            sessions.end_of_account(account=owner, by=by, reason="x")
        assert signed_in(by).get(reverse(PAGE)).status_code == 403
        assert signed_in(by).post(reverse(PAGE), good).status_code == 403
    assert Client().post(reverse(PAGE), good)["Location"].startswith(reverse("login"))
    assert not ModelLogEntry.objects.filter(action="organisation.end_sessions").exists()
    assert not AccountNotice.objects.filter(kind="sessions_ended").exists()
    with pytest.raises(OwnSessions):
        sessions.end_of_account(account=administrator, by=administrator, reason="x")
    assert is_in(client)


def test_page_says_the_same_of_somebody_signed_in_and_of_somebody_who_is_not() -> None:
    office = signed_in(UserFactory(roles=[Role.INSPECTOR]))
    for name in ("here", "away"):
        UserFactory(username=name)
    signed_in(User.objects.get(username="here"))

    answers = [
        office.post(
            reverse(PAGE), {"account": name, "reason": "x"}, follow=True, headers={"accept-language": "en"}
        ).content.decode()
        for name in ("here", "away")
    ]

    assert ["Every session of this account is ended" in text for text in answers] == [True, True]
    assert [text.count("1 session") for text in answers] == [0, 0]
    assert office.post(reverse(PAGE), {"account": "nobody", "reason": "x"}).status_code == 422
    own = {"account": User.objects.get(groups__name="inspector").username, "reason": "x"}
    assert office.post(reverse(PAGE), own).status_code == 422
    assert is_in(office)
