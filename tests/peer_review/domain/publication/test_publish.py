"""Publication: everything at once, only what may be shown, and nothing before."""

import re
from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from peer_review.box import store
from peer_review.domain.publication.publish import publish_round
from peer_review.enums import ResultScope
from peer_review.exceptions.base import RoundStateInvalid
from peer_review.models import CriterionResult, Result, Round
from peer_review.rules.roles import has_perm
from tests.factories.peer_review.counted_rounds import (
    make_counted_round,
    make_published_round,
    make_voted_round,
    papers,
    publish,
    spread,
)
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def subject_result(round: Round, name: str) -> Result:
    return Result.objects.get(round=round, scope=ResultScope.SUBJECT, label=name)


def group(round: Round, scope: str, section: str = "") -> Result:
    return Result.objects.get(round=round, scope=scope, section_key=section)


def test_round_from_cast_ballots_to_published_figures() -> None:
    running = make_voted_round(evaluators=7)
    round = publish(running)
    result = Result.objects.get(scope=ResultScope.SUBJECT)
    # 70 … 75: lowest and highest left out, mean 72.5, in whole points 73; 80 from everyone. 0.6 × 72.5 + 0.4 × 80 is
    # 75.5, which proposes "competent"; of two criteria and six answers the grade is all that is shown of it.
    assert (round.state, result.ballots, result.grade, result.standing) == ("published", 6, "competent", 1)
    assert result.shown == {"code": "between", "least": 70.0, "most": 89.9, "grade": "competent"}
    assert result.score == 80.0
    assert [(row.criterion, row.value, row.n) for row in result.criteria.order_by("pk")] == [
        ("quality", 73.0, 6),
        ("spirit", 80.0, 6),
    ]
    assert bytes(round.receipt_key) == b""


@pytest.mark.parametrize("state", ["draft", "open", "closed", "published", "archived"])
def test_only_a_counted_round_is_published_and_only_once(state: str) -> None:
    round = make_counted_round({("甲", "all"): papers(5)})
    Round.objects.filter(pk=round.pk).update(state=state)
    with pytest.raises(RoundStateInvalid):
        publish_round(round, by=round.organiser)
    assert not Result.objects.exists()


def test_publication_is_put_on_record() -> None:
    round = make_published_round({("甲", "all"): papers(5)})
    entry = ModelLogEntry.objects.get(action="peer_review.round.publish")
    assert (entry.object_id, entry.user) == (str(round.pk), round.organiser)


def test_failed_publication_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    round = make_counted_round({("甲", "all"): papers(5)})

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("peer_review.domain.publication.publish.mark_published", fail)
    with pytest.raises(RuntimeError):
        publish_round(round, by=round.organiser)
    round.refresh_from_db()
    assert round.state == "counted"
    assert not Result.objects.exists()


def test_absent_voters_lower_nothing() -> None:
    round = make_published_round({("甲", "all"): papers(5)}, eligible=40)
    assert subject_result(round, "甲").score == 76.0


def test_empty_class_adds_no_zero() -> None:
    round = make_published_round({("甲", "leaders"): [], ("甲", "staff"): papers(6)}, eligible=6)
    result = subject_result(round, "甲")
    assert result.score == 76.0
    # Nobody of a class and too few of it look alike: both join the neighbour.
    assert (result.classes.keys(), result.joined) == ({"leaders"}, {"leaders": ["leaders", "staff"]})


def test_thin_subject_has_a_result_without_any_figure() -> None:
    round = make_published_round({("甲", "all"): papers(4), ("乙", "all"): papers(5)})
    thin = subject_result(round, "甲")
    assert (thin.score, thin.low, thin.high, thin.ballots, thin.classes) == (None, None, None, None, {})
    assert not thin.criteria.exists()
    assert group(round, "section", "a").score == subject_result(round, "乙").score


def test_thin_class_is_shown_in_no_row_of_the_database() -> None:
    """One leader's ballot of 13 beside 80s: nothing may hold 13, nor the other class alone."""
    round = make_published_round({("甲", "leaders"): papers(1, 13, 13), ("甲", "staff"): papers(8)}, trim=False)
    result = subject_result(round, "甲")
    # (13 + 8 × 80) / 9, and the class that stands for both is the whole.
    assert result.criteria.get(criterion="quality").value == 72.6
    assert result.classes == {"leaders": [result.score, result.low, result.high]}
    assert [row.classes["leaders"][0] for row in result.criteria.order_by("pk")] == [72.6, 63.7]
    assert (result.one_ballot, result.adjusted) == (None, None)
    assert not list(store.ballots(round.public_id))


def test_thin_class_and_empty_class_look_alike_in_what_is_stored() -> None:
    thin = make_published_round({("甲", "leaders"): papers(2), ("甲", "staff"): papers(2)})
    none = make_published_round({("甲", "leaders"): [], ("甲", "staff"): papers(4)})
    stored = [
        Result.objects.filter(round=round).order_by("pk").values("scope", "score", "low", "high", "ballots", "classes")
        for round in (thin, none)
    ]
    assert list(stored[0]) == list(stored[1])


def test_unanimous_subject_has_no_distribution() -> None:
    round = make_published_round({("甲", "all"): papers(12), ("乙", "all"): spread(24, 88)})
    assert set(subject_result(round, "甲").criteria.values_list("bars", flat=True)) == {None}
    assert subject_result(round, "乙").criteria.get(criterion="quality").bars


def test_one_harsh_ballot_shows_in_no_bar_and_is_trimmed_from_the_mean() -> None:
    round = make_published_round({("甲", "all"): [*papers(9, 92, 92), *papers(1, 0, 0)]})
    row = subject_result(round, "甲").criteria.get(criterion="quality")
    assert (row.value, row.bars) == (92.0, None)


def test_abstentions_are_counted_apart() -> None:
    round = make_published_round({("甲", "all"): [*papers(6), *papers(2, "dk", 70)]})
    row = subject_result(round, "甲").criteria.get(criterion="quality")
    assert (row.n, row.abstentions, row.value) == (6, 2, 80.0)


def test_criterion_with_few_answers_is_not_stored() -> None:
    round = make_published_round({("甲", "all"): [*papers(2), *papers(6, "dk", 70)]})
    result = subject_result(round, "甲")
    assert [row.criterion for row in result.criteria.all()] == ["spirit"]
    assert result.score == 70.0


def test_no_distribution_is_stored_for_sections_or_the_unit() -> None:
    make_published_round({(name, "all"): spread(24, 85) for name in "甲乙丙丁戊己庚"})
    groups = CriterionResult.objects.exclude(result__scope=ResultScope.SUBJECT)
    assert set(groups.values_list("bars", flat=True)) == {None}


@pytest.mark.parametrize(("members", "shown"), [(5, False), (6, True)])
def test_section_mean_is_comparable_only_above_the_floor(members: int, shown: bool) -> None:
    round = make_published_round({(name, "all"): papers(5) for name in "甲乙丙丁戊己"[:members]})
    assert group(round, "section", "a").comparable is shown
    assert group(round, "unit").comparable is shown


def test_means_by_rank_are_kept_highest_rank_first() -> None:
    round = make_published_round(
        {
            **{(name, "all"): papers(5, 90) for name in "甲乙"},
            **{(name, "all"): papers(5, 60) for name in "丙丁戊己庚辛"},
        },
        ranks=dict.fromkeys("甲乙", 1) | dict.fromkeys("丙丁戊己庚辛", 2),
    )
    rows = Result.objects.filter(round=round, scope=ResultScope.RANK).order_by("sort_order")
    kept = rows.values_list("rank_key", "label", "members", "score", "comparable")
    # 0.6 × 90 + 0.4 × 70 and 0.6 × 60 + 0.4 × 70. Two members are no crowd. Six are one, but the mean of all stands
    # beside, and less the six it is the mean of the two.
    assert list(kept) == [("rank1", "Rank 1", 2, 82.0, False), ("rank2", "Rank 2", 6, 64.0, False)]
    assert group(round, "unit").comparable is True
    assert [one.value for one in rows[0].criteria.order_by("pk")] == [90.0, 70.0]


def test_one_rank_alone_and_sections_have_no_mean_by_rank() -> None:
    round = make_published_round({(name, "all"): papers(5) for name in "甲乙"})
    assert not Result.objects.filter(round=round, scope=ResultScope.RANK).exists()


def test_result_queryset_equals_its_predicate_for_every_role() -> None:
    head = make_user("", "section_head")
    sections = {"甲": "a", "乙": "a", "丙": "b"} | dict.fromkeys("丁戊己庚辛壬", "c")
    for visible in (True, False):
        visibility = dict.fromkeys(["subject", "section_head", "leadership", "staff"], visible)
        for make in (make_published_round, make_counted_round):
            make(
                {(name, "all"): papers(5) for name in sections},
                sections=sections,
                ranks={"甲": 2, "乙": 2},
                heads={"a": head},
                visibility=visibility,
            )
    people = {
        "head": head,
        "organiser": Round.objects.filter(state="published").first().organiser,
        "leader": make_user("", "leadership"),
        "inspector": make_user("", "inspector"),
        "staff": make_user("", "staff"),
        "superuser": make_user(is_superuser=True),
        "none": None,
    }
    for label, subject in Result.objects.filter(subject__isnull=False).values_list("label", "pk"):
        people[f"{label} {subject}"] = Result.objects.get(pk=subject).subject.member.user
    results = list(Result.objects.select_related("round", "subject__round", "subject__member"))
    assert len(results) == 2 * (9 + 3 + 2 + 1)
    seen, sections_seen = {}, {}
    for role, user in people.items():
        asked = {one.pk for one in results if has_perm("peer_review.view_result", user, one)}
        assert set(Result.objects.visible_to(user).values_list("pk", flat=True)) == asked, role
        of_sections = {one.pk for one in results if has_perm("peer_review.view_section", user, one)}
        assert set(Result.objects.with_section_for(user).values_list("pk", flat=True)) == of_sections, role
        sections_seen[role] = len(of_sections)
        rows = CriterionResult.objects.visible_to(user).values_list("result", flat=True)
        assert set(rows) <= asked
        seen[role] = len(asked)
    # Leadership reads one whole round, the organiser one too; a superuser as much as anyone on the staff.
    assert (seen["leader"], seen["organiser"], seen["none"]) == (15, 15, 0)
    # Means of sections are for many; a section's people are for its head and for whoever reads everything.
    whole = {"leader": 3, "organiser": 3, "head": 1}
    assert {role: number for role, number in sections_seen.items() if number} == whole
    assert seen["superuser"] == seen["staff"] == seen["inspector"] < 3


def test_stored_figures_are_rounded_to_one_decimal() -> None:
    make_published_round({("甲", "all"): spread(11), ("乙", "all"): spread(7)})
    for row in Result.objects.values_list("score", "low", "high"):
        assert all(re.fullmatch(r"\d+\.\d", str(value)) for value in row), row


def sheets_of_three(many: int) -> dict[tuple[Any, str], list[dict[str, Any]]]:
    """Return sheets about three subjects; every other voter is ten points stricter."""
    return {
        (("甲", "乙", "丙"), "all"): [
            {
                f"{place}.{key}": 60 + 10 * place - 10 * (at % 2) + at % 3
                for place in (1, 2, 3)
                for key in ("quality", "spirit")
            }
            for at in range(many)
        ]
    }


def test_sheets_keep_a_score_without_severity_beside_the_score() -> None:
    round = make_published_round(sheets_of_three(12), trim=False)
    result = subject_result(round, "乙")
    # Every other voter is ten points stricter, and the third is met as often: 60 + 20 − 5 + 1. All marked all, so
    # severity takes nothing from the subject in the middle.
    assert (result.adjusted["value"], result.adjusted["method"]) == (76.0, "reml")
    assert result.adjusted["low"] < 76.0 < result.adjusted["high"]
    assert result.score == 76.0
    summary = group(round, ResultScope.UNIT).adjusted
    assert (summary["reason"], summary["method"], summary["subjects"], summary["islands"]) == ("", "reml", 3, 1)
    [of_class] = summary["groups"]
    assert (of_class["class"], of_class["subjects"], of_class["sheets"]) == ("all", 3, 12)
    assert of_class["deviations"]["sheet"] == pytest.approx(5.4, abs=0.3)


def test_grades_on_sheets_keep_their_measure_in_logits() -> None:
    cells = {
        (("甲", "乙", "丙"), "all"): [
            {f"{place}.{key}": 1 + (at + place) % 3 for place in (1, 2, 3) for key in ("quality", "spirit")}
            for at in range(12)
        ]
    }
    round = make_published_round(cells, scale="grades", trim=False)
    assert set(subject_result(round, "甲").adjusted) == {"value", "low", "high", "method", "measure", "sd"}


def test_trimming_is_kept_as_the_reason_why_no_score_is_without_severity() -> None:
    round = make_published_round(sheets_of_three(8), trim=True)
    assert subject_result(round, "乙").adjusted == {"reason": "trimmed"}
    assert group(round, ResultScope.UNIT).adjusted["reason"] == "trimmed"


def test_papers_of_one_subject_keep_no_score_without_severity() -> None:
    round = make_published_round({("甲", "all"): spread(8), ("乙", "all"): spread(8)}, trim=False)
    assert subject_result(round, "甲").adjusted is None
    assert group(round, ResultScope.UNIT).adjusted["reason"] == "papers"


def test_exact_score_is_in_no_row_of_the_database() -> None:
    """Six of 71 and 66 make 0.6 × 71 + 0.4 × 66 = 69.0, and 72 and 66 make 69.6: neither is kept, only who is first."""
    cells = {("甲", "all"): papers(6, 71, 66), ("乙", "all"): papers(6, 72, 66)}
    round = make_published_round(cells, exact=False)
    first, second = subject_result(round, "乙"), subject_result(round, "甲")
    assert (first.standing, second.standing) == (1, 2)
    assert first.shown == second.shown == {"code": "between", "least": 60.0, "most": 69.9, "grade": "basic"}
    assert first.score == second.score == 65.0
    assert (first.grade, second.grade) == ("basic", "basic")
    assert first.classes == second.classes
    unit = group(round, "unit")
    assert (unit.rules, unit.shown, unit.standing) == (3, None, None)
    kept = [value for result in Result.objects.all() for value in vars(result).values()]
    assert not {69.0, 69.6} & {value for value in kept if type(value) is float and value != unit.score}


def test_a_criterion_that_is_a_range_keeps_it_and_its_classes_do() -> None:
    round = make_published_round({("甲", "all"): papers(5, 96, 60)}, exact=False)
    row = subject_result(round, "甲").criteria.get(criterion="quality")
    shown = {"code": "at_least", "least": 78.0, "most": 78.0}
    assert (row.value, row.shown, row.n) == (78.0, shown, 5)
    assert row.classes["all"][5] == shown
    assert subject_result(round, "甲").criteria.get(criterion="spirit").shown is None


def test_a_single_criterion_leaves_the_grade_open_where_its_range_crosses_a_line() -> None:
    round = make_published_round({("甲", "all"): [{"quality": 96}] * 5}, criteria=[("quality", 100)], exact=False)
    result = subject_result(round, "甲")
    assert result.shown == {"code": "at_least", "least": 78.0, "most": 78.0, "grade": ""}
    assert result.grade == ""


def test_a_coarse_subject_is_kept_in_half_steps_and_nothing_finer_anywhere() -> None:
    """甲's 60 x 6 and 93: 64.7 would be published. Nor may the section's mean give it back."""
    cells = {(name, "all"): [*papers(6, 60, 60), *papers(1, 93, 93)] for name in "甲乙丙"}
    exact = make_published_round(cells, trim=False)
    coarse = make_published_round(cells, trim=False, coarse=["甲"])

    def values(round: Round, label: str) -> list[float]:
        result = Result.objects.get(round=round, subject__label=label)
        return [float(result.score or 0), *result.criteria.order_by("criterion").values_list("value", flat=True)]

    assert values(exact, "甲") == [64.7, 64.7, 64.7]
    assert values(coarse, "甲") == [65.0, 65.0, 65.0]
    assert values(coarse, "乙") == values(exact, "乙") == [64.7, 64.7, 64.7]
    row = Result.objects.get(round=coarse, subject__label="甲")
    assert (row.low or 0) % 10 == (row.high or 0) % 10 == 0
    assert (row.one_ballot, row.adjusted) == (None, None)
    assert list(row.criteria.values_list("bars", flat=True)) == [None, None]
    unit = Result.objects.get(round=coarse, scope=ResultScope.UNIT)
    # (65 + 64.7 + 64.7) / 3
    assert unit.score == 64.8
    assert Result.objects.get(round=exact, scope=ResultScope.UNIT).score == 64.7
