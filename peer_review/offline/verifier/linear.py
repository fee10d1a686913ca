"""Linear equations in plain Python."""

from collections.abc import Iterable
from operator import mul

from peer_review.offline.verifier.encoding import Fault


def dot(one: Iterable[float], other: Iterable[float]) -> float:
    """Return Σ one × other."""
    return sum(map(mul, one, other))


def solved(matrix: list[list[float]], right: list[list[float]]) -> list[list[float]]:
    """Return matrix⁻¹ · right, by elimination with the largest pivot."""
    many = len(matrix)
    rows = [[*row, *more] for row, more in zip(matrix, right, strict=True)]
    for at in range(many):
        best = max(range(at, many), key=lambda i: abs(rows[i][at]))
        rows[at], rows[best] = rows[best], rows[at]
        pivot = rows[at][at:]
        if not pivot[0]:
            raise Fault("equations without a solution", "方程组无解")
        for row in rows[at + 1 :]:
            if row[at]:
                factor = row[at] / pivot[0]
                row[at:] = [cell - factor * other for cell, other in zip(row[at:], pivot, strict=True)]
    solution: list[list[float]] = [[] for _row in rows]
    for at in reversed(range(many)):
        row = rows[at]
        value = row[many:]
        for later in range(at + 1, many):
            if factor := row[later]:
                value = [number - factor * other for number, other in zip(value, solution[later], strict=True)]
        divisor = row[at]
        solution[at] = [number / divisor for number in value]
    return solution
