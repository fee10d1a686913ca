"""Formulas that a clerk would check, with the values they come to.

They recompute a published figure from other published figures, in the spreadsheet itself. Published figures are rounded
to one decimal each for itself, so a sum of rounded parts may differ by a last digit: then the difference is shown, and
said, never hidden.
"""

from collections.abc import Sequence

from peer_review.counting.scales import round_half_up
from peer_review.reports.book import SHARE, Formula


def weighted_mean(
    weights_at: str, values_at: str, *, weights: Sequence[float], values: Sequence[float | None]
) -> Formula | None:
    """Return the weighted mean of the values that are shown; None where none is.

    Words in the range (样本不足) count as nothing in SUMPRODUCT, and SUMIF leaves their weights out.
    """
    pairs = [(weight, value) for weight, value in zip(weights, values, strict=True) if value is not None]
    total = sum(weight for weight, _value in pairs)
    if not total:
        return None
    mean = sum(weight * value for weight, value in pairs) / total
    text = f'ROUND(SUMPRODUCT({weights_at},{values_at})/SUMIF({values_at},">=0",{weights_at}),1)'
    return Formula(text, round_half_up(mean))


def share(weight_at: str, weights_at: str, values_at: str, *, percent: float) -> Formula:
    """Return how many percent of the whole a weight has, over those whose values are shown."""
    return Formula(f'100*{weight_at}/SUMIF({values_at},">=0",{weights_at})', percent, SHARE)


def difference(first_at: str, second_at: str, first: float | None, second: float | None) -> Formula | None:
    """Return first less second, None where one of them is not shown."""
    if first is None or second is None:
        return None
    return Formula(f"ROUND({first_at}-{second_at},1)", round_half_up(first - second))


def mean(values_at: str, values: Sequence[float]) -> Formula:
    """Return the plain mean of figures that are all shown."""
    return Formula(f"ROUND(AVERAGE({values_at}),1)", round_half_up(sum(values) / len(values)))
