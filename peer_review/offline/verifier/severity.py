"""Scores with the raters' severity taken out."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict

from peer_review.offline.verifier.constants import FEWEST_LINKED, REASONS, SLOPE, SPREAD_FLOOR, TRIM_ABOVE, Z95
from peer_review.offline.verifier.counted import Counted
from peer_review.offline.verifier.encoding import Fault
from peer_review.offline.verifier.figures import rounded, tenths
from peer_review.offline.verifier.linked import Linked, Part, link, safe_subjects
from peer_review.offline.verifier.mixed import Mixed
from peer_review.offline.verifier.rasch import Ruler
from peer_review.offline.verifier.rules import RollFile, Row, Rules, Votes

#: What publication tells of one fit.
FitTold = TypedDict("FitTold", {"class": str, "subjects": int, "sheets": int})


class Severity:
    """The adjusted scores of a round, under the parameters that publication says it used.

    may: the subjects beside whose scores an adjusted one may stand; of the others ballots are too few.
    models: of each published fit what was published of it, and its parameters. faults: what does not hold of these.
    unfitted: of how many fits publication says that it found no likeliest figures, which is not tried here.
    """

    def __init__(
        self,
        rules: Rules,
        roll: RollFile,
        votes: Votes,
        counted: Sequence[Counted],
        groups: Sequence[FitTold],
        models: Sequence[object],
        *,
        may: set[int],
    ) -> None:
        self.rules, self.votes, self.counted = rules, votes, counted
        self.published = list(zip(groups, models, strict=False))
        self.used: set[int] = set()
        self.faults: list[Fault] = []
        self.unfitted = 0
        self.lacking: list[set[int]] = []  # the subjects of each fit without published parameters
        subjects = range(len(roll.sections))
        self.may = may
        self.shown = {at for at in subjects if any(criterion.means[at] for criterion in counted)} - votes.apart
        self.rows = [row for row in votes.rows if row.subject in self.shown]
        self.early = self.refusal()
        self.reasons = dict.fromkeys(subjects, self.early)
        self.method = "reml" if self.rules.scale == "points" else "rasch"
        self.scores: dict[int, dict[str, Decimal | str]] = {}
        self.groups: dict[int, dict[str, object]] = {}
        self.islands = 0
        if not self.early:
            self.run()

    def refusal(self) -> str:
        """Return why nothing may be fitted at all."""
        sizes = Counter(row.sheet for row in self.votes.rows)
        if not sizes or min(sizes.values()) < 2:
            return "papers"
        piles = [len(pile) for criterion in self.counted for at in self.shown for pile in criterion.piles[at]]
        return "trimmed" if self.rules.trim and max(piles, default=0) > TRIM_ABOVE else ""

    def run(self) -> None:
        answered: dict[int, dict[int, tuple[bool, ...]]] = {at: {} for at in self.reasons}
        for row in self.rows:
            if any(given := tuple(points is not None for points in row.points)):
                answered[row.subject][row.sheet] = given
        classes = {row.sheet: row.voter_class for row in self.rows}
        chosen = safe_subjects(answered, classes, floor=self.rules.floor + self.votes.most_known)
        self.reasons = {at: "" if at in chosen else "few_abstained" for at in self.reasons}
        parts: dict[int, list[Part]] = defaultdict(list)
        if not chosen & self.may:
            chosen = set()  # No fit is told of, if any was made.
        for linked in self.linked(chosen):
            self.fit(linked, parts)
        # Where no subject has a score in the end, publication tells of no fit, though some were made.
        for inside in self.lacking:
            unexplained = {at for at in inside if self.reasons[at] in ("", "no_fit")}
            self.reasons |= dict.fromkeys(unexplained, "no_fit")
            self.unfitted += bool(unexplained)
        for at in self.reasons:
            if at not in self.shown:
                self.reasons[at] = "not_shown"
            elif at not in self.may:
                self.reasons[at] = "few_ballots"
            elif not self.reasons[at]:
                self.scores[at] = self.score(parts[at])

    def score(self, parts: list[Part]) -> dict[str, Decimal | str]:
        """Return a subject's adjusted score: the classes' parts are added, their errors as of independent figures."""
        value = math.fsum(part.value for part in parts)
        low = value - math.sqrt(math.fsum(part.below**2 for part in parts))
        high = value + math.sqrt(math.fsum(part.above**2 for part in parts))
        three = zip(("value", "low", "high"), (value, low, high), strict=True)
        score = {name: tenths(min(100.0, max(0.0, figure))) for name, figure in three} | {"method": self.method}
        if self.method == "reml":
            return score
        sd = math.sqrt(math.fsum(part.sd**2 for part in parts))
        return score | {"measure": rounded(math.fsum(part.measure for part in parts), 2), "sd": rounded(sd, 2)}

    def linked(self, chosen: set[int]) -> list[Linked]:
        links = []
        for number in range(len(self.rules.classes)):
            rows = [row for row in self.rows if row.voter_class == number and row.subject in chosen]
            rows = [row for row in rows if any(points is not None for points in row.points)]
            sheets: dict[int, list[Row]] = defaultdict(list)
            for row in rows:
                sheets[row.sheet].append(row)
            parts: list[tuple[set[int], list[list[Row]]]] = []  # subjects and sheets
            for sheet in sheets.values():
                about = {row.subject for row in sheet}
                touching = [part for part in parts if part[0] & about]
                parts = [part for part in parts if not part[0] & about]
                parts.append(
                    (about.union(*(part[0] for part in touching)), [sheet, *(s for part in touching for s in part[1])])
                )
            self.islands = max(self.islands, len(parts))
            links += [link(number, sheets) for _subjects, sheets in parts]
        return links

    def fit(self, linked: Linked, parts: dict[int, list[Part]]) -> None:
        """Add what one class's fit makes of its subjects' scores."""
        inside = linked.subjects
        reason = ""
        fit: Mixed | Ruler | None = None
        if len(inside) < FEWEST_LINKED:
            reason = "few_subjects"
        elif self.method == "reml" and linked.is_too_large:
            reason = "too_large"
        else:
            fit = self.choose(linked)
            if fit is None:
                self.lacking.append(set(inside))
                return
        if fit is None:
            for at in inside:
                self.reasons[at] = self.reasons[at] or reason
            return
        if not fit.worst <= SLOPE:
            slopes = fit.slopes
            name = max(slopes, key=lambda parameter: abs(slopes[parameter]))
            key = self.rules.classes[linked.voter_class]
            self.faults.append(
                Fault(
                    f"class {key}: these parameters are not the likeliest, slope {slopes[name]:.2g} of {name}",
                    f"票类 {key}：参数并非似然最大者（{name} 的斜率 {slopes[name]:.2g}）",
                )
            )
        floor = SPREAD_FLOOR[self.rules.scale]
        people: Counter[int] = Counter()
        for sheet in linked.sheets:
            people.update({linked.cells[cell][0] for cell, _points in sheet})
        for at in inside:
            weights = self.weights(at, linked.voter_class)
            least = Z95 * floor / math.sqrt(people[at]) * math.fsum(weights.values())
            parts[at].append(fit.part(at, weights).widened(least))

    def choose(self, linked: Linked) -> "Mixed | Ruler | None":
        """Return the fit under the published parameters: of several alike, those that are the likeliest."""
        key, place = self.rules.classes[linked.voter_class], -1
        best: Mixed | Ruler | None = None
        faults: list[Fault] = []
        for at, (group, model) in enumerate(self.published):
            wanted = (key, len(linked.subjects), len(linked.sheets))
            if at in self.used or (group["class"], group["subjects"], group["sheets"]) != wanted:
                continue
            try:
                fit = Mixed(linked, model) if self.method == "reml" else Ruler(linked, model, self.rules.scale)
            except Fault as fault:  # of several alike it may belong to another one
                faults.append(fault)
                continue
            if best is None or fit.worst < best.worst:
                best, place = fit, at
        if best is None:
            self.faults += faults
        else:
            self.used.add(place)
            self.groups[place] = {
                "class": key,
                "subjects": len(linked.subjects),
                "sheets": len(linked.sheets),
                "deviations": best.deviations(SPREAD_FLOOR[self.rules.scale]),
            }
        return best

    def check(self) -> tuple[str, str]:
        """Say of how many fits the parameters are the likeliest. Raises: the first Fault."""
        if self.faults:
            raise self.faults[0]
        return f"{len(self.groups)} fits, slopes below {SLOPE}", f"{len(self.groups)} 次拟合，斜率均小于 {SLOPE}"

    def weights(self, at: int, voter_class: int) -> dict[int, float]:
        """Return what a class's figure for each criterion weighs in a subject's score."""
        known = [
            (number, weight, counted)
            for number, (weight, counted) in enumerate(zip(self.rules.criterion_weights, self.counted, strict=True))
            if counted.means[at]
        ]
        total = sum((weight for _number, weight, _counted in known), Fraction())
        return {number: float(weight / total * counted.shares(at)[voter_class]) for number, weight, counted in known}

    def subject(self, at: int) -> dict[str, Decimal | str] | None:
        """Return a subject's adjusted score as it is published, or why there is none."""
        if at in self.scores:
            return self.scores[at]
        reason = self.reasons[at] if at in self.shown else "not_shown"
        return None if reason in ("papers", "not_shown") else {"reason": self.early or reason}

    def unit(self) -> dict[str, object]:
        """Return how severity was taken out, as it is published."""
        if self.scores:
            places = range(max(self.groups, default=-1) + 1)
            groups = [self.groups.get(at) for at in places]
            return {
                "reason": "",
                "method": self.method,
                "subjects": len(self.scores),
                "islands": self.islands,
                "groups": groups,
            }
        reasons = [reason for reason in self.reasons.values() if reason != "not_shown"]
        reason = max(reasons, key=lambda reason: (reasons.count(reason), -REASONS.index(reason)), default="not_shown")
        return {"reason": self.early or reason, "method": "", "subjects": 0, "islands": 0, "groups": []}


def models_of(published: object) -> tuple[list[FitTold], list[object]]:
    """Return what figures.json says of the fits, and their parameters; empty if it says nothing. Raises: Fault."""
    if type(published) is not dict:
        return [], []
    unit = published.get("unit") or {}
    groups = ((unit.get("adjusted") or {}).get("groups")) or []
    models = published.get("models") or []
    if len(groups) != len(models) or not all(
        type(group) is dict and {"class", "subjects", "sheets"} <= group.keys() for group in groups
    ):
        raise Fault("its fits and their parameters do not belong together", "各次拟合与其参数不对应")
    return groups, models
