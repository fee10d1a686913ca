"""The inspector's page about patterns: in words, with what chance would make, and nobody's ballot."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import Anomaly, AnomalyRun, Round, Shown, Subject
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, spread
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def client() -> Client:
    """A browser that asks for English: sentences are compared in the language of the source."""
    return Client(headers={"accept-language": "en"})


SEARCHES = [
    {"kind": "end", "criterion": "quality", "tested": 400},
    {"kind": "camps", "criterion": "quality", "tested": 1},
    {"kind": "return", "criterion": "", "tested": 0},
    {"kind": "change", "criterion": "", "tested": 20},
]


@pytest.fixture
def inspector(client: Client) -> Client:
    client.force_login(make_user("", "inspector"))
    return client


def address(round: Round, name: str = "anomaly-list") -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def make_searched_round(searches: list[dict[str, Any]] = SEARCHES) -> Round:
    """Return a published round in which a search is done and found one pattern of each kind."""
    round = make_published_round({("甲", "all"): spread(8), ("乙", "all"): spread(8)})
    run = AnomalyRun.objects.create(round=round, done=4, total=4, searches=searches)
    first, second = Subject.objects.filter(round=round).order_by("pk")
    Anomaly.objects.create(run=run, kind="end", subject=first, criterion="quality", high=True, p=0.0004, q=0.04)
    Anomaly.objects.create(run=run, kind="camps", subject=second, criterion="spirit", p=0.009, q=0.3)
    Anomaly.objects.create(run=run, kind="change", subject=second, high=False, p=0.0001, q=0.002)
    names = {"section_key": "a", "section_name": "Section a", "other_key": "b", "other_name": "Section b"}
    Anomaly.objects.create(run=run, kind="return", high=True, p=0.002, q=0.01, **names)
    return round


def test_page_says_each_pattern_in_words_with_its_chance(inspector: Client) -> None:
    text = inspector.get(address(make_searched_round())).content.decode()
    assert "甲, Quality: the published figure is the highest that the scale has." in text
    assert "乙, Spirit: two camps of at least 5 ballots each, 20 points or more apart." in text
    assert "乙: 10 points or more below the last comparable round." in text
    assert "Section a and Section b rate each other 5 points or more higher" in text
    assert "under 0.1 %" in text
    assert "30 %" in text
    assert text.count("What it does not mean:") == 4


def test_page_warns_how_many_patterns_chance_alone_would_make(inspector: Client) -> None:
    text = inspector.get(address(make_searched_round())).content.decode()
    assert "Looked at 400 places. Chance alone would make up to 4.0 such patterns there; found: 1." in text
    assert "Looked at 1 place. Chance alone would make up to 0.0 such patterns there; found: 1." in text
    assert "Could not be looked for: no published figures of a class come from the people of one section" in text
    assert "Compare what was found with what chance would make" in text


def test_unanimous_ballots_are_a_number_or_nothing(inspector: Client) -> None:
    counted = [{**SEARCHES[0], "unanimous": {"cells": 6, "alike": 13, "p": 0.002}}, *SEARCHES[1:]]
    told = inspector.get(address(make_searched_round(counted))).content.decode()
    silent = inspector.get(address(make_searched_round())).content.decode()
    words = "Quality: of 13 subjects whose ballots lie closest together, the ballots of 6 all say the same."
    assert words in told
    assert words not in silent
    assert "told only where it cannot be seen which they are" in silent


def test_inspector_who_is_evaluated_finds_nothing_of_themselves(client: Client) -> None:
    round = make_searched_round()
    user = Subject.objects.filter(round=round, label="甲").get().member.user
    user.groups.set(make_user("", "inspector").groups.all())
    client.force_login(user)
    text = client.get(address(round)).content.decode()
    assert "甲, Quality" not in text
    assert "乙, Spirit" in text
    assert "Patterns about yourself are not shown to you." in text


def test_search_is_started_with_a_button_and_shows_how_far_it_is(inspector: Client) -> None:
    round = make_published_round({("甲", "all"): spread(8)})
    assert "Nobody has looked yet." in inspector.get(address(round)).content.decode()
    assert inspector.post(address(round)).status_code == 302
    run = AnomalyRun.objects.get(round=round)
    assert (run.done, run.total) == (0, 4)
    page = inspector.get(address(round)).content.decode()
    assert f'data-progress="{address(round, "anomaly-progress")}"' in page
    assert inspector.get(address(round, "anomaly-progress")).json() == {"ready": 0, "total": 4}
    AnomalyRun.objects.update(done=3)
    assert inspector.get(address(round, "anomaly-progress")).json() == {"ready": 3, "total": 4}


def test_progress_of_a_search_that_was_never_begun_is_nothing(inspector: Client) -> None:
    round = make_published_round({("甲", "all"): spread(8)})
    assert inspector.get(address(round, "anomaly-progress")).json() == {"ready": 0, "total": 0}


def test_what_was_shown_is_noted_in_the_ledger(inspector: Client) -> None:
    round = make_searched_round()
    inspector.get(address(round))
    assert list(Shown.objects.values_list("round", "scope", "channel", "audience")) == [
        (round.pk, "patterns", "page", "inspector")
    ]


def test_page_asks_as_often_for_three_patterns_as_for_one(
    inspector: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    round = make_searched_round()
    inspector.get(address(round))
    with django_assert_max_num_queries(30) as first:
        inspector.get(address(round))
    run = AnomalyRun.objects.get(round=round)
    for subject in Subject.objects.filter(round=round):
        for criterion in ("a", "b"):
            Anomaly.objects.create(run=run, kind="end", subject=subject, criterion=criterion, p=0.001, q=0.1)
    with django_assert_num_queries(len(first)):
        inspector.get(address(round))


def test_list_is_cut_where_it_grows_long(inspector: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from peer_review.views.audit import anomalies

    monkeypatch.setattr(anomalies, "MOST", 1)
    round = make_searched_round()
    run = AnomalyRun.objects.get(round=round)
    for subject in Subject.objects.filter(round=round):
        Anomaly.objects.create(run=run, kind="end", subject=subject, criterion="spirit", high=True, p=0.005, q=0.1)
    assert "2 more are less striking and not listed." in inspector.get(address(round)).content.decode()


@pytest.mark.parametrize("role", ["staff", "organiser", "scrutineer", "leadership", "superuser"])
def test_nobody_else_looks_at_patterns(role: str, client: Client) -> None:
    round = make_searched_round()
    user = round.organiser if role == "organiser" else make_user("", role, is_superuser=role == "superuser")
    client.force_login(user)
    for name in ("anomaly-list", "anomaly-progress"):
        assert client.get(address(round, name)).status_code == 403
    assert client.post(address(round)).status_code == 403


def test_round_that_is_not_published_has_no_patterns(inspector: Client) -> None:
    round = make_counted_round({("甲", "all"): spread(8)})
    assert inspector.get(address(round)).status_code == 403
    assert address(round) not in inspector.get(address(round, "audit-round")).content.decode()


def test_inspectors_page_leads_to_the_patterns(inspector: Client) -> None:
    round = make_published_round({("甲", "all"): spread(8)})
    assert address(round) in inspector.get(address(round, "audit-round")).content.decode()
