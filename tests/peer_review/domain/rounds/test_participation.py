"""Participation: one number of the whole round, from the floor on, and nothing of a part of it."""

from dataclasses import fields

import pytest

from peer_review.box.round_keys import destroy_round_key, make_round_key
from peer_review.domain.ballots.credentials import issue_credentials
from peer_review.domain.ballots.turnout import Turnout
from peer_review.domain.rounds.participation import participation
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
    ("sections", "people"),
    [({"a": 5, "b": 6}, 11), ({"a": 9, "b": 3, "c": 2}, 14), ({"a": 3, "b": 3}, 6), ({"a": 5}, 5)],
)
def test_the_whole_house_is_one_number_whatever_its_sections(sections: dict[str, int], people: int) -> None:
    assert participation(round_with(sections, floor=5)) == Turnout(people=people, drawn=0)
    assert {field.name for field in fields(Turnout)} == {"people", "drawn"}


def test_of_a_house_under_the_floor_nothing_is_shown() -> None:
    assert participation(round_with({"a": 4}, floor=5)) is None
    assert participation(round_with({"a": 4}, floor=4)) == Turnout(people=4, drawn=0)


def test_drawing_shows_and_casting_does_not_add_to_it() -> None:
    running = make_open_round(evaluators=4, subjects=1)
    voter = running.evaluators[0]

    issue_credentials(voter.user, running.round, voter.blinded())
    assert participation(running.round) == Turnout(people=3, drawn=1)

    running.cast(voter.entries(running.answers))
    assert participation(running.round) == Turnout(people=3, drawn=1)


def test_comment_papers_make_nobody_an_evaluator() -> None:
    round = round_with({"a": 5}, floor=5)
    writers = [make_user() for _one in range(6)]
    for user in writers:
        make_member(round, user, section="b")
    make_comment_cell(round.subjects.get(), writers)
    assert participation(round) == Turnout(people=5, drawn=0)


def test_voters_on_paper_hide_nobody_and_are_never_missing() -> None:
    """Of six in twelve at computers that is the number; of four it is none, though twelve are on the roll."""
    round = round_with({"a": 12}, floor=5)
    members = list(round.members.filter(section_key="a"))
    for on_paper, shown in ((6, Turnout(people=6, drawn=0)), (8, None)):
        round.members.filter(pk__in=[member.pk for member in members[:on_paper]]).update(on_paper=True)
        assert participation(round) == shown


@pytest.mark.parametrize(
    ("state", "is_shown"), [("draft", False), ("open", True), ("closed", True), ("counted", False), ("void", False)]
)
def test_it_is_shown_from_opening_to_the_count(state: str, is_shown: bool) -> None:
    round = round_with({"a": 6}, floor=5)
    round.state = state
    assert (participation(round) is not None) is is_shown


def test_where_the_rounds_key_cannot_be_read_nothing_is_shown() -> None:
    round = round_with({"a": 6}, floor=5)
    assert participation(round) is not None

    destroy_round_key(round.public_id)

    assert participation(round) is None
