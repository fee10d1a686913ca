"""How many of those who were asked know enough to answer: 不了解 is an answer of its own and part of the result."""

from collections.abc import Iterable
from dataclasses import dataclass

#: With more 不了解 than this the figure speaks for a part of the voters only, and the page says so (own).
MANY = 1 / 3


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of `asked` answers to what is shown, so many said 不了解. Adds up over criteria."""

    asked: int
    unknown: int

    @property
    def share(self) -> float | None:
        """The share of 不了解, 0 to 1; None where nothing was asked."""
        return self.unknown / self.asked if self.asked else None

    @property
    def is_thin(self) -> bool:
        """Whether more than MANY of the answers are 不了解."""
        return self.unknown > MANY * self.asked


def coverage(figures: Iterable[tuple[int, int]]) -> Coverage:
    """Return the coverage of figures given as (n, abstentions): one criterion's, or all that are shown of a subject.

    Made of published numbers only, so it tells no more than they do.
    """
    asked = unknown = 0
    for n, abstentions in figures:
        asked, unknown = asked + n + abstentions, unknown + abstentions
    return Coverage(asked, unknown)
