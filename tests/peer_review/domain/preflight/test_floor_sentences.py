"""What a paper says becomes of it where too few vote."""

from typing import Any

import pytest

from peer_review.domain.planning.shared_papers import share_papers
from peer_review.domain.preflight.floor_sentences import floor_sentences
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import Collection, RoundState
from peer_review.models import Cell, Round
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

CLASSES = [("superiors", 50), ("peers", 30), ("others", 20)]
DESTROYED = "If fewer than 3 vote on this, the answers are destroyed."


def joins(label: str) -> str:
    words = f"If fewer than 3 vote on this, the answers join the class “{label}”; "
    return words + "if they are still too few, they are destroyed."


@pytest.fixture
def round() -> Round:
    return RoundFactory(scheme=SchemeFactory(classes=CLASSES))


def subject_of(round: Round) -> Any:
    return make_subject(round, make_member(round, make_user("Subject")))


def cells_of(round: Round, *classes: str, each: int = 4) -> dict[str, Cell]:
    subject = subject_of(round)
    return {key: make_cell(subject, [make_user() for _one in range(each)], key) for key in classes}


def told(round: Round, cells: dict[str, Cell]) -> dict[str, str]:
    sentences = floor_sentences(round, list(cells.values()))
    return {key: sentences[cell.key] for key, cell in cells.items()}


def test_answers_join_the_class_above_and_the_highest_the_one_below(round: Round) -> None:
    assert told(round, cells_of(round, "superiors", "peers", "others")) == {
        "superiors": joins("Peers"),
        "peers": joins("Superiors"),
        "others": joins("Peers"),
    }


def test_only_classes_that_evaluate_the_same_subject_are_neighbours(round: Round) -> None:
    assert told(round, cells_of(round, "superiors", "others")) == {
        "superiors": joins("Others"),
        "others": joins("Superiors"),
    }
    assert told(round, cells_of(round, "peers")) == {"peers": DESTROYED}


def test_only_classes_that_are_asked_the_same_are_neighbours(round: Round) -> None:
    round.scheme.criteria.filter(key="spirit").update(classes=["superiors", "others"])

    assert told(round, cells_of(round, "superiors", "peers", "others")) == {
        "superiors": joins("Others"),
        "peers": DESTROYED,
        "others": joins("Superiors"),
    }


def test_a_class_that_is_not_anonymous_joins_nobody_and_takes_nobody_in(round: Round) -> None:
    round.not_anonymous = ["peers"]
    round.save()

    assert told(round, cells_of(round, "superiors", "peers", "others")) == {
        "superiors": joins("Others"),
        "peers": "",
        "others": joins("Superiors"),
    }


def test_a_paper_that_can_never_reach_the_floor_and_join_nobody_says_so(round: Round) -> None:
    few = "Fewer than 3 people may vote on this, so the answers will be destroyed unread."
    assert told(round, cells_of(round, "peers", each=2)) == {"peers": few}
    # Two and two share a paper from opening on: beside it there is nobody.
    assert set(told(round, cells_of(round, "peers", "others", each=2)).values()) == {DESTROYED}


@pytest.mark.parametrize("opened", [False, True])
def test_a_paper_that_classes_share_is_named_with_all_of_them(round: Round, opened: bool) -> None:
    cells = {**cells_of(round, "superiors", each=4)}
    subject = cells["superiors"].subject
    assert subject is not None
    for voters in ("peers", "others"):
        cells[voters] = make_cell(subject, [make_user() for _one in range(2)], voters)
    if opened:
        round.form = freeze_for(round).as_json()
        share_papers(round)
        round.state = RoundState.OPEN
        round.save()
        cells = {cell.voter_class: cell for cell in round.cells.all()}
        assert set(cells) == {"superiors", "peers"}
    expected = {"superiors": joins("Peers and Others"), "peers": joins("Superiors"), "others": joins("Superiors")}
    assert told(round, cells) == {key: expected[key] for key in cells}


def test_what_was_frozen_counts_and_not_the_scheme_as_it_stands(round: Round) -> None:
    round.form = freeze_for(round).as_json()
    round.save()
    round.scheme.criteria.filter(key="spirit").update(classes=["superiors"])

    assert told(round, cells_of(round, "superiors", "peers"))["peers"] == joins("Superiors")


CLOSES = "If fewer than 3 draw this, it closes when the drawing ends and takes no ballots. "


def joins_after_drawing(label: str) -> str:
    words = f"If fewer than 3 then vote on it, the answers join the class “{label}” or, where that has closed, another "
    return CLOSES + words + "that has not; if there is none, or they are still too few, they are destroyed."


@pytest.fixture
def staged(round: Round) -> Round:
    """A round of two stages."""
    round.collection, round.casts_at = Collection.TWO_STAGE, round.opens_at + (round.closes_at - round.opens_at) / 2
    round.save()
    return round


def test_in_two_stages_a_paper_that_closes_in_any_case_says_nothing_of_it(staged: Round) -> None:
    cells = {**cells_of(staged, "peers", each=2), **cells_of(staged, "superiors", each=3)}

    alone = CLOSES + "If fewer than 3 then vote on it, the answers are destroyed."
    assert told(staged, cells) == {"peers": "", "superiors": alone}


def test_in_two_stages_a_paper_says_that_it_may_close_and_joins_what_may_stay_open(staged: Round) -> None:
    cells = cells_of(staged, "superiors", "peers", "others")
    assert told(staged, cells)["others"] == joins_after_drawing("Peers")

    staged.scheme.criteria.filter(key="spirit").update(classes=["superiors", "others"])
    assert told(staged, cells)["others"] == joins_after_drawing("Superiors")


def test_once_drawing_has_ended_only_papers_that_stayed_open_are_neighbours(staged: Round) -> None:
    cells = cells_of(staged, "superiors", "peers", "others")
    staged.barrier_at = staged.casts_at
    staged.save()
    assert told(staged, cells)["others"] == joins("Peers")

    Cell.objects.filter(pk=cells["peers"].pk).update(closed=True)
    cells["peers"].refresh_from_db()
    assert told(staged, cells) == {"superiors": joins("Others"), "peers": "", "others": joins("Superiors")}


def test_of_a_paper_that_closed_elsewhere_nothing_is_said_here(staged: Round) -> None:
    cells, elsewhere = cells_of(staged, "superiors", "peers"), cells_of(staged, "peers")
    Cell.objects.filter(pk=elsewhere["peers"].pk).update(closed=True)
    staged.barrier_at = staged.casts_at
    staged.save()

    assert told(staged, cells) == {"superiors": joins("Peers"), "peers": joins("Superiors")}


def test_a_sheet_has_its_own_classes_and_words_have_no_sentence_of_their_own(round: Round) -> None:
    subject, people = subject_of(round), [make_user() for _one in range(4)]
    sheet = make_sheet([subject], people, "peers")
    make_sheet([subject], [make_user() for _one in range(3)], "others", sheet=sheet.sheet)
    words = make_comment_cell(subject, people)
    make_cell(subject, people, "superiors")

    sentences = floor_sentences(round, [sheet, words])

    assert sentences == {sheet.key: joins("Others"), words.key: ""}


def test_one_query_for_any_number_of_papers(round: Round, django_assert_num_queries: Any) -> None:
    round.form, round.state = freeze_for(round).as_json(), RoundState.OPEN
    cells = [cell for _one in range(3) for cell in cells_of(round, "superiors", "peers").values()]

    with django_assert_num_queries(1):
        floor_sentences(round, cells)
