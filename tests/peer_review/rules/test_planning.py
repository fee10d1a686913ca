"""Who may confirm a roll that was changed by hand: a second person who has no part in the change."""

from typing import Any

import pytest

from peer_review.domain.planning.roll_touches import touch_roll
from peer_review.enums import RollTouchKind
from peer_review.models import Round
from peer_review.rules.roles import has_perm
from tests.factories.peer_review.role_worlds import RoundsWorld
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> RoundsWorld:
    return RoundsWorld()


def holders(world: RoundsWorld, permission: str, round: Round) -> set[str]:
    """Return the roles for which a permission holds, having held each equal to its queryset."""
    method = {"confirm_roll": "with_roll_to_confirm_for", "view_roll_touches": "with_roll_touches_for"}[permission]
    allowed = set()
    for role, user in world.people.items():
        may = has_perm(f"peer_review.{permission}", user, round)
        assert may is getattr(Round.objects.filter(pk=round.pk), method)(user).exists(), role
        if may:
            allowed.add(role)
    return allowed


def forget_roles(world: RoundsWorld) -> None:
    for user in world.people.values():
        if user is not None:
            vars(user).pop("_peer_review_roles", None)
            vars(user).pop("_answers", None)


def test_an_inspector_confirms_and_reads_it_and_the_organiser_reads_it(world: RoundsWorld) -> None:
    draft = world.make_touched("draft")

    assert holders(world, "confirm_roll", draft) == {"inspector"}
    assert holders(world, "view_roll_touches", draft) == {"inspector", "responsible organiser"}


def test_once_opened_it_is_read_and_not_confirmed(world: RoundsWorld) -> None:
    opened = world.make_touched("open")

    assert holders(world, "confirm_roll", opened) == set()
    assert holders(world, "view_roll_touches", opened) == {"inspector", "responsible organiser"}


def test_a_roll_made_by_rule_needs_nobody(world: RoundsWorld) -> None:
    draft = world.make_round("draft", False)

    assert holders(world, "confirm_roll", draft) == set()
    assert holders(world, "view_roll_touches", draft) == {"responsible organiser"}


def test_a_scrutineer_stands_in_only_where_nobody_is_an_inspector(world: RoundsWorld) -> None:
    draft = world.make_touched("draft")
    world.people["inspector"].is_active = False
    world.people["inspector"].save()
    forget_roles(world)

    assert holders(world, "confirm_roll", draft) == {"scrutineer"}
    other = make_user("", "inspector")
    assert has_perm("peer_review.confirm_roll", other, draft)
    forget_roles(world)
    assert holders(world, "confirm_roll", draft) == set()


@pytest.mark.parametrize("kind", sorted(set(RollTouchKind) - {RollTouchKind.REMOVED, RollTouchKind.SUBJECT_REMOVED}))
def test_nobody_confirms_a_list_that_evaluates_them(world: RoundsWorld, kind: RollTouchKind) -> None:
    draft, inspector = world.make_touched("draft"), world.people["inspector"]
    touch_roll(draft, kind, by=world.people["responsible organiser"], subjects=[(f"p{inspector.pk}", "I")])

    assert holders(world, "confirm_roll", draft) == set()
    assert holders(world, "view_roll_touches", draft) == {"responsible organiser"}


@pytest.mark.parametrize("kind", [RollTouchKind.REMOVED, RollTouchKind.SUBJECT_REMOVED])
def test_whose_list_was_shortened_or_is_gone_may_confirm(world: RoundsWorld, kind: RollTouchKind) -> None:
    draft, inspector = world.make_touched("draft"), world.people["inspector"]
    by: Any = world.people["responsible organiser"]
    touch_roll(draft, kind, by=by, subjects=[(f"p{inspector.pk}", "I")])

    assert holders(world, "confirm_roll", draft) == {"inspector"}


def test_whoever_evaluates_or_is_evaluated_by_another_list_may_confirm(world: RoundsWorld) -> None:
    draft, inspector = world.make_touched("draft"), world.people["inspector"]
    by: Any = world.people["responsible organiser"]
    touch_roll(draft, RollTouchKind.ON_PAPER, by=by, person=inspector.pk)
    touch_roll(draft, RollTouchKind.EXCLUDED, by=by, person=inspector.pk, subjects=[("p0", "Somebody")])

    assert holders(world, "confirm_roll", draft) == {"inspector"}


def test_whoever_did_any_of_it_is_no_second_person(world: RoundsWorld) -> None:
    draft = world.make_touched("draft")
    touch_roll(draft, RollTouchKind.SEED, by=world.people["inspector"], number=1)

    assert holders(world, "confirm_roll", draft) == set()


def test_the_organiser_is_none_whatever_else_they_are(world: RoundsWorld) -> None:
    draft = world.make_touched("draft", by="other organiser")
    Round.objects.filter(pk=draft.pk).update(organiser=world.people["inspector"])

    assert holders(world, "confirm_roll", Round.objects.get(pk=draft.pk)) == set()
