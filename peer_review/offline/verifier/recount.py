"""Every figure that may be published, computed anew."""

import math
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict, cast

from peer_review.offline.verifier.counted import ClassWeights, Counted
from peer_review.offline.verifier.figures import Figure, Mean, bounds, figure_of, tenths
from peer_review.offline.verifier.half_steps import GroupFigures, SubjectFigures, in_half_steps
from peer_review.offline.verifier.reliability import reliability_of
from peer_review.offline.verifier.rules import RollFile, Row, Rules, Votes
from peer_review.offline.verifier.severity import Severity, models_of


class Sheet(TypedDict):
    """The score of a subject or a group, how many ballots it rests on, and its criteria."""

    score: list[Decimal] | None
    ballots: int | None
    criteria: dict[str, Figure]


class Recount:
    """Every figure that may be published of these ballots, in the form of figures.json.

    published: figures.json, of which only the parameters are used that adjusted scores were made with:
    severity.check() says whether these are the likeliest.
    """

    def __init__(self, rules: Rules, roll: RollFile, votes: Votes, published: object = None) -> None:
        self.rules, self.roll, self.votes = rules, roll, votes
        self.sections = roll.many_sections
        self.rows: dict[int, list[Row]] = defaultdict(list)
        for row in votes.rows:
            self.rows[row.subject].append(row)
        weights = ClassWeights(rules)
        self.counted = [Counted(rules, roll, votes, weights, at) for at in range(len(rules.criteria))]
        self.severity = Severity(rules, roll, votes, self.counted, *models_of(published))

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
                    self.rules, self.votes.rows, [set(criterion.alone) for criterion in self.counted]
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
                    criteria[key]["classes"][name] = [*bounds(mean.value, mean.half), mean.n, mean.abstentions]
            if score := self.score(own):
                classes[name] = score
        sheet = self.sheet(means, criteria)
        decides = self.one_ballot(at, sheet["score"][0]) if sheet["score"] else None
        return {
            **sheet,
            "members": 1,
            "comparable": False,
            "classes": classes,
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
        return {"score": score, "ballots": most if score else None, "criteria": criteria}

    def score(self, means: list[Mean | None]) -> list[Decimal] | None:
        """Return the weighted score over the criteria that are shown. Their intervals add up: cautious."""
        known = [(weight, mean) for weight, mean in zip(self.rules.criterion_weights, means, strict=True) if mean]
        if not known:
            return None
        total = sum(weight for weight, _mean in known)
        value = sum((weight * mean.value for weight, mean in known), Fraction()) / total
        return bounds(value, math.fsum(float(weight) * mean.half for weight, mean in known) / float(total))

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
        return sum(score < lowest for lowest in self.rules.bands)

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
