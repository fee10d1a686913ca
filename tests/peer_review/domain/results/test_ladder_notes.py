"""How the ladder of a subject ended, as its page and lists say it."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from peer_review.domain.results.ladder_notes import Ladder, ladder_note, read_ladders
from peer_review.enums import CellKind, ResultScope
from peer_review.models import Bulletin, Result, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def ladders(round: Round) -> dict[str, Ladder]:
    results = list(Result.objects.filter(round=round, scope=ResultScope.SUBJECT))
    found = read_ladders(round, results)
    return {result.label: found[result.subject_id] for result in results}


def test_ladder_whose_classes_stand_alone_says_nothing() -> None:
    round = make_published_round({("甲", "leaders"): papers(5), ("甲", "staff"): papers(7)})
    assert ladders(round) == {"甲": Ladder()}
    assert (Ladder().mark, Ladder().sentences(5)) == ("", ())


def test_class_under_the_floor_joins_its_neighbour_and_is_named_with_it() -> None:
    round = make_published_round(
        {
            ("甲", "leaders"): papers(6),
            ("甲", "staff"): papers(3),
            ("乙", "leaders"): papers(6),
            ("乙", "staff"): papers(6),
        },
        eligible=8,
    )
    assert ladders(round) == {"甲": Ladder(joined=("Leaders and Staff",)), "乙": Ladder()}


def test_subject_with_too_few_names_every_class_that_was_destroyed() -> None:
    round = make_published_round({("甲", "leaders"): papers(1), ("甲", "staff"): papers(2)}, eligible=8)
    assert ladders(round) == {"甲": Ladder(destroyed=("Leaders", "Staff"))}


def test_nothing_cast_and_too_few_cast_read_alike() -> None:
    none, some = (
        make_published_round({("甲", "leaders"): papers(6), ("甲", "staff"): papers(cast)}, eligible=8)
        for cast in (0, 4)
    )
    assert ladders(none) == ladders(some) == {"甲": Ladder(joined=("Leaders and Staff",))}


def test_comments_under_the_floor_are_told_apart_from_marks() -> None:
    round = make_published_round(
        {("甲", "all"): papers(6), ("乙", "all"): papers(6)},
        comments={"甲": ["好"] * 4, "乙": ["好"] * 5},
        eligible=8,
    )
    assert ladders(round) == {"甲": Ladder(words_destroyed=True), "乙": Ladder()}
    assert ladders(round)["甲"].mark == ""


def test_whole_sheet_with_too_few_concerns_everybody_on_it() -> None:
    round = make_published_round(
        {
            (("甲", "乙"), "leaders"): [{"1.quality": 80, "1.spirit": 80, "2.quality": 70, "2.spirit": 70}] * 6,
            (("甲", "乙"), "staff"): [{"1.quality": 80, "1.spirit": 80, "2.quality": 70, "2.spirit": 70}] * 2,
        },
        eligible=8,
    )
    assert ladders(round) == dict.fromkeys("甲乙", Ladder(joined=("Leaders and Staff",)))


def test_paper_that_the_barrier_closed_is_not_called_destroyed() -> None:
    round = make_published_round({("甲", "leaders"): papers(6), ("甲", "staff"): []}, eligible=8)
    Result.objects.filter(subject__isnull=False).update(joined={})
    cell = round.cells.get(voter_class="staff")
    round.cells.filter(pk=cell.pk).update(closed=True)
    outcome = round.bulletin.outcome.replace('"fate":"merged","group":1', '"fate":"few"')
    type(round.bulletin).objects.filter(pk=round.bulletin.pk).update(outcome=outcome)
    found = ladders(round)["甲"]
    assert (found.closed, found.words_destroyed) == (("Staff",), False)
    assert "took no ballots" in found.sentences(5)[-1]


def test_no_sentence_tells_how_many_there_were() -> None:
    ladder = Ladder(joined=("A and B",), destroyed=("C",), closed=("D",))
    assert ladder.mark == "counted together: A and B; too few, not counted: C, D"
    joined, destroyed, closed = ladder.sentences(5)
    assert "one of them: A and B." in joined
    assert "Their weights are added." in joined
    assert "whether there was anything, nobody is told" in destroyed
    assert "took no ballots" in closed
    figures = [[letter for letter in sentence if letter.isdigit()] for sentence in (joined, destroyed, closed)]
    assert figures == [[], [], ["5"]]


def test_classes_that_were_too_few_even_together_are_told_in_one_sentence() -> None:
    round = make_published_round({("甲", "leaders"): papers(1), ("甲", "staff"): papers(2)}, eligible=8)
    [sentence] = ladders(round)["甲"].sentences(5)
    assert sentence.startswith("Too few ballots came in from Leaders, Staff, also together")


@pytest.mark.parametrize(("marks", "said"), [([], False), (["", ""], False), (["", "counted together: A"], True)])
def test_list_explains_its_marks_only_where_it_has_some(marks: list[str], said: bool) -> None:
    assert bool(ladder_note(marks)) is said


@pytest.mark.parametrize("names", ["甲", "甲乙丙"])
def test_ladders_of_many_cost_what_one_costs(names: str, django_assert_num_queries: pytest.FixtureRequest) -> None:
    cells = {(name, voters): papers(6) for name in names for voters in ("leaders", "staff")}
    round = make_published_round(cells, comments={name: [] for name in names})
    round.frozen_scheme  # noqa: B018 - read once, as every page has it
    results = list(Result.objects.filter(round=round, scope=ResultScope.SUBJECT))
    for queries in (4, 3):  # The bulletin itself is read once.
        with django_assert_num_queries(queries):  # type: ignore[operator]
            read_ladders(round, results)
    assert round.cells.filter(kind=CellKind.COMMENT).count() == len(names)


def test_classes_that_share_a_paper_are_told_from_those_that_the_count_joined() -> None:
    round = make_published_round(
        {("甲", "leaders"): papers(9), ("乙", "leaders"): papers(6), ("乙", "staff"): papers(3)},
        eligible=9,
        sharing={("甲", "leaders"): ["leaders", "staff"]},
    )
    found = ladders(round)
    assert found == {"甲": Ladder(shared=("Leaders and Staff",)), "乙": Ladder(joined=("Leaders and Staff",))}
    assert found["甲"].mark == found["乙"].mark == "counted together: Leaders and Staff"
    assert found["甲"].sentences(5) == (
        "Leaders and Staff vote on one paper, because fewer than 5 may vote in one of these classes at computers. "
        "Nobody can tell their ballots apart, and their weights are added.",
    )


def test_shared_paper_with_too_few_names_all_its_classes() -> None:
    round = make_published_round(
        {("甲", "leaders"): papers(4)}, eligible=8, sharing={("甲", "leaders"): ["leaders", "staff"]}
    )
    assert ladders(round) == {"甲": Ladder(destroyed=("Leaders", "Staff"))}


def test_shared_paper_that_the_count_joined_further_is_called_joined() -> None:
    round = make_published_round(
        {("甲", "leaders"): papers(4), ("甲", "others"): papers(6)},
        eligible=8,
        sharing={("甲", "leaders"): ["leaders", "staff"]},
    )
    assert ladders(round) == {"甲": Ladder(joined=("Leaders and Others and Staff",))}


def test_what_a_bulletin_says_of_all_cells_is_read_once_and_not_for_every_page() -> None:
    round = make_published_round({("甲", "leaders"): papers(1), ("甲", "staff"): papers(2)}, eligible=8)
    reads = []
    for _page in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert ladders(round) == {"甲": Ladder(destroyed=("Leaders", "Staff"))}
        reads.append(sum('"outcome"' in query["sql"] for query in queries))
    assert reads == [1, 0, 0]


def test_bulletins_are_not_taken_for_each_other() -> None:
    """Also not one that stands under the number of another, as in a database that was set up anew."""
    few = make_published_round({("甲", "leaders"): papers(1), ("甲", "staff"): papers(2)}, eligible=8)
    enough = make_published_round({("乙", "leaders"): papers(6), ("乙", "staff"): papers(6)}, eligible=8)
    assert ladders(few) == {"甲": Ladder(destroyed=("Leaders", "Staff"))}
    assert ladders(enough) == {"乙": Ladder()}
    number, signature, outcome = few.bulletin.pk, enough.bulletin.signature, enough.bulletin.outcome
    Bulletin.objects.filter(round=enough).delete()
    Bulletin.objects.filter(pk=number).update(signature=signature, outcome=outcome)
    assert ladders(few) == {"甲": Ladder()}
