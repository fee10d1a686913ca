"""How sure a mean is."""

import math
from functools import cache

_Z = 1.959963984540054  # 97.5 % of the normal distribution


@cache
def t_quantile(df: int) -> float:
    """Return Student's t for a two-sided 95 % interval.

    Up to 30 degrees of freedom by bisection of the closed form (Abramowitz and Stegun, 26.7.3 and 26.7.4),
    beyond by the expansion in 1/df (26.7.5), which is then good to six digits.
    Raises: ValueError below one degree of freedom.
    """
    if df < 1:
        raise ValueError("an interval needs at least one degree of freedom")
    if df > 30:
        z = _Z
        return (
            z
            + (z**3 + z) / (4 * df)
            + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)
            + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * df**3)
        )
    low, high = 0.0, 13.0
    for _step in range(60):
        middle = (low + high) / 2
        if _central_probability(middle, df) < 0.95:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _central_probability(t: float, df: int) -> float:
    """Return P(-t < T < t) for Student's T."""
    angle = math.atan(t / math.sqrt(df))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = df % 2
    if df == 1:
        return 2 * angle / math.pi
    term = cosine if odd else 1.0
    total = term
    for i in range(2 + odd, df - 1, 2):
        term *= cosine**2 * (i - 1) / i
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
