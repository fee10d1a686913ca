"""Merging voter classes before opening; and changes of floor and visibility before opening are logged."""

from typing import Any

import pytest
from wagtail.log_actions import LogContext
from wagtail.models import ModelLogEntry

from peer_review.domain.preflight.fixes import merge_classes
from peer_review.domain.rounds.lifecycle import update_round
from peer_review.exceptions.base import RoundFrozen, UnknownVoterClass
from peer_review.exceptions.preflight import NothingToMerge
from peer_review.models import Assignment, PooledKey, Round
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_open_round,
    make_ready_round,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])

CLASSES = [("superiors", 50), ("peers", 30), ("staff", 20)]


def held(round: Round) -> dict[tuple[str, str], int]:
    """Return how many papers there are: {(subject, class): papers}."""
    cells = round.cells.filter(kind="rating").with_eligible().select_related("subject")
    return {(cell.subject.label, cell.voter_class): cell.eligible for cell in cells}


def test_all_papers_of_a_class_move_into_another() -> None:
    round = RoundFactory(scheme=SchemeFactory(classes=CLASSES))
    people = [make_user() for _one in range(6)]
    li, wang, zhao = (make_subject(round, make_member(round, make_user(name))) for name in ("Li", "Wang", "Zhao"))
    for subject in (li, zhao):
        make_cell(subject, people[:1], "superiors")
        make_cell(subject, people[1:], "peers")
    make_cell(wang, people[:2], "superiors")
    words = make_comment_cell(li, people)

    moved = merge_classes(round, by=round.organiser, subjects=[li.pk, wang.pk], source="superiors", target="peers")

    assert moved == 3
    assert held(round) == {
        ("Li", "peers"): 6,
        ("Wang", "peers"): 2,
        ("Zhao", "superiors"): 1,
        ("Zhao", "peers"): 5,
    }
    assert words.assignments.count() == 6
    entry = ModelLogEntry.objects.get(action="peer_review.round.merge")
    assert entry.data == {"source": "superiors", "target": "peers", "subjects": 2, "papers": 3}
    assert entry.user == round.organiser


def test_whoever_held_both_papers_keeps_one() -> None:
    round = RoundFactory(scheme=SchemeFactory(classes=CLASSES))
    both, other = make_user(), make_user()
    subject = make_subject(round, make_member(round, make_user("Li")))
    make_cell(subject, [both], "superiors")
    make_cell(subject, [both, other], "peers")

    assert merge_classes(round, by=round.organiser, subjects=[subject.pk], source="superiors", target="peers") == 0
    assert Assignment.objects.filter(cell__round=round).count() == 2


def test_keys_of_emptied_cells_go_back_to_the_pool() -> None:
    running = make_ready_round(evaluators=5, classes=["superiors", "peers"], scheme=SchemeFactory(classes=CLASSES))
    before = PooledKey.objects.count()

    subjects = running.round.subjects.values_list("pk", flat=True)
    merge_classes(running.round, by=running.round.organiser, subjects=subjects, source="superiors", target="peers")

    assert PooledKey.objects.count() == before + 1
    assert running.round.cells.count() == 1


@pytest.mark.parametrize(
    ("source", "target", "refusal"),
    [
        ("superiors", "superiors", UnknownVoterClass),
        ("superiors", "strangers", UnknownVoterClass),
        ("staff", "peers", NothingToMerge),
    ],
)
def test_what_cannot_be_merged_is_refused(source: str, target: str, refusal: Any) -> None:
    round = RoundFactory(scheme=SchemeFactory(classes=CLASSES))
    subject = make_subject(round, make_member(round, make_user("Li")))
    make_cell(subject, [make_user()], "superiors")

    with pytest.raises(refusal):
        merge_classes(round, by=round.organiser, subjects=[subject.pk], source=source, target=target)


def test_nothing_is_merged_after_opening() -> None:
    round = make_open_round().round
    with pytest.raises(RoundFrozen):
        merge_classes(round, by=round.organiser, subjects=[], source="all", target="peers")


def test_a_lowered_floor_is_logged_with_every_draft_it_reaches() -> None:
    scheme = SchemeFactory(floor=6)
    drafts = [RoundFactory(scheme=scheme) for _one in range(2)]
    editor = make_user("Editor")

    scheme.floor = 5
    with LogContext(user=editor):
        scheme.save()
    scheme.name = "Renamed"
    scheme.save()

    entries = ModelLogEntry.objects.filter(action="peer_review.round.exposure")
    assert {entry.object_id for entry in entries} == {str(round.pk) for round in drafts}
    assert {entry.user for entry in entries} == {editor}
    data = entries[0].data
    assert (data["weaker"], data["before"]["floor"], data["after"]["floor"]) == (True, 6, 5)


def test_wider_visibility_is_weaker_and_a_higher_floor_is_not() -> None:
    scheme = SchemeFactory(floor=5)
    RoundFactory(scheme=scheme)

    scheme.floor = 7
    scheme.save()
    scheme.visibility = {**scheme.visibility, "staff": True}
    scheme.save()

    entries = ModelLogEntry.objects.filter(action="peer_review.round.exposure").order_by("timestamp", "pk")
    assert [entry.data["weaker"] for entry in entries] == [False, True]


def test_another_scheme_for_a_draft_is_logged_with_old_and_new_terms() -> None:
    round = RoundFactory(scheme=SchemeFactory(floor=6))

    update_round(round, by=round.organiser, scheme=SchemeFactory(floor=4))
    update_round(round, by=round.organiser, title="Renamed")

    entry = ModelLogEntry.objects.get(action="peer_review.round.exposure")
    assert (entry.user, entry.data["weaker"]) == (round.organiser, True)
    assert (entry.data["before"]["floor"], entry.data["after"]["floor"]) == (6, 4)
