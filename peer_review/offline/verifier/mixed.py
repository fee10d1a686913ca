"""The linear mixed model at published variances."""

import math
from collections import defaultdict
from decimal import Decimal

from peer_review.offline.verifier.constants import FACTORS, ROUNDED, Z95
from peer_review.offline.verifier.encoding import Fault
from peer_review.offline.verifier.figures import rounded
from peer_review.offline.verifier.linear import dot, solved
from peer_review.offline.verifier.linked import Linked, Part


class Mixed:
    """Henderson's equations of one fit at given variances, and how far these are from the likeliest.

    Sheets and pairs are eliminated sheet by sheet: their block of the marks' variance is inverted in closed form, and
    sheets that answered the same share it. What is left is dense and as large as the cells, subject by criterion.
    middle: of each cell the criterion's mean plus the subject's effects. errors: the covariances of their errors.
    slopes: of the restricted likelihood, by name, 0 at its top. Where a variance is 0, only what would raise it counts.
    is_wholly: the residual is held at the variance of rounding, because less is left over.
    Raises: Fault for variances that are none.
    """

    def __init__(self, linked: Linked, model: object) -> None:
        self.linked = linked
        self.residual, self.variances = read_model(model)
        self.gamma = {
            name: variance / self.residual if self.residual else 0.0 for name, variance in self.variances.items()
        }
        marks = [points for sheet in linked.sheets for _cell, points in sheet]
        self.mean = math.fsum(marks) / len(marks)
        self.n, self.cells = len(marks), len(linked.cells)
        self.criteria = sorted({criterion for _subject, criterion in linked.cells})
        self.column = [self.criteria.index(criterion) for _subject, criterion in linked.cells]
        self.members: dict[int, list[int]] = defaultdict(list)
        for at, (subject, _criterion) in enumerate(linked.cells):
            self.members[subject].append(at)
        # Sheets that answered the same have the same equations: their marks may be added up.
        self.patterns: dict[tuple[int, ...], list[list[float]]] = defaultdict(list)
        for sheet in linked.sheets:
            self.patterns[tuple(cell for cell, _points in sheet)].append(
                [points - self.mean for _cell, points in sheet]
            )
        self.absorbed = {pattern: Absorbed(self, pattern) for pattern in self.patterns}
        self.solve()
        self.is_wholly = False
        self.slopes = self.find_slopes()

    def solve(self) -> None:
        square = [[0.0] * self.cells for _cell in range(self.cells)]
        right = [0.0] * self.cells
        for pattern, sheets in self.patterns.items():
            absorbed = self.absorbed[pattern]
            total = absorbed.times([math.fsum(column) for column in zip(*sheets, strict=True)])
            for i, row, value in zip(pattern, absorbed.matrix(), total, strict=True):
                right[i] += value
                into = square[i]
                for j, cell in zip(pattern, row, strict=True):
                    into[j] += len(sheets) * cell
        # (1 + M G)⁻¹ of M and of the right side, where G is the effects' covariance of cells.
        system = [self.spread(row) for row in square]
        for i, row in enumerate(system):
            row[i] += 1.0
        both = solved(system, [[*row, value] for row, value in zip(square, right, strict=True)])
        inner, ahead = [row[:-1] for row in both], [row[-1] for row in both]
        fixed = self.by_criterion(inner)  # H X
        normal = self.by_criterion([list(column) for column in zip(*fixed, strict=True)])  # Xᵀ H X
        unit = [[float(i == j) for j in range(len(normal))] for i in range(len(normal))]
        inverse = solved(normal, unit)
        sums = self.by_criterion([ahead])[0]
        means = [dot(row, sums) for row in inverse]
        self.project = [value - dot(row, means) for value, row in zip(ahead, fixed, strict=True)]  # TᵀPy
        effects = self.spread(self.project)
        self.middle = [self.mean + means[at] + effect for at, effect in zip(self.column, effects, strict=True)]
        # The errors' covariance: G - G H G + (X - G H X) (Xᵀ H X)⁻¹ (X - G H X)ᵀ.
        spread_once = [self.spread(row) for row in inner]
        twice = [self.spread(list(column)) for column in zip(*spread_once, strict=True)]
        across = [self.spread(list(column)) for column in zip(*fixed, strict=True)]
        left = [[float(self.column[i] == j) - across[j][i] for j in range(len(means))] for i in range(self.cells)]
        turned = [[dot(row, column) for column in inverse] for row in left]
        self.errors = []
        for i in range(self.cells):
            unit_row = [0.0] * self.cells
            unit_row[i] = 1.0
            own = self.spread(unit_row)
            self.errors.append([g - h + dot(turned[i], row) for g, h, row in zip(own, twice[i], left, strict=True)])
        # TᵀPT, of which only sums within subjects are asked for.
        weighed = [[dot(row, column) for column in inverse] for row in fixed]
        self.within = {
            subject: [[inner[i][j] - dot(weighed[i], fixed[j]) for j in cells] for i in cells]
            for subject, cells in self.members.items()
        }

    def spread(self, row: list[float]) -> list[float]:
        """Return a row of cells times the effects' covariance."""
        product = [self.gamma["profile"] * cell for cell in row]
        for cells in self.members.values():
            shared = self.gamma["subject"] * math.fsum(row[at] for at in cells)
            for at in cells:
                product[at] += shared
        return product

    def by_criterion(self, rows: list[list[float]]) -> list[list[float]]:
        """Return rows of cells added up by criterion."""
        sums = [[0.0] * len(self.criteria) for _row in rows]
        for row, into in zip(rows, sums, strict=True):
            for at, value in zip(self.column, row, strict=True):
                into[at] += value
        return sums

    def find_slopes(self) -> dict[str, float]:
        traces = dict.fromkeys(FACTORS, 0.0)
        squares = dict.fromkeys(FACTORS, 0.0)
        left_over = own = 0.0
        for block in self.within.values():
            traces["subject"] += math.fsum(value for row in block for value in row)
            traces["profile"] += math.fsum(row[at] for at, row in enumerate(block))
        squares["subject"] = math.fsum(
            math.fsum(self.project[at] for at in cells) ** 2 for cells in self.members.values()
        )
        squares["profile"] = math.fsum(value * value for value in self.project)
        for pattern, sheets in self.patterns.items():
            absorbed = self.absorbed[pattern]
            of_sheet, of_pairs = absorbed.traces()
            traces["sheet"] += len(sheets) * of_sheet
            traces["pair"] += len(sheets) * of_pairs
            for marks in sheets:
                over = [y - (self.middle[at] - self.mean) for y, at in zip(marks, pattern, strict=True)]
                projected = absorbed.times(over)
                squares["sheet"] += math.fsum(projected) ** 2
                squares["pair"] += math.fsum(math.fsum(projected[part]) ** 2 for part in absorbed.parts)
                left_over += dot(marks, projected)
                own += dot(marks, marks)
        slopes: dict[str, float] = {}
        if not self.residual or not own:
            return {
                "residual": 0.0
                if self.linked.is_flat and not self.residual and not any(self.variances.values())
                else math.inf
            }
        for name in FACTORS:
            if name not in self.linked.factors:
                slopes[name] = math.inf if self.variances[name] else 0.0
                continue
            slope = traces[name] - squares[name] / self.residual
            gamma = self.gamma[name]
            slopes[name] = gamma * slope if gamma else min(0.0, slope) / max(traces[name], 1e-300)
        self.is_wholly = abs(self.residual / ROUNDED - 1) < 1e-9
        freedom = self.n - len(self.criteria)
        slope = freedom - left_over / self.residual
        slopes["residual"] = min(0.0, slope) if self.is_wholly else slope if self.residual > ROUNDED else math.inf
        return slopes

    @property
    def worst(self) -> float:
        return max(map(abs, self.slopes.values()))

    def deviations(self, least: float) -> dict[str, Decimal]:
        """Return what is published of the variances: standard deviations, the residual's not below `least`."""
        many = FACTORS if len(self.criteria) > 1 else FACTORS[:2]
        residual = 0.0 if self.is_wholly else math.sqrt(self.residual)
        deviations = {name: rounded(math.sqrt(self.variances[name]), 1) for name in many}
        return deviations | {"residual": rounded(max(residual, least), 1)}

    def part(self, subject: int, weights: dict[int, float]) -> "Part":
        """Return what the fit adds to a subject's score. weights: criterion → weight."""
        value, error = self.combination(subject, weights)
        return Part(value, Z95 * error, Z95 * error)

    def combination(self, subject: int, weights: dict[int, float]) -> tuple[float, float]:
        """Return Σ weight × cell of a subject, and its standard error. weights: criterion → weight."""
        terms = [(at, weights.get(self.linked.cells[at][1], 0.0)) for at in self.members[subject]]
        value = math.fsum(weight * self.middle[at] for at, weight in terms)
        square = math.fsum(weight * other * self.errors[i][j] for i, weight in terms for j, other in terms)
        return value, math.sqrt(max(0.0, self.residual * square))


class Absorbed:
    """One sheet's inverse variance, in units of the residual's, with the effects of sheet and pairs in it.

    Each pair adds gamma to all of its marks' covariances and the sheet adds its own to all: by Sherman and Morrison
    the inverse is 1 - gamma b within pairs, less κ b bᵀ, where b = 1 / (1 + k gamma) of a pair with k marks.
    """

    def __init__(self, mixed: Mixed, pattern: tuple[int, ...]) -> None:
        self.mixed, self.pattern = mixed, pattern
        self.parts: list[slice] = []
        subjects = [mixed.linked.cells[cell][0] for cell in pattern]
        for at in range(len(subjects)):
            if at == 0 or subjects[at] != subjects[at - 1]:
                self.parts.append(slice(at, at + 1))
            else:
                self.parts[-1] = slice(self.parts[-1].start, at + 1)
        self.k = [part.stop - part.start for part in self.parts]
        self.pair = mixed.gamma["pair"]
        self.b = [1 / (1 + k * self.pair) for k in self.k]
        self.sum = math.fsum(k * b for k, b in zip(self.k, self.b, strict=True))
        self.kappa = mixed.gamma["sheet"] / (1 + mixed.gamma["sheet"] * self.sum)

    def times(self, marks: list[float]) -> list[float]:
        """Return the inverse variance times marks."""
        sums = [math.fsum(marks[part]) for part in self.parts]
        shared = self.kappa * dot(self.b, sums)
        product: list[float] = []
        for part, b, total in zip(self.parts, self.b, sums, strict=True):
            product += [mark - b * (self.pair * total + shared) for mark in marks[part]]
        return product

    def matrix(self) -> list[list[float]]:
        wide = [b for b, k in zip(self.b, self.k, strict=True) for _mark in range(k)]
        matrix = [[-self.kappa * b * other for other in wide] for b in wide]
        for part, b in zip(self.parts, self.b, strict=True):
            for i in range(part.start, part.stop):
                for j in range(part.start, part.stop):
                    matrix[i][j] += float(i == j) - self.pair * b
        return matrix

    def traces(self) -> tuple[float, float]:
        """Return what this sheet adds to the traces of sheet and pair: of ZᵀPZ, P less what the cells explain."""
        errors = self.mixed.errors
        rows = [[math.fsum(errors[i][j] for i in self.pattern[part]) for j in self.pattern] for part in self.parts]
        sums = [[math.fsum(row[part]) for part in self.parts] for row in rows]
        across = [dot(row, self.b) for row in sums]
        whole = dot(across, self.b)
        rest = 1 - self.kappa * self.sum
        of_sheet = self.sum * rest - rest * rest * whole
        of_pairs = 0.0
        for at, (k, b) in enumerate(zip(self.k, self.b, strict=True)):
            c = self.kappa * k * b
            explained = b * b * sums[at][at] - 2 * b * c * across[at] + c * c * whole
            of_pairs += k * b - self.kappa * (k * b) ** 2 - explained
        return of_sheet, of_pairs


def read_model(model: object) -> tuple[float, dict[str, float]]:
    """Return the residual variance and those of the random effects, 0 where there is none. Raises: Fault."""
    try:
        if type(model) is not dict:
            raise TypeError("no object")
        residual = float(model["residual"])
        variances = {name: float(model.get(name, 0)) for name in FACTORS}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Fault("a variance is missing or no number", "缺少方差，或不是数字") from error
    if not all(0 <= variance < math.inf for variance in (residual, *variances.values())):
        raise Fault("a variance below 0 or without end", "方差小于 0，或不是有限数")
    return residual, variances
