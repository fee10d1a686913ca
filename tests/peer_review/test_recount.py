"""The recount: other code than the counting, in exact fractions, and yet every figure to the last digit."""

import random
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review import verify_bulletin
from peer_review.counting.intervals import t_quantile
from peer_review.counting.release import Ballots, Figure, Plan, Release, Roll, Sheet, release
from peer_review.counting.reliability import Reliability
from peer_review.verify_bulletin import Recount, RollFile, Rules, Votes, leaves_of

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
        return dict(leaves_of(told(release(self.ballots, self.plan), self.scheme)))

    def recounted(self) -> dict[tuple[str, ...], Any]:
        """Every figure that the verifier computes."""
        rules = Rules(self.scheme)
        roll = RollFile(self.roll, self.head, rules)
        return dict(leaves_of(Recount(rules, roll, Votes(self.entries, roll, rules)).figures()))


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
            "ballots": most if one.score else None,
            "members": one.members,
            "comparable": comparable,
            "one_ballot": one.one_ballot,
            "classes": {classes[at]: three(score) for at, (_own, score) in one.classes.items() if score},
            "criteria": {
                key: {
                    "value": three(figure),
                    "n": figure.n,
                    "abstentions": figure.abstentions,
                    "bars": figure.bars,
                    "classes": {
                        classes[number]: [*three(own[at]), own[at].n, own[at].abstentions]
                        for number, (own, _score) in one.classes.items()
                        if own[at]
                    },
                }
                for at, (key, figure) in enumerate(zip(criteria, one.criteria, strict=True))
                if figure
            },
        }

    return {
        "subjects": [sheet(one, comparable=False) for one in made.subjects],
        "sections": [sheet(one, comparable=at in made.open_sections) for at, one in enumerate(made.sections)],
        # Which of them all may read is not recounted.
        "ranks": [sheet(one, comparable=None) for one in made.ranks],
        "unit": sheet(made.unit, comparable=made.unit_open)
        | {"reliability": plain(made.reliability) if made.reliability else None},
    }


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
    for name, (kind, one, about) in enumerate(cells):
        cell = f"{name:016x}"
        voters = luck.sample(range(people), min(people, 2 * usual if everybody else luck.randint(0, 2 * usual)))
        holders[cell] = voters
        head.append({"cell": cell, "eligible": len(voters)})
        held += [(subject, one, person) for subject in about for person in voters]
        for _voter in voters if everybody else voters[: luck.randint(0, len(voters))]:
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
            class_weights=np.array([float(one["weight"]) for one in scheme["classes"]]),
            criterion_weights=np.array([float(one["weight"]) for one in scheme["criteria"]]),
            sections=np.array(sections),
            asked=np.array(asked),
            bands=tuple(map(float, bands)),
            roll=Roll(roll[:, 0], roll[:, 1], roll[:, 2]),
            ranks=np.array(ranks),
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
                for at, (kind, one, about) in enumerate(cells)
            ],
            "holders": [[cell for cell, of in holders.items() if person in of] for person in range(people)],
        },
        head={"round": "r", "cells": head},
        entries=entries,
    )


def weights(luck: random.Random, many: int) -> list[str]:
    """Return weights as a scheme freezes them: decimals that add up to 100."""
    cuts = sorted(luck.sample(range(1, 10_000), many - 1))
    parts = [after - before for before, after in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    return [f"{(Decimal(part) / 100).normalize():f}" for part in parts]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_recount_equals_the_release_to_the_last_digit(seed: int) -> None:
    drawn = draw_round(random.Random(seed))
    assert drawn.recounted() == drawn.released()


def test_rounds_drawn_hold_every_kind_of_case() -> None:
    """What the comparison would prove little without: rests of sections and of all, cut shares, held-back classes."""
    seen = dict.fromkeys(
        [
            "rest of a section",
            "rest of all",
            "withheld",
            "classes",
            "bars",
            "open section",
            "ranks",
            "one ballot",
            "nested",
            "crossed",
        ],
        0,
    )
    for number in range(400):
        drawn = draw_round(random.Random(number))
        rules = Rules(drawn.scheme)
        roll = RollFile(drawn.roll, drawn.head, rules)
        made = Recount(rules, roll, Votes(drawn.entries, roll, rules))
        seen["rest of all"] += any(made.sections in one.rests for one in made.counted)
        seen["rest of a section"] += any(one.rests.keys() - {made.sections} for one in made.counted)
        figures = made.figures()
        seen["withheld"] += any(one["score"] is None for one in figures["subjects"])
        seen["classes"] += any(one["classes"] for one in figures["subjects"])
        seen["bars"] += any(of["bars"] for one in figures["subjects"] for of in one["criteria"].values())
        seen["open section"] += any(one["comparable"] for one in figures["sections"])
        seen["ranks"] += any(one["score"] for one in figures["ranks"])
        seen["one ballot"] += len({one["one_ballot"] for one in figures["subjects"]} - {None}) == 2
        if reliability := figures["unit"]["reliability"]:
            seen[reliability["design"]] += 1
    assert all(number >= 5 for number in seen.values()), seen


@pytest.mark.parametrize("df", [*range(1, 40), 100, 9999])
def test_students_t_is_the_published_one(df: int) -> None:
    assert verify_bulletin.t_quantile(df) == pytest.approx(t_quantile(df), rel=1e-12)


def test_order_of_the_ballots_changes_no_figure() -> None:
    drawn = draw_round(random.Random(7))
    before = drawn.recounted()
    drawn.entries.reverse()
    assert drawn.recounted() == before


def test_one_other_answer_changes_the_recount() -> None:
    drawn = draw_round(random.Random(3))
    before = drawn.recounted()
    changed = 0
    for entry in drawn.entries:
        answers = entry["ballot"]["a"]
        for key, answer in answers.items():
            answers[key] = "dk" if answer != "dk" else drawn.scheme["max"]
            changed += drawn.recounted() != before
            answers[key] = answer
    assert changed > 0
