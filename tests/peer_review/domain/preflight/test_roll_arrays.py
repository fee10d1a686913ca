"""A round's roll as arrays: one row for each subject of each paper of a person."""

from typing import Any

import pytest

from peer_review.domain.preflight.preflight import preflight
from peer_review.domain.preflight.roll_arrays import RollReader, RollSubject, read_papers
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.models import Cell, Round
from tests.factories.peer_review.beside_rounds import freeze, make_draft_about
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
def draft() -> Round:
    return RoundFactory(scheme=SchemeFactory(classes=[("peers", 60), ("staff", 40)]))


def read(round: Round) -> Any:
    return read_papers(round, freeze_scheme(round.scheme))


def test_read_papers_of_an_empty_roll(draft: Round) -> None:
    papers = read(draft)

    assert (papers.subjects, papers.classes) == ((), ("peers", "staff"))
    assert (papers.eligible.shape, papers.sections.tolist()) == ((0, 2), [])
    assert (len(papers.subject), len(papers.voter_class), len(papers.person)) == (0, 0, 0)


def test_read_papers_counts_own_papers_and_sheets_and_no_comments(draft: Round) -> None:
    users = [make_user(f"Person {n}") for n in range(5)]
    li, wang = (
        make_subject(draft, make_member(draft, make_user(name), section=section))
        for name, section in (("Li", "b"), ("Wang", "a"))
    )
    make_cell(li, users[:2], "peers")
    make_cell(li, users[2:3], "staff")
    make_sheet([li, wang], users[3:], "staff")
    make_comment_cell(wang, users)

    papers = read(draft)

    assert papers.subjects == (
        RollSubject(li.pk, li.key, "Li", "b", "Section b", "rank1"),
        RollSubject(wang.pk, wang.key, "Wang", "a", "Section a", "rank1"),
    )
    assert papers.eligible.tolist() == [[2, 3], [0, 2]]
    # In the order in which sections come, not of their keys.
    assert papers.sections.tolist() == [0, 1]
    rows = zip(papers.subject.tolist(), papers.voter_class.tolist(), papers.person.tolist(), strict=True)
    pks = [user.pk for user in users]
    assert sorted(rows) == sorted(
        [(0, 0, pks[0]), (0, 0, pks[1]), (0, 1, pks[2]), (0, 1, pks[3]), (0, 1, pks[4]), (1, 1, pks[3]), (1, 1, pks[4])]
    )


def test_papers_of_one_sheet_stand_on_one_ladder_and_others_on_that_of_their_subject(draft: Round) -> None:
    users = [make_user(f"Person {n}") for n in range(4)]
    li, wang, zhao = (make_subject(draft, make_member(draft, make_user(name))) for name in ("Li", "Wang", "Zhao"))
    sheet = make_sheet([li, wang], users, "staff").sheet
    Cell.objects.create(round=draft, kind="sheet", sheet=sheet, voter_class="peers")
    make_cell(zhao, users, "staff")

    assert read(draft).ladders.tolist() == [[3, 3], [3, 3], [-1, 2]]


def test_read_papers_leaves_out_classes_that_the_form_does_not_know(draft: Round) -> None:
    subject = make_subject(draft, make_member(draft, make_user("Li")))
    make_cell(subject, [make_user()], "gone")

    assert read(draft).eligible.tolist() == [[0, 0]]


def test_a_section_that_is_evaluated_has_no_rank(draft: Round) -> None:
    draft.subjects.create(key="sa", label="A", section_key="a", section_name="A")

    assert read(draft).subjects[0].rank_key == ""


def test_a_reader_reads_each_roll_once(django_assert_num_queries: Any) -> None:
    li, users = make_user("Li"), [make_user() for _voter in range(5)]
    round = freeze(make_draft_about({li: {"all": users}}))
    rolls = RollReader()
    with django_assert_num_queries(5):
        first = rolls.papers(round)
        assert rolls.papers(round) is first
    assert sorted(first.person.tolist()) == sorted(user.pk for user in users)


# Papers that classes share


def of_li(**voters: list[Any]) -> Round:
    round = RoundFactory(scheme=SchemeFactory(classes=[("peers", 60), ("staff", 40)], floor=5))
    li = make_subject(round, make_member(round, make_user("Li")))
    wang = make_subject(round, make_member(round, make_user("Wang")))
    for key, users in voters.items():
        make_cell(li, users, key)
        make_cell(wang, [*users, make_user(), make_user(), make_user()], key)
    return round


def test_papers_of_a_draft_are_those_that_opening_makes() -> None:
    """About Li three of each class share a paper, whoever is in both has one mark; about Wang each has its own."""
    users = [make_user() for _n in range(5)]
    draft = of_li(peers=users[:3], staff=users[2:])
    papers = read(draft)

    assert papers.eligible.tolist() == [[3, 3], [6, 6]]
    assert papers.shares is not None
    assert papers.shares.tolist() == [[0, 0], [0, 1]]
    made = papers.of_papers
    assert made.eligible.tolist() == [[5, 0], [6, 6]]
    assert made.cells.tolist() == [[0, 0], [1, 0], [1, 1]]

    opened = RollReader().papers(freeze(draft, sharing=True))
    assert opened.eligible.tolist() == made.eligible.tolist()
    assert opened.shares is not None
    assert opened.shares.tolist() == [[0, 0], [0, 1]]
    rows = [
        set(zip(papers.subject.tolist(), papers.voter_class.tolist(), papers.person.tolist(), strict=True))
        for papers in (made, opened)
    ]
    assert rows[0] == rows[1]


def test_people_on_paper_give_no_cover_on_a_shared_paper() -> None:
    """Those of a class that votes on paper alone give each other cover, but not on a paper shared with others."""
    users = [make_user() for _n in range(9)]
    round = of_li(peers=users[:4], staff=users[4:])
    for user in users[:4]:
        make_member(round, user)
    round.members.filter(user__in=users[:4]).update(on_paper=True)

    papers = read(round)

    assert papers.shares is not None
    assert papers.shares[0].tolist() == [0, 0]
    assert papers.with_cover().eligible[0].tolist() == [0, 5]


def test_the_certificate_is_of_the_same_papers_before_and_after_opening() -> None:
    users = [make_user() for _n in range(5)]
    draft = of_li(peers=users[:3], staff=users[2:])
    before = preflight(draft).certificate
    freeze(draft, sharing=True)
    after = preflight(Round.objects.get(pk=draft.pk)).certificate
    assert before == after
    assert before.breach is None
