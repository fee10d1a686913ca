"""Did he do better than guessing?

In a cell whose n ballots were cast by n people, whoever guesses without knowing anything names one author rightly on
average, whatever n is: n guesses, each right with probability 1/n. The number he gets right in a cell has variance 1
if he names everybody once (the fixed points of a random permutation) and less if he repeats himself; who drew and did
not cast only lowers both. Tokens of different cells are independent, so over C cells guessing gives a sum with mean at
most C and variance at most C. `Verdict.sigmas` is how many standard deviations somebody lies above that.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tests.peer_review.privacy.attack.evidence import Evidence, Trial

#: token → who he says wrote that ballot
Guess = dict[bytes, str]
Strategy = Callable[[Evidence], Guess]

#: One-sided. By the normal approximation one false alarm in 3.5 million runs of a strategy, so that a suite of twenty
#: strategies with the system's own randomness is not flaky. With the 519 cells and 6,284 ballots of one-visit rounds it
#: means 114 names more than guessing gives, success of 10.1 % where guessing has 8.3 %. So it is not toothless either.
LIMIT = 5.0
#: What an attack on a broken box must at least come to. The weakest of them come to about 8.
BITES = 3.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one strategy did over many rounds."""

    ballots: int
    named: int
    by_guessing: float
    cells: int

    @property
    def success(self) -> float:
        """Share of ballots whose author was named."""
        return self.named / self.ballots

    @property
    def guessing(self) -> float:
        """The share that guessing names."""
        return self.by_guessing / self.ballots

    @property
    def sigmas(self) -> float:
        return (self.named - self.by_guessing) / math.sqrt(self.cells)

    def __str__(self) -> str:
        return f"{self.success:.1%} named, {self.guessing:.1%} by guessing, {self.sigmas:+.1f} sigma"


def judge(strategy: Strategy, trials: Iterable[Trial]) -> Verdict:
    """Run one strategy against every round."""
    ballots = named = cells = 0
    by_guessing = 0.0
    for trial in trials:
        guess = strategy(trial.evidence)
        for cell in trial.evidence.cells:
            lying = trial.evidence.ballots_of(cell)
            ballots += len(lying)
            cells += 1
            named += sum(guess.get(one.token) == trial.authors[one.token] for one in lying)
            by_guessing += len(lying) / len(trial.evidence.candidates[cell])
    return Verdict(ballots, named, by_guessing, cells)


def all_together(strategies: Sequence[Strategy], lessons: Sequence[Trial]) -> Strategy:
    """Return the maximum-likelihood combination of strategies, weighted by how they did in rounds he was told about.

    A strategy that names the author with probability p among n candidates multiplies the odds of whom it names by
    p (n - 1) / (1 - p). He takes p from the lessons, and per ballot the candidate with the greatest product.
    """
    rates = []
    for strategy in strategies:
        verdict = judge(strategy, lessons)
        rates.append(min(max(verdict.success, 1e-4), 1 - 1e-4))

    def combined(evidence: Evidence) -> Guess:
        guesses = [strategy(evidence) for strategy in strategies]
        best: Guess = {}
        for ballot in evidence.counted:
            candidates = evidence.candidates[ballot.cell]
            odds = dict.fromkeys(candidates, 0.0)
            for guess, rate in zip(guesses, rates, strict=True):
                who = guess.get(ballot.token)
                if who in odds and len(candidates) > 1:
                    odds[who] += math.log(rate * (len(candidates) - 1) / (1 - rate))
            best[ballot.token] = max(candidates, key=lambda who: odds[who])
        return best

    return combined
