"""Drawing: all papers at once, once, whoever asks first; nothing else is written."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review.domain.ballots.credentials import issue_credentials
from peer_review.domain.ballots.drawing import Drawing, person_id, value_of
from peer_review.domain.keys.server_keys import key_of
from peer_review.exceptions.ballots import AlreadyDrawn, DrawClosed, NotEligible
from peer_review.exceptions.base import BadEncoding, NotOpenYet, Refusal
from peer_review.models import Assignment, Drawn, Round
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.rounds import Evaluator, make_open_round, make_ready_round, make_user
from zhengyan_crypto.blindsig import decode_spki, verify

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_draw_signs_every_paper_so_that_the_unblinded_token_verifies() -> None:
    running = make_open_round(evaluators=3, subjects=2)
    evaluator = running.evaluators[2]

    tokens = evaluator.draw()

    assert set(tokens) == set(evaluator.cells)
    for cell, spki in evaluator.cells.items():
        assert verify(decode_spki(spki), evaluator.credential(cell).message, tokens[cell])


def test_draw_again_with_the_same_values_gives_the_same_answer() -> None:
    running = make_open_round()
    evaluator = running.evaluators[0]
    blinded = evaluator.blinded()

    first = issue_credentials(evaluator.user, running.round, blinded)
    again = issue_credentials(evaluator.user, running.round, blinded)

    assert again.signed == first.signed
    assert again.drawn_at >= first.drawn_at


def test_draw_refuses_another_browser_with_another_secret() -> None:
    running = make_open_round()
    first = running.evaluators[0]
    second = Evaluator(first.user, running.round)
    first.draw()

    with pytest.raises(AlreadyDrawn):
        second.draw()


def test_the_recovery_code_brings_the_same_credentials_back_in_another_browser() -> None:
    running = make_open_round()
    first = running.evaluators[0]
    tokens = first.draw()

    assert Evaluator(first.user, running.round, master=first.master).draw() == tokens


def changed(blinded: dict[str, bytes], **changes: Any) -> dict[str, bytes]:
    cell = next(iter(blinded))
    return {**blinded, cell: changes["value"]}


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda b: {}, BadEncoding),
        (lambda b: dict(list(b.items())[:1]), BadEncoding),
        (lambda b: {**b, "0" * 16: bytes(256)}, NotEligible),
        (lambda b: changed(b, value=b"short"), BadEncoding),
        (lambda b: changed(b, value=bytes(256)), BadEncoding),
        (lambda b: changed(b, value=b"\xff" * 256), BadEncoding),
        (lambda b: changed(b, value=next(iter(b.values())) + b"x"), BadEncoding),
    ],
    ids=["none", "a choice of cells", "foreign cell", "short", "zero", "above the modulus", "long"],
)
def test_draw_refuses_anything_but_all_papers_well_formed(spoil: Any, refusal: type[Refusal]) -> None:
    running = make_open_round(evaluators=3, subjects=2)
    evaluator = running.evaluators[2]

    with pytest.raises(refusal):
        issue_credentials(evaluator.user, running.round, spoil(evaluator.blinded()))

    assert not Drawn.objects.exists()


def test_draw_refuses_whoever_is_not_on_the_roll() -> None:
    running = make_open_round()
    with pytest.raises(NotEligible):
        issue_credentials(make_user(), running.round, running.evaluators[0].blinded())
    with pytest.raises(NotEligible):
        issue_credentials(make_user(), running.round, {})


def test_draw_is_possible_only_while_the_round_is_open() -> None:
    ready = make_ready_round()
    with pytest.raises(NotOpenYet):
        ready.evaluators[0].draw()

    running = make_open_round()
    evaluator = running.evaluators[0]
    late = running.round.closes_at + timedelta(seconds=1)
    with pytest.raises(DrawClosed):
        issue_credentials(evaluator.user, running.round, evaluator.blinded(), now=late)
    running.close()
    with pytest.raises(DrawClosed):
        evaluator.draw()
    # The clock set back does not open it again.
    with pytest.raises(DrawClosed):
        issue_credentials(evaluator.user, running.round, evaluator.blinded(), now=timezone.now() - timedelta(hours=2))


def test_draw_writes_one_row_of_two_values_and_nothing_else() -> None:
    running = make_open_round(evaluators=3, subjects=2)
    evaluator = running.evaluators[2]
    blinded = evaluator.blinded()
    entries, sessions = ModelLogEntry.objects.count(), Session.objects.count()
    last_login = evaluator.user.last_login

    with connection.execute_wrapper(only_inserts_into("peer_review_drawn")):
        issue_credentials(evaluator.user, running.round, blinded)

    evaluator.user.refresh_from_db()
    assert evaluator.user.last_login == last_login
    assert (ModelLogEntry.objects.count(), Session.objects.count()) == (entries, sessions)


def only_inserts_into(table: str) -> Any:
    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE", "BEGIN")):
            assert sql.startswith((f'INSERT INTO "{table}"', f'INSERT OR IGNORE INTO "{table}"')), sql
        return execute(sql, params, many, context)

    return watch


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("peer_review_assignment", {"id", "evaluator_id", "cell_id"}),
        ("peer_review_drawn", {"id", "value"}),
        ("peer_review_ticket", {"id", "urn_id", "digest"}),
    ],
)
def test_what_is_kept_of_drawing_has_these_columns_and_no_other(table: str, expected: set[str]) -> None:
    """A time, a counter, a status here would tell who voted when."""
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}

    assert columns == expected


def test_assignments_do_not_change_from_opening_to_count() -> None:
    running = make_open_round(evaluators=5)
    before = list(Assignment.objects.order_by("pk").values())
    for evaluator in running.evaluators:
        running.stuff(evaluator)
    assert list(Assignment.objects.order_by("pk").values()) == before
    count_all(running)
    assert list(Assignment.objects.order_by("pk").values()) == before


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_of_two_browsers_drawing_at_once_one_wins_and_the_other_is_told() -> None:
    running = make_open_round(evaluators=4, subjects=3)
    user = running.evaluators[3].user
    browsers = [Evaluator(user, running.round) for _ in range(4)]
    requests = [browser.blinded() for browser in browsers]
    start = threading.Barrier(len(browsers))
    outcomes: list[Any] = [None] * len(browsers)

    def go(number: int) -> None:
        try:
            start.wait()
            outcomes[number] = issue_credentials(user, running.round, requests[number])
        except Refusal as refusal:
            outcomes[number] = refusal.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=[number]) for number in range(len(browsers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Drawing)]
    assert len(winners) == 1
    assert [outcome for outcome in outcomes if not isinstance(outcome, Drawing)] == ["already_drawn"] * 3
    # Whole and of one browser: no mixture of two.
    assert len(browsers[winners[0]].keep(*outcomes[winners[0]])) == 3
    key = key_of(Round.objects.get())
    (drawn,) = Drawn.objects.all()
    assert bytes(drawn.id) == person_id(key, user.pk)
    assert bytes(drawn.value) == value_of(key, requests[winners[0]])
