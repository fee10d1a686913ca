"""Queries about a published round, and the data of the round that answers them."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np

from peer_review.counting.crosstabs import CriterionAtoms
from peer_review.counting.disclosure import APART_FROM
from peer_review.counting.scales import Flags
from peer_review.domain.tally.ballot_arrays import make_plan, read_ballots, read_roll
from peer_review.enums import ResultScope
from peer_review.models import Result, Round

_Class = TypedDict("_Class", {"class": str | None})


class Place(_Class):
    """What a query was about, as the ledger keeps it; `without`: keys of the subjects whose figures were withdrawn."""

    v: int
    criterion: str
    section: str | None
    rank: str | None
    without: list[str]


class Statement(Place):
    """A query that was answered: with which value, and whether it told anything new."""

    new: bool
    value: float | None


@dataclass(frozen=True, slots=True)
class TableQuery:
    """The mean of a criterion over the subjects of a section and of a rank, as one voter class sees them.

    Keys as in the round's form and roll; None: of all.
    """

    criterion: str
    section: str | None = None
    rank: str | None = None
    voter_class: str | None = None

    @property
    def scope(self) -> str:
        """Return the name of the query in the ledger."""
        asked = [self.criterion, self.section, self.rank, self.voter_class]
        return "cell:" + json.dumps(asked, ensure_ascii=False, separators=(",", ":"))


class RoundData:
    """The counted ballots of a published round as arrays. Ten database queries, and the box read once.

    pooled: whether it was published by rules that let subjects under the floor come into means together.
    """

    def __init__(self, round: Round, *, without: Collection[str] = ()) -> None:
        subjects = list(round.subjects.select_related("member").order_by("sort_order", "pk"))
        self.without = frozenset(without)
        self._criteria = {key: at for at, key in enumerate(round.frozen_scheme.criterion_keys)}
        self._classes = {key: at for at, key in enumerate(round.frozen_scheme.class_keys)}
        self._keys = np.array([subject.key for subject in subjects], dtype=object)
        self._sections = np.array([subject.section_key for subject in subjects], dtype=object)
        self._ranks = np.array(
            [subject.member.rank_key if subject.member else "" for subject in subjects], dtype=object
        )
        self._ballots = read_ballots(round, subjects)
        self._plan = replace(make_plan(round, subjects), roll=read_roll(round, subjects))
        unit = Result.objects.filter(round=round, scope=ResultScope.UNIT)
        self.pooled = not unit.filter(rules__gte=APART_FROM).exists()

    def atoms(self, criterion: str) -> CriterionAtoms:
        """Return the cells of one criterion."""
        return CriterionAtoms(self._ballots, self._plan, self._criteria[criterion])

    def place(self, asked: Place, *, without: Collection[str]) -> tuple[Flags, int | None]:
        """Return the subjects that a query is about, (subjects,), and the index of its voter class."""
        inside = ~np.isin(self._keys, list(without)) if without else np.ones(len(self._keys), dtype=bool)
        if asked["section"] is not None:
            inside &= self._sections == asked["section"]
        if asked["rank"] is not None:
            inside &= self._ranks == asked["rank"]
        return inside, None if asked["class"] is None else self._classes[asked["class"]]
