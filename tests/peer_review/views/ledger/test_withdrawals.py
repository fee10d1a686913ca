"""The page on which the responsible organiser withdraws published figures."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import CriterionResult, RefusedQuery, Round, Subject
from peer_review.rules.roles import has_perm
from tests.factories.peer_review.counted_rounds import make_crossed_round
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
ENGLISH = {"accept-language": "en"}
GIVEN = {"criterion": "quality", "reason": "The question was worded wrongly", "confirmed": "on"}


@pytest.fixture
def round() -> Round:
    return make_crossed_round()


def address(round: Round, subject: object = None) -> str:
    path = reverse("peer_review:figures-withdraw", args=[round.public_id])
    return path if subject is None else f"{path}?subject={subject}"


def client_of(user: Any) -> Client:
    client = Client(headers=ENGLISH)
    client.force_login(user)
    return client


def subject_of(round: Round, label: str) -> Subject:
    subject: Subject = round.subjects.select_related("member__user").get(label=label)
    return subject


def test_a_criterion_is_withdrawn_and_the_ledger_lists_it(round: Round) -> None:
    client = client_of(round.organiser)
    page = client.get(address(round)).content.decode()
    assert "The figures of one criterion are removed everywhere" in page
    assert ">Quality</option>" in page

    answer = client.post(address(round), GIVEN, follow=True)

    assert answer.redirect_chain == [(reverse("peer_review:all-results", args=[round.public_id]), 302)]
    assert "Withdrawn: 18 figures." in answer.content.decode()
    assert set(CriterionResult.objects.values_list("criterion", flat=True)) == {"spirit"}
    assert ">Quality</option>" not in client.get(address(round)).content.decode()
    ledger = client_of(make_user("", "inspector")).get(reverse("peer_review:ledger", args=[round.public_id]))
    text = ledger.content.decode()
    assert "All figures of the criterion Quality" in text
    assert "The question was worded wrongly" in text
    assert round.organiser.get_full_name() not in text


def test_a_subjects_sheet_is_withdrawn_from_their_page(round: Round) -> None:
    client, subject = client_of(round.organiser), subject_of(round, "乙")
    result = client.get(reverse("peer_review:subject-result", args=[round.public_id, subject.pk])).content.decode()
    assert address(round, subject.pk) in result
    page = client.get(address(round, subject.pk)).content.decode()
    assert "All figures about 乙 are removed." in page
    assert "<select" not in page

    answer = client.post(address(round, subject.pk), {"reason": "Papers were mixed up", "confirmed": "on"}, follow=True)

    assert "Withdrawn: 3 figures." in answer.content.decode()
    assert round.results.get(subject=subject).score is None
    ledger = client_of(make_user("", "inspector")).get(reverse("peer_review:ledger", args=[round.public_id]))
    assert "Result of 乙" in ledger.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"criterion": ""}, "This field is required."),
        ({"criterion": "nothing"}, "nothing is not one of the available choices"),
        ({"reason": " "}, "This field is required."),
        ({"reason": "x" * 301}, "at most 300 characters"),
        ({"reason": "a\x00b"}, "Null characters are not allowed."),
        ({"confirmed": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_withdrawn(round: Round, changes: dict[str, str], said: str) -> None:
    answer = client_of(round.organiser).post(address(round), GIVEN | changes)
    assert said in answer.content.decode()
    assert not RefusedQuery.objects.exists()


def test_figures_withdrawn_meanwhile_are_said_to_be(round: Round) -> None:
    client, subject = client_of(round.organiser), subject_of(round, "乙")
    given = {"reason": "Papers were mixed up", "confirmed": "on"}
    client.post(address(round, subject.pk), given)
    answer = client.post(address(round, subject.pk), given)
    assert answer.status_code == 409
    assert "These figures have been withdrawn before." in answer.content.decode()


@pytest.mark.parametrize("wanted", ["", "0", "-1", "x", "９", "9" * 19, "9" * 30, "%00"])
def test_what_names_no_subject_is_not_there(round: Round, wanted: str) -> None:
    assert client_of(round.organiser).get(address(round, wanted)).status_code == 404


def test_a_subject_of_another_round_is_not_there(round: Round) -> None:
    other = subject_of(make_crossed_round(), "甲")
    assert client_of(round.organiser).get(address(round, other.pk)).status_code == 404


def test_nobody_withdraws_the_figures_about_themselves(round: Round) -> None:
    subject = subject_of(round, "乙")
    user = subject.member.user  # type: ignore[union-attr]
    user.groups.add(round.organiser.groups.get(name=round.organiser.groups.values_list("name", flat=True)[0]))
    Round.objects.filter(pk=round.pk).update(organiser=user)
    client = client_of(user)
    assert has_perm("peer_review.withdraw_figures", user, Round.objects.get(pk=round.pk))
    result = reverse("peer_review:subject-result", args=[round.public_id, subject.pk])
    assert address(round) not in client.get(result).content.decode()
    assert client.get(address(round, subject.pk)).status_code == 404
    assert client.post(address(round, subject.pk), {"reason": "x", "confirmed": "on"}).status_code == 404
    assert round.results.get(subject=subject).score is not None


@pytest.mark.parametrize("role", ["leadership", "inspector", "organiser", "staff"])
def test_nobody_but_the_responsible_organiser_reaches_it(round: Round, role: str) -> None:
    client = client_of(make_user("", role))
    for answer in (client.get(address(round)), client.post(address(round), GIVEN)):
        assert answer.status_code in (403, 404)
    assert not RefusedQuery.objects.exists()


def test_before_publication_there_is_nothing_to_withdraw(round: Round) -> None:
    Round.objects.filter(pk=round.pk).update(state="counted")
    assert client_of(round.organiser).get(address(round)).status_code == 403
