"""Comment writers: who may write about each subject, and who of them is cover."""

from typing import Any

import pytest

from peer_review.domain.planning.comment_writers import CommentWriters, comment_writers
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.models import Round, Subject
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[Any]:
    return [make_user(f"Person {n}") for n in range(6)]


def draft(*, not_anonymous: tuple[str, ...] = ("leaders",)) -> Round:
    scheme = SchemeFactory(classes=[("leaders", 50), ("staff", 50)], comments=True)
    return RoundFactory(scheme=scheme, not_anonymous=list(not_anonymous))


def subject_of(round: Round, name: str) -> Subject:
    return make_subject(round, make_member(round, make_user(name)))


def writers_of(round: Round, subject: Subject) -> CommentWriters:
    paper = round.cells.get(subject=subject, kind="comment").pk
    return comment_writers(round, freeze_for(round))[paper]


def vote_on_paper(round: Round, people: list[Any]) -> None:
    for person in people:
        make_member(round, person)
    round.members.filter(user__in=people).update(on_paper=True)


def test_people_of_declared_classes_are_no_cover_about_whom_they_mark_in_these(people: list[Any]) -> None:
    round = draft()
    li, wang = subject_of(round, "Li"), subject_of(round, "Wang")
    make_cell(li, people[:2], "leaders")
    make_cell(li, people[2:], "staff")
    make_cell(wang, people, "staff")
    for subject in (li, wang):
        make_comment_cell(subject, people)

    assert writers_of(round, li) == CommentWriters(eligible=6, declared=2)
    assert writers_of(round, li).covering == 4
    assert writers_of(round, wang) == CommentWriters(eligible=6)


def test_whole_sheets_tell_the_class_about_each_subject_that_they_list(people: list[Any]) -> None:
    round = draft()
    li, wang, zhao = (subject_of(round, name) for name in ("Li", "Wang", "Zhao"))
    make_sheet([li, wang], people[:3], "leaders")
    make_sheet([zhao], people, "staff")
    for subject in (li, wang, zhao):
        make_comment_cell(subject, people)

    assert [writers_of(round, subject).declared for subject in (li, wang, zhao)] == [3, 3, 0]


def test_another_rounds_classes_say_nothing(people: list[Any]) -> None:
    other, round = draft(), draft(not_anonymous=("staff",))
    for of, voters in ((other, "staff"), (round, "leaders")):
        subject = subject_of(of, f"Li of {of.pk}")
        make_cell(subject, people, voters)
        make_comment_cell(subject, people)

    assert [who.declared for who in comment_writers(round, freeze_for(round)).values()] == [0]


def test_who_votes_with_an_envelope_beside_others_is_no_cover_and_counts_once(people: list[Any]) -> None:
    round = draft()
    li = subject_of(round, "Li")
    make_cell(li, people[:2], "leaders")
    make_cell(li, people[2:], "staff")
    make_comment_cell(li, people)
    vote_on_paper(round, people[1:3])

    assert writers_of(round, li) == CommentWriters(eligible=6, with_envelopes=2, declared=1)
    assert writers_of(round, li).covering == 3


def test_where_nobody_writes_at_a_computer_envelopes_are_cover_and_declared_people_are_not(people: list[Any]) -> None:
    round = draft()
    li = subject_of(round, "Li")
    make_cell(li, people[:1], "leaders")
    make_cell(li, people[1:], "staff")
    make_comment_cell(li, people)
    vote_on_paper(round, people)

    assert writers_of(round, li) == CommentWriters(eligible=6, declared=1)


def test_only_the_papers_that_are_asked_for_and_two_queries(people: list[Any], django_assert_num_queries: Any) -> None:
    round = draft()
    li, wang = subject_of(round, "Li"), subject_of(round, "Wang")
    make_cell(li, people, "leaders")
    paper, _other = (make_comment_cell(subject, people) for subject in (li, wang))
    scheme = freeze_for(round)

    with django_assert_num_queries(2):
        assert comment_writers(round, scheme, papers=[paper.pk]) == {paper.pk: CommentWriters(eligible=6, declared=6)}
    plain = draft(not_anonymous=())
    scheme = freeze_for(plain)
    with django_assert_num_queries(1):
        assert comment_writers(plain, scheme) == {}
