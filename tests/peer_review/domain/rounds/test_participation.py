"""Participation: in groups of the floor or more, and never a smaller one by subtraction."""

import pytest

from peer_review.box.round_keys import destroy_round_key, make_round_key
from peer_review.domain.ballots.credentials import issue_credentials
from peer_review.domain.rounds.participation import Participation, participation
from peer_review.models import Round
from tests.factories.peer_review.frozen_schemes import frozen_form
from tests.factories.peer_review.rounds import (
    RoundFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_open_round,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def round_with(sections: dict[str, int], *, floor: int) -> Round:
    """A round whose sections have this many evaluators each, of one subject."""
    round = RoundFactory(state="open")
    make_round_key(round.public_id)
    round.form = frozen_form(floor=floor)
    round.save()
    subject = make_subject(round, make_member(round, make_user("Subject"), section="zz"))
    users = []
    for section, size in sections.items():
        for _number in range(size):
            user = make_user()
            make_member(round, user, section=section)
            users.append(user)
    make_cell(subject, users)
    return round


@pytest.mark.parametrize(
    ("sections", "floor", "expected"),
    [
        ({"a": 5, "b": 6}, 5, [("Section a", 5), ("Section b", 6)]),
        ({"a": 9, "b": 3, "c": 2}, 5, [("Section a", 9), ("", 5)]),
        # The small ones together are under the floor: the smallest of the others joins them.
        ({"a": 9, "b": 6, "c": 2}, 5, [("Section a", 9), ("", 8)]),
        ({"a": 4}, 5, []),
        ({"a": 3, "b": 3}, 5, [("", 6)]),
    ],
)
def test_small_sections_are_shown_together_or_not_at_all(
    sections: dict[str, int], floor: int, expected: list[tuple[str, int]]
) -> None:
    shown = participation(round_with(sections, floor=floor))

    assert [(group.label, group.eligible) for group in shown] == expected
    assert all(group.eligible >= floor for group in shown)


def test_drawing_shows_and_casting_does_not_add_to_it() -> None:
    running = make_open_round(evaluators=4, subjects=1)
    voter = running.evaluators[0]

    issue_credentials(voter.user, running.round, voter.blinded())

    assert participation(running.round) == [Participation("Section a", 3, 1)]
    assert participation(running.round)[0].percent == 33


def test_comment_papers_make_nobody_an_evaluator() -> None:
    round = round_with({"a": 5}, floor=5)
    writers = [make_user() for _one in range(6)]
    for user in writers:
        make_member(round, user, section="b")
    make_comment_cell(round.subjects.get(), writers)
    assert [(one.label, one.eligible) for one in participation(round)] == [("Section a", 5)]


def test_voters_on_paper_hide_nobody_and_are_never_missing() -> None:
    """Four of five on paper: whether somebody has drawn would say it of the fifth."""
    round = round_with({"a": 5, "b": 7}, floor=5)
    in_a, in_b = (list(round.members.filter(section_key=section)) for section in "ab")
    for member in [*in_a[:4], *in_b[:2]]:
        member.on_paper = True
        member.save()

    # One at a computer in a, five in b: together, or the house's total would tell of the one.
    assert [(group.label, group.eligible) for group in participation(round)] == [("", 6)]


def test_where_the_rounds_key_cannot_be_read_nothing_is_shown() -> None:
    round = round_with({"a": 6}, floor=5)
    assert participation(round) != []

    destroy_round_key(round.public_id)

    assert participation(round) == []
