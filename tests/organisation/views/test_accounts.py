"""Signing in and out, password change, the first password."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organisation.domain import staff as verbs
from organisation.domain.invitations import accept_invitation, find_invitation, invite
from organisation.exceptions import AccountClosed, HasPassword, InvitationExpired, InvitationSpent, InvitationUnknown
from organisation.models import Invitation, Staff, User
from organisation.wanted_page import PATH
from tests.factories.organisation import PASSWORD, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


LOGIN = "/accounts/login/"


NEW = "neun-lange-worte-2026"


def newcomer(**fields: str) -> Staff:
    person = StaffFactory(**fields)
    person.user.set_unusable_password()
    person.user.save()
    return person


def token_for(person: Staff) -> str:
    (slip,) = invite(people=[person])
    return slip.url.rstrip("/").rsplit("/", 1)[1]


def test_sign_in_and_out(client: Client) -> None:
    person = StaffFactory()

    response = client.post(LOGIN, {"username": person.user.username, "password": PASSWORD, "next": "/directory/"})
    assert response.headers["Location"] == "/directory/"
    assert client.get("/directory/").status_code == 200

    assert client.get("/accounts/logout/").status_code == 405
    client.post("/accounts/logout/")
    assert client.get("/directory/").headers["Location"] == f"{LOGIN}?next=/directory/"


def test_signing_out_forgets_which_ballot_page_somebody_wanted(client: Client) -> None:
    """The next person at the computer is led to no page that the one before has asked for."""
    first, second = StaffFactory(), StaffFactory()
    wanted = reverse("peer_review:ballot", args=["9f" * 16])
    client.force_login(first.user)
    client.cookies[settings.WANTED_PAGE_COOKIE_NAME] = wanted

    response = client.post("/accounts/logout/")

    cookie = response.cookies[settings.WANTED_PAGE_COOKIE_NAME]
    assert (cookie.value, cookie["max-age"], cookie["path"]) == ("", 0, PATH)
    assert response.status_code == 302
    answer = client.post(LOGIN, {"username": second.user.username, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_signing_in_writes_no_time_beside_a_person(client: Client) -> None:
    person = StaffFactory()

    client.post(LOGIN, {"username": person.user.username, "password": PASSWORD})

    assert "last_login" not in {field.name for field in User._meta.get_fields()}


def test_sign_in_leads_to_no_other_site(client: Client) -> None:
    user = UserFactory()

    response = client.post(LOGIN, {"username": user.username, "password": PASSWORD, "next": "https://evil.example/"})

    assert response.headers["Location"] == "/"


def test_whoever_may_not_enter_the_admin_is_told_so_and_not_sent_round(client: Client) -> None:
    client.force_login(StaffFactory().user)

    response = client.get("/admin/", follow=True)

    assert len(response.redirect_chain) == 1
    assert "您的账号无权打开该页面" in response.content.decode()
    assert client.get(LOGIN).headers["Location"] == "/"


def test_wrong_password_keeps_the_user_name(client: Client) -> None:
    user = UserFactory()

    page = client.post(LOGIN, {"username": user.username, "password": "wrong"}).content.decode()

    assert f'value="{user.username}"' in page
    assert "wrong" not in page


def test_password_change_keeps_this_session(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)

    bad = client.post(
        reverse("password_change"), {"old_password": PASSWORD, "new_password1": "12345", "new_password2": "12345"}
    )
    good = client.post(
        reverse("password_change"), {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}, follow=True
    )

    assert bad.status_code == 200
    assert good.redirect_chain == [("/accounts/password/done/", 302)]
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_invitation_opens_an_account_once(client: Client) -> None:
    person = newcomer(name="张三")
    url = f"/accounts/invitation/{token_for(person)}/"

    page = client.get(url)
    again = client.get(url)
    done = client.post(url, {"new_password1": NEW, "new_password2": NEW})

    assert (page.status_code, again.status_code, done.status_code) == (200, 200, 302)
    assert "张三" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert client.get("/directory/").status_code == 200
    assert Client().get(url).status_code == 410
    assert Client().post(url, {"new_password1": PASSWORD, "new_password2": PASSWORD}).status_code == 410
    person.user.refresh_from_db()
    assert person.user.check_password(NEW)


def test_weak_password_does_not_spend_the_invitation(client: Client) -> None:
    person = newcomer()
    token = token_for(person)

    for password in ("1234567890", "password12", "kurz"):
        response = client.post(f"/accounts/invitation/{token}/", {"new_password1": password, "new_password2": password})
        assert response.status_code == 200

    assert find_invitation(token=token).user == person.user


def test_invitations_that_open_nothing_are_refused(client: Client) -> None:
    person = newcomer()
    first = token_for(person)
    second = token_for(person)

    with pytest.raises(InvitationUnknown):
        find_invitation(token=first)
    assert client.get(f"/accounts/invitation/{first}/").status_code == 404
    accept_invitation(token=second, password=NEW)
    with pytest.raises(InvitationSpent):
        accept_invitation(token=second, password=PASSWORD)
    with pytest.raises(HasPassword):
        token_for(person)
    person = newcomer()
    third = token_for(person)
    Invitation.objects.filter(used=False).update(expires_at=timezone.now())
    with pytest.raises(InvitationExpired):
        find_invitation(token=third)
    fourth = token_for(person)
    verbs.leave(staff=person)
    with pytest.raises(AccountClosed):
        find_invitation(token=fourth)
