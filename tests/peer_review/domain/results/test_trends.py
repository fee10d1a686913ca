"""Rounds side by side: only where every pair has the same voters or differs by the floor, as far as one may read."""

from typing import Any

import pytest

from peer_review.domain.ledger.readers import Reader
from peer_review.domain.results.trends import group_trend, subject_trend
from peer_review.enums import ResultScope
from peer_review.models import DisclosureEntry, RefusedQuery, Result, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def result(round: Round, label: str = "甲") -> Result:
    return Result.objects.select_related("round", "subject").get(round=round, subject__label=label)


def unit(round: Round) -> Result:
    return Result.objects.select_related("round").get(round=round, scope=ResultScope.UNIT)


def years(*strangers: int, names: str = "甲乙丙丁戊己", **kwargs: Any) -> list[Round]:
    """Return published rounds one after another, a year each: 8 voters, of whom so many are new each time."""
    made: list[Round] = []
    for at, new in enumerate((0, *strangers)):
        made.append(
            make_published_round(
                {(name, "all"): papers(8, 70 + at) for name in names},
                **({"earlier": made[-1], "strangers": new} if made else {}),
                **kwargs,
            )
        )
    return made


@pytest.fixture
def leader() -> Any:
    return make_user("", "leadership")


@pytest.mark.parametrize(("strangers", "seen", "held_back"), [(0, 2, 0), (1, 1, 1), (2, 1, 1), (3, 2, 0), (8, 2, 0)])
def test_a_round_whose_voters_differ_by_a_few_is_not_set_beside(
    leader: Any, strangers: int, seen: int, held_back: int
) -> None:
    """Eight voters of whom n are exchanged: 2 n are on one roll only, and the floor is 5."""
    _first, second = years(strangers)

    trend = subject_trend(result(second), reader=Reader(leader))

    assert (len(trend.points), trend.held_back) == (seen, held_back)


@pytest.mark.parametrize("voters", [4, 5, 8])
def test_adding_a_voter_never_reveals_a_prior_cell(leader: Any, voters: int) -> None:
    """The same people a year later and one more: the difference would be the new one's mark, or show a hidden cell."""
    first = make_published_round({("甲", "all"): papers(voters)})
    second = make_published_round({("甲", "all"): papers(voters + 1)}, earlier=first)

    trend = subject_trend(result(second), reader=Reader(leader))

    assert [one.public_id for one in trend.points] == [second.public_id]
    assert trend.held_back == (voters >= 5)


def test_points_are_the_published_figures_oldest_first(leader: Any) -> None:
    first, second = years(0)

    trend = subject_trend(result(second), reader=Reader(leader))

    assert [one.public_id for one in trend.points] == [first.public_id, second.public_id]
    assert [(one.title, one.published_at) for one in trend.points] == [
        (one.title, one.published_at) for one in (first, second)
    ]
    # 0.6 × 70 + 0.4 × 70, and a year later 0.6 × 71 + 0.4 × 70.
    assert [(one.score.value, one.criteria["quality"].value) for one in trend.points] == [(70.0, 70.0), (70.6, 71.0)]
    assert sorted(trend.points[0].criteria) == ["quality", "spirit"]


def test_every_pair_counts_not_only_the_newest(leader: Any) -> None:
    """The third goes with the second and, by itself, with the first; but the first two differ by two voters."""
    _first, second, third = years(1, 8)
    trend = subject_trend(result(third), reader=Reader(leader))

    assert [one.public_id for one in trend.points] == [second.public_id, third.public_id]
    assert trend.held_back == 1


def test_each_round_says_itself_who_may_read_it(leader: Any) -> None:
    first, second = years(0)
    first.form["visibility"]["leadership"] = False
    Round.objects.filter(pk=first.pk).update(form=first.form)

    trend = subject_trend(result(second), reader=Reader(leader))
    # Nothing tells of a round that is none of the reader's business: it is not counted as held back either.
    assert ([one.public_id for one in trend.points], trend.held_back) == ([second.public_id], 0)
    person = result(second).subject.member.user
    assert len(subject_trend(result(second), reader=Reader(person)).points) == 2


def test_other_schemes_kinds_and_people_are_not_looked_at(leader: Any) -> None:
    make_published_round({("甲", "all"): papers(8)})
    other = make_published_round({("甲", "all"): papers(8)})
    trend = subject_trend(result(other), reader=Reader(leader))
    assert ([one.public_id for one in trend.points], trend.held_back) == ([other.public_id], 0)


@pytest.mark.parametrize(("strangers", "seen"), [(0, 2), (1, 2)])
def test_groups_are_compared_by_the_voters_of_all_their_subjects(leader: Any, strangers: int, seen: int) -> None:
    """Six subjects with two voters apart each are twelve: no single mark, though each subject is held back."""
    _first, second = years(strangers, ranks={"甲": 2, "乙": 2, "丙": 2})

    assert len(group_trend(unit(second), reader=Reader(leader)).points) == seen
    for scope in (ResultScope.SECTION, ResultScope.RANK):
        for one in Result.objects.select_related("round").filter(round=second, scope=scope):
            assert len(group_trend(one, reader=Reader(leader)).points) == seen


def test_a_group_of_few_whose_voters_differ_by_one_is_held_back(leader: Any) -> None:
    _first, second = years(1, names="甲")
    trend = group_trend(unit(second), reader=Reader(leader))
    assert (len(trend.points), trend.held_back) == (1, 1)


def test_a_criterion_asked_of_one_class_is_compared_by_that_class(leader: Any) -> None:
    """Six voters exchanged in all, but only one among the leaders, who alone are asked about quality."""
    cells = {("甲", "leaders"): papers(6), ("甲", "staff"): [{"spirit": 70}] * 8}
    first = make_published_round(cells, asked={"quality": ["leaders"]})
    second = make_published_round(cells, earlier=first)
    assert len(subject_trend(result(second), reader=Reader(leader)).points) == 2
    held = second.exposure["no_trend"][first.public_id]
    held["classes"] = {"leaders": [result(second).subject.key]}
    Round.objects.filter(pk=second.pk).update(exposure=second.exposure)

    trend = subject_trend(result(second), reader=Reader(leader))

    assert (len(trend.points), trend.held_back) == (1, 1)
    # Of groups it is not known how many of which class differ.
    assert len(group_trend(unit(second), reader=Reader(leader)).points) == 1


def test_what_is_set_side_by_side_and_what_is_not_goes_into_the_ledger(leader: Any) -> None:
    first, second = years(0)
    key = result(second).subject.key
    subject_trend(result(second), reader=Reader(leader))
    assert list(DisclosureEntry.objects.values_list("round", "scope", "audience")) == [
        (second.pk, f"trend:subject:{key}:{first.public_id}", "leadership")
    ]
    third = make_published_round({(name, "all"): papers(8) for name in "甲乙丙丁戊己"}, earlier=second, strangers=1)
    subject_trend(result(third), reader=Reader(leader))
    assert list(RefusedQuery.objects.values_list("round", "scope", "reason")) == [
        (third.pk, f"trend:subject:{key}:{one.public_id}", "rolls") for one in (second, first)
    ]


def test_an_old_round_that_froze_no_comparisons_is_alone(leader: Any) -> None:
    first, second = years(0)
    for missing in ("ranks", "sections", "subjects", "unit"):
        del second.exposure["no_trend"][first.public_id][missing]
    Round.objects.filter(pk=second.pk).update(exposure=second.exposure)
    for one in Result.objects.select_related("round", "subject").filter(round=second):
        made = subject_trend(one, reader=Reader(leader)) if one.subject else group_trend(one, reader=Reader(leader))
        assert len(made.points) == 1


@pytest.mark.parametrize("many", [1, 3])
def test_a_trend_costs_the_same_queries_over_any_number_of_rounds(
    leader: Any, many: int, django_assert_num_queries: Any
) -> None:
    last = result(years(*[0] * many)[-1])
    subject_trend(last, reader=Reader(leader))
    reader = type(leader).objects.get(pk=leader.pk)
    with django_assert_num_queries(5):
        assert len(subject_trend(last, reader=Reader(reader)).points) == many + 1


@pytest.mark.parametrize("which", [0, 1])
def test_figures_in_half_steps_are_set_beside_no_round(leader: Any, which: int) -> None:
    cells = {(name, "all"): papers(8) for name in "甲乙"}
    first = make_published_round(cells, coarse=["甲"] if which == 0 else [])
    second = make_published_round(cells, earlier=first, coarse=["甲"] if which == 1 else [])

    trend = subject_trend(result(second), reader=Reader(leader))
    assert (len(trend.points), trend.held_back) == (1, 1)
    assert len(subject_trend(result(second, "乙"), reader=Reader(leader)).points) == 2
