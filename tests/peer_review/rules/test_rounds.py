"""Rule tables: every role, every permission; and every queryset equal to its predicate."""

from datetime import timedelta

import pytest
from django.utils import timezone

from peer_review.models import EarlyClosing, Round, Scheme
from peer_review.rules.roles import has_perm
from tests.factories.peer_review.role_worlds import STATES, RoundsWorld

pytestmark = pytest.mark.django_db

OPENED = STATES[1:]
COUNTED = STATES[3:]
RESULTS = STATES[4:]

ROLES = [
    "responsible organiser",
    "other organiser",
    "scrutineer",
    "other scrutineer",
    "named without the group",
    "inspector",
    "leader",
    "evaluator",
    "subject",
    "section head",
    "other section's head",
    "comment reviewer",
    "inactive comment reviewer",
    "staff",
    "superuser",
    "inactive organiser",
    "anonymous",
    "none",
]

#: permission → role → the states in which it holds, with everything shown that a scheme can show
ALLOWED: dict[str, dict[str, list[str]]] = {
    "view_round": {
        "responsible organiser": STATES,
        "scrutineer": STATES,
        "inspector": OPENED,
        "leader": OPENED,
        "evaluator": OPENED,
        "subject": OPENED,
        "section head": OPENED,
        "other section's head": OPENED,
        "comment reviewer": OPENED,
        # Everyone with an account reads a published summary.
        "other organiser": RESULTS,
        "other scrutineer": RESULTS,
        "named without the group": RESULTS,
        "staff": RESULTS,
        "superuser": RESULTS,
    },
    "manage_round": {"responsible organiser": STATES},
    "open_box": {"scrutineer": STATES},
    "view_roll_touches": {"responsible organiser": STATES},
    "view_early_closing": {"responsible organiser": OPENED, "inspector": OPENED},
    "evaluate_round": {"evaluator": OPENED},
    "review_comments": {"comment reviewer": ["counted"]},
    "evaluate_self": {"subject": OPENED},
    "view_own_result": {"subject": RESULTS},
    "view_section_results": {"section head": RESULTS, "other section's head": RESULTS},
    "view_all_results": {"responsible organiser": RESULTS, "leader": RESULTS},
    "compose_crosstab": dict.fromkeys(
        ["responsible organiser", "leader", "section head", "other section's head"], RESULTS
    ),
    "view_ledger": {"inspector": RESULTS},
    "withdraw_figures": {"responsible organiser": RESULTS},
    "view_summary": {role: RESULTS for role in ROLES if "inactive" not in role and role not in ("anonymous", "none")},
    "view_participation": {"responsible organiser": OPENED},
    "view_bulletin_audit": {"inspector": COUNTED},
    "decide_round": {"leader": RESULTS},
    "view_anomalies": {"inspector": RESULTS},
    "raise_findings": {
        "inspector": RESULTS,
        "leader": RESULTS,
        "responsible organiser": RESULTS,
        "section head": RESULTS,
        "other section's head": RESULTS,
    },
}
#: permission about a subject of section a, evaluated in the round
SUBJECT_ALLOWED = {
    "subject": RESULTS,
    "section head": RESULTS,
    "leader": RESULTS,
    "responsible organiser": RESULTS,
}
#: permissions that are about no round
GENERAL = {
    "add_round": {"responsible organiser", "other organiser"},
    "manage_schemes": {"responsible organiser", "other organiser"},
    "view_audit_log": {"inspector"},
}


@pytest.fixture
def world() -> RoundsWorld:
    return RoundsWorld()


def test_round_permissions_hold_for_exactly_these_roles_and_states(world: RoundsWorld) -> None:
    for permission, allowed in ALLOWED.items():
        for role in ROLES:
            held = [
                state
                for state in STATES
                if has_perm(f"peer_review.{permission}", world.people[role], world.rounds[state, True])
            ]
            assert held == allowed.get(role, []), (permission, role)


def test_nothing_shown_means_no_results_for_anyone_but_the_organiser(world: RoundsWorld) -> None:
    for permission in ("view_own_result", "view_section_results", "view_all_results", "view_summary"):
        holders = {
            role
            for role in ROLES
            for state in STATES
            if has_perm(f"peer_review.{permission}", world.people[role], world.rounds[state, False])
        }
        assert holders == ({"responsible organiser"} if permission == "view_all_results" else set()), permission


def test_nobody_reviews_what_is_said_of_themselves_nor_with_a_closed_account(world: RoundsWorld) -> None:
    for round in world.reviewed:
        assert not any(has_perm("peer_review.review_comments", world.people[role], round) for role in ROLES)


def test_subject_results_hold_for_exactly_these_roles(world: RoundsWorld) -> None:
    for role in ROLES:
        held = [
            state
            for state in STATES
            if has_perm("peer_review.view_subject_result", world.people[role], world.rounds[state, True].subjects.get())
        ]
        assert held == SUBJECT_ALLOWED.get(role, []), role


def test_general_permissions_hold_for_exactly_these_roles(world: RoundsWorld) -> None:
    for permission, allowed in GENERAL.items():
        held = {role for role in ROLES if has_perm(f"peer_review.{permission}", world.people[role])}
        assert held == allowed, permission


def test_scheme_queryset_equals_its_predicate_for_every_role(world: RoundsWorld) -> None:
    for role in ROLES:
        user = world.people[role]
        expected = Scheme.objects.count() if has_perm("peer_review.manage_schemes", user) else 0
        assert Scheme.objects.manageable_by(user).count() == expected, role


def test_superuser_of_django_is_not_asked(world: RoundsWorld) -> None:
    """`user.has_perm` says yes to superusers; our predicates must not be reached that way."""
    superuser = world.people["superuser"]

    assert superuser.has_perm("peer_review.manage_round", world.rounds["open", True])
    assert not has_perm("peer_review.manage_round", superuser, world.rounds["open", True])


class TestSecondPerson:
    def test_is_an_inspector_and_not_the_scrutineer_as_long_as_there_is_one(self) -> None:
        world = RoundsWorld()
        waiting = world.early_closings[0]

        def holders() -> set[str]:
            return {
                role
                for role, user in world.people.items()
                if has_perm("peer_review.confirm_early_closing", user, waiting)
            }

        assert holders() == {"inspector"}
        inspector = world.people["inspector"]
        inspector.is_active = False
        inspector.save()
        for user in world.people.values():
            if user is not None:
                vars(user).pop("_peer_review_roles", None)
        assert holders() == {"scrutineer"}
        scrutineer = world.people["scrutineer"]
        assert waiting in EarlyClosing.objects.confirmable_by(scrutineer)

    def test_is_never_the_organiser_whatever_else_they_are(self) -> None:
        world = RoundsWorld()
        waiting = world.early_closings[0]
        Round.objects.filter(pk=waiting.round_id).update(organiser=world.people["inspector"])
        waiting = EarlyClosing.objects.get(pk=waiting.pk)

        assert not has_perm("peer_review.confirm_early_closing", world.people["inspector"], waiting)
        assert waiting not in EarlyClosing.objects.confirmable_by(world.people["inspector"])

    def test_is_not_whoever_asked(self) -> None:
        world = RoundsWorld()
        asked = EarlyClosing.objects.get(requested_by=world.people["inspector"])

        assert not has_perm("peer_review.confirm_early_closing", world.people["inspector"], asked)

    @pytest.mark.parametrize("change", ["confirmed", "withdrawn", "closed"])
    def test_is_asked_no_more_once_it_is_settled(self, change: str) -> None:
        world = RoundsWorld()
        waiting, inspector = world.early_closings[0], world.people["inspector"]
        now = timezone.now()
        if change == "confirmed":
            waiting.confirmed_by, waiting.confirmed_at = inspector, now
            waiting.closes_at, waiting.before = now + timedelta(days=1), now + timedelta(days=2)
        elif change == "withdrawn":
            waiting.withdrawn_by, waiting.withdrawn_at = inspector, now
        else:
            Round.objects.filter(pk=waiting.round_id).update(state="closed")
        waiting.save()
        waiting = EarlyClosing.objects.get(pk=waiting.pk)

        assert not has_perm("peer_review.confirm_early_closing", inspector, waiting)
        assert waiting not in EarlyClosing.objects.confirmable_by(inspector)
