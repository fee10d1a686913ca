"""The mathematics of the ledger, held against a search that knows nothing of how it is made: all groups, by rank."""

import itertools
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting.ledger import Beside, Count, ShownStatements, Verdict, Who, vector

Row = dict[int, Fraction]


def rank(rows: list[list[Fraction]]) -> int:
    """Rank of a matrix of fractions, by elimination."""
    rows, done = [list(row) for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((at for at in range(done, len(rows)) if rows[at][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        for at in range(done + 1, len(rows)):
            if rows[at][column]:
                factor = rows[at][column] / rows[done][column]
                rows[at] = [mine - factor * other for mine, other in zip(rows[at], rows[done], strict=True)]
        done += 1
    return done


def smallest_isolated(statements: list[Row], atoms: list[int], size: Any) -> int:
    """Return the size of the smallest group that some sum of the statements is zero outside of, by trying them all."""
    matrix = [[row.get(atom, Fraction(0)) for atom in atoms] for row in statements]
    full = rank(matrix)
    found = []
    for many in range(1, len(atoms) + 1):
        for group in itertools.combinations(range(len(atoms)), many):
            rest = [[row[at] for at in range(len(atoms)) if at not in group] for row in matrix]
            if rank(rest) < full:
                found.append(size([atoms[at] for at in group]))
    return min(found, default=0)


weights = st.sampled_from([Fraction(0), Fraction(1), Fraction(1), Fraction(2), Fraction(1, 3), Fraction(-1)])


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Row], list[int], list[set[int]], list[Row]]:
    """Bases of two or three atoms, the answers and the people behind each atom, and statements asked one by one."""
    shapes = draw(st.lists(st.integers(2, 3), min_size=1, max_size=3))
    atoms = list(range(sum(shapes)))
    starts = [sum(shapes[:at]) for at in range(len(shapes))]
    bases = [
        {start + at: draw(st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(2)])) for at in range(shape)}
        for start, shape in zip(starts, shapes, strict=True)
    ]
    answers = [draw(st.integers(1, 4)) for _atom in atoms]
    people = [set(draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))) for _atom in atoms]
    asked = [{atom: draw(weights) for atom in atoms} for _one in range(draw(st.integers(1, 4)))]
    return bases, answers, people, asked


@given(questions())
@settings(max_examples=150, deadline=None)
def test_a_statement_is_told_exactly_if_no_sum_then_isolates_too_few(
    drawn: tuple[list[Row], list[int], list[set[int]], list[Row]],
) -> None:
    bases, answers, people, asked = drawn
    enough, atoms = 4, list(range(len(answers)))
    # What is published is large enough: where chance made a base too small, more answers and people stand behind it.
    for base in bases:
        first = min(base)
        answers[first] += max(0, enough - sum(answers[atom] for atom in base))
        people[first] |= set(range(10, 10 + enough - len(set().union(*(people[atom] for atom in base)))))
    shown: ShownStatements[Any] = ShownStatements(
        [vector(base) for base in bases],
        supports=[
            {atom: Count(answers[atom]) for atom in atoms},
            {atom: Who(frozenset(people[atom])) for atom in atoms},
        ],
        enough=enough,
    )

    def size(group: list[int]) -> int:
        return min(sum(answers[at] for at in group), len(set().union(*(people[at] for at in group))))

    told = list(bases)
    for statement in asked:
        verdict = shown.judge(vector(statement))

        before, after = (
            [[row.get(atom, Fraction(0)) for atom in atoms] for row in rows] for rows in (told, [*told, statement])
        )
        if rank(before) == rank(after):
            assert verdict is Verdict.NOTHING_NEW
        else:
            safe = smallest_isolated([*told, statement], atoms, size) >= enough
            assert verdict is (Verdict.SAFE if safe else Verdict.ISOLATES)
        if verdict.allows:
            told.append(statement)
            shown.add(vector(statement))


def large(bases: int) -> tuple[ShownStatements[Count], list[Row]]:
    """Many subjects, each with one leader and four colleagues; questions about all leaders, a section's, most."""
    shown = ShownStatements(
        [vector({2 * at: Fraction(1, 5), 2 * at + 1: Fraction(4, 5)}) for at in range(bases)],
        supports=[{2 * at + one: Count((1, 4)[one]) for at in range(bases) for one in (0, 1)}],
        enough=5,
    )
    return shown, [{2 * at: Fraction(1) for at in range(many)} for many in (bases, 30, 26)]


def test_a_large_round_is_decided_by_few_steps() -> None:
    """All leaders, the thirty of a section, then all but four of these: what is left would be four ballots."""
    shown, (everybody, section, most) = large(3000)
    for statement in (everybody, section):
        assert shown.judge(vector(statement)) is Verdict.SAFE
        shown.add(vector(statement))
    assert shown.judge(vector(most)) is Verdict.ISOLATES
    assert shown.judge(vector({atom: 2 * weight for atom, weight in everybody.items()})) is Verdict.NOTHING_NEW


def test_what_cannot_be_decided_in_so_many_steps_is_refused() -> None:
    shown, (everybody, *_others) = large(30)
    verdict = shown.judge(vector(everybody), budget=20)
    assert (verdict, verdict.allows) == (Verdict.TOO_LARGE, False)
    assert shown.judge(vector(everybody)) is Verdict.SAFE


def test_the_answer_is_the_same_when_asked_again() -> None:
    shown, questions = large(30)
    for statement in questions:
        assert len({shown.judge(vector(statement)) for _twice in range(2)}) == 1


def test_loads_of_a_group_count_answers_people_and_members_beside_a_section() -> None:
    assert Count(2).join(Count(3)).size == 5
    assert Who(frozenset({1, 2})).join(Who(frozenset({2, 3}))).size == 3
    both = Beside(((1, 4),)).join(Beside(((1, 1), (2, 3))))
    assert (both.sections, both.size, both.amount) == (((1, 5), (2, 3)), 3, 8)
