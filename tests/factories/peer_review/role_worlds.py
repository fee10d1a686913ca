"""Rounds with one person of each role, for the tests of who may do what."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from peer_review.domain.planning.roll_touches import touch_roll
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.enums import Audience, RollTouchKind, RoundState
from peer_review.models import (
    Anomaly,
    AnomalyRun,
    Contest,
    ContestStage,
    EarlyClosing,
    PublicNotice,
    RaisedFinding,
    Round,
    Subject,
)
from peer_review.rules.roles import has_perm
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, papers
from tests.factories.peer_review.decided_rounds import (
    make_inspector,
    make_leader,
    make_scored_round,
    make_told_round,
    subject,
)
from tests.factories.peer_review.frozen_schemes import frozen_form
from tests.factories.peer_review.rounds import RoundFactory, make_cell, make_member, make_subject, make_user

STATES = ["draft", "open", "closed", "counted", "published", "archived"]


class RoundsWorld:
    """One round of each state, with everything shown or nothing shown, and one person of each role."""

    def __init__(self) -> None:
        self.people: dict[str, Any] = {
            "responsible organiser": make_user("", "organiser"),
            "other organiser": make_user("", "organiser"),
            "scrutineer": make_user("", "scrutineer"),
            "other scrutineer": make_user("", "scrutineer"),
            "named without the group": make_user(),
            "inspector": make_user("", "inspector"),
            "leader": make_user("", "leadership"),
            "evaluator": make_user("", "staff"),
            "subject": make_user("", "staff"),
            "section head": make_user("", "section_head"),
            "other section's head": make_user("", "section_head"),
            "comment reviewer": make_user(),
            "inactive comment reviewer": make_user(is_active=False),
            "staff": make_user("", "staff"),
            "superuser": make_user(is_superuser=True, is_staff=True),
            "inactive organiser": make_user("", "organiser", "scrutineer", "inspector", "leadership", is_active=False),
            "anonymous": AnonymousUser(),
            "none": None,
        }
        self.rounds = {(state, shown): self.make_round(state, shown) for state in STATES for shown in (True, False)}
        # Of no round here: strangers' rounds must not be mistaken for one's own.
        self.foreign = RoundFactory(state=RoundState.PUBLISHED, form=frozen_form())
        self.early_closings = [self.ask_to_close(round) for round in self.rounds.values() if round.state == "open"]
        # Of the responsible organiser, who is an inspector too, in a round of somebody else.
        asked_by_inspector = self.make_round("open", False)
        Round.objects.filter(pk=asked_by_inspector.pk).update(organiser=self.people["other organiser"])
        self.ask_to_close(asked_by_inspector, by="inspector")
        self.touched = [self.make_touched(state) for state in ("draft", "open")]
        # The second has no comment papers; the third names as reviewer somebody whom it evaluates.
        reviewers = [("inactive comment reviewer", True), ("comment reviewer", False), ("subject", True)]
        self.reviewed = [self.make_round("counted", False, role, comments) for role, comments in reviewers]

    def make_round(self, state: str, shown: bool, reviewer: str = "comment reviewer", comments: bool = True) -> Round:
        people = self.people
        round = RoundFactory(
            state=state,
            organiser=people["responsible organiser"],
            comment_reviewer=people[reviewer],
            scrutineers=[people["scrutineer"], people["named without the group"], people["inactive organiser"]],
        )
        audiences = frozenset(Audience.values if shown else [])
        frozen = replace(freeze_scheme(round.scheme), comments=comments, self_evaluation=comments, audiences=audiences)
        round.form = frozen.as_json()
        round.save()
        make_member(round, people["evaluator"], section="b")
        member = make_member(round, people["subject"], section="a")
        make_member(round, people["section head"], section="a", is_head=True)
        make_member(round, people["other section's head"], section="b", is_head=True)
        make_cell(make_subject(round, member), [people["evaluator"]])
        return round

    def make_touched(self, state: str, *, subject: str = "", by: str = "responsible organiser") -> Round:
        """Return a round of that state whose roll was changed by hand, about this role's list or about nobody's."""
        round = self.make_round(state, False)
        key = [(f"p{self.people[subject].pk}", subject)] if subject else []
        touch_roll(round, RollTouchKind.VOTER_CLASS, by=self.people[by], subjects=key)
        return round

    def ask_to_close(self, round: Round, by: str = "responsible organiser") -> EarlyClosing:
        """Ask for the early closing of a round."""
        return EarlyClosing.objects.create(
            round=round, reason="Flood", requested_by=self.people[by], requested_at=timezone.now()
        )


class OutcomesWorld:
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
        """Return the roles for which a permission about something holds."""
        return {role for role, user in self.people.items() if has_perm(f"peer_review.{permission}", user, of)}


def make_public_notice(
    world: OutcomesWorld, *, start: date, until: date, number: int = 1, ended: date | None = None
) -> PublicNotice:
    """Return a public notice of the told round; names are on none."""
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


def add_neighbours(world: OutcomesWorld) -> None:
    """Add public notices at different points, and rounds of others in which the same people have other roles."""
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


class ResultsWorld:
    """Published and counted rounds, shown and hidden, with findings and patterns, and one person of each role."""

    def __init__(self) -> None:
        head = make_user("", "section_head")
        sections = {"甲": "a", "乙": "a", "丙": "b"} | dict.fromkeys("丁戊己庚辛壬", "c")
        raiser, responsible = make_user("", "staff"), make_user("", "staff")
        rounds = []
        for make in (make_published_round, make_counted_round):
            for shown in (True, False):
                rounds.append(
                    make(
                        {(name, "all"): papers(5) for name in sections},
                        sections=sections,
                        ranks={"甲": 2, "乙": 2},
                        heads={"a": head},
                        visibility=dict.fromkeys(["subject", "section_head", "leadership", "staff"], shown),
                    )
                )
        for round in rounds:
            said = {"source": "result", "text": "The counter opens late.", "raised_by": raiser}
            RaisedFinding.objects.create(round=round, responsible=responsible, **said)
            RaisedFinding.objects.create(round=round, section_key="a", section_name="Section a", **said)
            run = AnomalyRun.objects.create(round=round, done=1, total=1)
            chance = {"p": 0.01, "q": 0.01}
            Anomaly.objects.create(run=run, kind="end", subject=subject(round, "甲"), criterion="quality", **chance)
            Anomaly.objects.create(run=run, kind="return", section_key="a", other_key="b", **chance)
        self.round = rounds[0]
        inspected = subject(self.round, "甲").member
        assert inspected is not None
        inspected.user.groups.add(make_user("", "inspector").groups.get())
        evaluated = subject(self.round, "丙").member
        assert evaluated is not None
        self.people: dict[str, Any] = {
            "section head": head,
            "organiser": self.round.organiser,
            "leader": make_user("", "leadership"),
            "inspector": make_user("", "inspector"),
            "inspector evaluated": inspected.user,
            "subject": evaluated.user,
            "raiser": raiser,
            "responsible": responsible,
            "staff": make_user("", "staff"),
            "superuser": make_user(is_superuser=True),
            "inactive": make_user("", "leadership", "inspector", "organiser", is_active=False),
            "anonymous": AnonymousUser(),
            "none": None,
        }
