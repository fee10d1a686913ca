"""Refusals: a code of their own, a sentence filled with details, a message of the case where one is given."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest

from peer_review import exceptions
from peer_review.exceptions.base import ReasonMissing, Refusal
from peer_review.exceptions.outcomes import DECISION_REASON_MISSING

pytestmark = pytest.mark.usefixtures("in_english")


def refusals() -> Iterator[type[Refusal]]:
    """Yield every refusal of peer review."""
    for module in pkgutil.iter_modules(exceptions.__path__):
        import_module(f"peer_review.exceptions.{module.name}")
    yield from _below(Refusal)


def _below(of: type[Refusal]) -> Iterator[type[Refusal]]:
    for refusal in of.__subclasses__():
        yield refusal
        yield from _below(refusal)


def test_refusals_have_codes_of_their_own() -> None:
    codes = [refusal.code for refusal in refusals()]

    assert len(set(codes)) == len(codes) > 50


def test_a_missing_reason_says_what_its_case_needs() -> None:
    refusal = ReasonMissing(DECISION_REASON_MISSING, name="Ada")

    assert (refusal.code, refusal.status) == ("reason_missing", 422)
    assert refusal.message.startswith("Ada: give the reason.")
    assert str(ReasonMissing()) == str(ReasonMissing.text)
