"""Ballot papers: which answers each kind takes, and the rules about a whole sheet.

Pure and exact: integers only, so that the browser (static_src/src/lib/papers.js) and the server never differ about a
sheet. Answers are flat, because canonical JSON is signed:

    rating   {criterion: integer or DONT_KNOW}
    sheet    {"1.criterion": …, "2.criterion": …}     positions in the sheet's list, from 1
    comment  {"text": words}
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypedDict

from zhengyan_crypto.errors import BadAnswers

#: 不了解: an answer of its own, neither missing nor 0.
DONT_KNOW: Final = "dk"
RATING, SHEET, COMMENT = "rating", "sheet", "comment"
#: Lowest and highest answer of each scale.
BOUNDS: Final = {"points": (0, 100), "anchors": (1, 5), "grades": (1, 4)}
#: The answers of each scale as canonical JSON writes them: exactly the integers of BOUNDS.
_WRITTEN: Final = {"points": "100|[1-9]?[0-9]", "anchors": "[1-5]", "grades": "[1-4]"}
#: The grades as points: the middle of each band (the same figures as counting.scales.GRADE_POINTS).
_GRADE_POINTS: Final = {4: 95, 3: 80, 2: 65, 1: 30}
#: Longest comment in UTF-8 bytes a character: four for the rarest, and JSON's escapes are shorter.
_BYTES = 4
QUOTA, LOW, NOT_ALL_EQUAL, NOT_ALL_MAX = "quota", "low", "not_all_equal", "not_all_max"
SHEET_RULES: Final = frozenset({QUOTA, LOW, NOT_ALL_EQUAL, NOT_ALL_MAX})


@dataclass(frozen=True, slots=True)
class SheetRule:
    """One rule about a whole sheet.

    quota: at most `n` subjects may score `points` or more.
    low: at least `n` subjects must score under `points`; asked only of a sheet that judges more than `n`.
    not_all_equal, not_all_max: the numbers given, if two or more, are not all the same / not all the highest.
    A subject's score is the weighted mean of the criteria answered, in points; 不了解 throughout is no score.
    """

    kind: str
    n: int = 0
    points: int = 0


class RuleJson(TypedDict):
    """A rule about a whole sheet, for the page's script."""

    kind: str
    n: int
    points: int


class PaperJson(TypedDict):
    """A paper, for the page's script."""

    kind: str
    scale: str
    min: int
    max: int
    criteria: list[list[str | int]]
    subjects: int
    rules: list[RuleJson]
    limit: int


@dataclass(frozen=True, slots=True)
class Paper:
    """What one cell's ballots must look like. `criteria` are (key, weight in hundredths of a percent)."""

    kind: str
    scale: str = "points"
    criteria: tuple[tuple[str, int], ...] = ()
    subjects: int = 1
    rules: tuple[SheetRule, ...] = ()
    limit: int = 0

    @property
    def keys(self) -> tuple[str, ...]:
        """The answers' keys, in the order of the page."""
        if self.kind == COMMENT:
            return ("text",)
        if self.kind == RATING:
            return tuple(key for key, _weight in self.criteria)
        return tuple(sheet_key(at, key) for at in range(1, self.subjects + 1) for key, _weight in self.criteria)

    @property
    def bounds(self) -> tuple[int, int]:
        """Lowest and highest answer."""
        return BOUNDS[self.scale]

    def longest(self) -> dict[str, int | str]:
        """Return answers that no others of this paper exceed in length, for the padding of the box's rows."""
        if self.kind == COMMENT:
            return {"text": "x" * (_BYTES * self.limit)}
        low, high = self.bounds
        widest = max((low, high), key=lambda bound: len(str(bound)))
        answer: int | str = widest if len(str(widest)) > len(f'"{DONT_KNOW}"') else DONT_KNOW
        return dict.fromkeys(self.keys, answer)

    def written(self) -> re.Pattern[bytes] | None:
        """Return what the canonical text of the answers, without its braces, must match to be sound but for the rules
        about a whole sheet; None for words, which no pattern tells."""
        if self.kind == COMMENT:
            return None
        answer = f'(?:{_WRITTEN[self.scale]}|"{DONT_KNOW}")'
        text = ",".join(f"{re.escape(json.dumps(key))}:{answer}" for key in sorted(self.keys))
        return re.compile(text.encode("ascii"))

    def as_dict(self) -> PaperJson:
        """Return what the ballot page hands to its script."""
        low, high = self.bounds
        return {
            "kind": self.kind,
            "scale": self.scale,
            "min": low,
            "max": high,
            "criteria": [[key, weight] for key, weight in self.criteria],
            "subjects": self.subjects,
            "rules": [{"kind": rule.kind, "n": rule.n, "points": rule.points} for rule in self.rules],
            "limit": self.limit,
        }


def sheet_key(position: int, criterion: str) -> str:
    """Return the key of one answer on a sheet; positions start at 1."""
    return f"{position}.{criterion}"


def points_of(scale: str, answer: int) -> int:
    """Return an answer as points from 0 to 100; the same figures as counting.scales.to_points."""
    if scale == "points":
        return answer
    return answer * 20 if scale == "anchors" else _GRADE_POINTS[answer]


def check_answers(answers: Mapping[str, object], paper: Paper | None) -> None:
    """Refuse answers that do not fit the paper. Without a paper they are checked for their kind only.

    Raises: BadAnswers.
    """
    if paper is None:
        if answers.keys() == {"text"} and isinstance(answers["text"], str):
            return
        if any(type(value) is not int and value != DONT_KNOW for value in answers.values()):
            raise BadAnswers("an answer is neither an integer nor dk")
        return
    if answers.keys() != set(paper.keys):
        raise BadAnswers("the answers are not exactly those the paper asks for")
    if paper.kind == COMMENT:
        _check_text(answers["text"], paper.limit)
        return
    low, high = paper.bounds
    for value in answers.values():
        if value == DONT_KNOW and isinstance(value, str):
            continue
        if type(value) is not int:
            raise BadAnswers("an answer is neither an integer nor dk")
        if not low <= value <= high:
            raise BadAnswers(f"an answer is outside {low} to {high}")
    if broken := broken_rules(answers, paper):
        raise BadAnswers(f"the sheet breaks a rule: {broken[0].kind}")


def broken_rules(answers: Mapping[str, object], paper: Paper) -> list[SheetRule]:
    """Return the rules that a sheet, its answers each sound, does not keep."""
    return [rule for rule in paper.rules if not _keeps(rule, answers, paper)]


def subject_score(answers: Mapping[str, object], paper: Paper, position: int) -> tuple[int, int] | None:
    """Return (Σ weight × points, Σ weight) over the criteria answered for one subject; None if all are 不了解."""
    total = weights = 0
    for key, weight in paper.criteria:
        answer = answers.get(sheet_key(position, key), DONT_KNOW)
        if isinstance(answer, int):
            total += weight * points_of(paper.scale, answer)
            weights += weight
    return (total, weights) if weights else None


def _keeps(rule: SheetRule, answers: Mapping[str, object], paper: Paper) -> bool:
    if rule.kind in (NOT_ALL_EQUAL, NOT_ALL_MAX):
        numbers = [value for value in answers.values() if value != DONT_KNOW]
        if len(numbers) < 2:
            return True
        wrong = set(numbers) == {paper.bounds[1]} if rule.kind == NOT_ALL_MAX else len(set(numbers)) == 1
        return not wrong
    scores = [subject_score(answers, paper, at) for at in range(1, paper.subjects + 1)]
    judged = [score for score in scores if score is not None]
    reached = sum(total >= rule.points * weights for total, weights in judged)
    if rule.kind == QUOTA:
        return reached <= rule.n
    return len(judged) <= rule.n or len(judged) - reached >= rule.n


def _check_text(text: object, limit: int) -> None:
    if not isinstance(text, str):
        raise BadAnswers("a comment is words")
    if len(text) > limit:
        raise BadAnswers(f"a comment has at most {limit} characters")
    if any(ord(character) < 32 and character != "\n" for character in text):
        raise BadAnswers("a comment holds a control character")


def longest_answers(papers: Iterable[Paper]) -> list[dict[str, int | str]]:
    """Return the longest answers of each paper, each distinct paper once."""
    return [paper.longest() for paper in dict.fromkeys(papers)]
