"""What the ballot page shows of each kind of paper, and what its script gets of it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.enums import GradeSet, PaperKind, ScaleKind
from peer_review.models import Cell, Round
from peer_review.views.ballots.paper_cards import open_papers, paper_cards
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

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def round_of(**fields: Any) -> tuple[Round, list[Any], list[Any]]:
    """A round as opening would freeze it, four evaluators, and three subjects without papers yet."""
    round = RoundFactory(scheme=SchemeFactory(**fields), state="open")
    round.form = freeze_scheme(round.scheme).as_json()
    round.save()
    users = [make_user(f"Evaluator {name}") for name in "abcd"]
    for user in users:
        make_member(round, user)
    subjects = [make_subject(round, make_member(round, make_user(f"Subject {name}"))) for name in "xyz"]
    return round, users, subjects


def test_words_stand_with_the_marks_of_their_subject_on_a_paper_of_their_own() -> None:
    round, users, (subject, *_others) = round_of(comments=True, comment_limit=80)
    marks, words = make_cell(subject, users), make_comment_cell(subject, users)

    (card,) = paper_cards(round, users[0])

    (row,) = card.rows
    assert (card.cell, card.is_sheet, row.label) == (marks.key, False, "Subject x")
    assert row.comment is not None
    assert (row.comment.cell, row.comment.limit, row.comment.alone, row.comment.promise) == (words.key, 80, False, "")
    assert {key: one["kind"] for key, one in open_papers(round, [card]).items()} == {
        marks.key: "rating",
        words.key: "comment",
    }


def test_words_that_too_few_may_write_say_so_and_one_writer_is_told() -> None:
    round, users, (subject, *_others) = round_of(comments=True)
    make_cell(subject, users)
    make_comment_cell(subject, users[:1])

    (card,) = paper_cards(round, users[0])

    box = card.rows[0].comment
    assert box is not None
    assert box.alone
    assert "no comment will be shown" in box.promise


def test_a_sheet_lists_its_subjects_in_order_and_each_ones_words_beside() -> None:
    round, users, subjects = round_of(comments=True, paper=PaperKind.SHEET, sheet_rules=[{"kind": "not_all_equal"}])
    sheet = make_sheet(subjects, users)
    words = [make_comment_cell(subject, users).key for subject in subjects]

    (card,) = paper_cards(round, users[0])

    assert card.is_sheet
    assert [(row.position, row.prefix, row.label) for row in card.rows] == [
        (1, "1.", "Subject x"),
        (2, "2.", "Subject y"),
        (3, "3.", "Subject z"),
    ]
    assert [row.comment.cell for row in card.rows if row.comment is not None] == words
    assert card.paper.keys == ("1.quality", "1.spirit", "2.quality", "2.spirit", "3.quality", "3.spirit")
    assert [rule.sentence for rule in card.rules] == ["The marks on the sheet may not all be alike."]
    assert list(open_papers(round, [card])) == [sheet.key, *words]


def test_a_criterion_that_is_off_for_a_class_is_not_on_its_paper() -> None:
    round, users, (subject, *_others) = round_of(classes=[("heads", 50), ("staff", 50)])
    round.scheme.criteria.filter(key="spirit").update(classes=["heads"])
    round.form = freeze_scheme(round.scheme).as_json()
    round.save()
    make_cell(subject, users[:1], "heads")
    make_cell(subject, users[1:], "staff")

    asked = [[criterion.key for criterion in paper_cards(round, user)[0].criteria] for user in users[:2]]

    assert asked == [["quality", "spirit"], ["quality"]]


def test_reasons_are_asked_for_only_where_there_is_room_for_them() -> None:
    for comments, expected in ((True, 60), (False, None)):
        round, users, (subject, *_others) = round_of(comments=comments)
        round.scheme.criteria.update(comment_below=60)
        round.form = freeze_scheme(round.scheme).as_json()
        make_cell(subject, users)

        (card,) = paper_cards(round, users[0])

        assert [criterion.comment_below for criterion in card.criteria] == [expected, expected]


def test_a_closed_paper_says_so_and_asks_nothing(client: Client) -> None:
    round, users, (subject, *_others) = round_of(comments=True)
    round.fingerprint = "0" * 64
    round.save()
    make_cell(subject, users)
    make_comment_cell(subject, users)
    Cell.objects.update(closed=True)
    client.force_login(users[0])

    response = client.get(reverse("peer_review:ballot", args=[round.public_id]), headers={"Accept-Language": "en"})
    html = response.content.decode()

    assert "it takes no ballots" in html
    assert "Words about Subject x are not taken" in html
    assert "data-criterion=" not in html
    assert "<textarea" not in html
    assert response.context["config"]["papers"] == {}
    assert len(response.context["config"]["cells"]) == 2


def test_papers_take_one_query_count_for_one_and_for_three_subjects() -> None:
    round, users, subjects = round_of(comments=True)
    make_cell(subjects[0], users)
    make_comment_cell(subjects[0], users)
    with CaptureQueriesContext(connection) as one:
        paper_cards(round, users[0])
    for subject in subjects[1:]:
        make_cell(subject, users)
        make_comment_cell(subject, users)
    make_sheet(subjects, users)
    with CaptureQueriesContext(connection) as three:
        cards = paper_cards(round, users[0])

    assert len(cards) == 4
    # The entries of the sheet: for the cards, and for who is asked with the reader.
    assert len(three) <= len(one) + 2


def test_grades_are_chosen_by_the_schemes_own_names() -> None:
    round, users, (subject, *_others) = round_of(scale=ScaleKind.GRADES, grade_set=GradeSet.INSTITUTIONS)
    make_cell(subject, users)

    (card,) = paper_cards(round, users[0])

    assert [(choice.value, choice.label) for choice in card.criteria[0].choices] == [
        (4, "Excellent"),
        (3, "Qualified"),
        (2, "Basically qualified"),
        (1, "Unqualified"),
    ]
