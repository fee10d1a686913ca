"""Who gets in: a token that is known, alive, made for this, and for an account that may read it. Nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.api.domain import confirm_integration, make_integration, revoke_integration
from peer_review.api.enums import Scope
from peer_review.api.models import Integration
from peer_review.models import Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.api.conftest import token_of

pytestmark = pytest.mark.django_db(databases=["default", "box"])
ROUNDS = "/review/api/v1/rounds/"


def ask(token: str, path: str = ROUNDS) -> Any:
    return Client(headers={"authorization": f"Api-Key {token}"}).get(path)


def test_without_a_token_nothing_is_answered_and_the_way_in_is_named() -> None:
    answer = Client().get(ROUNDS)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Api-Key")


def test_session_of_a_signed_in_person_opens_nothing() -> None:
    client = Client()
    client.force_login(make_user("甲", "leadership"))
    assert client.get(ROUNDS).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "x.y", "a" * 5000, "\x00", "甲.乙", "prefix12.", ".secret"])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    client = Client()
    assert client.get(ROUNDS, HTTP_AUTHORIZATION=f"Api-Key {token}").status_code == 401


def test_token_of_another_with_ones_own_prefix_opens_nothing() -> None:
    mine, theirs = token_of(make_user("甲")), token_of(make_user("乙"))
    assert ask(mine.split(".")[0] + "." + theirs.split(".")[1]).status_code == 401


def test_token_opens_until_the_end_of_its_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    user, today = make_user("甲"), timezone.localdate()
    one, token = make_integration(by=user, name="System", scopes=[Scope.ROUNDS], last_day=today)
    confirm_integration(one, by=make_user("管理员", "administrator"))
    assert ask(token).status_code == 200
    Integration.objects.filter(pk=one.pk).update(expiry_date=timezone.now() - timedelta(seconds=1))
    assert ask(token).status_code == 401


def test_revoked_token_and_closed_account_open_nothing() -> None:
    user = make_user("甲")
    first, second = token_of(user), token_of(user)
    revoke_integration(Integration.objects.get(prefix=first.split(".")[0]), by=user)
    assert (ask(first).status_code, ask(second).status_code) == (401, 200)
    user.is_active = False
    user.save()
    assert ask(second).status_code == 401


def test_token_is_kept_nowhere_but_as_a_hash() -> None:
    token = token_of(make_user("甲"))
    secret = token.split(".")[1]
    row = Integration.objects.values().get()
    assert row["hashed_key"].startswith("sha512$$")
    assert secret not in str(row)


@pytest.mark.parametrize("scope", Scope)
def test_scope_opens_its_own_readings_only(scope: Scope, reads_for: Callable[..., Any]) -> None:
    round = published()
    read = reads_for(round.organiser, scope)
    paths = {
        Scope.ROUNDS: "",
        Scope.PARTICIPATION: "participation/",
        Scope.OWN_RESULT: "results/own/",
        Scope.RESULTS: "results/",
        Scope.BULLETIN: "bulletin/",
    }
    statuses = {one: read(f"{ROUNDS}{round.public_id}/{path}").status_code for one, path in paths.items()}
    # The organiser is no subject: with the scope the refusal is the rule's, which looks the same from outside.
    assert {one for one, status in statuses.items() if status == 200} == {scope} - {Scope.OWN_RESULT}
    assert set(statuses.values()) <= {200, 403}


def published(**kwargs: Any) -> Round:
    return make_published_round(
        {(name, "all"): papers(6, 70 + at, 80) for at, name in enumerate("甲乙丙丁戊己庚")}, **kwargs
    )


def test_superuser_reads_nothing_by_virtue_of_being_one(reads_for: Callable[..., Any]) -> None:
    round = published(visibility={"subject": True, "section_head": True, "leadership": True, "staff": False})
    read = reads_for(make_user("管理员", is_superuser=True, is_staff=True))
    assert read(ROUNDS).json()["results"] == []
    for path in ("", "results/", "results/own/", "results/summary/", "participation/", "bulletin/"):
        assert read(f"{ROUNDS}{round.public_id}/{path}").status_code == 404


def test_administrator_cannot_make_a_token_for_somebody_else() -> None:
    """Whoever it is posted by, a token reads for the poster; that an administrator sees all is for revoking."""
    boss, administrator = make_user("局长", "leadership"), make_user("管理员", is_superuser=True)
    client = Client()
    client.force_login(administrator)
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    client.post(
        reverse("peer_review_api:integration-list"),
        {"name": "x", "scopes": ["results"], "last_day": day, "acts_for": boss.pk, "by": boss.pk},
    )
    assert [one.acts_for for one in Integration.objects.all()] == [administrator]


def test_each_token_is_throttled_by_itself(reads_for: Callable[..., Any], settings: Any) -> None:
    settings.PEER_REVIEW_API_RATE = "2/min"
    user = make_user("甲")
    first, second = reads_for(user), reads_for(user)
    assert [first(ROUNDS).status_code for _once in range(3)] == [200, 200, 429]
    assert second(ROUNDS).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_changed(method: str) -> None:
    client = Client(headers={"authorization": f"Api-Key {token_of(make_user('甲'))}"})
    assert getattr(client, method)(ROUNDS, data="{}", content_type="application/json").status_code == 405


def test_answers_are_kept_by_no_cache(reads_for: Callable[..., Any]) -> None:
    assert reads_for(make_user("甲"))(ROUNDS)["Cache-Control"] == "no-store"


def test_routes_ask_nobody_to_sign_in_but_answer_by_themselves() -> None:
    assert "peer_review_api:" in settings.OPEN_ROUTES
    assert Client().get(reverse("peer_review_api:integration-list")).status_code == 302


def test_token_without_a_second_person_is_told_so_and_reads_nothing() -> None:
    user, today = make_user("甲", "leadership"), timezone.localdate()
    _integration, token = make_integration(by=user, name="System", scopes=tuple(Scope), last_day=today)

    answer = ask(token)

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/json"
    assert list(answer.json()) == ["detail"]
    assert answer["Cache-Control"] == "no-store"
