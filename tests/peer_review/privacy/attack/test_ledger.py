"""The ledger attacked: all figures that anybody was shown of a round, laid together, tell of no group under the floor.

The attacker is told all of it: what is published, and every table that leaders, heads and files asked for afterwards,
in any order, with corrections in between. He knows nothing of how the ledger decides. He changes one ballot after
another, sees which of the figures move and by how much, and looks for a sum of figures that is zero but for a few
ballots: a question of the rank of a matrix, tried for every group (test_disclosure.exposed). With the ledger switched
off the same attacker bites at once.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting import ledger as arithmetic
from peer_review.counting.crosstabs import CriterionAtoms
from peer_review.counting.ledger import ShownStatements, Verdict
from peer_review.counting.release import Ballots, Plan, release
from peer_review.domain.ledger.ledger import ask, ask_all
from peer_review.domain.ledger.queries import RoundData, TableQuery
from peer_review.domain.ledger.withdrawals import withdraw
from peer_review.enums import Channel
from peer_review.models import DisclosureEntry, Round
from tests.factories.peer_review.counted_rounds import make_published_round, thin
from tests.peer_review.counting.test_disclosure import exposed, flatten, givers

K = 3
WEIGHTS = np.array([50.0, 30.0, 20.0])

#: A table's cell: section, rank, voter class, each None for all; then the subjects withdrawn by then.
Cell = tuple[int | None, int | None, int | None, frozenset[int]]


@dataclass
class World:
    """A counted round and what its readers were shown of its one criterion."""

    ballots: Ballots
    plan: Plan
    shown: list[Cell] = field(default_factory=list)
    refused: int = 0

    def inside(self, cell: Cell) -> np.ndarray:
        section, rank, _voter_class, withdrawn = cell
        made = np.array([at not in withdrawn for at in range(len(self.plan.sections))])
        if section is not None:
            made &= self.plan.sections == section
        if rank is not None:
            made &= self.plan.ranks == rank
        return made

    def ask(self, cells: list[Cell]) -> None:
        """Ask one after another, as domain.ledger does."""
        atoms = CriterionAtoms(self.ballots, self.plan, 0)
        shown = atoms.shown_statements()
        for cell in cells:
            statement = atoms.statement(self.inside(cell), cell[2])
            if statement and shown.judge(statement).allows:
                shown.add(statement)
                self.shown.append(cell)
            else:
                self.refused += 1

    def figures(self, ballots: Ballots) -> list[float]:
        """Return every figure that was shown, had these ballots been cast."""
        made = release(ballots, self.plan)
        values = list(flatten(made).values())
        values += [figure.value for sheet in made.ranks for figure in (sheet.score, *sheet.criteria) if figure]
        atoms = CriterionAtoms(ballots, self.plan, 0)
        return values + [float(atoms.value(self.inside(cell), cell[2])) for cell in self.shown]

    def coefficients(self) -> np.ndarray:
        """Return how every shown figure moves with every answer, (figures, answers given)."""
        before = self.figures(self.ballots)
        columns = []
        for ballot, criterion in np.argwhere(~np.isnan(self.ballots.answers)):
            answers = self.ballots.answers.copy()
            answers[ballot, criterion] += 1.0
            after = self.figures(replace(self.ballots, answers=answers))
            columns.append([new - old for new, old in zip(after, before, strict=True)])
        return np.array(columns).reshape(len(columns), len(before)).T

    @property
    def is_taken_apart(self) -> bool:
        return exposed(self.coefficients(), K, givers(self.ballots))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, list[Cell]]:
    """A round whose cells lie around the floor, single papers or whole sheets, and what is asked of it by whom."""
    subjects, classes = draw(st.integers(2, 4)), draw(st.integers(2, 3))
    sizes = draw(st.lists(st.integers(0, K + 1), min_size=subjects * classes, max_size=subjects * classes))
    whole = draw(st.booleans())
    if whole:
        # Everybody of a class judges all on one sheet.
        sizes = [sizes[at % classes] for at in range(subjects * classes)]
    rows = [(at // classes, at % classes, one) for at, n in enumerate(sizes) for one in range(n)]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    answers = np.random.default_rng(len(rows)).integers(20, 80, size=(len(rows), 1)).astype(float)
    for at in draw(st.sets(st.integers(0, max(0, len(rows) - 1)), max_size=3)):
        if at < len(rows):
            answers[at] = np.nan
    places = st.lists(st.integers(0, 1), min_size=subjects, max_size=subjects)
    plan = Plan(
        scale="points",
        floor=K,
        trim=False,
        class_weights=WEIGHTS[:classes],
        criterion_weights=np.array([100.0]),
        sections=np.array(draw(places)),
        decimals=None,
        ranks=np.array(draw(places)),
    )
    sheet = table[:, 1] * 100 + table[:, 2] if whole else None
    one = st.none() | st.integers(0, 1)
    # A leader's table, a head's (of one section), an export of everything, a correction: all are cells in an order.
    withdrawn = draw(st.sets(st.integers(0, subjects - 1), max_size=1))
    asked: list[Cell] = [
        (section, rank, voter_class, frozenset())
        for section, rank, voter_class in draw(
            st.lists(st.tuples(one, one, st.none() | st.integers(0, classes - 1)), min_size=1, max_size=8)
        )
    ]
    half = draw(st.integers(0, len(asked)))
    asked = asked[:half] + [(*cell[:3], frozenset(withdrawn)) for cell in asked[half:]]
    if draw(st.booleans()):
        asked += [(section, None, number, frozenset()) for number in range(classes) for section in (0, 1, None)]
    return World(Ballots(table[:, 0], table[:, 1], answers, sheet), plan), asked


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_all_that_was_ever_shown_together_lays_bare_no_group_under_the_floor(drawn: tuple[World, list[Cell]]) -> None:
    world, asked = drawn
    world.ask(asked)
    assert not world.is_taken_apart


def crossed() -> tuple[World, list[Cell]]:
    """Two subjects of one superior each and four others; and who asks what the superiors said."""
    rows = np.array([(at, one, n) for at in range(2) for one, many in ((0, 1), (1, 4)) for n in range(many)])
    plan = Plan(
        scale="points",
        floor=K,
        trim=False,
        class_weights=WEIGHTS[:2],
        criterion_weights=np.array([100.0]),
        sections=np.array([0, 0]),
        decimals=None,
        ranks=np.array([0, 1]),
    )
    answers = np.arange(20.0, 20.0 + len(rows))[:, None]
    return World(Ballots(rows[:, 0], rows[:, 1], answers), plan), [(None, None, 0, frozenset())]


def switched_off(self: ShownStatements[Any], statement: arithmetic.Vector, **kwargs: Any) -> Verdict:
    """A ledger that writes everything down and refuses nothing."""
    return Verdict.SAFE


def test_with_the_ledger_switched_off_the_same_attacker_bites_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world, asked = crossed()
    world.ask(asked)
    assert (world.shown, world.is_taken_apart) == ([], False)

    monkeypatch.setattr(ShownStatements, "judge", switched_off)
    careless, asked = crossed()
    careless.ask(asked)

    assert (careless.shown, careless.is_taken_apart) == (asked, True)


def test_rounds_drawn_are_refused_and_answered_both() -> None:
    """What the attack would prove little without: tables of which some cells are shown anew and some are not."""
    seen = {"shown": 0, "refused": 0, "taken apart without": 0}

    @given(worlds())
    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    def look(drawn: tuple[World, list[Cell]]) -> None:
        world, asked = drawn
        world.ask(asked)
        seen["shown"] += any(cell[2] is not None for cell in world.shown)
        seen["refused"] += bool(world.refused)
        if world.refused and seen["taken apart without"] < 3:
            careless = World(world.ballots, world.plan, [cell for cell in asked if self_has(world, cell)])
            seen["taken apart without"] += careless.is_taken_apart

    def self_has(world: World, cell: Cell) -> bool:
        return CriterionAtoms(world.ballots, world.plan, 0).value(world.inside(cell), cell[2]) is not None

    look()
    assert all(seen.values()), seen


# The same through the domain: real rounds, roles, channels, a correction, and whatever the database keeps of it


def real_round() -> Round:
    """Four subjects in two sections and two ranks. Of three of them fewer leaders than the floor could say anything,
    of 丁 fewer of the staff too; the others' ballots say 不了解, so no cell is joined and no ballot destroyed."""
    sizes = {"甲": (1, 5), "乙": (2, 4), "丙": (3, 3), "丁": (2, 2)}
    return make_published_round(
        {
            (name, group): thin(n, floor=K)
            for name, of_class in sizes.items()
            for group, n in zip(("leaders", "staff"), of_class, strict=True)
        },
        sections={"甲": "a", "乙": "a", "丙": "b", "丁": "b"},
        ranks={"甲": 1, "乙": 2, "丙": 1, "丁": 2},
        floor=K,
        trim=False,
        eligible=10,
    )


def all_questions() -> list[TableQuery]:
    return [
        TableQuery("quality", section, rank, voter_class)
        for section in (None, "a", "b")
        for rank in (None, "rank1", "rank2")
        for voter_class in (None, "leaders", "staff")
    ]


def told(round: Round) -> World:
    """Return the attacker's world from what the database says was shown."""
    subjects = list(round.subjects.order_by("sort_order", "pk"))
    board = RoundData(round)
    ballots = replace(board._ballots, answers=board._ballots.answers[:, :1])
    plan = replace(
        board._plan, criterion_weights=board._plan.criterion_weights[:1], asked=board._plan.asked[:1], decimals=None
    )
    sections, ranks, classes = {"a": 0, "b": 1}, {"rank1": 0, "rank2": 1}, {"leaders": 0, "staff": 1}
    world = World(ballots, plan)
    for kept in DisclosureEntry.objects.filter(round=round).exclude(statements=[]):
        (one,) = kept.statements
        gone = frozenset(at for at, subject in enumerate(subjects) if subject.key in one["without"])
        world.shown.append((sections.get(one["section"]), ranks.get(one["rank"]), classes.get(one["class"]), gone))
    return world


@pytest.mark.django_db(databases=["default", "box"])
@pytest.mark.parametrize("seed", range(2))
def test_roles_channels_and_corrections_together_lay_bare_no_group_under_the_floor(seed: int) -> None:
    round, chance = real_round(), np.random.default_rng(seed)
    questions = all_questions()
    chance.shuffle(questions)
    for at, question in enumerate(questions):
        audience = ("leadership", "organiser", f"section_head:{question.section or 'a'}")[at % 3]
        ask(round, question, channel=list(Channel)[at % 4], audience=audience)
        if at == len(questions) // 2:
            withdraw(round, by=round.organiser, reason="asked wrongly", subject=round.subjects.get(label="乙").key)
    ask_all(round, questions, channel=Channel.XLSX, audience="leadership")

    world = told(round)

    assert any(cell[2] is not None for cell in world.shown)
    assert not world.is_taken_apart


@pytest.mark.django_db(databases=["default", "box"])
def test_the_same_roles_with_the_ledger_switched_off_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShownStatements, "judge", switched_off)
    round = real_round()
    ask_all(round, all_questions(), channel=Channel.PAGE, audience="leadership")
    assert told(round).is_taken_apart
