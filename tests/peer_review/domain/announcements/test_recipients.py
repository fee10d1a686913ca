"""Recipients of an announcement: by its kind, active, and never the people on paper where casting is meant."""

import pytest

from peer_review.domain.announcements.recipients import recipients
from peer_review.enums import AnnouncementKind
from peer_review.models import Announcement, Round
from tests.factories.peer_review.counted_rounds import let_draw
from tests.factories.peer_review.rounds import make_member, make_open_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def round() -> Round:
    """Person 0 is evaluated by Persons 1 to 3; Person 3 votes on paper; Extra is on the roll without a paper."""
    round = make_open_round(evaluators=4).round
    round.members.filter(name="Person 3").update(on_paper=True)
    make_member(round, make_user("Extra"))
    return round


def names(round: Round, kind: str, **fields: object) -> set[str]:
    return {user.get_full_name() for user in recipients(Announcement(round=round, kind=kind, **fields))}


@pytest.mark.parametrize("kind", ["opened", "lengthened", "closed", "published", "void"])
def test_recipients_of_what_everybody_is_told_are_the_whole_roll(round: Round, kind: str) -> None:
    assert names(round, kind) == {"Person 0", "Person 1", "Person 2", "Person 3", "Extra"}


@pytest.mark.parametrize("kind", [AnnouncementKind.REMINDER, AnnouncementKind.CASTING, AnnouncementKind.DRAWING])
def test_recipients_of_a_reminder_hold_papers_and_vote_by_computer(round: Round, kind: str) -> None:
    """Whether they have drawn or not: a list of those who got it tells nothing."""
    let_draw(round, [round.members.get(name="Person 1").user_id])

    assert names(round, kind) == {"Person 1", "Person 2"}


def test_recipients_leave_inactive_people_out_and_keep_to_the_one_addressed(round: Round) -> None:
    gone = round.members.get(name="Person 2").user
    gone.is_active = False
    gone.save()

    assert names(round, AnnouncementKind.REMINDER) == {"Person 1"}
    assert names(round, AnnouncementKind.ASKED, to=make_user("Leader")) == {"Leader"}
    assert names(round, AnnouncementKind.ASKED, to=gone) == set()
