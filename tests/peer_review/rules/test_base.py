"""No predicate holds for None, for a stranger, for an inactive account, or about nothing."""

from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
import rules
from django.contrib.auth.models import AnonymousUser

from peer_review.rules.base import predicate_about
from tests.factories.peer_review.rounds import make_user

MODULES = ["audit", "findings", "ledger", "outcomes", "planning", "results", "roles", "rounds", "subjects"]
#: What a predicate that is composed of others is about.
COMPOSED = {
    "can_view_own_result": "round",
    "can_view_section_results": "round",
    "can_view_all_results": "round",
    "can_compose_crosstab": "round",
    "can_view_summary": "round",
    "can_view_anomalies": "round",
    "can_view_ledger": "round",
    "can_withdraw_figures": "round",
    "can_view_round": "round",
    "can_view_early_closing": "round",
    "can_confirm_early_closing": "early_closing",
    "can_confirm_roll": "round",
    "can_view_roll_touches": "round",
    "can_view_subject_result": "subject",
    "can_view_group_result": "result",
    "can_view_section_of_result": "result",
    "can_decide_round": "round",
    "can_decide_subject": "subject",
    "can_assign_contest": "stage",
    "can_raise_anywhere": "round",
    "can_raise_finding": "finding",
}
#: About the user alone.
ROLES = ["is_administrator", "is_organiser", "is_inspector", "is_leader"]


def predicates() -> Iterator[tuple[str, rules.Predicate]]:
    """Yield every predicate of the rules with its name."""
    seen = {}
    for name in MODULES:
        module = import_module(f"peer_review.rules.{name}")
        seen |= {key: one for key, one in vars(module).items() if isinstance(one, rules.Predicate)}
    yield from sorted(seen.items())


PREDICATES = dict(predicates())


@pytest.fixture(scope="module")
def nothing() -> Any:
    """Something that fails whoever looks at it: nothing may be read for a stranger."""

    class Untouchable:
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(f"{name} was read")

    return Untouchable()


def about(name: str) -> str | None:
    """Return what a predicate is about; None for one about the user alone."""
    return COMPOSED.get(name) or getattr(PREDICATES[name], "about", None)


def test_every_predicate_says_what_it_is_about() -> None:
    assert {name for name in PREDICATES if about(name) is None} == set(ROLES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", PREDICATES)
def test_predicate_is_false_for_strangers_whatever_they_ask_about(name: str, nothing: Any) -> None:
    things = () if about(name) is None else (nothing,)
    inactive = make_user("", "organiser", "inspector", "leadership", "scrutineer", is_active=False)

    for user in (None, AnonymousUser(), inactive):
        assert PREDICATES[name].test(user, *things) is False


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(PREDICATES) - set(ROLES)))
def test_predicate_is_false_about_nothing(name: str) -> None:
    everybody = make_user("", "organiser", "inspector", "leadership", "scrutineer", "staff", is_superuser=True)

    assert PREDICATES[name].test(everybody, None) is False


def test_decorated_predicate_keeps_its_name_and_asks_about_known_users_only() -> None:
    asked = []

    @predicate_about("round")
    def is_round(user: Any, round: Any) -> bool:
        """Answer yes, and say who asked."""
        asked.append((user, round))
        return True

    known = SimpleNamespace(is_active=True, is_authenticated=True)
    assert is_round.test(known, "round") is True
    assert (is_round.test(None, "round"), is_round.test(known, None)) == (False, False)
    assert asked == [(known, "round")]
    assert (is_round.name, is_round.about) == ("is_round", "round")
