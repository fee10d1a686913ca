"""Every figure that may be published, computed anew."""

import math
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict, cast

from peer_review.offline.verifier.constants import GRADES, SCORED_FROM
from peer_review.offline.verifier.counted import ClassWeights, Counted, reach_of
from peer_review.offline.verifier.figures import tenths
from peer_review.offline.verifier.half_steps import GroupFigures, SubjectFigures, in_half_steps
from peer_review.offline.verifier.ranges import (
    Figure,
    Mean,
    Shown,
    around,
    band_of,
    bounds,
    figure_of,
    rests_on_one,
    score_of,
)
from peer_review.offline.verifier.reliability import reliability_of
from peer_review.offline.verifier.rules import RollFile, Row, Rules, Votes
from peer_review.offline.verifier.severity import Severity, models_of


class Sheet(TypedDict):
    """The score of a subject or a group, how many ballots it rests on, and its criteria."""

    score: list[Decimal] | None
    shown: dict[str, object] | None
    ballots: int | None
    criteria: dict[str, Figure]


class Recount:
    """Every figure that may be published of these ballots, in the form of figures.json.

    published: figures.json, of which only the parameters are used that adjusted scores were made with:
    severity.check() says whether these are the likeliest. version: of the counting rules that it was published under.
    """

    def __init__(
        self, rules: Rules, roll: RollFile, votes: Votes, published: object = None, *, version: int = 3
    ) -> None:
        self.version = version
        self.rules, self.roll, self.votes = rules, roll, votes
        self.sections = roll.many_sections
        self.rows: dict[int, list[Row]] = defaultdict(list)
        for row in votes.rows:
            self.rows[row.subject].append(row)
        weights = ClassWeights(rules)
        self.counted = [Counted(rules, roll, votes, weights, at, version=version) for at in range(len(rules.criteria))]
        reach = None if version == 1 else reach_of(self.counted, rules.scale)
        for criterion in self.counted:
            criterion.count(reach)
        may = {at for at in range(len(roll.sections)) if self.may_be_adjusted(at)}
        self.severity = Severity(rules, roll, votes, self.counted, *models_of(published), may=may)
        means = ([criterion.means[at] for criterion in self.counted] for at in range(len(roll.sections)))
        exact = [self.exact_score(of_subject) for of_subject in means]
        order = sorted({score for score in exact if score is not None}, reverse=True)
        places = {score: at for at, score in enumerate(order, 1)}
        self.standings = [None if score is None or version == 1 else places[score] for score in exact]

    def figures(self) -> dict[str, object]:
        sections, unit = self.comparable()
        figures: dict[str, object] = {
            "subjects": [self.subject(at) for at in range(len(self.roll.sections))],
            "sections": [
                self.group([criterion.section(at) for criterion in self.counted], comparable=at in sections)
                for at in range(self.sections)
            ],
            "ranks": [
                self.group([criterion.rank(at) for criterion in self.counted], comparable=None)
                for at in range(max(self.roll.ranks, default=-1) + 1)
            ],
            "unit": self.group([criterion.unit() for criterion in self.counted], comparable=unit)
            | {
                "reliability": reliability_of(
                    self.rules,
                    [row for row in self.votes.rows if row.subject not in self.votes.apart],
                    [set(criterion.alone) - self.votes.apart for criterion in self.counted],
                    version=self.version,
                    known=self.votes.most_known,
                )
            }
            | {"adjusted": self.severity.unit()},
        }
        groups = [
            (figures["sections"], self.roll.sections),
            (figures["ranks"], self.roll.ranks),
            ([figures["unit"]], [0] * len(self.roll.sections)),
        ]
        in_half_steps(
            cast(list[SubjectFigures], figures["subjects"]),
            [(cast(list[GroupFigures], sheets), places) for sheets, places in groups],
            self.roll.coarse,
            self.rules,
            version=self.version,
        )
        return figures

    def subject(self, at: int) -> dict[str, object]:
        means = [criterion.subject(at) for criterion in self.counted]
        criteria = {key: figure_of(mean) for key, mean in zip(self.rules.criteria, means, strict=True) if mean}
        for key, criterion in zip(self.rules.criteria, self.counted, strict=True):
            if key in criteria:
                criteria[key]["bars"] = criterion.bars(at)
                criteria[key]["classes"] = {}
        classes = {}
        for number, name in enumerate(self.rules.classes):
            own = [criterion.voter_class(at, number) for criterion in self.counted]
            for key, mean in zip(self.rules.criteria, own, strict=True):
                if mean:
                    range_told = [mean.told] if mean.told else []
                    criteria[key]["classes"][name] = [*around(mean), mean.n, mean.abstentions, *range_told]
            score, shown = self.subject_score(own)
            if score:
                classes[name] = [*score, 0, 0, shown] if shown else score
        sheet = self.sheet(means, criteria)
        sheet["score"], sheet["shown"] = self.subject_score(means)
        decides = None
        may_be_flagged = at not in self.votes.apart and (self.version == 1 or self.may_be_flagged(means))
        if (whole := self.exact_score(means)) is not None and may_be_flagged:
            decides = self.one_ballot(at, whole)
            if self.version > 1 and whole in self.rules.bands:
                decides = True
        return {
            **sheet,
            "standing": self.standings[at],
            "members": 1,
            "comparable": False,
            "classes": classes,
            "joined": {
                self.rules.classes[stands]: [self.rules.classes[number] for number in numbers]
                for stands, numbers in self.votes.joined.get(at, {}).items()
            },
            "one_ballot": decides,
            "adjusted": self.severity.subject(at),
        }

    def group(self, means: list[Mean | None], *, comparable: bool | None) -> dict[str, object]:
        criteria = {key: figure_of(mean) for key, mean in zip(self.rules.criteria, means, strict=True) if mean}
        members = max((mean.members for mean in means if mean), default=0)
        return {**self.sheet(means, criteria), "members": members, "comparable": comparable}

    def sheet(self, means: list[Mean | None], criteria: dict[str, Figure]) -> Sheet:
        score = self.score(means)
        most = max((mean.n + mean.abstentions for mean in means if mean), default=0)
        return {"score": score, "shown": None, "ballots": most if score else None, "criteria": criteria}

    def known(self, means: list[Mean | None]) -> list[tuple[Fraction, Mean]]:
        """Return the criteria that are shown, with their parts of the score."""
        known = [(weight, mean) for weight, mean in zip(self.rules.criterion_weights, means, strict=True) if mean]
        total = sum((weight for weight, _mean in known), Fraction())
        return [(weight / total, mean) for weight, mean in known] if total else []

    def score(self, means: list[Mean | None]) -> list[Decimal] | None:
        """Return the weighted score over the criteria that are shown. Their intervals add up: cautious."""
        if not (known := self.known(means)):
            return None
        value = sum((share * mean.value for share, mean in known), Fraction())
        half = math.fsum(float(share) * mean.half for share, mean in known)
        middle = float(value if self.version == 1 else tenths(value))
        return bounds(tenths(value), middle, middle, half)

    def exact_score(self, means: list[Mean | None]) -> Decimal | None:
        """Return a subject's score, which decides its grade and its place."""
        known = self.known(means)
        return tenths(sum((share * mean.value for share, mean in known), Fraction())) if known else None

    def fewest(self, means: list[Mean | None]) -> int:
        """Return how many answered the criterion that fewest answered, without answers that others may know."""
        return min((mean.hidden for mean in means if mean), default=0)

    def subject_score(self, means: list[Mean | None]) -> tuple[list[Decimal] | None, dict[str, object] | None]:
        """Return a subject's score as it is shown, and its range with the grade that the exact score proposes."""
        value = self.exact_score(means)
        if value is None or self.version == 1 or self.rules.exact:
            return self.score(means), None
        shown, grade = self.shown_score(value, means)
        half = math.fsum(float(share) * mean.half for share, mean in self.known(means))
        told = shown.told()
        if told is not None:
            told["grade"] = GRADES[grade] if grade is not None else ""
        return bounds(shown.value, float(shown.least), float(shown.most), half), told

    def shown_score(self, value: Decimal, means: list[Mean | None]) -> tuple[Shown, int | None]:
        parts = [(share, mean.shown) for share, mean in self.known(means) if mean.shown]
        return score_of(
            value,
            parts,
            scale=self.rules.scale,
            fewest=self.fewest(means),
            bands=self.rules.bands,
            version=self.version,
        )

    def may_be_flagged(self, means: list[Mean | None]) -> bool:
        """Whether it is told if one ballot decides: of many answers, and more than one criterion."""
        return self.fewest(means) >= SCORED_FROM and not rests_on_one([share for share, _mean in self.known(means)])

    def may_be_adjusted(self, at: int) -> bool:
        """Whether a score without severity may stand beside a subject's score."""
        means = [criterion.means[at] for criterion in self.counted]
        value = self.exact_score(means)
        if self.version == 1 or value is None:
            return True
        if self.fewest(means) < SCORED_FROM:
            return False
        return self.rules.exact or not self.shown_score(value, means)[0].code

    def one_ballot(self, at: int, score: Decimal) -> bool:
        """Return whether leaving out some one ballot would propose another grade: each is left out in turn.

        Which criteria are shown is not asked anew.
        """
        known = [
            (weight, criterion) for weight, criterion in zip(self.rules.criterion_weights, self.counted, strict=True)
        ]
        known = [(weight, criterion) for weight, criterion in known if criterion.means[at]]
        total = sum((weight for weight, _one in known), Fraction())
        shares = [(weight / total, criterion) for weight, criterion in known]
        grade = self.grade(score)
        tried: set[tuple[int, tuple[int | None, ...]]] = set()
        for row in self.rows[at]:
            if (row.voter_class, row.points) in tried:
                continue
            tried.add((row.voter_class, row.points))
            if (
                self.grade(tenths(sum((share * criterion.without(at, row) for share, criterion in shares), Fraction())))
                != grade
            ):
                return True
        return False

    def grade(self, score: Decimal) -> int:
        """Return the number of the band that a score falls into."""
        return band_of(score, self.rules.bands)

    def comparable(self) -> tuple[set[int], bool]:
        """Return which sections' means, and whether that of all, may be shown to those who may not see the members."""
        floor = self.rules.floor
        sizes = []  # of each criterion of which anything is told: how many subjects of each section are shown
        for criterion in self.counted:
            if criterion.alone or any(criterion.rests.values()):
                counts = Counter(self.roll.sections[at] for at in criterion.alone)
                sizes.append([counts[section] for section in range(self.sections)])
        least = [min(column) for column in zip(*sizes, strict=True)]
        shown = {section for section, size in enumerate(least) if size > floor}

        def is_safe() -> bool:
            left = [section for section in range(len(least)) if section not in shown]
            for row in sizes:
                rest = sum(row[section] for section in left)
                if any(0 < size <= floor for size in [rest, *(rest - row[section] for section in left)]):
                    return False
            return True

        while not is_safe() and shown:
            shown.remove(min(shown, key=lambda section: (least[section], section)))
        return shown, bool(sizes) and is_safe() and all(sum(row) > floor for row in sizes)
