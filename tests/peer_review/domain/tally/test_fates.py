"""Fates: which cells stand alone, join, or are destroyed, by who may vote in them and how."""

import json
from collections.abc import Sequence

import pytest

from peer_review.box import store
from peer_review.domain.ballots.turnout import Turnout, turnout
from peer_review.domain.tally.fates import (
    Fates,
    decide_fates,
    group_outcomes,
    is_blank,
    outcomes,
    read_known,
    round_totals,
)
from peer_review.models import Assignment, Cell, Round
from peer_review.protocol.bulletin import CellOutcome, Fate, GroupOutcome, Totals
from tests.factories.peer_review.counted_rounds import issue_tickets, let_draw, make_counted_round, open_ready, papers
from tests.factories.peer_review.rounds import (
    RunningRound,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_ready_round,
    make_user,
)
from zhengyan_crypto import canonical

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def round() -> Round:
    """Two subjects, marked by leaders and by staff, and a comment paper about each."""
    cells = {(name, group): papers(6) for name in "甲乙" for group in ("leaders", "staff")}
    return make_counted_round(cells, comments={"甲": ["Words"] * 6, "乙": ["Words"] * 6}, eligible=8)


def cell_of(round: Round, name: str, group: str = "") -> Cell:
    return round.cells.get(subject__label=name, voter_class=group)


def numbers(round: Round, **few: int) -> dict[str, int]:
    """Return six ballots of each cell, but so many of 甲's class."""
    counted = dict.fromkeys(round.cells.values_list("key", flat=True), 6)
    return counted | {cell_of(round, "甲", group).key: many for group, many in few.items()}


def fates_about(round: Round, name: str, fates: Fates) -> dict[str, str]:
    return {
        group or "comment": fates.cells[cell_of(round, name, group).key].value for group in ("leaders", "staff", "")
    }


def declare(round: Round, *groups: str) -> None:
    """Let the round have declared these classes not anonymous."""
    classes = [{**voters, "anonymous": voters["key"] not in groups} for voters in round.form["classes"]]
    round.form = {**round.form, "classes": classes}


def test_cells_at_the_floor_stand_alone(round: Round) -> None:
    fates = decide_fates(round, numbers(round), written=numbers(round))
    assert set(fates.cells.values()) == {Fate.COUNTED}
    assert fates.groups == {}


def test_a_class_under_the_floor_joins_within_its_subject_only(round: Round) -> None:
    fates = decide_fates(round, numbers(round, leaders=4), written=numbers(round))
    assert fates_about(round, "甲", fates) == {"leaders": "merged", "staff": "merged", "comment": "counted"}
    assert set(fates_about(round, "乙", fates).values()) == {"counted"}
    assert fates.groups == {1: (cell_of(round, "甲", "leaders").key, cell_of(round, "甲", "staff").key)}
    assert set(fates.group_of.values()) == {1}


def test_a_subject_under_the_floor_is_destroyed(round: Round) -> None:
    fates = decide_fates(round, numbers(round, leaders=2, staff=2), written=numbers(round))
    assert fates.of(Fate.FEW) == {cell_of(round, "甲", group).key for group in ("leaders", "staff")}


def test_comments_are_counted_by_those_who_wrote_something(round: Round) -> None:
    comment = cell_of(round, "甲").key
    fates = decide_fates(round, numbers(round), written={**numbers(round), comment: 4})
    assert fates.of(Fate.FEW) == {comment}


def test_tickets_are_taken_off(round: Round) -> None:
    """Six ballots, two tickets: whoever made the tickets may have cast two, so four are secure."""
    leaders = cell_of(round, "甲", "leaders")
    issue_tickets([leaders], 2)
    fates = decide_fates(round, numbers(round), written=numbers(round))
    assert fates_about(round, "甲", fates)["leaders"] == "merged"
    # A question of the group needs as many answers more: those two may be among them.
    assert fates.known_of(1) == 2


def test_of_fewer_ballots_than_tickets_no_more_are_known_than_there_are(round: Round) -> None:
    leaders = cell_of(round, "甲", "leaders")
    issue_tickets([leaders], 4)
    fates = decide_fates(round, numbers(round, leaders=1), written=numbers(round))
    assert fates_about(round, "甲", fates)["leaders"] == "merged"
    assert fates.known_of(1) == 1


def test_a_hundred_at_computers_hide_three_on_paper(round: Round) -> None:
    leaders = cell_of(round, "甲", "leaders")
    issue_tickets([leaders], 3)
    fates = decide_fates(round, {**numbers(round), leaders.key: 103}, written=numbers(round))
    assert set(fates.cells.values()) == {Fate.COUNTED}


def test_a_cell_voted_on_paper_alone_needs_no_computers(round: Round) -> None:
    leaders = cell_of(round, "甲", "leaders")
    issue_tickets([leaders], 6)
    for assignment in leaders.assignments.all():
        member = round.members.filter(user=assignment.evaluator).first()
        if member is None:
            member = round.members.create(user=assignment.evaluator, name="P", section_key="a", rank_key="1")
        member.on_paper = True
        member.save()
    assert decide_fates(round, numbers(round), written=numbers(round)).cells[leaders.key] == Fate.COUNTED
    four = decide_fates(round, numbers(round, leaders=4), written=numbers(round))
    assert four.cells[leaders.key] == Fate.MERGED


def test_a_cell_closed_at_the_barrier_joins_nobody(round: Round) -> None:
    leaders = cell_of(round, "甲", "leaders")
    Cell.objects.filter(pk=leaders.pk).update(closed=True)
    fates = decide_fates(round, numbers(round, leaders=0), written=numbers(round))
    assert fates_about(round, "甲", fates) == {"leaders": "few", "staff": "counted", "comment": "counted"}


def test_a_class_declared_not_anonymous_is_counted_and_shields_nobody(round: Round) -> None:
    declare(round, "leaders")
    fates = decide_fates(round, numbers(round, leaders=1, staff=4), written=numbers(round))
    assert fates_about(round, "甲", fates) == {"leaders": "counted", "staff": "few", "comment": "few"}


def mark_only(round: Round, name: str, group: str, evaluators: Sequence[Assignment]) -> None:
    """Let these holders of the comment paper mark somebody in this class, and all others in the other one."""
    other = "staff" if group == "leaders" else "leaders"
    people = {assignment.evaluator_id for assignment in evaluators}
    for voters, is_one in ((group, True), (other, False)):
        cell_of(round, name, voters).assignments.all().delete()
        holders = cell_of(round, name).assignments.all()
        Assignment.objects.bulk_create(
            Assignment(evaluator_id=holder.evaluator_id, cell=cell_of(round, name, voters))
            for holder in holders
            if (holder.evaluator_id in people) == is_one
        )


@pytest.mark.parametrize(
    ("declared", "written", "fate"), [(2, 6, "few"), (2, 7, "counted"), (1, 5, "few"), (0, 5, "counted")]
)
def test_words_of_a_declared_class_are_no_cover(round: Round, declared: int, written: int, fate: str) -> None:
    """Nobody can tell which words are theirs: as many are taken off as they are people."""
    comment = cell_of(round, "甲")
    mark_only(round, "甲", "leaders", list(comment.assignments.all()[:declared]))
    declare(round, "leaders")
    fates = decide_fates(round, numbers(round), written={**numbers(round), comment.key: written})
    assert fates_about(round, "甲", fates)["comment"] == fate
    assert fates.known[comment.key] == declared
    # They mark 乙 in another class, where all of them are in the declared one.
    other = cell_of(round, "乙")
    assert (fates.cells[other.key], fates.known[other.key]) == (Fate.FEW, 6)


def test_of_declared_people_with_envelopes_each_is_taken_off_once(round: Round) -> None:
    comment = cell_of(round, "甲")
    two = list(comment.assignments.all()[:2])
    mark_only(round, "甲", "leaders", two)
    declare(round, "leaders")
    round.members.create(user=two[0].evaluator, name="P", section_key="a", rank_key="1", on_paper=True)
    issue_tickets([comment], 1)
    fates = decide_fates(round, numbers(round), written={**numbers(round), comment.key: 7})
    assert (fates.cells[comment.key], fates.known[comment.key]) == (Fate.COUNTED, 2)


def test_outcomes_tell_of_each_cell_what_its_fate_lets_be_told(round: Round) -> None:
    counted = numbers(round, leaders=4)
    fates = decide_fates(round, counted, written=numbers(round))
    rows = outcomes(round, fates)
    of_cell = {row.cell: row for row in rows}
    leaders, comment = cell_of(round, "甲", "leaders"), cell_of(round, "乙")
    assert of_cell[comment.key] == CellOutcome(comment.key, 8, Fate.COUNTED)
    assert of_cell[leaders.key] == CellOutcome(leaders.key, 8, Fate.MERGED, group=1)
    assert list(group_outcomes({2: "b" * 64, 1: "a" * 64})) == [GroupOutcome(1, "a" * 64), GroupOutcome(2, "b" * 64)]


@pytest.fixture
def running() -> RunningRound:
    """Two subjects on papers of eight people each, five of them the same; the first nine of all eleven have drawn."""
    running = make_ready_round(evaluators=13, subjects=2, scheme=SchemeFactory(floor=5))
    round, users = running.round, [evaluator.user for evaluator in running.evaluators[2:]]
    round.cells.all().delete()
    for subject, asked in zip(round.subjects.order_by("pk"), (users[:8], users[3:]), strict=True):
        make_cell(subject, asked)
    make_comment_cell(round.subjects.order_by("pk")[0], users)
    open_ready(running)
    let_draw(round, [user.pk for user in users[:9]])
    return running


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ((Fate.COUNTED, Fate.COUNTED), Totals(people=11, drawn=9, counted=13)),
        ((Fate.MERGED, Fate.MERGED), Totals(people=11, drawn=9, counted=13)),
        # What three people hold besides would be told by subtraction from all eleven.
        ((Fate.COUNTED, Fate.FEW), Totals(counted=7)),
        ((Fate.FEW, Fate.COUNTED), Totals(counted=6)),
        ((Fate.FEW, Fate.FEW), Totals()),
        ((Fate.VOID, Fate.VOID), Totals()),
    ],
)
def test_totals_are_of_people_with_a_paper_that_is_kept(
    running: RunningRound, ends: tuple[Fate, Fate], told: Totals
) -> None:
    first, second = running.round.cells.exclude(kind="comment").order_by("subject")
    words = running.round.cells.get(kind="comment")
    fates = Fates({first.key: ends[0], second.key: ends[1], words.key: Fate.COUNTED})
    assert round_totals(running.round, fates, {first.key: 7, second.key: 6, words.key: 9}) == told


def test_of_people_nothing_is_told_where_somebody_holds_a_destroyed_paper_only(running: RunningRound) -> None:
    """However many they are: the organiser saw that nine of thirteen drew. Eight of the eight others would leave one of
    five; eight drawn in all would leave nobody, and say so of each of the five."""
    first, second = running.round.cells.exclude(kind="comment").order_by("subject")
    others = [make_user() for _other in range(2)]
    for user in others:
        second.assignments.create(evaluator=user)
    words = running.round.cells.get(kind="comment").key
    fates = Fates({first.key: Fate.COUNTED, second.key: Fate.FEW, words: Fate.FEW})
    assert turnout(running.round) == Turnout(people=13, drawn=9)
    assert turnout(running.round, cells=[first.pk]) == Turnout(people=8, drawn=8)
    assert round_totals(running.round, fates, {first.key: 7}) == Totals(counted=7)


def test_of_fewer_people_at_computers_than_the_floor_nothing_is_told(running: RunningRound) -> None:
    first, second = running.round.cells.exclude(kind="comment").order_by("subject")
    users = list(first.assignments.order_by("pk").values_list("evaluator", flat=True))
    users += second.assignments.exclude(evaluator__in=users).values_list("evaluator", flat=True)
    running.round.members.filter(user__in=users[4:]).update(on_paper=True)
    assert turnout(running.round) == Turnout(people=4, drawn=4)
    words = running.round.cells.get(kind="comment").key
    fates = Fates({first.key: Fate.COUNTED, second.key: Fate.COUNTED, words: Fate.FEW})
    assert round_totals(running.round, fates, {first.key: 7, second.key: 6}) == Totals(counted=13)


@pytest.mark.parametrize(("text", "blank"), [("", True), (" \n ", True), ("字", False)])
def test_a_comment_of_nothing_but_spaces_is_blank(text: str, blank: bool) -> None:
    assert is_blank(canonical.dumps({"ballot": {"a": {"text": text}}})) is blank


def test_queries_do_not_grow_with_the_round(round: Round, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        decide_fates(round, numbers(round), written=numbers(round))


def test_of_kept_cells_the_box_is_told_how_many_ballots_others_may_know(round: Round) -> None:
    leaders, staff, comment = (cell_of(round, "甲", group) for group in ("leaders", "staff", ""))
    issue_tickets([leaders, staff, comment], 2)
    counted = numbers(round, staff=7)
    fates = decide_fates(round, counted, written=counted)
    assert fates.cells[comment.key] == Fate.FEW
    document = fates.document()
    store.write_ballots(round.public_id, [], [document])
    # Of what was destroyed no number is kept.
    assert json.loads(document.body) == {leaders.key: 2, staff.key: 2}
    assert read_known(round.public_id) == {leaders.key: 2, staff.key: 2}
