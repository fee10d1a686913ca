"""Balanced random allocation: a number of the eligible evaluators for every subject, from a published seed.

docs/rounds.md tells the steps in words; whoever has the roll and the seed can repeat them, in any language. Nothing
here depends on Python's `random`, on the order of a dictionary or on floating point numbers.
"""

import hashlib
import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: Positions in the list of evaluators, ascending.
Positions = NDArray[np.int32]
CONTEXT = b"zhengyan-draw/v1"
_WORD = 2**32
#: Walks through all demands for hand-overs of one link, before chains are searched one by one: for speed alone.
_PASSES = 8


def positions(values: Sequence[int] | NDArray[np.int32] | NDArray[np.int64] = ()) -> Positions:
    """Return positions as the array that this module takes."""
    return np.asarray(values, dtype=np.int32)


class Stream:
    """Random whole numbers: SHA-256 of context, seed and a counter, cut into 32-bit words, biased ones thrown away."""

    def __init__(self, seed: bytes) -> None:
        self._begin = hashlib.sha256(CONTEXT + b"|" + seed + b"|")
        self._counter = 0
        self._words: list[int] = []

    def word(self) -> int:
        """Return the next 32 bits: eight big-endian words a block, the first first."""
        if not self._words:
            block = self._begin.copy()
            block.update(self._counter.to_bytes(8, "big"))
            digest = block.digest()
            self._counter += 1
            self._words = [int.from_bytes(digest[at : at + 4], "big") for at in range(28, -1, -4)]
        return self._words.pop()

    def below(self, n: int) -> int:
        """Return a number from 0 to n - 1, each equally likely."""
        limit = _WORD - _WORD % n
        while (word := self.word()) >= limit:
            pass  # a remainder would favour the small numbers
        return word % n


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand for `wanted` evaluators out of a pool, without those `removed` from it; both ascending.

    Pools are shared between demands: ten thousand people who may all evaluate each other are one array.
    """

    wanted: int
    pool: Positions
    removed: Positions = field(default_factory=positions)

    def __len__(self) -> int:
        return len(self.pool) - len(self.removed)

    def eligible(self) -> Positions:
        """Return who may be chosen, ascending."""
        if not len(self.removed):
            return self.pool
        return np.delete(self.pool, np.searchsorted(self.pool, self.removed))


def allocate_at_random(
    seed: bytes, demands: Sequence[Demand], *, loads: Sequence[int] | NDArray[np.int64]
) -> list[Positions]:
    """Return the evaluators of each demand: exactly `wanted`, or its whole pool where that is smaller.

    `loads` is how many papers each evaluator holds already. Of all choices that give every demand its number, this one
    spreads the papers most evenly: no sum of squares of the evaluators' numbers is smaller.
    The same seed, demands and loads in the same order give the same choice.
    """
    stream, counts = Stream(seed), np.asarray(loads, dtype=np.int64).copy()
    chosen: list[Positions] = [positions()] * len(demands)
    for at in _order(stream, demands):
        taken = _least_loaded(stream, demands[at].eligible(), demands[at].wanted, counts)
        counts[taken] += 1
        chosen[at] = np.sort(taken)
    return _level(demands, chosen, counts)


def _order(stream: Stream, demands: Sequence[Demand]) -> list[int]:
    """Return the demands shuffled (Fisher and Yates, from the end), then those with the smallest pools first."""
    order = list(range(len(demands)))
    for last in range(len(order) - 1, 0, -1):
        other = stream.below(last + 1)
        order[last], order[other] = order[other], order[last]
    return sorted(order, key=lambda at: len(demands[at]))


def _least_loaded(stream: Stream, eligible: Positions, wanted: int, counts: NDArray[np.int64]) -> Positions:
    """Return the evaluators with the fewest papers; ties at the limit are broken at random."""
    if wanted >= len(eligible):
        return eligible
    if wanted <= 0:
        return positions()
    theirs = counts[eligible]
    limit = np.partition(theirs, wanted - 1)[wanted - 1]
    sure, equals = eligible[theirs < limit], eligible[theirs == limit]
    missing = wanted - len(sure)
    for at in range(missing):
        other = at + stream.below(len(equals) - at)
        equals[at], equals[other] = equals[other], equals[at]
    return np.concatenate([sure, equals[:missing]])


def _level(demands: Sequence[Demand], chosen: list[Positions], counts: NDArray[np.int64]) -> list[Positions]:
    """Hand papers on, along chains, from those with many to those with at least two fewer, until no chain is left.

    Then the choice is the most even there is: it is a flow with convex costs, and every cycle that would make it
    cheaper is such a chain. Who cannot be relieved is settled together with everyone the search has reached, since a
    chain from them would be a chain from here; so unsuccessful searches cost one walk through all demands together.
    """
    touched = np.zeros(len(counts), dtype=bool)
    for demand in demands:
        touched[demand.pool] = True
    if not touched.any() or counts[touched].max() - counts[touched].min() <= 1:
        return chosen
    for _pass in range(_PASSES):
        if not sum([_hand_over(demand, chosen, at, counts) for at, demand in enumerate(demands)]):
            break
    papers: list[set[int]] = [set() for _ in counts]
    taken = [set(choice.tolist()) for choice in chosen]
    for at, people in enumerate(taken):
        for person in people:
            papers[person].add(at)
    settled = ~touched
    queue = [(-int(counts[place]), int(place)) for place in np.flatnonzero(touched)]
    heapq.heapify(queue)
    while queue:
        load, start = heapq.heappop(queue)
        if settled[start] or -load != counts[start]:
            continue
        chain, reached = _find_chain(start, demands, taken, papers, counts, settled)
        if not chain:
            settled |= reached
            continue
        for giver, at, taker in chain:
            papers[giver].remove(at)
            papers[taker].add(at)
            taken[at].remove(giver)
            taken[at].add(taker)
        end = chain[0][2]
        counts[start] -= 1
        counts[end] += 1
        heapq.heappush(queue, (-int(counts[start]), start))
        heapq.heappush(queue, (-int(counts[end]), end))
    return [positions(sorted(evaluators)) for evaluators in taken]


def _hand_over(demand: Demand, chosen: list[Positions], at: int, counts: NDArray[np.int64]) -> int:
    """Make the hand-overs of one link within a demand, the widest first, then the lowest position; return how many."""
    if not 0 < len(chosen[at]) < len(demand):
        return 0
    able, moved = demand.eligible(), 0
    loads, inside = counts[able], np.zeros(len(able), dtype=bool)
    inside[np.searchsorted(able, chosen[at])] = True
    while True:
        giver = int(np.argmax(np.where(inside, loads, -1)))
        taker = int(np.argmin(np.where(inside, _WORD, loads)))
        if loads[giver] - loads[taker] < 2:
            break
        loads[giver] -= 1
        loads[taker] += 1
        inside[giver], inside[taker] = False, True
        moved += 1
    if moved:
        counts[able] = loads
        chosen[at] = able[inside]
    return moved


def _find_chain(
    start: int,
    demands: Sequence[Demand],
    taken: list[set[int]],
    papers: list[set[int]],
    counts: NDArray[np.int64],
    settled: NDArray[np.bool_],
) -> tuple[list[tuple[int, int, int]], NDArray[np.bool_]]:
    """Return the shortest chain (giver, demand, taker), last link first, from `start` to one with two fewer papers.

    Breadth first, demands and people ascending; without a chain, also who was reached.
    """
    goal = counts[start] - 2
    reached = np.zeros(len(counts), dtype=bool)
    reached[start] = True
    open_people = int((~settled).sum()) - 1
    came: dict[int, tuple[int, int]] = {}
    seen: set[int] = set()
    line = deque([start])
    while line and open_people:
        giver = line.popleft()
        for at in sorted(papers[giver] - seen):
            seen.add(at)
            able = demands[at].eligible()
            able = able[~(reached[able] | settled[able])]
            able = np.setdiff1d(able, positions(sorted(taken[at])), assume_unique=True)
            if not len(able):
                continue
            best = int(able[np.argmin(counts[able])])
            if counts[best] <= goal:
                came[best] = (giver, at)
                chain, evaluator = [], best
                while evaluator != start:
                    before, through = came[evaluator]
                    chain.append((before, through, evaluator))
                    evaluator = before
                return chain, reached
            reached[able] = True
            open_people -= len(able)
            for evaluator in able.tolist():
                came[evaluator] = (giver, at)
                line.append(evaluator)
    return [], reached
