"""The auditor's package: one zip from which anybody can check a count and compute every published figure anew.

Written piece by piece, so that a round of any size costs little memory. Nothing in it names anybody: subjects and the
people who hold papers stand under numbers that are drawn anew for each package. Who holds papers is in it only of
rounds whose rules put subjects with too few ballots together, and of these subjects alone: that rule asks how many
people there were.
"""

import hashlib
import json
import random
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypedDict

from django.template.loader import get_template

from peer_review.counting.disclosure import APART_FROM
from peer_review.counting.release import release
from peer_review.counting.reliability import ReliabilityJson
from peer_review.counting.severity import Model
from peer_review.counting.small_groups import ShownJson
from peer_review.domain.preflight.frozen_terms import coarse_subjects
from peer_review.domain.tally import bulletin as bulletins
from peer_review.domain.tally.ballot_arrays import make_plan, rank_names, read_ballots
from peer_review.domain.tally.blocks import dummies
from peer_review.domain.tally.count import counted_entries
from peer_review.domain.tally.fates import read_known
from peer_review.domain.tally.merged_groups import read_columns, read_evidence
from peer_review.enums import CellKind, RefusedReason, ResultScope
from peer_review.models import Assignment, CriterionResult, RefusedQuery, Result, Round, SheetEntry
from peer_review.offline import VERIFIER
from peer_review.offline.verifier.package import SUMS
from zhengyan_crypto.encoding import b64u_encode

README = "peer_review/audit/README.txt"
#: What is frozen and tells of nobody. What is left out names subjects by their keys.
TERMS = (
    "v",
    "floor",
    "visibility",
    "form",
    "subjects",
    "full",
    "expected",
    "percent",
    "lone",
    "closing",
    "certificate",
)
PIECE = 1 << 16
CHUNK = 500


class CriterionFigures(TypedDict):
    """The figures of one criterion; `value` is [value, low, high], `classes` each class's figure."""

    value: list[float]
    shown: ShownJson | None
    n: int
    abstentions: int
    bars: list[list[int]] | None
    classes: dict[str, list[object]]


class Figures(TypedDict):
    """Every figure of a result; `score` and each class's are [value, low, high]."""

    score: list[float | None] | None
    shown: ShownJson | None
    standing: int | None
    ballots: int | None
    members: int
    comparable: bool
    classes: dict[str, list[object]]
    joined: dict[str, list[str]]
    adjusted: dict[str, object] | None
    one_ballot: bool | None
    reliability: ReliabilityJson | None
    criteria: dict[str, CriterionFigures]


def package_pieces(round: Round) -> Iterator[bytes]:
    """Yield the zip of a published round. A new reading draws new numbers; all else stays the same to the byte."""
    sink = _Sink()
    sums = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, pieces in _members(round):
            digest = hashlib.sha256()
            with packed.open(name, "w", force_zip64=True) as member:
                for piece in pieces:
                    digest.update(piece)
                    member.write(piece)
                    if sink.size >= PIECE:
                        yield sink.take()
            sums.append(f"{digest.hexdigest()}  {name}\n")
        packed.writestr(zipfile.ZipInfo(SUMS), "".join(sums))
    yield sink.take()


def ballots_json(round: Round) -> Iterator[bytes]:
    """Yield {"v": 1, "round": …, "entries": […]}, each entry as it was signed."""
    yield b'{"v":1,"round":"' + round.public_id.encode("ascii") + b'","entries":['
    for number, entry in enumerate(counted_entries(round)):
        yield b",\n" + entry if number else entry
    yield b"]}\n"


def dummies_json(round: Round) -> Iterator[bytes]:
    """Yield {"v": 2, "round": …, "cells": {cell: [opening, …]}}: which leaves of counted cells are dummies."""
    yield b'{"v":2,"round":"' + round.public_id.encode("ascii") + b'","cells":{'
    for number, (cell, openings) in enumerate(dummies(round.public_id)):
        line = _line([b64u_encode(opening) for opening in openings])
        yield (b",\n" if number else b"\n") + b'"' + cell.encode("ascii") + b'":' + line
    yield b"}}\n"


def merged_json(round: Round) -> Iterator[bytes]:
    """Yield {"v": 2, "round": …, "groups": [{"group", "salt", "columns", "ballots"}, …]}.

    Of each merged group its answers, whose salted hash is in the bulletin, and for each ballot its leaf, and what its
    token signs: without signature, and without what it said.
    """
    answers = read_columns(round.public_id)
    yield b'{"v":2,"round":"' + round.public_id.encode("ascii") + b'","groups":['
    for at, (number, evidence) in enumerate(read_evidence(round.public_id)):
        columns, salt = answers[number]
        head = _line({"group": number, "salt": b64u_encode(salt), "columns": columns})
        yield (b",\n" if at else b"\n") + head[:-1] + b',"ballots":' + evidence + b"}"
    yield b"]}\n"


class _Sink:
    """Where a zip is written to: only as much is held as has not been taken yet."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self._held.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """Nothing is held open."""

    def take(self) -> bytes:
        data = b"".join(self._held)
        self._held, self.size = [], 0
        return data


def _members(round: Round) -> Iterator[tuple[str, Iterable[bytes]]]:
    numbers = _draw_numbers(list(round.subjects.order_by("pk").values_list("pk", flat=True)))
    yield "README.txt", [get_template(README).render().encode()]
    yield "verify_bulletin.py", [_source()]
    yield "manifest.json", [round.manifest.encode()]
    yield "bulletin.json", bulletins.published_pieces(round.bulletin)
    yield "scheme.json", [_readable(round.form)]
    yield "exposure.json", [_readable({name: round.exposure[name] for name in TERMS})]
    yield "roll.json", _roll_json(round, numbers)
    yield "figures.json", _figures_json(round, numbers)
    yield "ballots.json", ballots_json(round)
    yield "dummies.json", dummies_json(round)
    yield "merged.json", merged_json(round)


def _draw_numbers(keys: list[int]) -> dict[int, int]:
    """Return a number from 1 for each key, by chance, in the order of the numbers."""
    random.SystemRandom().shuffle(keys)
    return {key: number for number, key in enumerate(keys, 1)}


def _batched(keys: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(keys)
    while some := list(islice(rest, CHUNK)):
        yield some


def _source() -> bytes:
    return VERIFIER.read_bytes()


def _readable(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()


def _list(items: Iterable[object]) -> Iterator[bytes]:
    """Yield a JSON list, an item a line."""
    yield b"["
    for at, item in enumerate(items):
        yield (b",\n" if at else b"\n") + _line(item)
    yield b"]"


def _roll_json(round: Round, numbers: dict[int, int]) -> Iterator[bytes]:
    """Yield verify_bulletin.RollFile."""
    sections = _section_numbers(round)
    ranks = {key: number for number, key in enumerate(rank_names(round), 1)}
    lies = {
        pk: (section, rank)
        for pk, section, rank in round.subjects.order_by().values_list("pk", "section_key", "member__rank_key")
    }
    yield b'{"v":1,"round":"' + round.public_id.encode("ascii") + b'",\n"subjects":'
    coarse = set(round.subjects.filter(key__in=coarse_subjects(round)).order_by().values_list("pk", flat=True))
    yield from _list(
        {"section": sections[lies[subject][0]], "rank": ranks.get(lies[subject][1], 0)}
        | ({"coarse": 1} if subject in coarse else {})
        for subject in numbers
    )
    yield b',\n"cells":'
    yield from _list(_cells(round, numbers))
    yield b',\n"holders":'
    yield from _list(_holders(round) if _rules(round) < APART_FROM else ())
    yield b"}\n"


def _rules(round: Round) -> int:
    """Return the version of the rules that a round was counted by."""
    return Result.objects.get(round=round, scope=ResultScope.UNIT).rules


def _section_numbers(round: Round) -> dict[str, int]:
    """Return the sections in the order in which they are counted, from 1."""
    keys = round.subjects.order_by("sort_order", "pk").values_list("section_key", flat=True)
    return {key: number for number, key in enumerate(dict.fromkeys(keys), 1)}


def _cells(round: Round, numbers: dict[int, int]) -> Iterator[dict[str, object]]:
    """Yield which subjects each cell is about, and how many of its ballots others may know, if any. Of whom words speak
    is in no figure, so it is not told."""
    known = read_known(round.public_id)
    listed: dict[int, list[int]] = {}
    for sheet, subject in (
        SheetEntry.objects.filter(sheet__round=round)
        .order_by("sheet", "position")
        .values_list("sheet_id", "subject_id")
    ):
        listed.setdefault(sheet, []).append(numbers[subject])
    columns = ("key", "kind", "voter_class", "shared_by", "subject_id", "sheet_id")
    cells = round.cells.order_by("key").values_list(*columns)
    for key, kind, voter_class, shared_by, subject, sheet in cells.iterator(chunk_size=CHUNK):
        about = [] if kind == CellKind.COMMENT else listed[sheet] if sheet else [numbers[subject]]
        row: dict[str, object] = {"cell": key, "kind": kind, "class": voter_class, "subjects": about}
        row |= {"classes": shared_by} if shared_by else {}
        yield row | ({"known": known[key]} if kind != CellKind.COMMENT and key in known else {})


def _holders(round: Round) -> Iterator[list[str]]:
    """Yield, for each person who has papers about subjects with too few ballots, these papers; people by chance."""
    # What was withdrawn was once large enough to be shown, or stands here for another reason: it asks for no holders.
    withdrawn = set(
        RefusedQuery.objects.filter(round=round, reason=RefusedReason.WITHDRAWN).values_list("scope", flat=True)
    )
    gone = [scope.removeprefix("subject:") for scope in withdrawn if scope.startswith("subject:")]
    small = set(round.subjects.exclude(key__in=gone).order_by().values_list("pk", flat=True))
    criteria = sum(f"criterion:{key}" not in withdrawn for key in round.frozen_scheme.criterion_keys)
    counts: dict[int, int] = {}
    rows = CriterionResult.objects.filter(result__round=round, result__scope=ResultScope.SUBJECT)
    for subject in rows.order_by().values_list("result__subject_id", flat=True).iterator(chunk_size=CHUNK):
        counts[subject] = counts.get(subject, 0) + 1
    small -= {subject for subject, shown in counts.items() if shown == criteria}
    cells = round.cells.filter(closed=False).exclude(kind=CellKind.COMMENT).order_by()
    sheets = SheetEntry.objects.filter(sheet__round=round, subject__in=small).values("sheet")
    keys = dict(cells.filter(subject__in=small).values_list("pk", "key"))
    keys |= dict(cells.filter(sheet__in=sheets).values_list("pk", "key"))
    assignments = Assignment.objects.filter(cell__in=keys).order_by()
    people = list(assignments.values_list("evaluator_id", flat=True).distinct())
    random.SystemRandom().shuffle(people)
    for some in _batched(people):
        papers: dict[int, list[str]] = {person: [] for person in some}
        for person, cell in assignments.filter(evaluator__in=some).values_list("evaluator_id", "cell_id"):
            papers[person].append(keys[cell])
        yield from (sorted(own) for own in papers.values())


def _figures_json(round: Round, numbers: dict[int, int]) -> Iterator[bytes]:
    """Yield every published figure, as it is stored: subjects under their numbers, then the means. "v" is the version
    of the rules that they were counted by."""
    yield b'{"v":%d,"round":"%s",\n"subjects":' % (_rules(round), round.public_id.encode("ascii"))
    yield from _list(_subject_figures(round, numbers))
    groups = Result.objects.filter(round=round).exclude(scope=ResultScope.SUBJECT).order_by("sort_order", "pk")
    for name, scope in (("sections", ResultScope.SECTION), ("ranks", ResultScope.RANK)):
        yield b',\n"' + name.encode() + b'":'
        means = (figures_of(group) for group in groups.filter(scope=scope).prefetch_related("criteria"))
        yield from _list(_of_rank(mean) if scope == ResultScope.RANK else mean for mean in means)
    unit = figures_of(groups.prefetch_related("criteria").get(scope=ResultScope.UNIT))
    yield b',\n"unit":'
    yield _line(unit)
    yield b',\n"models":'
    yield from _list(_models(round) if (unit["adjusted"] or {}).get("groups") else [])
    yield b"}\n"


def _models(round: Round) -> list[Model | None]:
    """Return what each fit of the adjusted scores was solved with, made anew from the ballots.

    Unrounded, it passes no disclosure control, so it is kept in no database: auditors, who have the ballots, get it.
    """
    subjects = list(round.subjects.order_by("sort_order", "pk"))
    severity = release(read_ballots(round, subjects), make_plan(round, subjects)).severity
    models = [group.model for group in severity.groups] if severity is not None else []
    return models if any(models) else []


def _of_rank(figures: Figures) -> dict[str, object]:
    """Name a rank's `comparable` apart: it follows from counting.ranks, which the verifier does not repeat."""
    return {("comparable_rank" if name == "comparable" else name): value for name, value in figures.items()}


def _subject_figures(round: Round, numbers: dict[int, int]) -> Iterator[Figures]:
    for some in _batched(numbers):
        results = Result.objects.filter(round=round, subject__in=some).prefetch_related("criteria")
        by_subject = {result.subject_id: result for result in results}
        yield from (figures_of(by_subject[subject]) for subject in some)


def figures_of(result: Result) -> Figures:
    """Return every figure of a result, and nothing that says whose it is."""
    return {
        "score": None if result.score is None else [result.score, result.low, result.high],
        "shown": result.shown,
        "standing": result.standing,
        "ballots": result.ballots,
        "members": result.members,
        "comparable": result.comparable,
        "classes": result.classes,
        "joined": result.joined,
        "adjusted": result.adjusted,
        "one_ballot": result.one_ballot,
        "reliability": result.reliability,
        "criteria": {
            row.criterion: {
                "value": [row.value, row.low, row.high],
                "shown": row.shown,
                "n": row.n,
                "abstentions": row.abstentions,
                "bars": row.bars,
                "classes": row.classes,
            }
            for row in result.criteria.all()
        },
    }
