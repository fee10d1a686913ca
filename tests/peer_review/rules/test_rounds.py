"""Rule tables: every role, every permission; and every queryset equal to its predicate."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.enums import RoundState
from peer_review.models import Round, Scheme, Subject
from peer_review.rules import permissions
from peer_review.rules.roles import has_perm
from tests.factories.peer_review.rounds import RoundFactory, make_cell, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db

STATES = ["draft", "open", "closed", "counted", "published", "archived"]
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
    "evaluate_round": {"evaluator": OPENED},
    "review_comments": {"comment reviewer": ["counted"]},
    "evaluate_self": {"subject": OPENED},
    "view_own_result": {"subject": RESULTS},
    "view_section_results": {"section head": RESULTS, "other section's head": RESULTS},
    "view_all_results": {"responsible organiser": RESULTS, "leader": RESULTS},
    "drill_down": dict.fromkeys(["responsible organiser", "leader", "section head", "other section's head"], RESULTS),
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
TWINS = {
    "view_round": Round.objects.visible_to,
    "manage_round": Round.objects.manageable_by,
    "open_box": Round.objects.openable_by,
    "evaluate_round": Round.objects.evaluable_by,
    "review_comments": Round.objects.reviewable_by,
    "evaluate_self": Round.objects.self_evaluable_by,
    "view_own_result": Round.objects.with_own_result_for,
    "view_section_results": Round.objects.with_section_results_for,
    "view_all_results": Round.objects.with_all_results_for,
    "drill_down": Round.objects.drillable_by,
    "view_ledger": Round.objects.with_ledger_for,
    "withdraw_figures": Round.objects.correctable_by,
    "view_summary": Round.objects.with_summary_for,
    "view_participation": Round.objects.with_participation_for,
    "view_bulletin_audit": Round.objects.auditable_by,
    "decide_round": Round.objects.decidable_by,
    "view_anomalies": Round.objects.with_anomalies_for,
    "raise_findings": Round.objects.with_findings_to_raise_for,
}


class World:
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
        self.foreign = RoundFactory(state=RoundState.PUBLISHED, form={"visibility": {}})
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
        round.form = {**freeze_scheme(round.scheme), "comments": comments, "self_evaluation": comments}
        round.form["visibility"] = dict.fromkeys(["subject", "section_head", "leadership", "staff"], shown)
        round.save()
        make_member(round, people["evaluator"], section="b")
        member = make_member(round, people["subject"], section="a")
        make_member(round, people["section head"], section="a", is_head=True)
        make_member(round, people["other section's head"], section="b", is_head=True)
        make_cell(make_subject(round, member), [people["evaluator"]])
        return round


@pytest.fixture
def world() -> World:
    return World()


def test_round_permissions_hold_for_exactly_these_roles_and_states(world: World) -> None:
    for permission, allowed in ALLOWED.items():
        for role in ROLES:
            held = [
                state
                for state in STATES
                if has_perm(f"peer_review.{permission}", world.people[role], world.rounds[state, True])
            ]
            assert held == allowed.get(role, []), (permission, role)


def test_nothing_shown_means_no_results_for_anyone_but_the_organiser(world: World) -> None:
    for permission in ("view_own_result", "view_section_results", "view_all_results", "view_summary"):
        holders = {
            role
            for role in ROLES
            for state in STATES
            if has_perm(f"peer_review.{permission}", world.people[role], world.rounds[state, False])
        }
        assert holders == ({"responsible organiser"} if permission == "view_all_results" else set()), permission


def test_nobody_reviews_what_is_said_of_themselves_nor_with_a_closed_account(world: World) -> None:
    for round in world.reviewed:
        assert not any(has_perm("peer_review.review_comments", world.people[role], round) for role in ROLES)


def test_subject_results_hold_for_exactly_these_roles(world: World) -> None:
    for role in ROLES:
        held = [
            state
            for state in STATES
            if has_perm("peer_review.view_subject_result", world.people[role], world.rounds[state, True].subjects.get())
        ]
        assert held == SUBJECT_ALLOWED.get(role, []), role


def test_general_permissions_hold_for_exactly_these_roles(world: World) -> None:
    for permission, allowed in GENERAL.items():
        held = {role for role in ROLES if has_perm(f"peer_review.{permission}", world.people[role])}
        assert held == allowed, permission


def test_querysets_equal_their_predicates_for_every_role(world: World) -> None:
    rounds = list(Round.objects.all())
    for permission, twin in TWINS.items():
        for role in ROLES:
            user = world.people[role]
            asked = {one.pk for one in rounds if has_perm(f"peer_review.{permission}", user, one)}
            assert set(twin(user).values_list("pk", flat=True)) == asked, (permission, role)


def test_subject_queryset_equals_its_predicate_for_every_role(world: World) -> None:
    subjects = list(Subject.objects.select_related("round"))
    for role in ROLES:
        user = world.people[role]
        asked = {one.pk for one in subjects if has_perm("peer_review.view_subject_result", user, one)}
        assert set(Subject.objects.with_result_for(user).values_list("pk", flat=True)) == asked, role


def test_scheme_queryset_equals_its_predicate_for_every_role(world: World) -> None:
    for role in ROLES:
        user = world.people[role]
        expected = Scheme.objects.count() if has_perm("peer_review.manage_schemes", user) else 0
        assert Scheme.objects.manageable_by(user).count() == expected, role


def test_every_permission_is_in_a_table() -> None:
    known = {f"peer_review.{name}" for name in [*ALLOWED, *GENERAL, "view_subject_result"]}
    registered = {name for name in permissions.rules.permissions.permissions if name.startswith("peer_review.")}
    # Single results, patterns and findings have their tables beside these; outcomes in test_rules_outcomes.py.
    elsewhere = {
        "view_result",
        "view_section",
        "decide_subject",
        "view_outcome",
        "contest_outcome",
        "view_public_notice",
    }
    elsewhere |= {"view_contest", "assign_contest", "answer_contest", "view_anomaly", "raise_finding", "view_finding"}
    assert registered - {f"peer_review.{name}" for name in elsewhere} == known
    assert set(TWINS) == set(ALLOWED)


def test_superuser_of_django_is_not_asked(world: World) -> None:
    """`user.has_perm` says yes to superusers; our predicates must not be reached that way."""
    superuser = world.people["superuser"]

    assert superuser.has_perm("peer_review.manage_round", world.rounds["open", True])
    assert not has_perm("peer_review.manage_round", superuser, world.rounds["open", True])
