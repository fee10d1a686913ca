"""Signing in and out, lockout, password change, invitations."""

import datetime
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from organisation.domain import staff as verbs
from organisation.domain.invitations import accept_invitation, find_invitation, invite, mail_invitations
from organisation.enums import Role
from organisation.exceptions import AccountClosed, InvitationExpired, InvitationSpent, InvitationUnknown
from organisation.models import Invitation, Staff, User
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


def test_too_many_wrong_passwords_lock_the_door_in_both_languages(client: Client, settings: object) -> None:
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3
    user, other = UserFactory(), UserFactory()
    for _attempt in range(2):
        assert client.post(LOGIN, {"username": user.username, "password": "wrong"}).status_code == 200

    locked = client.post(LOGIN, {"username": user.username, "password": "wrong"})
    even_right = client.post(
        LOGIN, {"username": user.username, "password": PASSWORD}, headers={"accept-language": "en"}
    )

    assert (locked.status_code, even_right.status_code) == (429, 429)
    assert "尝试次数过多" in locked.content.decode()
    assert "Too many attempts" in even_right.content.decode()
    assert client.post(LOGIN, {"username": other.username, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("days", [0, -1])
def test_whoever_has_left_is_out_at_once(client: Client, days: int) -> None:
    person = StaffFactory()
    client.force_login(person.user)
    assert client.get("/directory/").status_code == 200

    Staff.objects.filter(pk=person.pk).update(left=timezone.localdate() + datetime.timedelta(days=days))

    assert client.get("/directory/").status_code == 302
    assert not client.login(username=person.user.username, password=PASSWORD)


def test_superuser_without_staff_record_signs_in(client: Client) -> None:
    user = UserFactory(is_superuser=True)

    assert client.login(username=user.username, password=PASSWORD)


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


def test_database_holds_no_token() -> None:
    token = token_for(newcomer())

    invitation = Invitation.objects.get()

    assert token not in str(list(Invitation.objects.values()))
    assert re.fullmatch(r"[0-9a-f]{64}", invitation.token_hash)


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
    third = token_for(person)
    Invitation.objects.filter(used=False).update(expires_at=timezone.now())
    with pytest.raises(InvitationExpired):
        find_invitation(token=third)
    fourth = token_for(person)
    verbs.leave(staff=person)
    with pytest.raises(AccountClosed):
        find_invitation(token=fourth)


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


# -- giving them out in the admin -------------------------------------------------------------------------------


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    return client


def test_slips_and_file_hold_working_links(admin: Client) -> None:
    person = newcomer(name="张三")
    StaffFactory()

    slips = admin.post(reverse("organisation_invitations:give_out"), {"way": "print"})
    token = re.search(r"/accounts/invitation/([\w-]+)/", slips.content.decode())[1]
    assert find_invitation(token=token).user == person.user
    assert "no-store" in slips.headers["Cache-Control"]
    assert "<svg" in slips.content.decode()

    file = b"".join(admin.post(reverse("organisation_invitations:give_out"), {"way": "file"})).decode("utf-8-sig")
    lines = file.splitlines()
    assert len(lines) == 2
    token = re.search(r"/accounts/invitation/([\w-]+)/", lines[1])[1]
    assert find_invitation(token=token).user == person.user


def test_file_of_links_holds_no_formulas(admin: Client) -> None:
    person = newcomer()
    User.objects.filter(pk=person.user_id).update(name="=HYPERLINK(1)")

    file = b"".join(admin.post(reverse("organisation_invitations:give_out"), {"way": "file"})).decode()

    assert ",'=HYPERLINK(1)," in file


def test_new_link_for_one_person_and_mail_for_all(admin: Client) -> None:
    person = newcomer()
    User.objects.filter(pk=person.user_id).update(email="a@example.org")

    page = admin.post(reverse("organisation_invitations:renew", args=[person.pk])).content.decode()
    token = re.search(r"/accounts/invitation/([\w-]+)/", page)[1]
    assert find_invitation(token=token).user == person.user
    admin.post(reverse("organisation_invitations:give_out"), {"way": "mail"})

    assert len(mail.outbox) == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_give_out_invitations_and_import(client: Client, role: Role) -> None:
    client.force_login(UserFactory(roles=[role]))
    person = newcomer()

    for name in ("organisation_invitations:index", "organisation_imports:index"):
        assert client.get(reverse(name)).status_code == 302
    client.post(reverse("organisation_invitations:give_out"), {"way": "print"})
    client.post(reverse("organisation_invitations:renew", args=[person.pk]))
    assert not Invitation.objects.exists()
