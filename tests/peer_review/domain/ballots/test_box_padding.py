"""The dummies of the box: how many there are, that they open as ballots do, and that the count passes them over."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from peer_review.box import store
from peer_review.domain.ballots import box_padding
from peer_review.domain.ballots.box_padding import BoxPadding, padding_of
from peer_review.domain.tally import count
from peer_review.exceptions.base import WrongKey
from peer_review.models import Assignment
from tests.factories.peer_review.counted_rounds import content_keys, count_all, make_voted_round, open_box
from tests.factories.peer_review.rounds import SchemeFactory, make_open_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def totals(papers: int, rows: int, monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """Return how often each total of rows comes of as many draws as there are, one each."""
    draws: Iterator[int] = iter(range(10**9))
    padding = BoxPadding(papers=papers, seal=bytes)
    monkeypatch.setattr(box_padding.secrets, "randbelow", lambda below: next(draws) % below)
    return Counter(rows + padding.missing(rows) for _draw in range(padding.spread))


@pytest.mark.parametrize("papers", [0, 5, 2000, 210_000])
def test_whatever_was_cast_there_are_rows_as_if_every_paper_was(papers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as nobody casts twice, the total is drawn from the same numbers with the same chances."""
    everything = totals(papers, papers, monkeypatch)

    assert min(everything) == papers
    assert set(everything.values()) == {1}
    for rows in {0, min(1, papers), papers // 2, max(papers - 1, 0)}:
        assert totals(papers, rows, monkeypatch) == everything


@pytest.mark.parametrize(("papers", "rows"), [(5, 300), (5, 5), (2000, 2000), (2000, 9000)])
def test_one_who_fills_the_box_learns_next_to_nothing_of_the_others(
    papers: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever casts so often that every other ballot makes the total greater still sees a number that hides four."""
    without, beside = totals(papers, rows, monkeypatch), totals(papers, rows + 4, monkeypatch)

    told_apart = sum((without - beside).values())
    assert told_apart == 4
    assert told_apart / sum(without.values()) <= 4 / 128


def test_a_large_box_grows_by_no_more_than_a_sixteenth_and_a_little() -> None:
    padding = BoxPadding(papers=210_000, seal=bytes)

    assert max(padding.missing(210_000) for _try in range(200)) < 128 + 210_000 // 16


def test_a_round_in_which_nobody_voted_has_a_box_as_full_as_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(box_padding.secrets, "randbelow", lambda below: below - 1)
    running = make_open_round(evaluators=6, subjects=2)
    papers = Assignment.objects.filter(cell__round=running.round).count()

    running.close()

    assert papers == 10
    assert store.count_rows("closed", running.round.public_id) == papers + 127
    assert count_all(running).state == "counted"
    assert running.round.count_run.accepted == 0


def test_dummies_cannot_be_told_by_whoever_opens_the_box() -> None:
    """They are sealed for the box's key as ballots are: of one length, and a wrong key opens none of them."""
    running = make_voted_round(evaluators=4, voters=2)
    running.close()
    public_id = running.round.public_id
    rows = count.sealed_rows(running.round)
    sealed = store.closed_ciphertexts(public_id, [bytes.fromhex(row["id"]) for row in rows])
    keys = content_keys(running, rows)

    assert len({len(row) for row in sealed.values()}) == 1
    assert len({row["epk"] for row in rows}) == len(rows) > 2
    for row_id in keys:
        with pytest.raises(WrongKey):
            count.open_rows(running.round, by=running.round.scrutineers.get(), keys={row_id: bytes(32)})
    assert store.count_rows("opened", public_id) == 0


def test_a_count_passes_dummies_over_and_calls_none_of_them_a_fault() -> None:
    running = make_voted_round(evaluators=9, voters=8, scheme=SchemeFactory(floor=5))
    running.close()
    open_box(running)
    rows = store.count_rows("opened", running.round.public_id)

    round = count_all(running)

    run = round.count_run
    assert rows >= 8
    assert (run.accepted, run.rejected, run.superseded) == (8, {}, 0)
    assert (run.done, run.total) == (8, 8)
    assert len(list(store.ballots(round.public_id))) == 8


def test_closing_again_after_a_crash_lays_no_second_dummies(monkeypatch: pytest.MonkeyPatch) -> None:
    running = make_voted_round(evaluators=4, voters=2)
    public_id = running.round.public_id
    store.seal_off(public_id, padding=padding_of(running.round))
    rows: Any = store.closed_rows(public_id, limit=10_000)

    running.close()

    assert store.closed_rows(public_id, limit=10_000) == rows
