"""The second factor: required of some roles, enrolled in somebody's presence, asked at the sign-in and again."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from freezegun import freeze_time
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from organisation.domain import grants, resets, second_factor
from organisation.domain.invitations import accept_invitation, hash_token
from organisation.enums import Role
from organisation.exceptions import (
    EnrolmentCodeWrong,
    FactorThere,
    LastFactor,
    NotForYourself,
    NotGrantors,
    OwnerAnswers,
)
from organisation.models import AccountNotice, EnrolmentCode, FactorWitness, RoleGrant, User
from organisation.second_factor_adapter import SecondFactorAdapter
from tests.factories.organisation import PASSWORD, StaffFactory, UserFactory, hold
from tests.organisation.test_sessions import routes

pytestmark = pytest.mark.django_db
REQUIRED = ["leadership", "organiser", "scrutineer", "inspector", "administrator"]
SIGN_IN = {"username": "wang", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()  # where allauth remembers which codes were used


@pytest.fixture
def required(settings: Settings) -> None:
    settings.SECOND_FACTOR_ROLES = REQUIRED


def code_of(secret: str, at: float | None = None) -> str:
    return format_hotp_value(hotp_value(secret, int((time.time() if at is None else at) // 30)))


def with_app(user: User) -> str:
    """Give somebody an authenticator app; return its secret."""
    secret = generate_totp_secret()
    second_factor.TOTP.activate(user, secret)
    return secret


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_password_alone_signs_nobody_in_who_has_a_second_factor() -> None:
    user = UserFactory(username="wang")
    secret = with_app(user)
    client = Client()

    answer = client.post(reverse("login"), SIGN_IN)
    assert (answer["Location"], is_in(client)) == (reverse("sign_in_second"), False)
    assert client.get(reverse("account")).status_code == 302
    assert client.post(reverse("sign_in_second"), {"code": "000000"}).status_code == 422
    assert not is_in(client)
    done = client.post(reverse("sign_in_second"), {"code": code_of(secret)})

    assert (done.status_code, is_in(client)) == (302, True)
    assert client.get(reverse("account")).status_code == 200


def test_second_half_needs_the_first_and_ends_with_a_new_password() -> None:
    user = UserFactory(username="wang")
    secret = with_app(user)
    assert Client().post(reverse("sign_in_second"), {"code": code_of(secret)})["Location"] == reverse("login")
    client = Client()
    client.post(reverse("login"), SIGN_IN)
    user.set_password("neun-lange-worte-2026")
    user.save()

    client.post(reverse("sign_in_second"), {"code": code_of(secret)})

    assert not is_in(client)


def test_second_half_takes_ten_minutes_at_most() -> None:
    secret = with_app(UserFactory(username="wang"))
    client = Client()
    with freeze_time("2026-11-28 08:00") as clock:
        client.post(reverse("login"), SIGN_IN)
        clock.tick(11 * 60)
        client.post(reverse("sign_in_second"), {"code": code_of(secret)})

        assert not is_in(client)


def test_code_works_once_and_recovery_codes_too() -> None:
    user = UserFactory(username="wang")
    secret = with_app(user)
    recovery = second_factor.new_recovery_codes(user=user)[0]

    def attempt(code: str) -> bool:
        client = Client()
        client.post(reverse("login"), SIGN_IN)
        client.post(reverse("sign_in_second"), {"code": code})
        return is_in(client)

    code = code_of(secret)
    assert [attempt(code), attempt(code), attempt(recovery), attempt(recovery)] == [True, False, True, False]


def test_guessing_codes_waits(settings: Settings) -> None:
    settings.SIGN_IN_THROTTLE = True
    secret = with_app(UserFactory(username="wang"))
    client = Client()
    client.post(reverse("login"), SIGN_IN)
    for number in range(6):
        client.post(reverse("sign_in_second"), {"code": f"{number:06}"})

    client.post(reverse("sign_in_second"), {"code": code_of(secret)})

    assert not is_in(client)


@pytest.mark.parametrize("credential", ["", "x", "{}", "[]", "null", '{"id": 1}', '{"response": {}}', '"x"', "1"])
def test_odd_answers_of_passkeys_are_refused(credential: str) -> None:
    user = UserFactory(username="wang")
    with_app(user)
    client = Client()
    client.post(reverse("login"), SIGN_IN)

    assert client.post(reverse("sign_in_second"), {"credential": credential}).status_code == 422
    inside = signed_in(UserFactory())
    answer = inside.post(
        reverse("second_factor_passkey"), {"name": "x", "credential": credential, "password": PASSWORD}
    )
    assert answer.status_code == 422
    assert not Authenticator.objects.filter(type="webauthn").exists()


@pytest.mark.parametrize("role", REQUIRED)
def test_role_that_requires_a_second_factor_opens_nothing_without(role: str, required: None) -> None:
    client = signed_in(UserFactory(roles=[Role(role)]))

    for name in ("peer_review:round-list", "peer_review:result-list", "roles", "resets", "second_factor_witness"):
        answer = client.get(reverse(name))
        assert (name, answer.status_code) == (name, 302)
        assert answer["Location"].startswith(reverse("second_factor"))
    assert client.post(reverse("roles"), {"person": "x", "role": "leadership", "reason": "x"}).status_code == 302
    assert client.get("/admin/").status_code == 302
    assert client.get(reverse("account")).status_code == 200
    assert client.get(reverse("second_factor")).status_code == 200


def test_staff_without_such_a_role_notice_nothing(required: None) -> None:
    client = signed_in(UserFactory(roles=[Role.STAFF, Role.EDITOR]))

    assert client.get(reverse("peer_review:round-list")).status_code == 200


def enrol(client: Client, **fields: str) -> tuple[int, str]:
    """Post the page about the app; return the status and the secret."""
    page = client.get(reverse("second_factor_app")).content.decode()
    signed = re.search(r'name="secret" value="([^"]+)"', page)[1]
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    answer = client.post(reverse("second_factor_app"), {"secret": signed, "code": code_of(secret), **fields})
    return answer.status_code, secret


def test_first_factor_of_such_a_role_is_enrolled_in_somebodys_presence(required: None) -> None:
    leader = UserFactory(roles=[Role.LEADERSHIP])
    inspector = UserFactory(roles=[Role.INSPECTOR])
    client = signed_in(leader)

    assert enrol(client, password=PASSWORD)[0] == 422
    assert enrol(client, password=PASSWORD, enrolment_code="12345678")[0] == 422
    code = second_factor.show_enrolment_code(account=leader, by=inspector)
    assert code not in str(list(EnrolmentCode.objects.values()))
    assert enrol(client, enrolment_code=code)[0] == 422  # without the password
    assert enrol(client, password="wrong", enrolment_code=code)[0] == 422
    status, _secret = enrol(client, password=PASSWORD, enrolment_code=f"{code[:4]} {code[4:]}")

    assert status == 200
    assert client.get(reverse("peer_review:round-list")).status_code == 200
    assert not EnrolmentCode.objects.exists()
    assert AccountNotice.objects.filter(to=leader, kind="factor_added").exists()


def test_factor_from_before_the_role_counts_once_somebody_saw_its_owner(required: None) -> None:
    user, inspector = UserFactory(username="wang"), UserFactory(roles=[Role.INSPECTOR])
    secret = with_app(user)
    hold(user, Role.LEADERSHIP)
    client = Client()
    client.post(reverse("login"), SIGN_IN)
    client.post(reverse("sign_in_second"), {"code": code_of(secret)})
    seen, results = reverse("second_factor_seen"), reverse("peer_review:result-list")

    for url in (results, reverse("peer_review:round-list"), reverse("roles"), "/"):
        assert client.get(url)["Location"].startswith(seen), url
    assert client.get(reverse("account")).status_code == 200
    assert client.get(seen).status_code == 200
    wrong = client.post(seen, {"enrolment_code": "00000000"})
    assert (wrong.status_code, client.get(results).status_code) == (422, 302)

    code = second_factor.show_enrolment_code(account=user, by=inspector)
    assert client.post(seen, {"enrolment_code": f"{code[:4]} {code[4:]}"})["Location"] == reverse("second_factor")

    assert client.get(results).status_code == 200
    assert FactorWitness.objects.get(account=user).shown_by == inspector
    assert ModelLogEntry.objects.filter(action="organisation.witness_factor", user=user).exists()
    with pytest.raises(FactorThere):
        second_factor.show_enrolment_code(account=user, by=inspector)


def test_first_factor_enrolled_with_a_code_is_witnessed_and_ends_with_the_last(required: None) -> None:
    leader, inspector = UserFactory(roles=[Role.LEADERSHIP]), UserFactory(roles=[Role.INSPECTOR])
    code = second_factor.show_enrolment_code(account=leader, by=inspector)
    secret = generate_totp_secret()
    second_factor.enrol_app(user=leader, secret=secret, code=code_of(secret), enrolment_code=code)

    assert second_factor.is_witnessed(leader)
    second_factor.remove_lost(user=leader)

    assert second_factor.needs_witness(leader)
    assert not FactorWitness.objects.exists()


def test_what_a_colleague_without_such_a_role_has_needs_no_witness(required: None) -> None:
    user = UserFactory(username="wang")
    secret = with_app(user)
    client = Client()
    client.post(reverse("login"), SIGN_IN)
    client.post(reverse("sign_in_second"), {"code": code_of(secret)})

    assert client.get(reverse("peer_review:round-list")).status_code == 200
    assert client.get(reverse("second_factor_seen"))["Location"] == reverse("second_factor")


def test_nobody_witnesses_their_own_factor() -> None:
    user = UserFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorWitness.objects.create(account=user, shown_by=user)


def test_thief_of_a_password_enrols_no_factor_for_a_leader(required: None) -> None:
    leader = UserFactory(username="wang", roles=[Role.LEADERSHIP])
    thief = Client()
    thief.post(reverse("login"), SIGN_IN)

    for code in ("", "00000000", "12345678"):
        enrol(thief, password=PASSWORD, enrolment_code=code)

    assert not second_factor.has_factor(leader)
    assert thief.get(reverse("peer_review:result-list")).status_code == 302


def test_open_session_enrols_nothing_without_the_password() -> None:
    user = UserFactory()

    assert enrol(signed_in(user))[0] == 422
    assert enrol(signed_in(user), password="wrong")[0] == 422
    assert not second_factor.has_factor(user)


def test_enrolment_code_ends_after_five_wrong_ones_and_ten_minutes(required: None) -> None:
    leader, inspector = UserFactory(roles=[Role.LEADERSHIP]), UserFactory(roles=[Role.INSPECTOR])
    secret = generate_totp_secret()

    def enrolled(enrolment_code: str) -> bool:
        try:
            second_factor.enrol_app(user=leader, secret=secret, code=code_of(secret), enrolment_code=enrolment_code)
        except EnrolmentCodeWrong:
            return False
        return True

    code = second_factor.show_enrolment_code(account=leader, by=inspector)
    assert [enrolled("99999999x") for _try in range(5)] == [False] * 5
    assert not enrolled(code)
    with freeze_time("2026-11-28 08:00") as clock:
        code = second_factor.show_enrolment_code(account=leader, by=inspector)
        clock.tick(11 * 60)
        assert not enrolled(code)


def test_codes_are_shown_by_administrators_and_inspectors_to_others_without_a_factor() -> None:
    inspector, leader = UserFactory(roles=[Role.INSPECTOR]), UserFactory(roles=[Role.LEADERSHIP])
    page = signed_in(inspector).post(reverse("second_factor_witness"), {"account": leader.username})
    assert re.search(r"\d{4} \d{4}", page.content.decode())

    with pytest.raises(NotForYourself):
        second_factor.show_enrolment_code(account=inspector, by=inspector)
    with pytest.raises(NotGrantors):
        second_factor.show_enrolment_code(account=inspector, by=leader)
    assert signed_in(leader).get(reverse("second_factor_witness")).status_code == 403
    with_app(leader)
    with pytest.raises(FactorThere):
        second_factor.show_enrolment_code(account=leader, by=inspector)


def test_last_factor_stays_where_the_role_requires_it_and_goes_where_not(required: None) -> None:
    leader, colleague = UserFactory(roles=[Role.LEADERSHIP]), UserFactory()
    for user in (leader, colleague):
        with_app(user)
        second_factor.new_recovery_codes(user=user)
    pk = Authenticator.objects.get(user=leader, type="totp").pk

    with pytest.raises(LastFactor):
        second_factor.remove(user=leader, pk=pk)
    second_factor.remove(user=colleague, pk=Authenticator.objects.get(user=colleague, type="totp").pk)

    assert not Authenticator.objects.filter(user=colleague).exists()
    client = signed_in(colleague)
    client.post(reverse("second_factor_remove", args=[pk]))
    assert Authenticator.objects.filter(pk=pk).exists()


def test_reset_never_touches_the_second_factor_and_signs_nobody_in_past_it() -> None:
    admin, inspector = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory(roles=[Role.INSPECTOR])
    leader = UserFactory(username="wang", roles=[Role.LEADERSHIP])
    with_app(leader)
    link = resets.confirm(reset=resets.propose(account=leader, by=admin, reason="x"), by=inspector)
    thief = Client()

    new = "neun-lange-worte-2026"
    answer = thief.post(re.search(r"/accounts/.*", link.url)[0], {"new_password1": new, "new_password2": new})

    assert answer["Location"] == reverse("login")
    assert not is_in(thief)
    assert second_factor.has_factor(leader)


def test_it_is_asked_again_before_what_weighs_and_not_within_a_quarter_of_an_hour() -> None:
    user = UserFactory(username="wang", roles=[Role.INSPECTOR])
    secret = with_app(user)
    grant = grants.propose(person=UserFactory(), role=Role.SCRUTINEER, by=UserFactory(roles=[Role.ADMINISTRATOR]))
    client = Client()
    with freeze_time("2026-11-28 08:00") as clock:
        client.post(reverse("login"), SIGN_IN)
        client.post(reverse("sign_in_second"), {"code": code_of(secret)})
        assert client.get(reverse("roles")).status_code == 200
        clock.tick(16 * 60)
        asked = client.get(reverse("roles"))
        assert asked["Location"] == f"{reverse('ask_again')}?next=/accounts/roles/"
        clock.tick(45 * 60)
        client.get(reverse("account"))
        client.post(reverse("roles_confirm"), {"grant": grant.pk})
        assert RoleGrant.objects.get(pk=grant.pk).confirmed_at is None
        wrong = client.post(reverse("ask_again"), {"code": "000000", "next": reverse("roles")})
        right = client.post(reverse("ask_again"), {"code": code_of(secret), "next": reverse("roles")})
        assert (wrong.status_code, right["Location"]) == (422, reverse("roles"))
        client.post(reverse("roles_confirm"), {"grant": grant.pk})
        assert RoleGrant.objects.get(pk=grant.pk).confirmed_at is not None


def test_asking_again_leads_to_no_other_site() -> None:
    user = UserFactory(username="wang")
    secret = with_app(user)
    client = Client()
    client.post(reverse("login"), SIGN_IN)
    client.post(reverse("sign_in_second"), {"code": code_of(secret)})
    cache.clear()

    answer = client.post(reverse("ask_again"), {"code": code_of(secret), "next": "https://example.org/"})

    assert answer["Location"] == "/"


def test_secrets_lie_encrypted_and_no_time_of_use_is_kept() -> None:
    user = UserFactory(username="wang")
    secret = with_app(user)
    second_factor.new_recovery_codes(user=user)
    client = Client()
    client.post(reverse("login"), SIGN_IN)
    client.post(reverse("sign_in_second"), {"code": code_of(secret)})
    Authenticator.objects.get(user=user, type="totp").record_usage()

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mfa_authenticator")
        rows = str(cursor.fetchall())
    assert secret not in rows
    assert set(Authenticator.objects.values_list("last_used_at", flat=True)) == {None}
    adapter = SecondFactorAdapter()
    assert adapter.decrypt(adapter.encrypt("x")) == "x"
    assert adapter.encrypt("x") != adapter.encrypt("x")


def test_pages_of_allauth_have_no_route_and_named_routes_are_there(settings: Settings) -> None:
    known = routes(get_resolver())

    assert {name for name, route in known.items() if route.callback.__module__.startswith("allauth")} == set()
    assert {name for name in settings.ASK_AGAIN_ROUTES if name not in known} == set()


@pytest.mark.parametrize("name", ["second_factor", "second_factor_app", "second_factor_passkey", "ask_again"])
def test_pages_hold_no_script_or_style_of_their_own(name: str) -> None:
    client = signed_in(UserFactory())

    answer = client.get(reverse(name), follow=True)
    page = answer.content.decode()

    assert "no-store" in answer["Cache-Control"]
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", page) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", page) == []


def test_command_prints_enrolment_codes_for_the_first_two(required: None, capsys: pytest.CaptureFixture[str]) -> None:
    from django.core.management import call_command

    person = UserFactory(username="1001")
    UserFactory(username="1002")

    call_command("first_roles", administrator="1001", inspector="1002")

    (code,) = re.findall(r"1001 (\d{4} \d{4})", capsys.readouterr().out)
    secret = generate_totp_secret()
    second_factor.enrol_app(user=person, secret=secret, code=code_of(secret), enrolment_code=code)
    assert second_factor.has_factor(person)


def test_lost_factors_are_removed_on_the_shell_only_and_the_owner_is_told() -> None:
    from django.core.management import CommandError, call_command

    user = UserFactory(username="wang")
    with_app(user)
    client = signed_in(user)

    call_command("remove_second_factors", "wang")

    assert not Authenticator.objects.exists()
    assert not is_in(client)
    assert AccountNotice.objects.get(to=user).kind == "factor_removed"
    with pytest.raises(CommandError):
        call_command("remove_second_factors", "nobody")


def test_owner_who_shows_the_second_factor_wakes_the_roles_and_nobody_else() -> None:
    admin, inspector = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory(roles=[Role.INSPECTOR])
    leader = UserFactory(username="wang", roles=[Role.LEADERSHIP])
    secret = with_app(leader)
    reset = resets.propose(account=leader, by=admin, reason="x")
    accept_invitation(
        token=resets.confirm(reset=reset, by=inspector).url.rstrip("/").rsplit("/", 1)[1], password=PASSWORD
    )
    reset.refresh_from_db()
    with pytest.raises(OwnerAnswers):
        resets.settle_in_person(reset=reset, by=admin)
    without = signed_in(User.objects.get(pk=leader.pk))
    assert without.post(reverse("reset_by_factor")).status_code == 403
    client = Client()
    client.post(reverse("login"), SIGN_IN)
    client.post(reverse("sign_in_second"), {"code": code_of(secret)})
    assert reverse("reset_by_factor") in client.get(reverse("resets")).content.decode()

    client.post(reverse("reset_by_factor"))

    assert RoleGrant.objects.effective().filter(person=leader).exists()
    client.post(reverse("reset_by_factor"))


def test_setting_that_names_staff_requires_it_of_everybody_and_locks_nobody_out(settings: Settings) -> None:
    settings.SECOND_FACTOR_ROLES = ["staff"]
    person = StaffFactory().user
    client = signed_in(person)
    assert client.get("/directory/")["Location"].startswith(reverse("second_factor"))

    secret = generate_totp_secret()
    second_factor.enrol_app(user=person, secret=secret, code=code_of(secret))
    client = Client()
    client.post(reverse("login"), {"username": person.username, "password": PASSWORD})
    client.post(reverse("sign_in_second"), {"code": code_of(secret)})

    assert client.get("/directory/").status_code == 200


def test_code_of_an_app_is_good_in_its_own_thirty_seconds_only(settings: Settings) -> None:
    user = UserFactory(username="wang")
    secret = with_app(user)
    with freeze_time("2026-11-28 08:00:10"):
        now = time.time()
        kinds = [second_factor.kind_of_code(user, code_of(secret, at=now + step)) for step in (-30, 30, 0)]

    assert kinds == [None, None, Authenticator.Type.TOTP]


def test_enrolment_code_lies_under_a_hash_with_a_salt(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    code = second_factor.show_enrolment_code(account=UserFactory(), by=UserFactory(roles=[Role.INSPECTOR]))

    stored = EnrolmentCode.objects.get().code_hash
    assert stored.startswith("argon2$argon2id$")
    assert hash_token(code) not in stored


#: Open routes at which a role gives nothing: for voters, strangers and the sign-in itself.
FOR_ANYBODY = {
    "login",
    "logout",
    "invitation",
    "sign_in_second",
    "set_language",
    "healthz",
    "readyz",
    "robots",
    "disclosures:feed",
    "disclosures:column-feed",
    "peer_review:draw",
    "peer_review:cast",
    "peer_review:kiosk",
    "peer_review:kiosk-draw",
    "peer_review:kiosk-open",
    "peer_review:kiosk-ballot",
    "peer_review:manifest",
    "peer_review:bulletin-json",
    "peer_review:bulletin-head",
    "peer_review:bulletin-cells",
    "peer_review:verifier",
    "peer_review:open-box",
}


def test_each_open_route_is_for_anybody_or_shut_without_the_second_factor(settings: Settings) -> None:
    undecided = settings.OPEN_ROUTES - FOR_ANYBODY - settings.ROUTES_OF_ROLES

    assert undecided == set()


@pytest.mark.parametrize("name", ["box-key", "box-key-share", "box-key-test", "count-rows", "count-keys"])
def test_thief_of_a_scrutineers_password_reaches_no_endpoint_of_the_box(name: str, required: None) -> None:
    client = signed_in(UserFactory(roles=[Role.SCRUTINEER]))

    answer = client.post(reverse(f"peer_review:{name}", args=["0" * 32]), "{}", content_type="application/json")

    assert answer.status_code == 403
    assert answer.json()["error"] == "second_factor"


def test_thief_of_a_leaders_password_makes_no_token_and_sees_not_even_what_waits(required: None) -> None:
    client = signed_in(UserFactory(roles=[Role.LEADERSHIP]))

    for url in (reverse("peer_review_api:integration-list"), "/"):
        assert client.get(url)["Location"].startswith(reverse("second_factor"))
