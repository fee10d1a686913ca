"""The page on which people make tokens and take them back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review import audit_log
from peer_review.api import integrations
from peer_review.api.models import Integration
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.api.conftest import token_of

pytestmark = pytest.mark.django_db
PAGE = "/review/api/tokens/"


def client_of(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def wanted(**changes: Any) -> dict[str, Any]:
    return {"name": "Archive", "scopes": ["rounds"], "last_day": day(30).isoformat(), **changes}


def day(n: int) -> date:
    return timezone.localdate() + timedelta(days=n)


def test_token_is_shown_once_and_works_once_a_second_person_confirmed_it() -> None:
    client = client_of(make_user("甲"))
    answer = client.post(PAGE, wanted())
    token = answer.context["token"]
    assert token in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert token.split(".")[1] not in client.get(PAGE).content.decode()
    system = Client(headers={"authorization": f"Api-Key {token}"})
    assert system.get("/review/api/v1/rounds/").status_code == 403
    confirm = reverse("peer_review_api:integration-confirm", args=[token.split(".")[0]])
    assert client.post(confirm).status_code == 302
    assert system.get("/review/api/v1/rounds/").status_code == 403
    assert client_of(make_user("乙", "organiser")).post(confirm).status_code == 404
    inspector = client_of(make_user("纪检", "inspector"))
    assert confirm in inspector.get(PAGE).content.decode()
    assert inspector.post(confirm).status_code == 302
    assert confirm not in inspector.get(PAGE).content.decode()
    assert system.get("/review/api/v1/rounds/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 51}, "at most 50 characters"),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["ballots"]}, "ballots is not one of the available choices"),
        ({"last_day": "soon"}, "Enter a valid date."),
        ({"last_day": day(-1).isoformat()}, "That day is over."),
        ({"last_day": day(400).isoformat()}, "more than 366 days away"),
    ],
)
def test_what_cannot_be_is_said_and_the_input_is_kept(changes: dict[str, Any], said: str) -> None:
    answer = client_of(make_user("甲")).post(PAGE, wanted(**changes))
    text = answer.content.decode()
    assert said in text
    assert changes.get("name", "Archive") in text
    assert not Integration.objects.exists()


def test_everybody_sees_their_own_and_administrators_all() -> None:
    first, second = make_user("甲"), make_user("乙")
    token_of(first)
    token_of(second)
    for user, count in ((first, 1), (second, 1), (make_user("丙"), 0), (make_user("管理员", "administrator"), 2)):
        assert len(client_of(user).get(PAGE).context["rows"]) == count
    assert [one.acts_for for one in Integration.objects.visible_to(first)] == [first]


def test_owner_and_administrator_revoke_and_nobody_else() -> None:
    owner = make_user("甲")
    for by, status in ((make_user("乙"), 404), (owner, 302), (make_user("管理员", "administrator"), 302)):
        token_of(owner)
        one = Integration.objects.filter(revoked=False).latest("created")
        address = reverse("peer_review_api:integration-revoke", args=[one.prefix])
        assert client_of(by).post(address).status_code == status
        assert client_of(by).get(address).status_code == 405
        one.refresh_from_db()
        assert one.revoked is (status == 302)


def test_making_and_revoking_are_on_record_without_the_token() -> None:
    user = make_user("甲")
    client = client_of(user)
    token = client.post(PAGE, wanted()).context["token"]
    client.post(reverse("peer_review_api:integration-revoke", args=[token.split(".")[0]]))
    client.post(reverse("peer_review_api:integration-revoke", args=[token.split(".")[0]]))  # again: nothing happens
    acts = ModelLogEntry.objects.filter(action__startswith="peer_review.integration").order_by("pk")
    assert [one.action.rpartition(".")[2] for one in acts] == ["create", "revoke"]
    assert token.split(".")[1] not in str(list(acts.values()))
    assert audit_log.entries_visible_to(make_user("纪检", "inspector")).filter(pk__in=acts).count() == 2


def test_list_is_paged_by_key_at_one_number_of_queries(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(integrations, "PAGE", 2)
    administrator = make_user("管理员", "administrator")
    for name in "甲乙丙":
        token_of(make_user(name))
    client = client_of(administrator)
    first = client.get(PAGE)
    second = client.get(f"{PAGE}?after={first.context['paging'].after}")
    seen = [row["integration"].prefix for page in (first, second) for row in page.context["rows"]]
    assert (len(seen), len(set(seen)), second.context["paging"].after) == (3, 3, None)
    assert client.get(f"{PAGE}?after=nothing").status_code == 200
    assert client.get(f"{PAGE}?after=nothing%00").status_code == 200
