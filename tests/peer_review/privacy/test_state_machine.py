"""Rounds driven by chance: the same few of them every day; many others in attack/test_state_machine.py."""

import pytest

from tests.peer_review.privacy.attack.driven_rounds import drive


@pytest.mark.django_db(databases=["default", "box"])
def test_no_round_lets_anybody_inside_read_fewer_than_the_floor() -> None:
    drive(rounds=5, steps=16, derandomize=True)
