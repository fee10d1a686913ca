"""Shared papers: which classes vote on one paper from opening on, and that nothing then tells their ballots apart."""

from typing import Any

import pytest

from peer_review.domain.planning.shared_papers import SharedPaper, first_cells, planned_sharing, share_papers
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import RoundState
from peer_review.models import Cell, PooledKey, Round
from tests.factories.peer_review.counted_rounds import open_ready
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_ready_round,
    make_sheet,
    make_subject,
    make_user,
    stock_key_pool,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])

CLASSES = [("leaders", 40), ("peers", 40), ("staff", 20)]


def make_draft(sizes: dict[str, int], *, on_paper: int = 0, floor: int = 5, **scheme: Any) -> Round:
    """Return a draft about 甲, whose classes have so many voters; the first `on_paper` of each vote with envelopes."""
    round = RoundFactory(scheme=SchemeFactory(classes=CLASSES, floor=floor, **scheme))
    subject = make_subject(round, make_member(round, make_user("甲")))
    for voters, many in sizes.items():
        people = [make_user(f"{voters} {n}") for n in range(many)]
        for n, user in enumerate(people):
            member = make_member(round, user)
            if n < on_paper:
                member.on_paper = True
                member.save()
        make_cell(subject, people, voters)
    return round


def shared(round: Round) -> list[tuple[str, ...]]:
    return [paper.classes for paper in planned_sharing(round, freeze_for(round))]


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ({"leaders": 5, "peers": 5, "staff": 5}, []),
        # The next class above, else the next below.
        ({"leaders": 5, "peers": 9, "staff": 4}, [("peers", "staff")]),
        ({"leaders": 1, "peers": 9, "staff": 8}, [("leaders", "peers")]),
        # Still under the floor together, so they join on.
        ({"leaders": 6, "peers": 2, "staff": 1}, [("leaders", "peers", "staff")]),
        ({"leaders": 3, "staff": 3}, [("leaders", "staff")]),
        # Too few even if all vote: destroyed whatever happens, so nothing is shared.
        ({"leaders": 2, "peers": 1, "staff": 1}, []),
        ({"staff": 4}, []),
    ],
)
def test_classes_under_the_floor_share_the_paper_of_their_neighbour(
    sizes: dict[str, int], groups: list[tuple[str, ...]]
) -> None:
    assert shared(make_draft(sizes)) == groups


def test_only_people_at_computers_count() -> None:
    """Of six leaders two vote with envelopes: four are left."""
    assert shared(make_draft({"leaders": 6, "peers": 7}, on_paper=1)) == []
    assert shared(make_draft({"leaders": 6, "peers": 7}, on_paper=2)) == [("leaders", "peers")]


@pytest.mark.parametrize(
    ("leaders", "peers", "staff", "groups"),
    [
        # Two scrutineers see the envelopes made, so the ballots count apart; those of fewer leaders share a paper.
        (5, 7, 0, []),
        (4, 7, 0, [("leaders", "peers")]),
        # On one paper with four or two at computers, whoever made the envelopes would know all but these.
        (4, 4, 0, []),
        (6, 2, 0, []),
        (6, 2, 6, [("peers", "staff")]),
        (3, 2, 3, [("leaders", "peers", "staff")]),
    ],
)
def test_a_class_that_votes_on_paper_alone_is_no_cover_for_others(
    leaders: int, peers: int, staff: int, groups: list[tuple[str, ...]]
) -> None:
    sizes = {key: many for key, many in (("leaders", leaders), ("peers", peers), ("staff", staff)) if many}
    round = make_draft(sizes)
    round.members.filter(name__startswith="leaders").update(on_paper=True)
    assert shared(round) == groups


def test_a_class_declared_not_anonymous_shares_no_paper() -> None:
    round = make_draft({"leaders": 1, "peers": 4, "staff": 6})
    round.not_anonymous = ["leaders"]
    round.save()
    assert shared(round) == [("peers", "staff")]


def test_classes_that_are_asked_otherwise_share_no_paper() -> None:
    round = make_draft({"leaders": 5, "peers": 7, "staff": 2})
    round.scheme.criteria.filter(key="spirit").update(classes=["leaders", "staff"])
    assert shared(round) == [("leaders", "staff")]


def test_nothing_is_shared_across_subjects() -> None:
    round = make_draft({"leaders": 3})
    other = make_subject(round, make_member(round, make_user("乙")))
    make_cell(other, [make_user() for _n in range(9)], "peers")
    assert shared(round) == []


def test_whole_sheets_share_as_papers_of_one_subject_do() -> None:
    round = RoundFactory(scheme=SchemeFactory(classes=CLASSES, paper="sheet"))
    subjects = [make_subject(round, make_member(round, make_user(name))) for name in "甲乙"]
    first = make_sheet(subjects, [make_user() for _n in range(6)], "leaders")
    second = make_sheet(subjects, [make_user() for _n in range(2)], "staff", sheet=first.sheet)
    assert planned_sharing(round, freeze_for(round)) == [SharedPaper((first.pk, second.pk), ("leaders", "staff"))]
    assert first_cells(round, freeze_for(round)) == {second.pk: first.pk}


def freeze(round: Round) -> Round:
    round.form = freeze_for(round).as_json()
    return round


def test_sharing_moves_the_voters_to_one_cell_and_keeps_the_comments() -> None:
    round = freeze(make_draft({"leaders": 6, "peers": 3, "staff": 8}, comments=True))
    cells = {cell.voter_class: cell for cell in round.cells.all()}
    everybody = set(round.cells.values_list("assignments__evaluator", flat=True))
    comment = make_comment_cell(round.subjects.get(), [make_user() for _n in range(2)])

    assert share_papers(round) == 1

    paper = round.cells.get(voter_class="leaders")
    assert paper.pk == cells["leaders"].pk
    assert paper.key == cells["leaders"].key
    assert paper.shared_by == ["leaders", "peers"]
    assert paper.class_keys == ("leaders", "peers")
    assert paper.assignments.count() == 9
    alone = round.cells.get(voter_class="staff")
    assert alone.class_keys == ("staff",)
    assert alone.assignments.count() == 8
    assert comment.assignments.count() == 2
    assert not Cell.objects.filter(pk=cells["peers"].pk).exists()
    assert set(round.cells.exclude(pk=comment.pk).values_list("assignments__evaluator", flat=True)) == everybody


def test_whoever_held_two_of_the_papers_holds_one() -> None:
    round = freeze(make_draft({"leaders": 6, "peers": 3}))
    both = round.cells.get(voter_class="peers").assignments.first()
    assert both is not None
    round.cells.get(voter_class="leaders").assignments.create(evaluator=both.evaluator)
    share_papers(round)
    assert round.cells.get().assignments.filter(evaluator=both.evaluator).count() == 1
    assert round.cells.get().assignments.count() == 9


def test_keys_that_are_not_needed_go_back_to_the_pool() -> None:
    running = make_ready_round(
        evaluators=9,
        scheme=SchemeFactory(classes=[("leaders", 60), ("peers", 40)], floor=5),
        classes=("leaders", "peers"),
    )
    # Eight evaluators, four in each class.
    spkis = set(running.round.cells.values_list("spki", flat=True))
    assert len(spkis) == 2
    pooled = PooledKey.objects.count()
    open_ready(running)
    paper = running.round.cells.get()
    assert paper.shared_by == ["leaders", "peers"]
    assert paper.assignments.count() == 8
    assert PooledKey.objects.filter(spki__in=spkis - {paper.spki}).count() == 1
    assert PooledKey.objects.count() > pooled
    assert running.round.manifest.count('"spki"') == 1


def test_an_opened_round_plans_nothing_more() -> None:
    round = make_draft({"leaders": 6, "peers": 3})
    round.state = RoundState.OPEN
    assert planned_sharing(round, freeze_for(round)) == []


def test_queries_do_not_grow_with_the_round(django_assert_num_queries: Any) -> None:
    round = make_draft({"leaders": 6, "peers": 3})
    for name in "乙丙丁":
        subject = make_subject(round, make_member(round, make_user(name)))
        for voters in ("leaders", "peers"):
            make_cell(subject, [make_user() for _n in range(3)], voters)
    scheme = freeze_for(round)
    with django_assert_num_queries(3):
        assert len(planned_sharing(round, scheme)) == 4


def test_a_scheme_with_one_class_asks_nothing(django_assert_num_queries: Any) -> None:
    round = RoundFactory()
    scheme = freeze_for(round)
    with django_assert_num_queries(0):
        assert planned_sharing(round, scheme) == []


def test_every_voter_of_a_shared_paper_gets_a_key_from_one_pool() -> None:
    """The manifest of an open round has one key for both classes, so a ballot names its class nowhere."""
    running = make_ready_round(
        evaluators=9,
        scheme=SchemeFactory(classes=[("leaders", 60), ("peers", 40)], floor=5),
        classes=("leaders", "peers"),
    )
    stock_key_pool(2)
    open_ready(running)
    assert {tuple(evaluator.cells) for evaluator in running.evaluators} == {(running.round.cells.get().key,)}
