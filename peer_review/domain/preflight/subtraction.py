"""Rounds that subtract: of whom a draft's figures, set beside those of other rounds, would leave too few voters.

All rounds about a subject count, of whatever scheme, kind and organiser, if they were opened or published within
conf.SUBTRACTION_DAYS before the draft opens or are yet to be published; void ones show nothing. The search is
counting.isolation, with voters as atoms. Nobody reads from it who voted: it knows rolls only.

A subject that it finds stands in the way of opening, with two exceptions and one addition. Where the plan's rule is
unchanged and the rolls differ only by people who joined, left or moved (joiners), the round goes on, and this subject's
figures are shown in half-steps (counting.half_steps). A round that repeats one whose outcome was contested goes on only
with the same voters about a subject, or with at least as many others as the floor.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property

import numpy as np
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review.conf import conf
from peer_review.counting.isolation import Lump, Occasion, Places, Search, lumps_of
from peer_review.counting.scales import Flags, Ints
from peer_review.domain.preflight.joiners import Joiners
from peer_review.domain.preflight.roll_arrays import RollPapers, RollReader
from peer_review.enums import CellKind, Collection, ContestStatus, PaperKind, RoundState
from peer_review.models import Contest, RollMember, Round, SheetEntry, Subject
from peer_review.protocol.frozen_scheme import FrozenClass, FrozenScheme


@dataclass(frozen=True, slots=True)
class ExposedSubject:
    """A subject of a draft (`at`: its place on the roll) of whom other rounds leave too few voters.

    newcomers: the users whose papers about it, taken away, leave nobody alone; empty where that cannot be had. rounds:
    ids of the others. repeats: it is only that a contested round is repeated with a few other voters.
    """

    at: int
    pk: int
    key: str
    label: str
    newcomers: frozenset[int]
    rounds: tuple[int, ...]
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Subtraction:
    """What other rounds do to a draft: `standing` in the way of opening, or shown in half-steps (`coarse`)."""

    standing: tuple[ExposedSubject, ...] = ()
    coarse: tuple[ExposedSubject, ...] = ()


def subtraction(
    round: Round, scheme: FrozenScheme, papers: RollPapers, rolls: RollReader, *, now: datetime | None = None
) -> Subtraction:
    """Return of which subjects of a draft other rounds leave too few voters; nothing of a round that is frozen.

    One query where nobody was evaluated lately, else some for each such round.
    """
    if round.state != RoundState.DRAFT:
        return Subtraction()
    repeated = contested_original(round)
    others = earlier_rounds(round, now or round.opened_at or timezone.now(), repeated)
    if not others:
        return Subtraction()
    table = VoterTable(round, scheme, papers, others, rolls)
    joiners = Joiners(round, others)
    standing, coarse = [], []
    for exposed in table.exposed(repeated):
        beside = table.others_about(exposed.at)
        unexplained = [at for at in beside if not joiners.explain(others[at - 1], exposed.key)]
        strict = exposed.repeats or (repeated is not None and any(others[at - 1].pk == repeated.pk for at in beside))
        if strict or table.exposes(exposed.at, only=unexplained):
            standing.append(exposed)
        else:
            coarse.append(exposed)
    return Subtraction(tuple(standing), tuple(coarse))


def earlier_rounds(round: Round, now: datetime, repeated: Round | None = None) -> list[Round]:
    """Return the rounds that may be subtracted from this draft and share a subject with it, the newest first."""
    since = max(round.opens_at, now) - timedelta(days=conf.SUBTRACTION_DAYS)
    mine = Subject.objects.filter(round=round).order_by().values("key")
    shared = Subject.objects.filter(round=OuterRef("pk"), key__in=mine)
    rounds = list(
        Round.objects.subtractable_since(since)
        .exclude(pk=round.pk)
        .filter(Exists(shared))
        .order_by("-opened_at", "-pk")
    )
    if repeated is not None and all(other.pk != repeated.pk for other in rounds):
        rounds.append(repeated)
    return rounds


def contested_original(round: Round) -> Round | None:
    """Return the round with results that this draft was made to repeat, if an outcome of it was contested."""
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Round),
        object_id=str(round.pk),
        action="peer_review.round.repeat",
    )
    entry = entries.order_by("timestamp", "pk").first()
    if entry is None:
        return None
    contests = Contest.objects.filter(subject__round=OuterRef("pk")).exclude(status=ContestStatus.WITHDRAWN)
    return Round.objects.with_results().filter(Exists(contests), public_id=entry.data.get("of", "")).first()


def is_anonymous(voters: FrozenClass) -> bool:
    """Return whether a voter class was not declared otherwise."""
    return bool(getattr(voters, "anonymous", True))


@dataclass
class VoterTable:
    """Who may vote about a draft's subjects, in the draft (place 0) and in other rounds (1, 2 …)."""

    round: Round
    scheme: FrozenScheme
    papers: RollPapers
    others: Sequence[Round]
    rolls: RollReader
    search: Search = field(default_factory=Search)

    def exposed(self, repeated: Round | None = None) -> Iterator[ExposedSubject]:
        """Yield the subjects that the search finds, and those that repeat a contested round with a few others."""
        for at in self._shared.tolist():
            repeats = False
            if not self.exposes(at):
                if repeated is None or not self._repeats_with_few(at, repeated):
                    continue
                repeats = True
            subject = self.papers.subjects[at]
            yield ExposedSubject(
                at=at,
                pk=subject.pk,
                key=subject.key,
                label=subject.label,
                newcomers=self._newcomers(at, repeated),
                rounds=tuple(self.others[place - 1].pk for place in self.others_about(at)),
                repeats=repeats,
            )

    def exposes(
        self, at: int, *, asked: int = 0, only: Sequence[int] | None = None, without: frozenset[int] = frozenset()
    ) -> bool:
        """Return whether a round (its place), beside the others, leaves too few voters of the subject at this place.

        only: the places of the others that are looked at, the draft's always. without: the draft's voters who would
        get no paper about it.
        """
        occasions, lumps, number = self._question(at, only, without)
        return len(occasions) > 1 and asked in number and self.search.exposes(number[asked], occasions, lumps)

    def others_about(self, at: int) -> list[int]:
        """Return the places of the other rounds in which this subject has voters."""
        return sorted({place for _person, place, _class, _counts in self._rows(at) if place})

    def voters(self, at: int, place: int) -> frozenset[int]:
        """Return who may vote about the subject in the round at this place."""
        return frozenset(person for person, where, _class, _counts in self._rows(at) if where == place)

    def _covering(self, at: int) -> frozenset[int]:
        """Return whose ballots about the subject nobody else may know in this round."""
        return frozenset(person for person, where, _class, counting in self._rows(at) if where == 0 and counting)

    def _repeats_with_few(self, at: int, repeated: Round, without: frozenset[int] = frozenset()) -> bool:
        place = next(number for number, other in enumerate(self.others, 1) if other.pk == repeated.pk)
        before, now = self.voters(at, place), self.voters(at, 0) - without
        return bool(before) and now != before and len((now - before) & self._covering(at)) < self.scheme.floor

    def _newcomers(self, at: int, repeated: Round | None) -> frozenset[int]:
        """Return the fewest of the draft's voters without whom nobody is left alone, and still enough vote."""
        if self.round.scheme.paper == PaperKind.SHEET:
            return frozenset()
        mine = self.voters(at, 0)
        before = [self.voters(at, place) for place in self.others_about(at)]
        for gone in sorted({mine - frozenset().union(*before), *(mine - voters for voters in before)}, key=len):
            if (
                not gone
                or len((mine - gone) & self._covering(at)) < self.scheme.floor
                or self.exposes(at, without=gone)
            ):
                continue
            if repeated is None or not self._repeats_with_few(at, repeated, gone):
                return gone
        return frozenset()

    def _question(
        self, at: int, only: Sequence[int] | None, without: frozenset[int]
    ) -> tuple[list[Occasion], tuple[Lump, ...], dict[int, int]]:
        """Return the rounds that have voters about a subject, the voters, and the rounds' numbers by their places."""
        places: dict[tuple[int, int], list[tuple[int, int]]] = {}
        counts: dict[int, bool] = {}
        present: set[int] = set()
        last, nth = (-1, -1), 0
        for person, place, voters, counting in self._rows(at):
            if (place and only is not None and place not in only) or (not place and person in without):
                continue
            # Somebody with two papers about a subject in one round gives two marks: each is an atom.
            nth = nth + 1 if last == (person, place) else 0
            last = person, place
            places.setdefault((person, nth), []).append((place, voters))
            counts[person] = bool(counting)
            present.add(place)
        number = {place: order for order, place in enumerate(sorted(present))}
        lumps = lumps_of((self._numbered(where, number), counts[person]) for (person, _nth), where in places.items())
        return [self._occasions[place] for place in number], lumps, number

    @staticmethod
    def _numbered(where: list[tuple[int, int]], number: Mapping[int, int]) -> Places:
        return tuple((number[place], voters) for place, voters in where)

    def _rows(self, at: int) -> list[list[int]]:
        """Return (person, place of the round, class, counts towards a floor) of every paper about a subject."""
        rows: list[list[int]] = self._table[self._begins[at] : self._begins[at + 1], 1:].tolist()
        return rows

    @cached_property
    def _shared(self) -> Ints:
        """The draft's subjects that have voters in another round too."""
        elsewhere = np.unique(self._table[self._table[:, 2] > 0, 0])
        return np.intersect1d(elsewhere, self._table[self._table[:, 2] == 0, 0])

    @cached_property
    def _begins(self) -> Ints:
        return np.searchsorted(self._table[:, 0], np.arange(len(self.papers.subjects) + 1))

    @cached_property
    def _table(self) -> Ints:
        """(subject, person, place, class, counts) of every anonymous paper, in this order."""
        number = {subject.key: at for at, subject in enumerate(self.papers.subjects)}
        parts = []
        for place, (round, scheme, papers) in enumerate(self._all):
            here = np.array([number.get(subject.key, -1) for subject in papers.subjects], dtype=np.int64)
            rows = np.column_stack(
                [here[papers.subject], papers.person, np.full(len(papers.person), place), papers.voter_class]
            )
            kept = (rows[:, 0] >= 0) & ~self._is_closed(round, scheme, papers)
            known = self._is_known(round, papers)
            named = np.array([not is_anonymous(voters) for voters in scheme.classes], dtype=bool)[papers.voter_class]
            parts.append(np.column_stack([rows, np.where(named, 2, known)])[kept])
        table = np.concatenate(parts)
        # Whoever's mark somebody may know in one of the rounds counts as nobody in all of them.
        span = int(table[:, 1].max(initial=0)) + 1
        pair = table[:, 0] * span + table[:, 1]
        table[:, 4] = np.where(table[:, 4] == 2, 2, np.isin(pair, pair[table[:, 4] > 0]))
        table = table[table[:, 4] < 2]
        table[:, 4] = table[:, 4] == 0
        return table[np.lexsort((table[:, 3], table[:, 2], table[:, 1], table[:, 0]))]

    @cached_property
    def _all(self) -> list[tuple[Round, FrozenScheme, RollPapers]]:
        frozen = [(other, other.frozen_scheme, self.rolls.papers(other)) for other in self.others]
        # A draft's papers as opening makes them: what classes share has one figure.
        return [(self.round, self.scheme, self.papers.of_papers), *frozen]

    @cached_property
    def _occasions(self) -> list[Occasion]:
        return [_occasion(scheme) for _round, scheme, _papers in self._all]

    def _is_closed(self, round: Round, scheme: FrozenScheme, papers: RollPapers) -> Flags:
        """Return which papers take no ballots: two stages close those that too few people drew, or could draw.

        Those of a class declared not anonymous stay open however few they are.
        """
        cell = papers.subject * len(papers.classes) + papers.voter_class
        if round.collection != Collection.TWO_STAGE:
            return np.zeros(len(cell), dtype=bool)
        anonymous = np.array([voters.anonymous for voters in scheme.classes], dtype=bool)
        closed = {int(at) for at in np.flatnonzero((papers.eligible < scheme.floor) & anonymous)}
        position = {subject.pk: at for at, subject in enumerate(papers.subjects)}
        numbers = {key: at for at, key in enumerate(papers.classes)}
        cells = round.cells.filter(closed=True).exclude(kind=CellKind.COMMENT)
        about = list(cells.filter(subject__isnull=False).values_list("subject_id", "voter_class"))
        sheets = SheetEntry.objects.filter(sheet__cells__in=cells).values_list(
            "subject_id", "sheet__cells__voter_class"
        )
        for subject, voters in [*about, *sheets]:
            if voters in numbers:
                closed.add(position[subject] * len(papers.classes) + numbers[voters])
        shut: Flags = np.isin(cell, sorted(closed))
        return shut

    def _is_known(self, round: Round, papers: RollPapers) -> Ints:
        """Return which papers came by an envelope, 1, in a class where not all did."""
        on_paper = list(RollMember.objects.filter(round=round, on_paper=True).values_list("user_id", flat=True))
        envelope = np.isin(papers.person, on_paper).astype(np.int64)
        cell = papers.subject * len(papers.classes) + papers.voter_class
        many = papers.eligible.reshape(-1)[cell]
        by_envelope = np.bincount(cell, weights=envelope, minlength=papers.eligible.size)[cell]
        return np.where(by_envelope < many, envelope, 0)


def _occasion(scheme: FrozenScheme) -> Occasion:
    """Return what a round's figures depend on besides its roll. Classes that are not anonymous weigh, and are known."""
    number = {key: at for at, key in enumerate(scheme.class_keys)}
    asked = [tuple(sorted(number[key] for key in criterion.classes if key in number)) for criterion in scheme.criteria]
    return Occasion(
        floor=scheme.floor,
        weights=tuple(Fraction(voters.weight) for voters in scheme.classes),
        questions=tuple(dict.fromkeys(asked)),
        form=tuple((criterion.key, criterion.classes) for criterion in scheme.criteria),
    )
