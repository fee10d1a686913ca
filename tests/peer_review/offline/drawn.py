"""Rounds twice over: as the arrays that counting takes, and as the files that an auditor gets."""

import json
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from peer_review.counting.release import Ballots, Figure, Plan, Release, Roll, Sheet, release
from peer_review.counting.reliability import Reliability
from peer_review.counting.scales import Flags
from peer_review.domain.publication.publish import _adjusted, _list, _severity, _shown
from peer_review.offline.verifier.figures import leaves_of
from peer_review.offline.verifier.package import Files
from peer_review.offline.verifier.recount import Recount
from peer_review.offline.verifier.rules import RollFile, Rules, Votes
from peer_review.offline.verifier.verification import Verifier

BOUNDS = {"points": (0, 100), "anchors": (1, 5), "grades": (1, 4)}


@dataclass
class Drawn:
    """A round twice: as the arrays that counting takes, and as the files that an auditor gets."""

    ballots: Ballots
    plan: Plan
    scheme: dict[str, Any]
    roll: dict[str, Any]
    head: dict[str, Any]
    entries: list[dict[str, Any]]

    def released(self) -> dict[tuple[str, ...], Any]:
        """Every figure that counting publishes."""
        made = told(release(self.ballots, self.plan), self.scheme)
        models_told(made)
        return dict(leaves_of(made))

    def recount(self, published: Any = None) -> Recount:
        """What the verifier makes of it, under the parameters that were published."""
        rules = Rules(self.scheme)
        roll = RollFile(self.roll, self.head, rules)
        if published is None:
            published = told(release(self.ballots, self.plan), self.scheme)
        return Recount(rules, roll, Votes(self.entries, roll, rules), published | models_told(published))

    def recounted(self) -> dict[tuple[str, ...], Any]:
        """Every figure that the verifier computes."""
        return dict(leaves_of(self.recount().figures()))


def told(made: Release, scheme: dict[str, Any]) -> dict[str, Any]:
    """Return a release in the form of figures.json."""
    classes = [one["key"] for one in scheme["classes"]]
    criteria = [one["key"] for one in scheme["criteria"]]

    def three(figure: Figure) -> list[Decimal]:
        return [Decimal(str(one)) for one in (figure.value, figure.low, figure.high)]

    def plain(one: Reliability) -> dict[str, Any]:
        return {key: Decimal(str(value)) if type(value) is float else value for key, value in asdict(one).items()}

    def sheet(one: Sheet, *, comparable: bool | None) -> dict[str, Any]:
        most = max((figure.n + figure.abstentions for figure in one.criteria if figure), default=0)
        return {
            "score": three(one.score) if one.score else None,
            "shown": decimals(_shown(one.score)) if one.score else None,
            "standing": one.standing,
            "ballots": most if one.score else None,
            "members": one.members,
            "comparable": comparable,
            "one_ballot": one.one_ballot,
            "classes": {
                classes[at]: decimals(_list(score)) if score.shown.code else three(score)
                for at, (_own, score) in one.classes.items()
                if score
            },
            "criteria": {
                key: {
                    "value": three(figure),
                    "shown": decimals(_shown(figure)),
                    "n": figure.n,
                    "abstentions": figure.abstentions,
                    "bars": figure.bars,
                    "classes": {
                        classes[number]: decimals(_list(own[at]))
                        for number, (own, _score) in one.classes.items()
                        if own[at]
                    },
                }
                for at, (key, figure) in enumerate(zip(criteria, one.criteria, strict=True))
                if figure
            },
        }

    severity = made.severity
    assert severity is not None

    def adjusted(at: int) -> dict[str, Any]:
        return {"adjusted": decimals(_adjusted(made.subjects[at], severity.reasons[at]))}

    return {
        "subjects": [sheet(one, comparable=False) | adjusted(at) for at, one in enumerate(made.subjects)],
        "sections": [sheet(one, comparable=at in made.open_sections) for at, one in enumerate(made.sections)],
        # Which of them all may read is not recounted.
        "ranks": [sheet(one, comparable=None) for one in made.ranks],
        "unit": sheet(made.unit, comparable=made.unit_open)
        | {"reliability": plain(made.reliability) if made.reliability else None}
        | {"adjusted": decimals(with_models(severity, classes))},
    }


def with_models(severity: Any, classes: list[str]) -> dict[str, Any]:
    """Return how severity was taken out, each fit with the parameters that the package carries beside the figures."""
    kept = _severity(severity, classes)
    for group, made in zip(kept["groups"], severity.groups, strict=True):
        group["model"] = made.model
    return kept


def decimals(value: Any) -> Any:
    """Return figures as they are read from JSON."""
    return json.loads(json.dumps(value), parse_float=Decimal)


def models_told(figures: dict[str, Any]) -> dict[str, Any]:
    """Take the parameters out of the figures and return them as the package has them: beside the figures."""
    groups = (figures["unit"].get("adjusted") or {}).get("groups", [])
    return {"models": [group.pop("model") for group in groups]}


def beside(luck: random.Random) -> random.Random:
    """Return luck of its own that follows from another's and takes nothing from it."""
    return random.Random(repr(luck.getstate()))


def declare_some(luck: random.Random, scheme: dict[str, Any]) -> Flags | None:
    """Declare some classes of a scheme not anonymous, in three of five rounds of several; return which are anonymous,
    or None if all are."""
    chance = random.Random(f"declared {luck.getstate()}")
    classes = scheme["classes"]
    if len(classes) == 1 or chance.random() < 0.4:
        return None
    for voters in chance.sample(classes, chance.randint(1, len(classes) - 1)):
        voters["anonymous"] = False
    return np.array([voters.get("anonymous", True) for voters in classes])


def draw_round(luck: random.Random) -> Drawn:
    """Return a round as luck has it: any scale, thin and thick cells, whole sheets and single papers, 不了解, classes
    that are not asked, small subjects in large and small sections."""
    scale = luck.choice(sorted(BOUNDS))
    low, high = BOUNDS[scale]
    classes, criteria, subjects = luck.randint(1, 4), luck.randint(1, 4), luck.randint(1, luck.choice([4, 12, 20]))
    floor = luck.randint(3, 7)
    bands = sorted(luck.sample(range(30, 100), 3), reverse=True)
    places = [luck.randint(0, luck.choice([0, 1, 3])) for _subject in range(subjects)]
    order = {place: at for at, place in enumerate(dict.fromkeys(places))}
    sections = [order[place] for place in places]
    ranks = [luck.randint(-1, 2) for _subject in sections]
    asked = [[luck.random() < 0.8 for _class in range(classes)] for _criterion in range(criteria)]
    for row in asked:
        row[0] |= luck.random() < 0.5
        row[luck.randrange(classes)] = True
    scheme = {
        "scale": scale,
        "min": low,
        "max": high,
        "floor": floor,
        "trim": luck.random() < 0.6,
        "exact_scores": luck.random() < 0.2,
        "bands": bands,
        "classes": [{"key": f"c{at}", "weight": weight} for at, weight in enumerate(weights(luck, classes))],
        "criteria": [
            {"key": f"q{at}", "weight": weight, "classes": [f"c{one}" for one in range(classes) if asked[at][one]]}
            for at, weight in enumerate(weights(luck, criteria))
        ],
    }
    usual = luck.choice([2, 5, 12])
    everybody = luck.random() < 0.2  # votes, on whatever there is
    table = luck.random() < 0.1  # one sheet about all, answered throughout
    chance = beside(luck)
    envelopes = 0 if table else chance.choice([0, 0, 1, 4, 15])  # in a cell, at most
    anonymous = None if table else declare_some(luck, scheme)
    cells: list[tuple[str, int, list[int]]] = []
    if luck.random() < 0.4:
        for one in range(classes):
            several = luck.sample(range(subjects), luck.randint(1, subjects))
            cells += [("sheet", one, several)] if luck.random() < 0.8 else []
    cells += [
        ("rating", one, [subject])
        for subject in range(subjects)
        for one in range(classes)
        if everybody or luck.random() < 0.7
    ]
    if table:
        cells = [("sheet", 0, list(range(subjects)))]
    people = luck.randint(1, 30)
    steady = luck.choice([None, luck.randint(low, high)])
    rows: list[tuple[int, int, int]] = []
    answers: list[list[float]] = []
    held: list[tuple[int, int, int]] = []
    entries, holders, head = [], {}, []
    known: dict[str, int] = {}
    known_of = np.zeros((subjects, classes), dtype=np.int64)
    for name, (kind, one, about) in enumerate(cells):
        cell = f"{name:016x}"
        voters = luck.sample(range(people), min(people, 2 * usual if everybody else luck.randint(0, 2 * usual)))
        holders[cell] = voters
        head.append({"cell": cell, "eligible": len(voters)})
        held += [(subject, one, person) for subject in about for person in voters]
        cast = voters if everybody else voters[: luck.randint(0, len(voters))]
        if many := min(len(cast), chance.randint(0, envelopes)):
            known[cell] = many
            known_of[about, one] += many
        for _voter in cast:
            given: dict[str, Any] = {}
            for place, subject in enumerate(about, 1):
                row = [np.nan] * criteria
                for at in range(criteria):
                    if asked[at][one]:
                        answer = "dk" if not table and luck.random() < 0.15 else steady or luck.randint(low, high)
                        given[f"{place}.q{at}" if kind == "sheet" else f"q{at}"] = answer
                        row[at] = np.nan if answer == "dk" else answer
                answers.append(row)
                rows.append((subject, one, len(entries)))
            entries.append({"ballot": {"cell": cell, "a": given}})
    luck.shuffle(entries)
    place = np.array(rows, dtype=np.int64).reshape(-1, 3)
    roll = np.array(held, dtype=np.int64).reshape(-1, 3)
    return Drawn(
        ballots=Ballots(place[:, 0], place[:, 1], np.array(answers).reshape(-1, criteria), place[:, 2]),
        plan=Plan(
            scale=scale,
            floor=floor,
            trim=scheme["trim"],
            exact=scheme["exact_scores"],
            class_weights=np.array([float(one["weight"]) for one in scheme["classes"]]),
            criterion_weights=np.array([float(one["weight"]) for one in scheme["criteria"]]),
            sections=np.array(sections),
            asked=np.array(asked),
            bands=tuple(map(float, bands)),
            roll=Roll(roll[:, 0], roll[:, 1], roll[:, 2]),
            ranks=np.array(ranks),
            known=known_of if known else None,
            anonymous=anonymous,
        ),
        scheme=scheme,
        roll={
            "v": 1,
            "round": "r",
            "subjects": [
                {"section": section + 1, "rank": rank + 1} for section, rank in zip(sections, ranks, strict=True)
            ],
            "cells": [
                {"cell": f"{at:016x}", "kind": kind, "class": f"c{one}", "subjects": [subject + 1 for subject in about]}
                | ({"known": known[f"{at:016x}"]} if f"{at:016x}" in known else {})
                for at, (kind, one, about) in enumerate(cells)
            ],
            "holders": [[cell for cell, of in holders.items() if person in of] for person in range(people)],
        },
        head={"v": 1, "round": "r", "cells": head},
        entries=entries,
    )


def draw_sheets(luck: random.Random, scale: str = "points") -> Drawn:
    """Return a round with whole sheets only, nothing trimmed: classes with committees of their own, strict
    and lenient sheets, kinds of sheets that leave out some subject or some question, and some odd sheet."""
    classes, criteria, floor = luck.randint(1, 3), luck.randint(1, 3), luck.randint(3, 5)
    subjects = luck.randint(3, 8)
    scheme = {
        "scale": scale,
        "min": BOUNDS[scale][0],
        "max": BOUNDS[scale][1],
        "floor": floor,
        "trim": False,
        "exact_scores": luck.random() < 0.5,
        "bands": [90, 70, 60],
        "classes": [{"key": f"c{at}", "weight": weight} for at, weight in enumerate(weights(luck, classes))],
        "criteria": [
            {"key": f"q{at}", "weight": weight, "classes": [f"c{one}" for one in range(classes)]}
            for at, weight in enumerate(weights(luck, criteria))
        ],
    }
    spread = [luck.choice([0, 2, 9]) for _kind in range(4)]
    chance = beside(luck)
    anonymous = declare_some(luck, scheme)
    known = np.zeros((subjects, classes), dtype=np.int64)
    good = [luck.gauss(75, spread[0]) for _subject in range(subjects)]
    profile = [[luck.gauss(0, spread[1]) for _at in range(criteria)] for _subject in range(subjects)]
    everybody = list(range(subjects))
    cells, head, entries = [], [], []
    rows: list[tuple[int, int, int]] = []
    answers: list[list[float]] = []
    for one in range(classes):
        half = subjects // 2
        parted = luck.random() < 0.3
        for about in [everybody[:half], everybody[half:]] if parted and half > 1 else [everybody]:
            cell = f"{len(cells):016x}"
            cells.append({"cell": cell, "kind": "sheet", "class": f"c{one}", "subjects": [at + 1 for at in about]})
            if envelopes := chance.choice([0, 0, 0, 1, 2]):
                cells[-1]["known"] = known[about, one] = envelopes
            many = 0
            for _kind in range(luck.randint(1, 3)):
                silent = {
                    (luck.choice(about), luck.choice([None, *range(criteria)])) for _gap in range(luck.randint(0, 2))
                }
                for _sheet in range(luck.randint(floor, 14) if luck.random() < 0.9 else 1):
                    many += 1
                    strict = luck.gauss(0, spread[2])
                    given: dict[str, Any] = {}
                    for place, subject in enumerate(about, 1):
                        liking, row = luck.gauss(0, spread[3]), []
                        for at in range(criteria):
                            mark = good[subject] + profile[subject][at] - strict + liking - 5 * at + luck.gauss(0, 3)
                            unsure = (subject, at) in silent or (subject, None) in silent
                            answer = "dk" if unsure else on_scale(mark, scale)
                            given[f"{place}.q{at}"] = answer
                            row.append(np.nan if answer == "dk" else answer)
                        answers.append(row)
                        rows.append((subject, one, len(entries)))
                    entries.append({"ballot": {"cell": cell, "a": given}})
            head.append({"cell": cell, "eligible": many})
    place = np.array(rows, dtype=np.int64)
    return Drawn(
        ballots=Ballots(place[:, 0], place[:, 1], np.array(answers, dtype=np.float64), place[:, 2]),
        plan=Plan(
            scale=scale,
            floor=floor,
            trim=False,
            exact=bool(scheme["exact_scores"]),
            class_weights=np.array([float(one["weight"]) for one in scheme["classes"]]),
            criterion_weights=np.array([float(one["weight"]) for one in scheme["criteria"]]),
            sections=np.zeros(subjects, dtype=np.int64),
            known=known if known.any() else None,
            anonymous=anonymous,
        ),
        scheme=scheme,
        roll={
            "v": 1,
            "round": "r",
            "subjects": [{"section": 1, "rank": 0}] * subjects,
            "cells": cells,
            "holders": [],
        },
        head={"v": 1, "round": "r", "cells": head},
        entries=entries,
    )


def on_scale(points: float, scale: str) -> int:
    """Return the answer for so many points."""
    low, high = BOUNDS[scale]
    answer = points if scale == "points" else (points - 50) / 10
    return min(high, max(low, round(answer)))


def weights(luck: random.Random, many: int) -> list[str]:
    """Return weights as a scheme freezes them: decimals that add up to 100."""
    cuts = sorted(luck.sample(range(1, 10_000), many - 1))
    parts = [after - before for before, after in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    return [f"{(Decimal(part) / 100).normalize():f}" for part in parts]


def sheets_about(
    mark: Callable[[int, int, int], int], *, criteria: int = 3, sheets: int = 13, scale: str = "points"
) -> Drawn:
    """Return sheets about five subjects. mark: (subject, sheet, criterion) → answer."""
    rows = [(subject, sheet) for sheet in range(sheets) for subject in range(5)]
    answers = [[float(mark(subject, sheet, at)) for at in range(criteria)] for subject, sheet in rows]
    places = np.array(rows, dtype=np.int64)
    shared = [f"{(Decimal(100) / criteria).quantize(Decimal('0.1'))}"] * criteria
    return Drawn(
        ballots=Ballots(places[:, 0], 0 * places[:, 0], np.array(answers), places[:, 1]),
        plan=Plan(
            scale=scale,
            floor=5,
            trim=False,
            exact=True,
            class_weights=np.array([100.0]),
            criterion_weights=np.array([float(one) for one in shared]),
            sections=np.zeros(5, dtype=np.int64),
        ),
        scheme={
            "scale": scale,
            "min": BOUNDS[scale][0],
            "max": BOUNDS[scale][1],
            "floor": 5,
            "trim": False,
            "exact_scores": True,
            "bands": [90, 70, 60],
            "classes": [{"key": "c0", "weight": "100"}],
            "criteria": [{"key": f"q{at}", "weight": one, "classes": ["c0"]} for at, one in enumerate(shared)],
        },
        roll={
            "v": 1,
            "round": "r",
            "subjects": [{"section": 1, "rank": 0}] * 5,
            "cells": [{"cell": "0" * 16, "kind": "sheet", "class": "c0", "subjects": [1, 2, 3, 4, 5]}],
            "holders": [],
        },
        head={"v": 1, "round": "r", "cells": [{"cell": "0" * 16, "eligible": sheets}]},
        entries=[
            {
                "ballot": {
                    "cell": "0" * 16,
                    "a": {f"{one + 1}.q{at}": mark(one, sheet, at) for one in range(5) for at in range(criteria)},
                }
            }
            for sheet in range(sheets)
        ],
    )


def verified(drawn: Drawn, figures: dict[str, Any]) -> tuple[bool, str]:
    """Return whether the command line's recount holds, and what it writes."""
    written: list[str] = []
    verifier = Verifier(written.append)
    packed = {**figures, **models_told(figures), "v": 3, "round": "r"}
    scheme, roll, told_of = (json.dumps(one, default=float).encode() for one in (drawn.scheme, drawn.roll, packed))
    files = Files(b"", b"", ballots=b"", scheme=scheme, roll=roll, figures=told_of)
    verifier.recount(files, drawn.entries, head=drawn.head)
    return verifier.sound, "".join(written)
