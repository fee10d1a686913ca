"""Permutation tests: how often chance alone makes something as striking, if nothing is behind it.

Answers are shuffled and dealt out anew as if it did not matter to whom they belong. The probability counts the hands
that are as striking as what was found, that one among them, (b + 1) / (m + 1), and so is never 0 (Phipson and Smyth,
Statistical Applications in Genetics and Molecular Biology 9, 2010, 39). Seeds make it the same each time.
"""

from collections.abc import Sequence

import numpy as np

from .scales import Flags, Floats

#: Hands dealt for each probability, and values shuffled at once.
PERMUTATIONS = 9_999
_AT_ONCE = 2_000_000


def deal(pool: Floats, n: int, *, hands: int, seed: Sequence[int]) -> Floats:
    """Return hands of n values dealt from the shuffled pool: without replacement within a hand, as many hands a
    shuffle as it yields.

    Shape: (hands, n). The order of the pool does not matter.
    Raises: ValueError if the pool is smaller than a hand.
    """
    if n > len(pool):
        raise ValueError("the pool is smaller than a hand")
    if not n or not hands:
        return np.empty((hands, n))
    chance = np.random.default_rng(list(seed))
    pool = np.sort(pool)
    each = len(pool) // n
    deals, left = [], hands
    while left > 0:
        shuffles = max(1, min(-(-left // each), _AT_ONCE // max(1, len(pool))))
        shuffled = chance.permuted(np.broadcast_to(pool, (shuffles, len(pool))), axis=1)
        deals.append(shuffled[:, : each * n].reshape(shuffles * each, n)[:left])
        left -= len(deals[-1])
    return np.concatenate(deals)


def probability(as_striking: Flags) -> float:
    """Return (b + 1) / (m + 1): b of m hands were as striking as what was found."""
    return float((as_striking.sum() + 1) / (len(as_striking) + 1))


def false_discovery(p: Sequence[float], *, tested: int) -> list[float]:
    """Return each probability's q: the share of chance among all that are at least as striking, at most.

    Source: Benjamini and Hochberg, Journal of the Royal Statistical Society B 57 (1995), 289. Of `tested` only those
    given need be known: the others count as sure to be chance, which errs on the side of caution.
    """
    q = [1.0] * len(p)
    least = 1.0
    order = sorted(range(len(p)), key=lambda at: p[at])
    for rank in range(len(order), 0, -1):
        least = min(least, p[order[rank - 1]] * tested / rank)
        q[order[rank - 1]] = least
    # Equal probabilities have equal q.
    best = {value: min(rate for rate, other in zip(q, p, strict=True) if other == value) for value in set(p)}
    return [best[value] for value in p]
