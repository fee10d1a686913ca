"""Pages of exclusions: entered by name, shown with names, lifted."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.domain.planning import roll
from peer_review.enums import RoundState
from peer_review.models import Exclusion, Round
from tests.factories.peer_review.houses import make_house_draft
from tests.factories.peer_review.rounds import RoundFactory, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
FORM = {"evaluator": "Person 4", "subject": "Person 5", "reason": "Married"}


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


@pytest.fixture
def draft(settings: Any) -> Round:
    return make_house_draft(settings)


@pytest.fixture
def client(client: Client, draft: Round) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(draft.organiser)
    return client


def test_exclusions_are_entered_and_lifted(client: Client, draft: Round) -> None:
    form = {"evaluator": "Person 4", "subject": "Nobody", "reason": "Married", "both_ways": "on"}

    assert list(client.post(page("exclusions", draft), form).context["form"].errors) == ["subject"]
    client.post(page("exclusions", draft), {**form, "subject": "Person 5"})

    rows = client.get(page("exclusions", draft)).context["rows"]
    assert [(row.evaluator, row.subject) for row in rows] == [("Person 4", "Person 5"), ("Person 5", "Person 4")]
    client.post(page("exclusion-lift", draft), {"exclusion": rows[0].exclusion.pk})
    assert Exclusion.objects.get() == rows[1].exclusion


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"evaluator": ""}, "evaluator"),
        ({"evaluator": "Nobody"}, "evaluator"),
        ({"reason": ""}, "reason"),
        ({"subject": "Person 4"}, "__all__"),
    ],
)
def test_a_faulty_exclusion_is_said_and_kept_nowhere(
    client: Client, draft: Round, changes: dict[str, str], field: str
) -> None:
    response = client.post(page("exclusions", draft), {**FORM, **changes})

    assert list(response.context["form"].errors) == [field]
    assert not Exclusion.objects.exists()


def test_papers_that_an_exclusion_withdraws_are_counted(client: Client, draft: Round) -> None:
    roll.propose_roll(draft, by=draft.organiser, house_wide=True)

    response = client.post(page("exclusions", draft), {**FORM, "subject": "Person 6", "both_ways": "on"}, follow=True)

    assert "Papers withdrawn: 2." in next(str(message) for message in response.context["messages"])


def test_exclusions_are_paged_by_key_and_named_at_one_query_count(
    client: Client, draft: Round, django_assert_max_num_queries: Any
) -> None:
    people = [make_user(f"Person {n}") for n in range(10, 65)]
    Exclusion.objects.bulk_create(
        [Exclusion(round=draft, evaluator=user, subject_key="p0", reason="x") for user in people]
    )

    with django_assert_max_num_queries(20):
        first = client.get(page("exclusions", draft))
    second = client.get(page("exclusions", draft), {"after": first.context["after"]})

    names = [row.evaluator for row in [*first.context["rows"], *second.context["rows"]]]
    assert names == [f"Person {n}" for n in range(10, 65)]
    # Somebody who is gone from roll and organisation keeps the key for a name.
    assert {row.subject for row in second.context["rows"]} == {"p0"}
    assert second.context["after"] == ""


def test_only_an_exclusion_of_this_round_is_lifted(client: Client, draft: Round) -> None:
    other = Exclusion.objects.create(round=RoundFactory(), evaluator=make_user(), subject_key="p1", reason="x")

    assert client.post(page("exclusion-lift", draft), {"exclusion": other.pk}).status_code == 404
    assert client.post(page("exclusion-lift", draft)).status_code == 404
    assert Exclusion.objects.exists()


def test_an_opened_round_takes_no_exclusion(client: Client, draft: Round) -> None:
    Round.objects.update(state=RoundState.OPEN)

    response = client.post(page("exclusions", draft), FORM)

    assert list(response.context["form"].errors) == ["__all__"]
    assert not Exclusion.objects.exists()
