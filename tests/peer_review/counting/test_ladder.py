"""The ladder: which cells of one subject stand alone, join a neighbour, or are destroyed."""

from itertools import product

import pytest

from peer_review.counting.ladder import Rung, Steps, climb, neighbour


def rungs(*secure: int, asked: str = "", counted: tuple[int, ...] = ()) -> list[Rung]:
    """Return a rung for each number of secure ballots, named a, b, c …; `asked`: a letter each."""
    return [
        Rung(chr(ord("a") + place), counted[place] if counted else many, many, asked[place] if asked else "")
        for place, many in enumerate(secure)
    ]


@pytest.mark.parametrize(
    ("secure", "alone", "joined", "destroyed"),
    [
        ((5, 5), "ab", [], ""),
        ((5, 4), "", ["ab"], ""),
        ((4, 5), "", ["ab"], ""),
        ((2, 2), "", [], "ab"),
        ((9,), "a", [], ""),
        ((4,), "", [], "a"),
        ((0,), "", [], "a"),
        ((7, 0), "", ["ab"], ""),
        ((6, 2, 8), "c", ["ab"], ""),
        ((6, 8, 2), "a", ["bc"], ""),
        ((1, 1, 8), "", ["abc"], ""),
        ((1, 2, 1, 1), "", ["abcd"], ""),
        ((1, 1, 1, 1), "", [], "abcd"),
    ],
)
def test_fates(secure: tuple[int, ...], alone: str, joined: list[str], destroyed: str) -> None:
    steps = climb(rungs(*secure), floor=5)
    assert ("".join(steps.alone), ["".join(group) for group in steps.joined]) == (alone, joined)
    assert "".join(steps.destroyed) == destroyed


def test_only_those_who_are_asked_the_same_are_joined() -> None:
    assert climb(rungs(2, 7, 8, asked="xyx"), floor=5) == Steps(("b",), (("a", "c"),), ())
    assert climb(rungs(2, 7, asked="xy"), floor=5) == Steps(("b",), (), ("a",))


def test_tickets_count_towards_nobodys_floor() -> None:
    assert climb(rungs(4, 7, counted=(9, 7)), floor=5).joined == (("a", "b"),)


def test_a_class_that_is_not_anonymous_stands_apart_and_shields_nobody() -> None:
    ladder = [Rung("a", 1, 1, anonymous=False), Rung("b", 4, 4), Rung("c", 9, 9)]
    assert climb(ladder, floor=5) == Steps(("a",), (("b", "c"),), ())
    assert climb(ladder[:2], floor=5) == Steps(("a",), (), ("b",))


def test_neighbour_is_the_next_above_else_the_next_below() -> None:
    assert [neighbour("xyxxy", place) for place in range(5)] == [2, 4, 0, 2, 1]
    assert neighbour("xy", 0) is None


def test_every_way_in_which_four_classes_may_vote_leaves_no_few() -> None:
    """Each part that is kept reaches the floor, every cell ends once, and none and too few end alike."""
    for secure in product(range(7), repeat=4):
        steps = climb(rungs(*secure), floor=5)
        many = dict(zip("abcd", secure, strict=True))
        kept = [*steps.alone, *steps.joined]
        assert all(sum(many[cell] for cell in part) >= 5 for part in kept)
        assert sorted([*steps.alone, *(cell for group in steps.joined for cell in group), *steps.destroyed]) == list(
            "abcd"
        )
        if sum(secure) >= 5:
            assert not steps.destroyed


def test_none_and_too_few_end_alike_where_it_makes_no_difference_to_the_sum() -> None:
    for many in range(5):
        assert climb(rungs(9, many), floor=5) == climb(rungs(9, 0), floor=5)
