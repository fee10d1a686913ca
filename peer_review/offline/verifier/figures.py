"""Figures as they are published: bounds, rounding, shares."""

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from peer_review.offline.verifier.constants import NOT_RECOUNTED


def tenths(value: Fraction | float) -> Decimal:
    """Return a figure to one decimal as people round: 0.05 up."""
    exact = Fraction(value) * 10 + Fraction(1, 2) + Fraction(1, 10**9)
    return Decimal(math.floor(exact)) / 10


def share_of(above: float, below: float) -> Decimal | None:
    """Return above / below from 0 to 1 to two decimals; None for 0 / 0."""
    if below == 0:
        return None if above == 0 else rounded(1.0 if above > 0 else 0.0, 2)
    return rounded(min(1.0, max(0.0, above / below)), 2)


def rounded(value: float, decimals: int) -> Decimal:
    """Return a figure as people round: halves up."""
    return Decimal(math.floor(value * 10**decimals + 0.5 + 1e-9)) / 10**decimals


def leaves_of(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield every single figure with the path that leads to it. Null is the absence of a figure."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves_of(item, (*path, key))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value, 1):
            yield from leaves_of(item, (*path, str(number)))
    elif value is not None:
        yield path, value


def kind_not_recounted(path: tuple[str, ...]) -> str:
    """Return which kind of NOT_RECOUNTED a figure is of, empty for all others."""
    return next((part for part in path if part in NOT_RECOUNTED), "")
