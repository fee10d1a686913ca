"""The inspector's page of the ledger: all that was shown, in words, without a person or a moment."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from peer_review.domain.ledger.ledger import ask_all, note, note_all
from peer_review.domain.ledger.questions import Question
from peer_review.domain.ledger.readers import Reader
from peer_review.domain.results.trends import subject_trend
from peer_review.enums import Channel, ResultScope
from peer_review.models import Result, Round
from peer_review.views.ledger import ledger as page_of_ledger
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def round() -> Round:
    return make_published_round({(name, "all"): papers(8) for name in "甲乙"}, ranks={"甲": 1, "乙": 2})


def read(client: Client, round: Round, user: Any, **query: Any) -> str:
    client.force_login(user)
    answer = client.get(reverse("peer_review:ledger", args=[round.public_id]), query, headers=ENGLISH)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_kind_of_entry_is_told_in_words(client: Client, round: Round) -> None:
    later = make_published_round({("甲", "all"): papers(8)}, earlier=round)
    leader = make_user("", "leadership")
    result = Result.objects.select_related("round", "subject").get(round=later, scope=ResultScope.SUBJECT)
    subject_trend(result, reader=Reader(leader))
    for scope in (f"subject:{result.subject.key}", "section:a", "rank:rank1", "round", "summary", "patterns"):
        note(later, scope=scope, channel=Channel.PDF, audience="section_head:a")
    note(later, scope="summary", channel=Channel.API, audience="integration")
    ask_all(later, [Question("quality", "a", None, "all")], channel=Channel.PAGE, audience="leadership")
    ask_all(later, [Question("quality", "nowhere")], channel=Channel.PAGE, audience="leadership")

    page = read(client, later, make_user("", "inspector"))

    for words in (
        "Result of 甲",
        "Results of Section a",
        "Mean of the rank Rank 1",
        "All results",
        "Published summary",
        "Patterns",
        f"Result of 甲, beside “{round.title}”",
        "Composed table: Quality · Section a · All",
        "follows from what was published",
        "Head of Section a",
        "Another system, by its token",
        "Leadership",
        "Nobody, or too few, had answered",
    ):
        assert words in page, words
    assert "cell:" not in page


def test_pages_follow_one_another_without_gap_or_repetition(
    client: Client, round: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_of_ledger, "PAGE", 2)
    note_all(round, scopes=[f"section:s{at}" for at in range(5)], channel=Channel.PAGE, audience="leadership")
    inspector = make_user("", "inspector")
    seen, query = [], {}
    for _page in range(3):
        page = read(client, round, inspector, **query)
        seen += [f"s{at}" for at in range(5) if f"Results of s{at}<" in page]
        following = re.search(r'rel="next" href="\?after=(\d+)#', page)
        query = {"after": following[1]} if following else {}
    assert not query
    assert sorted(seen) == ["s0", "s1", "s2", "s3", "s4"]
    assert seen[0] in ("s3", "s4")


def test_the_page_costs_the_same_queries_however_many_entries(client: Client, round: Round) -> None:
    client.force_login(make_user("", "inspector"))
    address = reverse("peer_review:ledger", args=[round.public_id])
    costs = []
    for many in (1, 3):
        note_all(round, scopes=[f"section:s{at}" for at in range(many)], channel=Channel.PAGE, audience="leadership")
        client.get(address)  # what a process asks once is asked
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        costs.append(len(queries))

    assert costs[0] == costs[1]


@pytest.mark.parametrize("role", ["leadership", "staff", "organiser"])
def test_nobody_but_inspectors_reads_it(client: Client, round: Round, role: str) -> None:
    client.force_login(make_user("", role))
    answer = client.get(reverse("peer_review:ledger", args=[round.public_id]))
    assert answer.status_code in (403, 404)


def test_an_empty_ledger_says_so(client: Client, round: Round) -> None:
    page = read(client, round, make_user("", "inspector"))
    assert "Nothing was shown yet." in page
    assert "No question was refused." in page
