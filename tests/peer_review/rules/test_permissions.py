"""Every permission about a thing equals the queryset that is registered as its twin, for every role."""

from collections import Counter
from typing import Any

import pytest
import rules
from django.apps import apps

from peer_review.rules.permissions import GENERAL, TWINS
from peer_review.rules.roles import has_perm
from tests.factories.peer_review.role_worlds import OutcomesWorld, ResultsWorld, RoundsWorld, add_neighbours

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def make_outcomes() -> OutcomesWorld:
    world = OutcomesWorld()
    add_neighbours(world)
    return world


#: World → permissions that somebody holds there, so that the comparison is not one of nothing with nothing.
WORLDS: dict[str, tuple[Any, set[str]]] = {
    "rounds": (RoundsWorld, {name for name, (model, _method) in TWINS.items() if model in ("Round", "EarlyClosing")}),
    "outcomes": (
        make_outcomes,
        {"decide_subject", "view_outcome", "contest_outcome", "view_subject_result", "view_contest", "assign_contest"}
        | {"answer_contest", "view_public_notice"},
    ),
    "results": (ResultsWorld, {"view_result", "view_section", "raise_finding", "view_finding", "view_anomaly"}),
}


def test_every_permission_about_a_thing_has_a_twin() -> None:
    registered = {name for name in rules.permissions.permissions if name.startswith("peer_review.")}

    assert registered == {f"peer_review.{name}" for name in (*TWINS, *GENERAL)}
    assert set().union(*(held for _make, held in WORLDS.values())) == set(TWINS)


@pytest.mark.parametrize("name", WORLDS)
def test_querysets_equal_their_permissions_for_every_role(name: str) -> None:
    make, expected = WORLDS[name]
    world = make()
    held: Counter[str] = Counter()
    for permission, (model, method) in TWINS.items():
        things = apps.get_model("peer_review", model)._default_manager
        everything = list(things.all())
        for role, user in world.people.items():
            allowed = {one.pk for one in everything if has_perm(f"peer_review.{permission}", user, one)}
            selected = getattr(things, method)(user).values_list("pk", flat=True)
            assert set(selected) == allowed, (permission, role)
            held[permission] += len(allowed)
    assert expected <= {permission for permission, count in held.items() if count}
