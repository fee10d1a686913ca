"""What the ballot page is made of: one context for a signed-in evaluator and for an envelope's holder."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from peer_review.models import Cell, Round
from peer_review.views.ballots.ballot_page import ballot_context
from peer_review.views.ballots.paper_cards import paper_cards
from tests.factories.peer_review.counted_rounds import open_ready
from tests.factories.peer_review.rounds import (
    RunningRound,
    SchemeFactory,
    make_comment_cell,
    make_open_round,
    make_ready_round,
    make_user,
)
from zhengyan_crypto.encoding import b64u_encode

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


def context_of(running: RunningRound, *, mode: str = "visit", now: Any = None, **more: Any) -> dict[str, Any]:
    cards = paper_cards(running.round, running.evaluators[-1].user)
    return ballot_context(running.round, cards, mode=mode, now=now or timezone.now(), draw="/draw/", **more)


def with_comments(**kwargs: Any) -> RunningRound:
    """An open round of two subjects with a comment paper each."""
    running = make_ready_round(
        evaluators=6,
        subjects=2,
        scheme=SchemeFactory(comments=True),
        comment_reviewer=make_user("Reviewer", "inspector"),
        **kwargs,
    )
    for subject in running.round.subjects.all():
        make_comment_cell(subject, [one.user for one in running.evaluators if one.user != subject.member.user])
    return open_ready(running)


def test_the_script_gets_the_addresses_that_sign_and_take_ballots_and_the_keys_to_check() -> None:
    running = make_open_round(evaluators=4)
    config = context_of(running)["config"]
    address = [running.round.public_id]

    assert (config["round"], config["title"]) == (running.round.public_id, running.round.title)
    assert config["fingerprint"] == running.round.fingerprint
    assert config["manifest"] == reverse("peer_review:manifest", args=address)
    assert config["cast"] == reverse("peer_review:cast", args=address)
    assert (config["draw"], config["mode"]) == ("/draw/", "visit")


def test_more_goes_to_the_script_as_it_is() -> None:
    config = context_of(make_open_round(evaluators=4), owner="x", csrf="y")["config"]

    assert (config["owner"], config["csrf"]) == ("x", "y")
    assert "csrf" not in context_of(make_open_round(evaluators=4))["config"]


@pytest.mark.parametrize(("scale", "ends"), [("points", (0, 100)), ("anchors", (1, 5)), ("grades", (1, 4))])
def test_the_scale_is_the_forms(scale: str, ends: tuple[int, int]) -> None:
    config = context_of(make_open_round(evaluators=4, scheme=SchemeFactory(scale=scale)))["config"]

    assert (config["min"], config["max"]) == ends
    assert config["criteria"] == [{"key": "quality", "label": "Quality"}, {"key": "spirit", "label": "Spirit"}]


def test_bands_are_the_forms_for_the_script_and_in_words_for_the_page() -> None:
    context = context_of(make_open_round(evaluators=4, scheme=SchemeFactory(bands=[95, 80, 60])))

    assert [lowest for lowest, _name in context["config"]["bands"]] == [95, 80, 60, 0]
    assert context["bands"].startswith("Excellent 95–100")


def test_cells_are_all_papers_and_only_open_ones_say_what_they_look_like() -> None:
    running = with_comments()
    cells = running.evaluators[-1].cells
    closed = Cell.objects.filter(round=running.round, kind="rating").first()
    assert closed is not None
    Cell.objects.filter(pk=closed.pk).update(closed=True)

    context = context_of(running)

    assert set(context["config"]["cells"]) == set(cells)
    assert set(context["config"]["papers"]) == set(cells) - {closed.key}
    assert context["has_comments"] is True
    assert [card.closed for card in context["papers"]].count(True) == 1


def test_marks_come_before_words() -> None:
    running = with_comments()
    kinds = dict(Cell.objects.values_list("key", "kind"))

    assert [kinds[cell] for cell in context_of(running)["config"]["cells"]] == ["rating"] * 2 + ["comment"] * 2


def test_a_form_without_comments_has_none() -> None:
    assert context_of(make_open_round(evaluators=4))["has_comments"] is False


@pytest.mark.parametrize("drawn", [False, True])
def test_whether_anything_was_drawn_is_what_the_caller_says(drawn: bool) -> None:
    assert context_of(make_open_round(evaluators=4), drawn=drawn)["config"]["drawn"] is drawn


def test_a_page_before_the_opening_time_is_early_until_that_very_moment() -> None:
    running = make_open_round(evaluators=4)
    opens = running.round.opens_at

    assert context_of(running, now=opens - timedelta(seconds=1))["early"] is True
    assert context_of(running, now=opens)["early"] is False


def test_the_page_says_who_will_see_the_results() -> None:
    running = make_open_round(
        evaluators=4,
        scheme=SchemeFactory(visibility={"subject": True, "section_head": False, "leadership": False, "staff": True}),
    )

    audiences = context_of(running)["audiences"]

    assert audiences == "The person evaluated, All staff (summary only)"


def test_what_the_script_gets_is_json_and_holds_no_secret_of_the_round() -> None:
    running = with_comments()
    running.evaluators[-1].draw()
    round = Round.objects.get(pk=running.round.pk)

    sent = json.dumps(context_of(running)["config"])

    for secret in (round.receipt_key, running.box_private):
        assert bytes(secret).hex() not in sent
        assert b64u_encode(bytes(secret)) not in sent
    for evaluator in running.evaluators:
        assert evaluator.user.get_full_name() not in sent
        assert f'"{evaluator.user.username}"' not in sent
