"""The frozen scheme, the roll and the answers."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NotRequired, TypedDict

from peer_review.offline.verifier.constants import GRADE_POINTS, SPREAD_FLOOR, USUAL_BANDS
from peer_review.offline.verifier.encoding import Fault, fields, listed, parse_terms


class CellRow(TypedDict):
    """What the bulletin says of one cell: its fate, and what that lets be told. Only version 1 tells how many drew."""

    cell: str
    eligible: int
    fate: NotRequired[str]
    drawn: NotRequired[int]
    counted: NotRequired[int]
    group: NotRequired[int]


class GroupRow(TypedDict):
    """What the bulletin says of a merged group."""

    group: int
    columns: str


class Column(TypedDict):
    """The answers to one question in the order of size, and how many said 不了解."""

    answers: list[int]
    unknown: int


class Columns(TypedDict):
    """The answers of a merged group: its cells, its number of ballots, and a column for each question kept."""

    cells: list[str]
    counted: int
    columns: dict[str, Column]


class MergedGroup(TypedDict):
    """A merged group: its answers with their salt, and what the token of each of its ballots signs."""

    group: int
    salt: str
    columns: Columns
    ballots: list[dict[str, str]]


class Head(TypedDict):
    """The head of the bulletin, which the round signs. Only version 1 has its cells in it, only version 2 totals."""

    v: int
    round: str
    manifest: str
    size: int
    root: str
    floor: NotRequired[int]
    groups: NotRequired[str]
    people: NotRequired[int]
    drawn: NotRequired[int]
    counted: NotRequired[int]
    cells: NotRequired[list[CellRow]]


class Ballot(TypedDict):
    """The answers on one paper, and the credential that gives them; in version 1 also `rev`, in version 2 `salt`."""

    v: int
    round: str
    cell: str
    pk: str
    pre: str
    a: dict[str, int | str]


class Entry(TypedDict):
    """A ballot with its signature and its token."""

    ballot: Ballot
    sig: str
    tok: str


def digest_of_terms(scheme: bytes) -> str:
    """Return the hash under which the opening of a round froze, and logged, its scheme."""
    terms = json.dumps(parse_terms(scheme), sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(terms.encode()).hexdigest()


def check_frozen(digest: str, rules: "Rules", exposure: bytes) -> None:
    """Check that the scheme is the one whose hash the opening of the round froze."""
    frozen = parse_terms(exposure)
    if type(frozen) is not dict or frozen.get("form") != digest or frozen.get("floor") != rules.floor:
        raise Fault("not the scheme that the opening froze", "不是开启时冻结的方案")


class Rules:
    """How answers become figures, as the round's scheme says. Weights are exact."""

    def __init__(self, scheme: object) -> None:
        try:
            if type(scheme) is not dict:
                raise TypeError("no object")
            self.scale: str = scheme["scale"]
            self.lowest, self.highest = int(scheme["min"]), int(scheme["max"])
            self.floor, self.trim = int(scheme["floor"]), bool(scheme["trim"])
            self.classes: list[str] = [voter_class["key"] for voter_class in scheme["classes"]]
            self.class_weights = [Fraction(voter_class["weight"]) for voter_class in scheme["classes"]]
            # A class declared not anonymous counts towards nobody's floor and carries its full weight.
            self.anonymous = [voter_class.get("anonymous", True) is True for voter_class in scheme["classes"]]
            self.criteria: list[str] = [criterion["key"] for criterion in scheme["criteria"]]
            self.criterion_weights = [Fraction(criterion["weight"]) for criterion in scheme["criteria"]]
            self.asked = [{self.classes.index(key) for key in criterion["classes"]} for criterion in scheme["criteria"]]
            self.bands = [int(lowest) for lowest in scheme["bands"]]
            self.exact = scheme.get("exact_scores") is True
        except (KeyError, TypeError, ValueError) as error:
            raise Fault(f"a field is missing or of the wrong kind ({error})", "缺少字段，或类型不对") from error
        if self.scale not in SPREAD_FLOOR or self.floor < 1:
            raise Fault("an unknown scale or no floor", "量表不明，或没有下限")

    def counts_alone(self, row: dict[str, object]) -> bool:
        """Whether a cell of the roll is counted alone only with the floor: for words, or of an anonymous class."""
        voter_class = row["class"]
        return row["kind"] == "comment" or (
            voter_class in self.classes and self.anonymous[self.classes.index(str(voter_class))]
        )

    def sharing(self, cell: str, first: str, classes: list[str]) -> list[int]:
        """Return the places of the classes that share a cell. They must be asked the same, and be anonymous."""
        numbers = [self.classes.index(key) for key in classes if key in self.classes]
        asked = [[number in classes_asked for classes_asked in self.asked] for number in numbers]
        if (
            len(numbers) < 2
            or len(numbers) != len(classes)
            or numbers != sorted(set(numbers))
            or classes[0] != first
            or any(other != asked[0] for other in asked)
            or not all(self.anonymous[number] for number in numbers)
        ):
            raise Fault(f"cell {cell}: classes that cannot share it", f"票格 {cell}：这些票类不能合用")
        return numbers

    def points(self, answer: int) -> int:
        """Return an answer as points from 0 to 100."""
        if self.scale == "grades":
            return GRADE_POINTS[answer]
        return answer * 20 if self.scale == "anchors" else answer

    @property
    def edges(self) -> tuple[int, ...]:
        """The lower edges of the bars, in points."""
        if self.scale == "anchors":
            return (0, 30, 50, 70, 90)
        return (0, *reversed(self.bands if self.scale == "points" else USUAL_BANDS))


class RollFile:
    """Which subjects each cell is about, and, where a rule needs it, how many people hold papers.

    {"v": 1, "round": …, "subjects": [{"section": number, "rank": number}, …],
     "cells": [{"cell": …, "kind": "rating" | "sheet" | "comment", "class": …, "subjects": [number, …],
                "known": number}, …],
     "holders": [[cell, …], …]}

    A paper that several classes share has all of them under "classes" beside the first under "class".

    Subjects are numbered from 1, sections and ranks too; rank 0 is none. Subjects whose figures are shown in half-steps
    have "coarse": 1. "known", which a cell may lack: of how many of its ballots whoever printed the envelopes may know
    what they say; these count towards no floor. `holders`: one list a person, of the papers about subjects with too few
    ballots; these papers are complete, so their holders must be as many as the signed bulletin calls eligible. `rows`:
    what the bulletin says of its cells; None: it is of version 1, whose head has them. `ballots`: how many of each cell
    the package holds, which must be the floor or more where a cell is counted alone; None: of version 1.
    """

    def __init__(
        self,
        parsed: object,
        head: Head,
        rules: Rules,
        rows: list[CellRow] | None = None,
        *,
        ballots: Mapping[str, int] | None = None,
    ) -> None:
        value = fields(parsed, "v", "round", "subjects", "cells", "holders")
        cells = head["cells"] if rows is None else rows
        if value["round"] != head["round"]:
            raise Fault("of another round", "属于另一轮测评")
        self.sections = [subject["section"] - 1 for subject in listed(value["subjects"])]
        self.ranks = [item["rank"] - 1 for item in listed(value["subjects"])]
        self.coarse = [at for at, item in enumerate(listed(value["subjects"])) if item.get("coarse") == 1]
        self.many_sections = max(self.sections, default=-1) + 1
        self.cells: dict[str, tuple[int, tuple[int, ...]]] = {}  # class and subjects of every cell for marks
        self.shared: dict[str, list[int]] = {}  # the classes that share a cell
        self.sheets: set[str] = set()
        self.words: set[str] = set()
        self.known: Counter[str] = Counter()
        counted = {cell["cell"]: cell.get("counted") for cell in cells} if ballots is None else ballots
        alone = {cell["cell"] for cell in cells if ballots is not None and cell.get("fate") == "counted"}
        for row in listed(value["cells"]):
            optional = [name for name in ("classes", "known") if type(row) is dict and name in row]
            fields(row, "cell", "kind", "class", "subjects", *optional)
            self.known[row["cell"]] = known = row.get("known", 0)
            most = counted.get(row["cell"])
            if type(known) is not int or known < 0 or (most is not None and known > most):
                raise Fault(f"cell {row['cell']}: more known than counted", f"票格 {row['cell']}：可能被知悉的票数不符")
            least = rules.floor + known if rules.counts_alone(row) else 0
            if row["cell"] in alone and (most or 0) < least:
                raise Fault(f"cell {row['cell']}: fewer than the floor", f"票格 {row['cell']}：票数不足下限")
            if row["kind"] == "comment":
                self.words.add(row["cell"])
                continue
            about = tuple(number - 1 for number in listed(row["subjects"]))
            if row["class"] not in rules.classes or not all(0 <= at < len(self.sections) for at in about):
                raise Fault(f"cell {row['cell']}: no such class or subject", f"票格 {row['cell']}：没有这一票类或对象")
            self.cells[row["cell"]] = rules.classes.index(row["class"]), about
            if "classes" in optional:
                self.shared[row["cell"]] = rules.sharing(row["cell"], row["class"], listed(row["classes"]))
            if row["kind"] == "sheet":
                self.sheets.add(row["cell"])
        if self.cells.keys() | self.words != {cell["cell"] for cell in cells}:
            raise Fault("its cells are not those of the bulletin", "票格与公告不符")
        self.holders: dict[str, set[int]] = defaultdict(set)  # the people who hold a cell's paper
        for person, papers in enumerate(listed(value["holders"])):
            for name in listed(papers):
                self.holders[name].add(person)
        eligible = {cell["cell"]: cell["eligible"] for cell in cells}
        for name, people in self.holders.items():
            if eligible.get(name) != len(people):
                raise Fault(f"cell {name}: another number of holders", f"票格 {name}：持有人数不符")
        self.papers: dict[int, list[tuple[int, str]]] = defaultdict(list)  # class and cell of those about a subject
        for name, (voter_class, about) in self.cells.items():
            for subject in about:
                self.papers[subject].append((voter_class, name))


@dataclass(frozen=True)
class Row:
    """What one ballot says about one subject: points a criterion, None where it says nothing."""

    subject: int
    voter_class: int
    points: tuple[int | None, ...]
    sheet: int  # the number of the ballot


class Votes:
    """The answers, by criterion, subject and class, in points; and row by row.

    Merged groups are in the former only, under the class that comes first: which of their answers were given together
    nobody knows. Ballots on a paper that classes share are in both, under the first. `apart`: the subjects of merged
    groups. `weights`: of a subject's classes, where either changed them; `joined`: which of them count together.
    `known`: how many ballots of each subject and class others may know, those of merged groups under the same class.
    """

    def __init__(self, entries: Iterable[Entry], roll: RollFile, rules: Rules, groups: Iterable[Columns] = ()) -> None:
        self.points: list[dict[tuple[int, int], list[int]]] = [defaultdict(list) for _criterion in rules.criteria]
        self.abstentions: list[Counter[tuple[int, int]]] = [Counter() for _criterion in rules.criteria]
        # Of whole sheets: which of them answered about each subject. Any other paper is a sheet of its own.
        self.sheets: list[dict[int, set[int]]] = [defaultdict(set) for _criterion in rules.criteria]
        self.rows: list[Row] = []
        asked = [
            [at for at, classes in enumerate(rules.asked) if voter_class in classes]
            for voter_class in range(len(rules.classes))
        ]
        voted: set[str] = set()
        for number, entry in enumerate(entries, 1):
            cell, answers = entry["ballot"]["cell"], entry["ballot"]["a"]
            if cell in roll.words:
                continue
            voted.add(cell)
            one, about = roll.cells[cell]
            whole = cell in roll.sheets
            if len(answers) != len(about) * len(asked[one]):
                raise Fault(f"ballot {number}: other questions than were asked", f"第 {number} 张票：题目不符")
            for place, subject in enumerate(about, 1):
                said: list[int | None] = [None] * len(rules.criteria)
                for at in asked[one]:
                    key = f"{place}.{rules.criteria[at]}" if whole else rules.criteria[at]
                    answer = answers.get(key)
                    if answer == "dk":
                        self.abstentions[at][subject, one] += 1
                    elif type(answer) is int and rules.lowest <= answer <= rules.highest:
                        said[at] = points = rules.points(answer)
                        self.points[at][subject, one].append(points)
                        if whole:
                            self.sheets[at][subject].add(number)
                    else:
                        raise Fault(f"ballot {number}: {key} is not answered", f"第 {number} 张票：{key} 没有有效答案")
                self.rows.append(Row(subject, one, tuple(said), number))
        self.apart: set[int] = set()
        self.weights: dict[int, list[Fraction]] = {}
        self.joined: dict[int, dict[int, list[int]]] = defaultdict(dict)
        for cell in sorted(voted & roll.shared.keys()):
            for subject in roll.cells[cell][1]:
                self.join(subject, roll.shared[cell], rules)
        self.known: Counter[tuple[int, int]] = Counter()
        joined = [cell for group in groups for cell in group["cells"]]
        for cell in roll.cells.keys() - set(joined):
            self.add_known(cell, roll.cells[cell][0], roll)
        for group in groups:
            self.add_merged(group, roll, rules, sheet=-len(self.apart) * 10**9)

    @property
    def most_known(self) -> int:
        """How many ballots others may know, of the subject and class of which it is most."""
        return max(self.known.values(), default=0)

    def add_known(self, cell: str, voter_class: int, roll: RollFile) -> None:
        """Add the ballots of a cell that others may know, as ballots of this class."""
        if roll.known[cell]:
            for subject in roll.cells[cell][1]:
                self.known[subject, voter_class] += roll.known[cell]

    def add_merged(self, group: Columns, roll: RollFile, rules: Rules, *, sheet: int) -> None:
        """Add the answers of a merged group. `sheet`: a number below which no sheet has been numbered."""
        several = (roll.shared.get(cell, [roll.cells[cell][0]]) for cell in group["cells"])
        classes = sorted({number for numbers in several for number in numbers})
        about, stands = roll.cells[group["cells"][0]][1], classes[0]
        whole = group["cells"][0] in roll.sheets
        for cell in group["cells"]:
            self.add_known(cell, stands, roll)
        for place, subject in enumerate(about, 1):
            self.apart.add(subject)
            self.join(subject, classes, rules)
            for at, criterion in enumerate(rules.criteria):
                if stands not in rules.asked[at]:
                    continue
                column = group["columns"].get(f"{place}.{criterion}" if whole else criterion)
                answers = column["answers"] if column else []
                self.abstentions[at][subject, stands] += group["counted"] - len(answers)
                for number, answer in enumerate(answers):
                    if not rules.lowest <= answer <= rules.highest:
                        raise Fault("a merged answer off the scale", "合并组有答案超出量表")
                    self.points[at][subject, stands].append(rules.points(answer))
                    if whole:
                        self.sheets[at][subject].add(sheet - 1 - number)

    def join(self, subject: int, classes: list[int], rules: Rules) -> None:
        """Count these classes together about a subject: under the first, their weights added."""
        self.joined[subject][classes[0]] = classes
        weights = self.weights.setdefault(subject, list(rules.class_weights))
        weights[classes[0]] = sum((rules.class_weights[number] for number in classes), Fraction())
