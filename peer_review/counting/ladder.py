"""The ladder: which cells of one subject, or of one whole sheet, are counted alone, joined, or destroyed unread.

A cell stands alone with at least `floor` secure ballots. Secure are its ballots less the tickets that were issued for
it, because whoever made the tickets might have cast these. A cell under the floor joins its neighbour: the next class
above it in the scheme's order that is asked the same, else the next below. What is still under the floor joins on,
until the floor is reached or no neighbour is left; then it is destroyed. A cell without any ballot is treated like one
with too few: the bulletin must not tell these apart. Cells of a class that is declared not anonymous stand apart.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rung:
    """One cell of a subject or sheet. `asked` is what it is asked: only cells that are asked the same are joined."""

    cell: str
    counted: int
    secure: int
    asked: Hashable = None
    anonymous: bool = True


@dataclass(frozen=True, slots=True)
class Steps:
    """What the ladder decides: cells counted alone, groups of cells that are joined, cells destroyed."""

    alone: tuple[str, ...]
    joined: tuple[tuple[str, ...], ...]
    destroyed: tuple[str, ...]


def neighbour(places: Sequence[Hashable], place: int) -> int | None:
    """Return the place that another one joins: the next above that is asked the same, else the next below; None if
    there is none. `places`: what each place is asked, in the scheme's order.
    """
    above = (other for other in range(place - 1, -1, -1) if places[other] == places[place])
    below = (other for other in range(place + 1, len(places)) if places[other] == places[place])
    return next(above, next(below, None))


def climb(rungs: Sequence[Rung], *, floor: int) -> Steps:
    """Return the fates of the cells of one subject or sheet. `rungs`: in the scheme's order of classes.

    The lowest short class joins first, so that the same numbers always end the same way.
    """
    apart = [rung.cell for rung in rungs if not rung.anonymous]
    parts: list[list[Rung]] = [[rung] for rung in rungs if rung.anonymous]
    destroyed: list[str] = []
    while (short := _lowest_short(parts, floor)) is not None:
        target = neighbour([part[0].asked for part in parts], short)
        if target is None:
            destroyed += [rung.cell for rung in parts.pop(short)]
            continue
        first, second = sorted((short, target))
        parts[first] += parts.pop(second)
    return Steps(
        alone=(*apart, *(part[0].cell for part in parts if len(part) == 1)),
        joined=tuple(tuple(rung.cell for rung in part) for part in parts if len(part) > 1),
        destroyed=tuple(destroyed),
    )


def _lowest_short(parts: Sequence[Sequence[Rung]], floor: int) -> int | None:
    short = (place for place in range(len(parts) - 1, -1, -1) if sum(rung.secure for rung in parts[place]) < floor)
    return next(short, None)
