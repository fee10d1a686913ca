"""Rule tables of decisions, notices and contests: every role; and every queryset equal to its predicate."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from peer_review.enums import RoundState
from peer_review.models import Contest, ContestStage, Decision, OutcomeNotice, PublicNotice, Round, Subject
from peer_review.rules.roles import has_perm
from tests.factories.peer_review.decided_rounds import (
    make_inspector,
    make_leader,
    make_scored_round,
    make_told_round,
    subject,
)
from tests.factories.peer_review.rounds import make_member, make_subject, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])

RESULTS = ["published", "archived"]


class World:
    """One told round with four contests at different points, and one person of each role.

    asked: waits for the leader who decided. appealed: for the inspector. answered and withdrawn: for nobody.
    """

    def __init__(self) -> None:
        self.decider = make_leader("Decider")
        scores = dict.fromkeys(["asked", "appealed", "answered", "withdrawn", "leader", "nobody", "inspector"], 85)
        self.round, _leader = make_told_round(scores, by=self.decider)
        make_member(self.round, head := make_user("Head", "section_head"), section="a", is_head=True)
        self.people: dict[str, Any] = {
            "decider": self.decider,
            "other leader": make_leader("Other leader"),
            "leader evaluated": self.user("leader", "leadership"),
            "inspector": make_inspector("Inspector"),
            "other inspector": make_inspector("Other inspector"),
            "inspector evaluated": self.user("inspector", "inspector"),
            "leader and inspector who reviewed": make_user("Both", "leadership", "inspector"),
            "organiser": self.round.organiser,
            "section head": head,
            "asker": self.user("asked"),
            "appellant": self.user("appealed"),
            "staff": make_user("Staff", "staff"),
            "superuser": make_user("Super", is_superuser=True, is_staff=True),
            "inactive leader": make_user("", "leadership", "inspector", "organiser", is_active=False),
            "anonymous": AnonymousUser(),
            "none": None,
        }
        self.asked = self.contest("asked", "asked", review=self.decider)
        self.appealed = self.contest(
            "appealed",
            "appealed",
            review=self.people["leader and inspector who reviewed"],
            appeal=self.people["inspector"],
        )
        self.answered = self.contest("answered", "answered", review=self.decider)
        self.withdrawn = self.contest("withdrawn", "withdrawn", review=self.decider)
        self.unassigned = self.contest("inspector", "appealed", review=self.decider, appeal=None)

    def user(self, name: str, *roles: str) -> Any:
        """Return a subject's person, with more roles."""
        member = subject(self.round, name).member
        assert member is not None
        for role in roles:
            member.user.groups.add(make_user("", role).groups.get())
        return member.user

    def contest(self, name: str, status: str, *, review: Any, appeal: Any = ...) -> Contest:
        """Return a contest at this point."""
        contest: Contest = Contest.objects.create(subject=subject(self.round, name), by=self.user(name), status=status)
        today = timezone.localdate()
        answered = {} if status in ("asked", "withdrawn") else {"answer": "x", "answered_by": review}
        ContestStage.objects.create(
            contest=contest,
            kind="review",
            grounds="x",
            asked_date=today,
            due_date=today,
            responsible=review,
            answered_date=today if answered else None,
            **answered,
        )
        if appeal is not ...:
            ContestStage.objects.create(
                contest=contest, kind="appeal", grounds="x", asked_date=today, due_date=today, responsible=appeal
            )
        return contest

    def holders(self, permission: str, of: Any) -> set[str]:
        return {role for role, user in self.people.items() if has_perm(f"peer_review.{permission}", user, of)}


@pytest.fixture
def world() -> World:
    return World()


def test_who_decides(world: World) -> None:
    leaders = {"decider", "other leader", "leader evaluated", "leader and inspector who reviewed"}

    assert world.holders("decide_round", world.round) == leaders
    assert world.holders("decide_subject", subject(world.round, "nobody")) == leaders
    assert world.holders("decide_subject", subject(world.round, "leader")) == leaders - {"leader evaluated"}
    for state in set(RoundState) - set(RESULTS):
        world.round.state = state
        assert world.holders("decide_round", world.round) == set(), state


def test_leaders_to_whom_the_scheme_shows_nothing_decide_nothing(world: World) -> None:
    world.round.form["visibility"]["leadership"] = False

    assert world.holders("decide_round", world.round) == set()


def test_heads_do_not_decide_on_the_section_they_head(world: World) -> None:
    make_member(world.round, world.people["other leader"], section="b", is_head=True)
    section = Subject.objects.create(round=world.round, key="sb", label="Section b", section_key="b")

    assert "other leader" not in world.holders("decide_subject", section)
    assert "decider" in world.holders("decide_subject", section)


def test_who_knows_an_outcome(world: World) -> None:
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


def test_only_whom_it_was_told_to_contests(world: World) -> None:
    assert world.holders("contest_outcome", subject(world.round, "asked")) == {"asker"}
    assert world.holders("contest_outcome", subject(world.round, "leader")) == {"leader evaluated"}


def test_who_reads_a_contest(world: World) -> None:
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
def test_who_hands_over_and_who_answers(world: World, contest: str, assign: set[str], answer: set[str]) -> None:
    stage = list(getattr(world, contest).stages.order_by("pk"))[-1]

    assert world.holders("assign_contest", stage) == assign
    assert world.holders("answer_contest", stage) == answer


def test_a_review_is_over_once_it_is_appealed(world: World) -> None:
    world.asked.status = "appealed"
    world.asked.save()

    assert world.holders("assign_contest", world.asked.stages.get(kind="review")) == set()


def test_an_inspector_with_an_appeal_sees_what_the_person_sees_and_no_other_does(world: World) -> None:
    appealed = subject(world.round, "appealed")
    assert world.holders("view_subject_result", appealed) & {"inspector", "other inspector"} == {"inspector"}
    assert "inspector" not in world.holders("view_subject_result", subject(world.round, "asked"))

    appealed.round.form["visibility"]["subject"] = False
    assert "inspector" not in world.holders("view_subject_result", appealed)


def test_a_public_notice_is_everybodys_while_it_runs(world: World) -> None:
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


def make_public_notice(world: World, *, start: date, until: date, number: int = 1, ended: date | None = None) -> Any:
    return PublicNotice.objects.create(
        round=world.round,
        number=number,
        by=world.decider,
        contact=world.people["inspector"],
        contact_words="Room 3",
        workdays=5,
        start_date=start,
        until_date=until,
        ended_date=ended,
    )


def test_querysets_equal_their_predicates_for_every_role(world: World) -> None:
    today = timezone.localdate()
    before = today - timedelta(days=9)
    make_public_notice(world, start=before, until=today)
    make_public_notice(world, start=before, until=today - timedelta(days=1), number=2)
    make_public_notice(world, start=before, until=today, number=3, ended=today)
    foreign = make_scored_round({"Zoe": 80})
    make_member(foreign, world.people["other leader"], section="s", is_head=True)
    Subject.objects.create(round=foreign, key="ss", label="Section s", section_key="s")
    hidden = make_scored_round(
        {"Yan": 80}, visibility=dict.fromkeys(["subject", "section_head", "leadership", "staff"], False)
    )
    make_subject(hidden, make_member(hidden, world.people["decider"]))
    assert Decision.objects.exists()

    twins = [
        ("decide_round", Round, Round.objects.decidable_by),
        ("decide_subject", Subject, Subject.objects.decidable_by),
        ("view_outcome", Subject, Subject.objects.with_outcome_for),
        ("contest_outcome", Subject, Subject.objects.contestable_by),
        ("view_subject_result", Subject, Subject.objects.with_result_for),
        ("view_contest", Contest, Contest.objects.visible_to),
        ("assign_contest", ContestStage, ContestStage.objects.assignable_by),
        ("answer_contest", ContestStage, ContestStage.objects.answerable_by),
        ("view_public_notice", PublicNotice, PublicNotice.objects.visible_to),
    ]
    held = 0
    for permission, model, twin in twins:
        every = list(model._default_manager.all())
        for role, user in world.people.items():
            asked = {one.pk for one in every if has_perm(f"peer_review.{permission}", user, one)}
            assert set(twin(user).values_list("pk", flat=True)) == asked, (permission, role)
            held += len(asked)
    assert held > 100
