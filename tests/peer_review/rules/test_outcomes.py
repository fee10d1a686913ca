"""Rule tables of decisions, notices and contests: every role; and every queryset equal to its predicate."""

from datetime import timedelta

import pytest
from django.utils import timezone

from peer_review.enums import RoundState
from peer_review.models import OutcomeNotice, Subject
from tests.factories.peer_review.decided_rounds import (
    subject,
)
from tests.factories.peer_review.role_worlds import OutcomesWorld, make_public_notice
from tests.factories.peer_review.rounds import make_member

pytestmark = pytest.mark.django_db(databases=["default", "box"])

RESULTS = ["published", "archived"]


@pytest.fixture
def world() -> OutcomesWorld:
    return OutcomesWorld()


def test_who_decides(world: OutcomesWorld) -> None:
    leaders = {"decider", "other leader", "leader evaluated", "leader and inspector who reviewed"}

    assert world.holders("decide_round", world.round) == leaders
    assert world.holders("decide_subject", subject(world.round, "nobody")) == leaders
    assert world.holders("decide_subject", subject(world.round, "leader")) == leaders - {"leader evaluated"}
    for state in set(RoundState) - set(RESULTS):
        world.round.state = state
        assert world.holders("decide_round", world.round) == set(), state


def test_leaders_to_whom_the_scheme_shows_nothing_decide_nothing(world: OutcomesWorld) -> None:
    world.round.form = {**world.round.form, "visibility": {**world.round.form["visibility"], "leadership": False}}

    assert world.holders("decide_round", world.round) == set()


def test_heads_do_not_decide_on_the_section_they_head(world: OutcomesWorld) -> None:
    make_member(world.round, world.people["other leader"], section="b", is_head=True)
    section = Subject.objects.create(round=world.round, key="sb", label="Section b", section_key="b")

    assert "other leader" not in world.holders("decide_subject", section)
    assert "decider" in world.holders("decide_subject", section)


def test_who_knows_an_outcome(world: OutcomesWorld) -> None:
    told = world.holders("view_outcome", subject(world.round, "asked"))
    readers = {"decider", "other leader", "leader evaluated", "leader and inspector who reviewed"}
    assert told == readers | {
        "inspector",
        "other inspector",
        "inspector evaluated",
        "organiser",
        "section head",
        "asker",
    }

    OutcomeNotice.objects.all().delete()
    assert world.holders("view_outcome", subject(world.round, "asked")) == readers
    # Not even a leader reads what is decided on themselves before they are told.
    assert world.holders("view_outcome", subject(world.round, "leader")) == readers - {"leader evaluated"}


def test_only_whom_it_was_told_to_contests(world: OutcomesWorld) -> None:
    assert world.holders("contest_outcome", subject(world.round, "asked")) == {"asker"}
    assert world.holders("contest_outcome", subject(world.round, "leader")) == {"leader evaluated"}


def test_who_reads_a_contest(world: OutcomesWorld) -> None:
    inspectors = {"inspector", "other inspector", "inspector evaluated", "leader and inspector who reviewed"}

    assert world.holders("view_contest", world.asked) == inspectors | {"asker", "decider"}
    assert world.holders("view_contest", world.appealed) == inspectors | {"appellant"}


@pytest.mark.parametrize(
    ("contest", "assign", "answer"),
    [
        (
            "asked",
            {"decider", "other leader", "leader evaluated", "leader and inspector who reviewed"},
            {"decider"},
        ),
        ("appealed", {"inspector", "other inspector", "inspector evaluated"}, {"inspector"}),
        ("answered", set(), set()),
        ("withdrawn", set(), set()),
        # Contested by an inspector: not theirs to decide; nobody is responsible, so any other may.
        (
            "unassigned",
            {"inspector", "other inspector", "leader and inspector who reviewed"},
            {"inspector", "other inspector", "leader and inspector who reviewed"},
        ),
    ],
)
def test_who_hands_over_and_who_answers(world: OutcomesWorld, contest: str, assign: set[str], answer: set[str]) -> None:
    stage = list(getattr(world, contest).stages.order_by("pk"))[-1]

    assert world.holders("assign_contest", stage) == assign
    assert world.holders("answer_contest", stage) == answer


def test_a_review_is_over_once_it_is_appealed(world: OutcomesWorld) -> None:
    world.asked.status = "appealed"
    world.asked.save()

    assert world.holders("assign_contest", world.asked.stages.get(kind="review")) == set()


def test_an_inspector_with_an_appeal_sees_what_the_person_sees_and_no_other_does(world: OutcomesWorld) -> None:
    appealed = subject(world.round, "appealed")
    assert world.holders("view_subject_result", appealed) & {"inspector", "other inspector"} == {"inspector"}
    assert "inspector" not in world.holders("view_subject_result", subject(world.round, "asked"))

    round = appealed.round
    round.form = {**round.form, "visibility": {**round.form["visibility"], "subject": False}}
    assert "inspector" not in world.holders("view_subject_result", appealed)


def test_a_public_notice_is_everybodys_while_it_runs(world: OutcomesWorld) -> None:
    today = timezone.localdate()
    notice = make_public_notice(world, start=today - timedelta(days=7), until=today)
    known = {role for role, user in world.people.items() if user is not None and user.is_active and role != "anonymous"}
    watch = {"decider", "other leader", "leader evaluated", "leader and inspector who reviewed", "organiser"}
    watch |= {"inspector", "other inspector", "inspector evaluated"}

    assert world.holders("view_public_notice", notice) == known
    notice.until_date = today - timedelta(days=1)
    assert world.holders("view_public_notice", notice) == watch
    notice.until_date = notice.ended_date = today
    assert world.holders("view_public_notice", notice) == watch
