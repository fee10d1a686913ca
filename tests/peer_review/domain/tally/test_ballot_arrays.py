"""From counted ballots to rows of figures: whole sheets, classes that are not asked, closed cells and empty ones."""

import json
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.box import store
from peer_review.domain.publication import comments
from peer_review.domain.publication.publish import publish_round
from peer_review.domain.rounds.lifecycle import pass_barrier
from peer_review.domain.schemes.ballot_papers import papers_of
from peer_review.domain.tally import ballot_arrays, fates
from peer_review.domain.tally.ballot_arrays import joined_classes, make_plan, rank_names, read_ballots, read_roll
from peer_review.enums import ResultScope
from peer_review.models import Cell, Result, RollMember, Round
from peer_review.protocol.papers import broken_rules
from tests.factories.peer_review.counted_rounds import (
    count_all,
    make_counted_round,
    make_published_round,
    open_ready,
    papers,
    publish,
)
from tests.factories.peer_review.rounds import (
    STAGE,
    Evaluator,
    RunningRound,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_ready_round,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def rows(round: Round) -> list[tuple[Any, ...]]:
    """Return (subject, class, answers) of every row, sorted; None for what is not a number."""
    subjects = list(round.subjects.order_by("sort_order", "pk"))
    ballots = read_ballots(round, subjects)
    answers = [[None if np.isnan(one) else one for one in row] for row in ballots.answers]
    columns = zip(ballots.subject.tolist(), ballots.voter_class.tolist(), answers, strict=True)
    return sorted(((subjects[s].label, c, *row) for s, c, row in columns), key=str)


def sheet_of(*answers: tuple[Any, Any]) -> dict[str, Any]:
    """Return the answers of one sheet: (quality, spirit) of each subject."""
    return {
        f"{at}.{key}": value
        for at, given in enumerate(answers, start=1)
        for key, value in zip(("quality", "spirit"), given, strict=True)
    }


def test_a_sheet_is_one_row_for_each_subject_in_the_order_of_its_positions() -> None:
    round = make_counted_round({(("乙", "甲"), "all"): [sheet_of((11, 12), (21, "dk"))] * 5})
    assert rows(round) == [("乙", 0, 11.0, 12.0)] * 5 + [("甲", 0, 21.0, None)] * 5


def test_rows_of_one_sheet_have_one_number_and_no_others_have() -> None:
    cells = {(("甲", "乙"), "staff"): [sheet_of((1, 2), (3, 4))] * 5, ("甲", "leaders"): papers(6)}
    round = make_counted_round(cells)
    ballots = read_ballots(round, list(round.subjects.all()))
    assert sorted(np.bincount(ballots.sheet).tolist()) == [1] * 6 + [2] * 5


def test_a_class_not_asked_a_criterion_has_no_answer_and_no_abstention() -> None:
    cells = {("甲", "leaders"): [{"quality": 90}] * 5, ("甲", "staff"): [*papers(6), *papers(1, 80, "dk")]}
    round = make_published_round(cells, asked={"spirit": ["staff"]})
    result = Result.objects.get(scope=ResultScope.SUBJECT)
    spirit = result.criteria.get(criterion="spirit")
    assert (spirit.value, spirit.n, spirit.abstentions) == (70.0, 6, 1)
    assert spirit.classes == {"staff": [70.0, spirit.low, spirit.high, 6, 1]}
    quality = result.criteria.get(criterion="quality")
    assert (quality.value, quality.n, quality.classes.keys()) == (86.0, 12, {"leaders", "staff"})
    assert (result.ballots, result.classes["leaders"][0]) == (12, 90.0)
    assert rows(round)[0] == ("甲", 0, 90.0, None)


def test_comment_papers_are_in_no_row() -> None:
    round = make_counted_round({("甲", "all"): papers(5)}, comments={"甲": ["Words"] * 5}, reviewer=make_user())
    assert len(rows(round)) == 5


@pytest.mark.parametrize("begins", [b'{"ballot":{"b":', b'{"cell":"x","ballot":{"a":', b"", b"{"])
def test_an_entry_that_does_not_begin_with_its_answers_is_not_read(
    begins: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    round = make_counted_round({("甲", "all"): papers(5)})
    listed = list(store.ballots(round.public_id))
    altered = listed[2]._replace(entry=listed[2].entry.replace(b'{"ballot":{"a":', begins))
    monkeypatch.setattr(ballot_arrays.store, "ballots", lambda _public_id: iter([*listed[:2], altered, *listed[3:]]))
    with pytest.raises(ValueError, match="does not begin with its answers"):
        read_ballots(round, list(round.subjects.all()))


class TestRankNames:
    def test_come_highest_first(self) -> None:
        round = make_counted_round({(name, "all"): papers(1) for name in "甲乙丙"}, ranks={"甲": 2, "乙": 1, "丙": 2})
        assert list(rank_names(round).items()) == [("rank1", "Rank 1"), ("rank2", "Rank 2")]

    def test_are_none_where_all_are_of_one_rank(self) -> None:
        assert rank_names(make_counted_round({(name, "all"): papers(1) for name in "甲乙"})) == {}


def test_thin_sheets_publish_nothing_however_many_subjects_they_list() -> None:
    """Four sheets of three subjects are twelve answers, of four people; five are five people."""
    scores = []
    for many in (4, 5):
        made = make_published_round({(("甲", "乙", "丙"), "all"): [sheet_of((80, 80), (70, 70), (60, 60))] * many})
        scores.append(list(made.results.order_by("pk").values_list("score", flat=True)))
    assert scores == [[None] * 5, [80.0, 70.0, 60.0, 70.0, 70.0]]


def test_marks_of_one_superior_are_published_for_no_section_however_many_they_are() -> None:
    """Six subjects, one leader: six ballots could be joined, but they are one person's."""
    names = "甲乙丙丁戊己"
    cells = {(name, "leaders"): [{"quality": 13}] for name in names}
    cells |= {(name, "staff"): [{"spirit": 80}] * 5 for name in names}
    round = make_published_round(cells, asked={"quality": ["leaders"], "spirit": ["staff"]})
    assert {row.criterion for result in round.results.all() for row in result.criteria.all()} == {"spirit"}
    assert set(round.results.values_list("score", flat=True)) == {80.0}
    assert round.results.get(scope=ResultScope.SECTION).comparable


def test_a_round_without_a_ballot_is_read_and_published() -> None:
    round = make_published_round({("甲", "all"): [], (("乙", "丙"), "all"): []})
    assert rows(round) == []
    assert set(round.results.values_list("score", flat=True)) == {None}


def test_grades_follow_the_bands_that_the_round_froze() -> None:
    round = make_published_round({("甲", "all"): papers(5)}, bands=[76, 50, 40])
    result = Result.objects.get(round=round, scope=ResultScope.SUBJECT)
    assert (result.score, result.grade) == (76.0, "excellent")


def test_a_hundred_thousand_rows_are_read_in_seconds() -> None:
    """Two thousand sheets of fifty subjects, two criteria each: ten seconds would be felt, two are not."""
    names = tuple(f"人{at}" for at in range(50))
    round = make_counted_round({(names, "all"): [sheet_of(*[(80, 70)] * 50)] * 5})
    cell, entry = round.cells.get().key, next(store.ballots(round.public_id)).entry
    ballots = (store.Ballot(at.to_bytes(32, "big"), cell, entry) for at in range(2000))
    store.write_ballots(round.public_id, ballots)
    begun = time.process_time()
    read = read_ballots(round, list(round.subjects.order_by("sort_order", "pk")))
    assert read.answers.shape == (100_000, 2)
    assert time.process_time() - begun < 2


def test_the_roll_holds_everybody_who_could_have_answered() -> None:
    cells = {(("甲", "乙"), "staff"): [sheet_of((1, 2), (3, 4))], ("甲", "leaders"): papers(1)}
    round = make_counted_round(cells, eligible=3)
    roll = read_roll(round, list(round.subjects.order_by("sort_order", "pk")))
    held = sorted(zip(roll.subject.tolist(), roll.voter_class.tolist(), strict=True))
    assert held == [(0, 0)] * 3 + [(0, 1)] * 3 + [(1, 0)] * 3
    assert sorted(set(roll.person.tolist())) == [0, 1, 2]


# Whole paths: drawn, sealed, counted and published for real


def sheet_round(voters: int = 6, **scheme: Any) -> tuple[RunningRound, Cell]:
    """A round in which six people outside judge three on one sheet, at most one of them 90 or more."""
    running = make_ready_round(
        evaluators=voters + 3,
        subjects=0,
        scheme=SchemeFactory(
            floor=5,
            trim=False,
            exact_scores=True,
            paper="sheet",
            sheet_rules=[{"kind": "quota", "n": 1, "points": 90}],
            **scheme,
        ),
        comment_reviewer=make_user("Reviewer"),
    )
    members = list(running.round.members.order_by("pk"))
    subjects = [make_subject(running.round, member) for member in members[:3]]
    outside = [member.user for member in members[3:]]
    cell = make_sheet(subjects, outside)
    if scheme.get("comments"):
        for subject in subjects:
            make_comment_cell(subject, outside)
    running.evaluators = [evaluator_of(running, user) for user in outside]
    return open_ready(running), cell


def evaluator_of(running: RunningRound, user: Any) -> Evaluator:
    return Evaluator(user, running.round)


def test_pages_show_the_stored_figures_of_sheets_and_of_classes_not_asked(client: Client) -> None:
    cells = {
        (("甲", "乙"), "leaders"): [{f"{at}.quality": 70 + at + voter for at in (1, 2)} for voter in range(6)],
        ("甲", "staff"): [{"quality": 80 + voter, "spirit": 60 + voter} for voter in range(7)],
        ("乙", "staff"): papers(5),
    }
    round = make_published_round(cells, asked={"spirit": ["staff"]}, bands=[85, 72, 50], grade_set="institutions")
    for result in Result.objects.filter(round=round, scope=ResultScope.SUBJECT).select_related("subject__member__user"):
        client.force_login(result.subject.member.user)
        page = client.get(reverse("peer_review:own-result", args=[round.public_id]), headers={"accept-language": "en"})
        text = page.content.decode()
        stored = {row.criterion: row for row in result.criteria.all()}
        assert {line.key: (line.own.value, line.own.n) for line in page.context["reading"].criteria} == {
            key: (row.value, row.n) for key, row in stored.items()
        }
        for row in stored.values():
            assert f'<span class="pr-nums">{row.value:.1f}</span>' in text
            assert f'<td class="pr-num">{row.n}<span' in text
            for figures in row.classes.values():
                assert f'<span class="pr-nums">{figures[0]:.1f}</span>' in text
        assert text.count("not asked</span>") == 1  # the leaders, about the spirit
        score = page.context["reading"].score
        assert (score.value, score.grade) == (result.score, result.grade)
        assert score.grade_label in text
        assert "qualified" in score.grade_label.lower()
        assert "Bands: 85 points and more excellent, 72 and more qualified" in text


def test_whole_path_of_sheets_with_a_quota_and_comments_above_and_below_the_floor() -> None:
    running, cell = sheet_round(comments=True)
    paper = papers_of(running.round)[cell.key]
    words = running.round.cells.filter(kind="comment").order_by("subject__sort_order")
    said = {cell.subject.label: cell.key for cell in words}
    good = sheet_of((95, 90), (80, 70), (60, "dk"))
    assert not broken_rules(good, paper)
    [refused] = running.vote(running.evaluators[0], {cell.key: sheet_of((95, 90), (95, 90), (60, 60))})
    assert refused["error"] == "bad_answers"
    first, second, third = said
    for at, evaluator in enumerate(running.evaluators):
        words = {
            said[first]: {"text": f"Above {at}"},
            said[second]: {"text": f"Below {at}" if at < 4 else ""},
            said[third]: {"text": ""},
        }
        answers = running.vote(evaluator, {cell.key: good, **words})
        assert all(answer.get("receipt") for answer in answers), answers
    round = count_all(running)
    fates = {row["cell"]: row["fate"] for row in round.bulletin.read_outcome()["cells"]}
    assert fates == {cell.key: "counted", said[first]: "counted", said[second]: "few", said[third]: "few"}
    [one] = comments.comments_to_review(round)
    assert one.subject.label == first
    comments.finish_review(round, by=round.comment_reviewer)
    round = publish_round(round, by=round.organiser)
    results = Result.objects.filter(round=round, scope=ResultScope.SUBJECT).order_by("sort_order")
    assert [(result.score, result.ballots, result.grade) for result in results] == [
        (93.0, 6, "excellent"),
        (76.0, 6, "competent"),
        (60.0, 6, "basic"),
    ]
    # What nobody knew of the third is an abstention, not a zero.
    assert [row.criterion for row in results[2].criteria.all()] == ["quality"]
    assert sorted(one.text for one in results[0].subject.comments.all()) == [f"Above {at}" for at in range(6)]
    assert not results[1].subject.comments.exists()


def test_cells_closed_at_the_barrier_and_cells_left_empty_are_counted_as_such() -> None:
    """Two stages: five draw one paper and cast it, two draw another that closes, nobody draws the third."""
    now = timezone.now()
    running = make_ready_round(
        evaluators=10,
        subjects=0,
        scheme=SchemeFactory(floor=5, exact_scores=True),
        collection="two_stage",
        opens_at=now - timedelta(hours=2),
        casts_at=now + STAGE,
    )
    members = list(running.round.members.order_by("pk"))
    users = [member.user for member in members]
    groups = [users[3:8], users[8:], users[:1]]
    cells = [make_cell(make_subject(running.round, one), of) for one, of in zip(members[:3], groups, strict=True)]
    running.evaluators = [evaluator_of(running, user) for user in users[3:]]
    open_ready(running)
    for evaluator in running.evaluators:
        evaluator.draw()
    running.round = pass_barrier(running.round, by=None, now=running.round.casts_at)
    assert sorted(running.round.cells.filter(closed=True).values_list("key", flat=True)) == sorted(
        cell.key for cell in cells[1:]
    )
    for evaluator in running.evaluators[:5]:
        running.stuff(evaluator, {cells[0].key: running.answers})
    round = publish(running)
    figures = {row["cell"]: row for row in round.bulletin.read_outcome()["cells"]}
    told = [(row["fate"], row["eligible"]) for row in (figures[cell.key] for cell in cells)]
    assert told == [("counted", 5), ("few", 2), ("few", 1)]
    assert round.bulletin.size == 5
    results = Result.objects.filter(round=round, scope=ResultScope.SUBJECT).order_by("sort_order")
    assert [result.score for result in results] == [100.0, None, None]


def test_comments_are_kept_in_full_where_they_are_enough_and_else_not_at_all() -> None:
    """Auditors' entries hold the words, because their hashes need them; four are destroyed unread."""
    kept = {}
    for many in (4, 5):
        running, _cell = sheet_round(comments=True)
        comment = running.round.cells.filter(kind="comment").first().key
        for number, evaluator in enumerate(running.evaluators[:many]):
            running.stuff(evaluator, {comment: {"text": f"Words {number}"}})
        round = count_all(running)
        kept[many] = sorted(
            json.loads(ballot.entry)["ballot"]["a"]["text"] for ballot in store.ballots(round.public_id)
        )
    assert kept == {4: [], 5: [f"Words {number}" for number in range(5)]}


def test_merged_answers_are_rows_that_nobody_gave_together() -> None:
    cells = {
        ("甲", "leaders"): [{"quality": 90, "spirit": 10}] * 2,
        ("甲", "staff"): [{"quality": 20, "spirit": 80}] * 4,
    }
    round = make_counted_round({**cells, ("乙", "leaders"): papers(5), ("乙", "staff"): papers(5)})
    subjects = list(round.subjects.order_by("sort_order", "pk"))
    ballots = read_ballots(round, subjects)
    assert ballots.linked is not None
    merged = ballots.answers[~ballots.linked]
    assert merged[:, 0].tolist() == [20, 20, 20, 20, 90, 90]
    assert merged[:, 1].tolist() == [10, 10, 80, 80, 80, 80]
    plan = make_plan(round, subjects)
    assert plan.weights is not None
    assert plan.weights.tolist() == [[100.0, 40.0], [60.0, 40.0]]
    assert joined_classes(round, subjects) == {0: {0: (0, 1)}}


def test_no_figure_that_asks_what_one_ballot_said_is_made_of_merged_answers() -> None:
    cells = {
        (("甲", "乙"), "leaders"): [sheet_of((90, 80), (70, 60))] * 3,
        (("甲", "乙"), "staff"): [sheet_of((50, 40), (30, 20))] * 4,
    }
    round = make_published_round(cells)
    for result in round.results.filter(scope=ResultScope.SUBJECT):
        assert (result.score is not None, result.one_ballot) == (True, None)
        assert result.joined == {"leaders": ["leaders", "staff"]}
        assert "value" not in (result.adjusted or {})
    assert round.results.get(scope=ResultScope.UNIT).reliability is None


SHARED = ["leaders", "staff"]


def make_shared_round(ballots: int = 8, **kwargs: Any) -> Round:
    """Return a round of two subjects: about 甲 leaders and staff share a paper, about 乙 each have their own."""
    cells = {
        ("甲", "leaders"): papers(ballots, 80, 60),
        ("乙", "leaders"): papers(6, 90, 90),
        ("乙", "staff"): papers(6, 40, 40),
    }
    return make_published_round(cells, sharing={("甲", "leaders"): SHARED}, **kwargs)


def test_weights_of_classes_that_share_a_paper_are_added() -> None:
    round = make_shared_round()
    subjects = list(round.subjects.order_by("sort_order", "pk"))
    plan = make_plan(round, subjects)
    assert plan.weights is not None
    assert plan.merged is not None
    assert plan.weights.tolist() == [[100.0, 40.0], [60.0, 40.0]]
    assert plan.merged.tolist() == [[True, False], [False, False]]
    assert joined_classes(round, subjects) == {0: {0: (0, 1)}}
    # The ballots are ballots still: their rows stand as they were cast.
    assert read_ballots(round, subjects).linked is None
    result = round.results.get(subject__label="甲")
    assert result.joined == {"leaders": SHARED}


def test_whether_one_ballot_decides_is_asked_with_the_weights_added() -> None:
    """Of twelve leaders and staff on one paper eleven say 69 and one 100; of twelve others each 73, or 72. The weights
    are 50, 20 and 30; beside it those of leaders and others, 60 and 40. From 70 on it is the second grade."""

    def decides(others: int, **kwargs: Any) -> bool | None:
        cells = {
            ("甲", "leaders"): papers(11, 69, 69) + papers(1, 100, 100),
            ("甲", "others"): papers(12, others, others),
        }
        answer: bool | None = (
            make_published_round(cells, trim=False, **kwargs).results.get(subject__label="甲").one_ballot
        )
        return answer

    sharing = {("甲", "leaders"): SHARED}
    # Without that one ballot 0.7 · 69 + 0.3 · 73 = 70.2, and 0.7 · 69 + 0.3 · 72 = 69.9.
    assert decides(73, sharing=sharing) is False
    assert decides(72, sharing=sharing) is True
    # 0.6 · 69 + 0.4 · 72 = 70.2.
    assert decides(72) is False


def test_shared_paper_with_too_few_ballots_joins_nothing() -> None:
    round = make_shared_round(4, eligible=9)
    subjects = list(round.subjects.order_by("sort_order", "pk"))
    assert joined_classes(round, subjects) == {}
    assert make_plan(round, subjects).weights is None
    assert round.results.get(subject__label="甲").joined == {}


def test_shared_paper_that_joins_another_class_brings_all_its_classes() -> None:
    cells = {("甲", "leaders"): papers(4), ("甲", "others"): papers(4)}
    round = make_published_round(cells, sharing={("甲", "leaders"): SHARED}, eligible=9)
    subjects = list(round.subjects.all())
    assert joined_classes(round, subjects) == {0: {0: (0, 1, 2)}}
    weights = make_plan(round, subjects).weights
    assert weights is not None
    assert weights[0, 0] == 100


def tickets_for(monkeypatch: pytest.MonkeyPatch, **numbers: int) -> None:
    """Let so many envelopes have been made for the cells of these classes."""

    def tickets(round: Round) -> Counter[int]:
        cells = round.cells.exclude(kind="comment").values_list("pk", "voter_class")
        return Counter({pk: numbers.get(voter_class, 0) for pk, voter_class in cells})

    monkeypatch.setattr(fates, "_tickets", tickets)
    monkeypatch.setattr(fates, "_paper_only", lambda _round: set())


def test_the_plan_knows_how_many_ballots_others_may_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of merged cells all stand under the class that stands for both, of sheets under each subject listed."""
    tickets_for(monkeypatch, leaders=1, staff=2, peers=3)
    cells = {
        ("甲", "leaders"): papers(4),
        ("甲", "staff"): papers(8),
        ("乙", "leaders"): papers(9),
        (("乙", "丙"), "peers"): [sheet_of((50, 40), (30, 20))] * 9,
    }
    round = make_counted_round(cells)
    subjects = list(round.subjects.order_by("sort_order", "pk"))
    plan = make_plan(round, subjects)
    classes = round.frozen_scheme.class_keys
    assert plan.known is not None
    told = {
        (subject.label, key): int(plan.known[at, number])
        for at, subject in enumerate(subjects)
        for number, key in enumerate(classes)
        if plan.known[at, number]
    }
    assert joined_classes(round, subjects) == {0: {0: (0, 1)}}
    assert told == {("甲", "leaders"): 3, ("乙", "leaders"): 1, ("乙", "peers"): 3, ("丙", "peers"): 3}


def test_a_round_without_envelopes_has_no_ballots_that_others_may_know() -> None:
    round = make_counted_round({("甲", "leaders"): papers(5)})
    assert make_plan(round, list(round.subjects.all())).known is None


def test_voters_on_paper_are_not_of_the_roll_where_others_may_know_their_ballots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tickets_for(monkeypatch, leaders=1)
    round = make_counted_round({("甲", "leaders"): papers(6), ("甲", "staff"): papers(6)}, eligible=8)
    subjects = list(round.subjects.all())
    on_paper = round.cells.get(voter_class="leaders").assignments.first().evaluator
    held = [read_roll(round, subjects).voter_class.tolist().count(number) for number in (0, 1)]
    RollMember.objects.update_or_create(round=round, user=on_paper, defaults={"on_paper": True})
    assert held == [8, 8]
    assert [read_roll(round, subjects).voter_class.tolist().count(number) for number in (0, 1)] == [7, 8]
