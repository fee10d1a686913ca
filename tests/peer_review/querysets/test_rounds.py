"""Which rounds: by state, by what is due, and by who asks. That each equals its permission is shown in
tests/peer_review/rules/test_permissions.py."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from peer_review.enums import RoundState
from peer_review.models import Round, SelfEvaluation
from peer_review.querysets.rounds import RoundQuerySet
from tests.factories.peer_review.rounds import RoundFactory, make_cell, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db
EVERYTHING = {
    "comments": True,
    "self_evaluation": True,
    "visibility": dict.fromkeys(["subject", "section_head", "leadership", "staff"], True),
}
NOTHING = {
    "comments": False,
    "self_evaluation": False,
    "visibility": dict.fromkeys(["subject", "section_head", "leadership", "staff"], False),
}
#: Every method that asks who looks.
ASKED = [
    "manageable_by",
    "openable_by",
    "evaluable_by",
    "reviewable_by",
    "self_evaluable_by",
    "with_own_result_for",
    "with_section_results_for",
    "with_all_results_for",
    "decidable_by",
    "with_summary_for",
    "with_participation_for",
    "with_crosstab_for",
    "with_ledger_for",
    "correctable_by",
    "auditable_by",
    "with_findings_to_raise_for",
    "with_anomalies_for",
    "visible_to",
]

#: Of these, those that hold from the count on, or before.
COUNTED_TOO = {
    "manageable_by",
    "openable_by",
    "evaluable_by",
    "reviewable_by",
    "self_evaluable_by",
    "with_participation_for",
    "auditable_by",
    "visible_to",
}


class TestStates:
    @pytest.fixture(autouse=True)
    def _rounds(self) -> None:
        for state in RoundState:
            RoundFactory(state=state)

    @pytest.mark.parametrize(
        ("select", "states"),
        [
            (RoundQuerySet.drafts, {"draft"}),
            (RoundQuerySet.open, {"open"}),
            (RoundQuerySet.frozen, {"open", "closed", "counted", "published", "archived", "void"}),
            (RoundQuerySet.with_results, {"published", "archived"}),
            (RoundQuerySet.with_bulletin, {"counted", "published", "archived"}),
        ],
    )
    def test_are_told_apart(self, select: Callable[[RoundQuerySet], RoundQuerySet], states: set[str]) -> None:
        assert set(select(Round.objects.all()).values_list("state", flat=True)) == states

    @pytest.mark.parametrize(("reason", "has_bulletin"), [("return_rate", True), ("more_ballots_than_drawn", False)])
    def test_a_void_round_has_a_bulletin_if_its_ballots_were_counted(self, reason: str, has_bulletin: bool) -> None:
        void = RoundFactory(state="void", void_reason=reason)

        assert Round.objects.with_bulletin().filter(pk=void.pk).exists() is has_bulletin
        assert void.has_bulletin is has_bulletin


class TestDue:
    def test_a_round_closes_at_its_last_moment_and_not_before(self) -> None:
        now = timezone.now()
        due = RoundFactory(state="open", closes_at=now)
        RoundFactory(state="open", closes_at=now + timedelta(seconds=1))
        RoundFactory(state="closed", closes_at=now)
        RoundFactory(state="draft", closes_at=now)

        assert list(Round.objects.due_to_close(now)) == [due]

    def test_drawing_ends_at_its_moment_and_once(self) -> None:
        now = timezone.now()
        stages = {"collection": "two_stage", "opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=1)}
        due = RoundFactory(state="open", casts_at=now, **stages)
        RoundFactory(state="open", casts_at=now, barrier_at=now, **stages)
        RoundFactory(state="open", casts_at=now + timedelta(seconds=1), **stages)
        RoundFactory(state="closed", casts_at=now, **stages)
        RoundFactory(state="open")  # of one visit

        assert list(Round.objects.due_to_cast(now)) == [due]


class TestWhoLooks:
    @pytest.mark.parametrize("method", ASKED)
    def test_strangers_find_nothing(self, method: str) -> None:
        gone = make_user("", "organiser", "scrutineer", "inspector", "leadership", is_active=False)
        for state in RoundState:
            round = RoundFactory(
                state=state, form=EVERYTHING, organiser=gone, scrutineers=[gone], comment_reviewer=gone
            )
            member = make_member(round, gone, is_head=True)
            make_cell(make_subject(round, member), [gone])

        for stranger in (None, AnonymousUser(), gone):
            assert not getattr(Round.objects, method)(stranger).exists(), stranger

    @pytest.mark.parametrize("method", ASKED)
    def test_a_superuser_without_a_role_reads_the_summary_at_most(self, method: str) -> None:
        root = make_user(is_superuser=True, is_staff=True)
        rounds = [RoundFactory(state=state, form=EVERYTHING) for state in RoundState]
        published = {round.pk for round in rounds if round.state in ("published", "archived")}

        found = set(getattr(Round.objects, method)(root).values_list("pk", flat=True))

        assert found == (published if method in ("with_summary_for", "visible_to") else set())

    @pytest.mark.parametrize("method", ASKED)
    def test_narrows_what_was_chosen_and_repeats_no_round(self, method: str) -> None:
        """Whoever is everything in a round, several times over, finds it once."""
        user = make_user("", "organiser", "scrutineer", "inspector", "leadership", "section_head")
        rounds = []
        for state in ("counted", "published", "published"):
            round = RoundFactory(
                state=state, form=EVERYTHING, organiser=user, scrutineers=[user, make_user("", "scrutineer")]
            )
            make_member(round, user, is_head=True)
            for number in range(2):
                subject = make_subject(round, make_member(round, make_user(), section=str(number)))
                make_cell(subject, [user])
            rounds.append(round)
        if method == "reviewable_by":
            Round.objects.update(comment_reviewer=user)
        if method in ("self_evaluable_by", "with_own_result_for"):
            for round in rounds:
                make_subject(round, round.members.get(user=user))
        chosen = Round.objects.filter(pk__in=[rounds[0].pk, rounds[1].pk])

        found = list(getattr(chosen, method)(user).values_list("pk", flat=True))

        expected = {rounds[1].pk} if method != "reviewable_by" else set()
        if method in COUNTED_TOO:
            expected.add(rounds[0].pk)
        assert sorted(found) == sorted(expected)

    @pytest.mark.parametrize("method", ASKED)
    def test_costs_one_query_however_many_rounds(self, method: str, django_assert_num_queries: Any) -> None:
        user = make_user("", "organiser", "scrutineer", "inspector", "leadership")
        for _number in range(3):
            RoundFactory(state="published", form=EVERYTHING, organiser=user, scrutineers=[user])
        list(Round.objects.visible_to(user))  # roles are read once

        with django_assert_num_queries(1):
            list(getattr(Round.objects, method)(user))


class TestExistence:
    """What nobody may know, nobody finds: one reason after the other."""

    def seen(self, user: Any) -> set[str]:
        return set(Round.objects.visible_to(user).values_list("state", flat=True))

    def everywhere(self, **fields: Any) -> list[Round]:
        return [RoundFactory(state=state, form={**NOTHING, **fields.pop("form", {})}, **fields) for state in RoundState]

    OPENED = frozenset(RoundState.values) - {"draft"}

    def test_a_draft_is_known_to_its_organiser_and_scrutineers_alone(self) -> None:
        organiser, scrutineer = make_user("", "organiser"), make_user("", "scrutineer")
        self.everywhere(organiser=organiser, scrutineers=[scrutineer])

        assert self.seen(organiser) == self.seen(scrutineer) == {*RoundState.values}
        for role in ("inspector", "leadership"):
            assert self.seen(make_user("", role)) == self.OPENED
        for role in ("organiser", "scrutineer", "section_head", "staff"):
            assert self.seen(make_user("", role)) == set()

    def test_a_round_is_known_to_its_roll_from_the_opening_on(self) -> None:
        member = make_user()
        for round in self.everywhere():
            make_member(round, member)

        assert self.seen(member) == self.OPENED

    def test_a_role_that_was_taken_away_counts_no_more(self) -> None:
        user = make_user("", "organiser", "scrutineer")
        self.everywhere(organiser=user, scrutineers=[user])
        user.groups.clear()

        assert self.seen(type(user).objects.get(pk=user.pk)) == set()

    @pytest.mark.parametrize("comments", [True, False])
    def test_a_reviewer_knows_the_rounds_that_ask_for_comments(self, comments: bool) -> None:
        reviewer = make_user()
        self.everywhere(comment_reviewer=reviewer, form={"comments": comments})
        form = {**NOTHING, "comments": comments}
        Round.objects.update(form=form)

        assert self.seen(reviewer) == (self.OPENED if comments else set())

    def test_a_published_summary_makes_a_round_known_to_all_staff(self) -> None:
        self.everywhere()
        assert self.seen(make_user("", "staff")) == set()
        Round.objects.update(form=EVERYTHING)

        assert self.seen(make_user("", "staff")) == {"published", "archived"}


class TestSelfEvaluation:
    def test_is_asked_of_subjects_while_a_round_is_open_the_next_to_close_first(self) -> None:
        user, now = make_user(), timezone.now()
        rounds = []
        for number, days in enumerate((3, 1, 2)):
            round = RoundFactory(state="open", form=EVERYTHING, closes_at=now + timedelta(days=days))
            subject = make_subject(round, make_member(round, user))
            if number == 2:
                SelfEvaluation.objects.create(subject=subject, answers={}, text="x")
            rounds.append(round)

        asked = Round.objects.asking_self_evaluation_of(user)

        assert [(one.pk, one.said) for one in asked] == [
            (rounds[1].pk, False),
            (rounds[2].pk, True),
            (rounds[0].pk, False),
        ]

    @pytest.mark.parametrize("state", [state for state in RoundState if state != "open"])
    def test_is_asked_in_no_other_state(self, state: RoundState) -> None:
        user = make_user()
        round = RoundFactory(state=state, form=EVERYTHING)
        make_subject(round, make_member(round, user))

        assert not Round.objects.asking_self_evaluation_of(user).exists()

    def test_is_asked_of_nobody_who_is_not_evaluated_or_where_the_form_does_not_ask(self) -> None:
        user, colleague = make_user(), make_user()
        round = RoundFactory(state="open", form=EVERYTHING)
        make_member(round, user)
        SelfEvaluation.objects.create(subject=make_subject(round, make_member(round, colleague)), answers={}, text="x")
        silent = RoundFactory(state="open", form=NOTHING)
        make_subject(silent, make_member(silent, user))

        assert not Round.objects.asking_self_evaluation_of(user).exists()
