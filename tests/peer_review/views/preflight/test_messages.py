"""What a pre-flight found, in words: turnouts, lines of the table, changes that help, earlier rounds."""

from dataclasses import replace
from typing import Any

import pytest

from peer_review.domain.planning.shared_papers import share_papers
from peer_review.domain.preflight.comparability import ComparableRound
from peer_review.domain.preflight.preflight import Preflight, preflight
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import RoundKind, RoundState
from peer_review.models import Round, Subject
from peer_review.views.preflight.messages import (
    Comparison,
    JoinedRow,
    Line,
    Scenario,
    SharedRow,
    attention,
    cells,
    changes,
    comparisons,
    joined_rows,
    listed,
    names,
    scenarios,
    shared_rows,
    subject_lines,
)
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


def about(round: Round, name: str, voters: dict[str, list[Any]]) -> Subject:
    subject = make_subject(round, make_member(round, make_user(name)))
    for voter_class, users in voters.items():
        make_cell(subject, users, voter_class)
    return subject


@pytest.fixture
def people() -> list[Any]:
    return [make_user(f"Person {n}") for n in range(12)]


@pytest.fixture
def draft(people: list[Any]) -> Round:
    """Li has a lone superior, Wang too few peers, Zhao enough of two classes."""
    classes = [("superiors", 50), ("peers", 30), ("staff", 20)]
    round = RoundFactory(scheme=SchemeFactory(floor=5, classes=classes, comments=True))
    about(round, "Li", {"superiors": people[:1], "peers": people[1:6], "staff": people[6:]})
    about(round, "Wang", {"peers": people[:2]})
    zhao = about(round, "Zhao", {"peers": people[:6], "staff": people[6:]})
    make_comment_cell(zhao, people)
    return round


@pytest.fixture
def found(draft: Round) -> Preflight:
    return preflight(draft)


def test_attention_is_drawn_to_lone_voters_and_what_is_not_shown(found: Preflight) -> None:
    assert attention(found).tolist() == [True, True, False]


def test_scenarios_are_all_the_usual_share_and_one_under_the_floor(found: Preflight) -> None:
    assert scenarios(found) == [
        # Li: one superior and five peers together, six of staff; Wang: two peers; Zhao: six and six.
        Scenario("All vote", 2, 2, 1, papers_alone=3, papers_joined=2, papers_destroyed=1),
        # Li: 1 + 4, and 5; Zhao: 5 and 5.
        Scenario("80 % vote", 2, 2, 1, papers_alone=3, papers_joined=2, papers_destroyed=1),
        # Li: 1 + 4 and 4 are 9; Zhao: 4 + 4.
        Scenario("70 % vote", 0, 2, 1, papers_alone=0, papers_joined=5, papers_destroyed=1),
        Scenario("60 % vote", 0, 2, 1, papers_alone=0, papers_joined=5, papers_destroyed=1),
        Scenario("Every paper one ballot under the floor", 0, 2, 1, 0, 5, 1),
    ]
    as_before = replace(found, share=0.666, share_from="Spring")
    assert [row.label for row in scenarios(as_before)][:3] == ["All vote", "67 % vote, as in “Spring”", "80 % vote"]


def test_joined_rows_say_which_classes_are_counted_together_and_how_often(found: Preflight) -> None:
    assert joined_rows(found) == [
        JoinedRow("Superiors, Peers", [1, 1, 0, 0]),
        JoinedRow("Superiors, Peers, Staff", [0, 0, 1, 1]),
        JoinedRow("Peers, Staff", [0, 0, 1, 1]),
    ]


def test_subject_lines_begin_with_the_subject_and_leave_out_classes_without_voters(found: Preflight) -> None:
    zhao = subject_lines(found, 2)

    assert (zhao.label, zhao.section) == ("Zhao", "Section a")
    assert zhao.lines == [
        Line("", 12, 0, 10, "shown", "shown", "shown", 6, lone=False, closing=False, fate=0),
        Line("Peers", 6, 0, 5, "shown", "shown", "together with Staff", 6, False, False, 0),
        Line("Staff", 6, 0, 5, "shown", "shown", "together with Peers", 6, False, False, 0),
    ]


def test_subject_lines_mark_a_lone_voter_and_what_is_withheld(found: Preflight) -> None:
    assert [(line.voters, line.lone) for line in subject_lines(found, 0).lines] == [
        ("", False),
        ("Superiors", True),
        ("Peers", False),
        ("Staff", False),
    ]
    assert [(line.full, line.smallest) for line in subject_lines(found, 1).lines] == [
        ("withheld", 0),
        ("destroyed unread", 0),
    ]


def test_subject_lines_say_which_papers_close_in_two_stages(found: Preflight) -> None:
    """About Wang two peers; about Li the superior shares the paper of the peers, which stays open."""
    staged = replace(found, setting=replace(found.setting, two_stage=True))

    assert [line.closing for line in subject_lines(staged, 0).lines] == [False, False, False, False]
    assert [line.closing for line in subject_lines(staged, 1).lines] == [False, True]


def test_classes_that_share_a_paper_are_named_with_the_number_of_papers(draft: Round, people: list[Any]) -> None:
    about(draft, "Sun", {"superiors": people[:2], "peers": people[2:8]})
    listed = [about(draft, name, {}) for name in ("A", "B")]
    make_sheet(listed, people[6:9], "staff", sheet=make_sheet(listed, people[:6], "peers").sheet)

    assert shared_rows(preflight(draft)) == [
        SharedRow("Superiors and Peers", 2),
        SharedRow("Peers and Staff", 1),
    ]


def test_lines_of_an_opened_round_name_all_classes_of_a_paper(draft: Round) -> None:
    draft.form = freeze_for(draft).as_json()
    share_papers(draft)
    draft.state = RoundState.OPEN
    draft.save()
    found = preflight(Round.objects.get(pk=draft.pk))

    lines = subject_lines(found, 0).lines
    assert [(line.voters, line.eligible) for line in lines] == [("", 12), ("Superiors and Peers", 6), ("Staff", 6)]
    assert shared_rows(found) == [SharedRow("Superiors and Peers", 1)]


def test_changes_advise_merging_more_evaluators_and_comments(found: Preflight, draft: Round) -> None:
    merge, more, silent = changes(found, draft)

    assert merge.what == "Merge “Superiors” into “Peers” for 1 subject: Li"
    assert (merge.source, merge.target) == ("superiors", "peers")
    assert merge.why[-1] == "The weight of “Superiors” goes to the classes that remain."
    assert (more.what, more.links) == (
        "Give 1 subject more evaluators:",
        [(draft.subjects.get(label="Wang").pk, "Wang, 3 more")],
    )
    assert silent.what == "2 subjects can have no comment shown."


def test_changes_speak_of_sections_where_sections_are_evaluated(found: Preflight, draft: Round) -> None:
    draft.kind = RoundKind.SECTION

    assert changes(found, draft)[0].what == "Merge “Superiors” into “Peers” for 1 section: Li"


def test_changes_say_what_happens_without_them(found: Preflight, draft: Round) -> None:
    assert changes(found, draft)[0].why[0] == (
        "“Superiors” has too few voters there. Merged now, they vote as “Peers”, with its weight; otherwise they share "
        "a paper with a neighbouring class from opening on, and the weights are added."
    )


def test_changes_name_five_subjects_and_count_the_others(found: Preflight, draft: Round) -> None:
    crowd = replace(found, merges=[], lacking=[(0, 1)] * 7, comments=False)

    (more,) = changes(crowd, draft)

    assert len(more.links) == 5
    assert more.why[0] == "And 2 more: choose “Only what needs attention” below."


def test_changes_are_none_where_nothing_would_help(found: Preflight, draft: Round) -> None:
    assert changes(replace(found, merges=[], lacking=[], comments=False), draft) == []


def test_comparisons_count_subjects_in_both_and_name_those_held_back(found: Preflight) -> None:
    earlier = ComparableRound("x", "Spring", shared=(0, 1, 2), held_back=(1,))

    assert comparisons(replace(found, earlier=[earlier])) == [Comparison("Spring", 3, 1, "Wang")]
    assert comparisons(found) == []


def test_cells_and_names_are_said_in_words(found: Preflight) -> None:
    assert cells(found, [(0, 0), (2, 1)]) == "Li (Superiors), Zhao (Peers)"
    assert cells(found, [(0, 0)] * 7) == ", ".join(["Li (Superiors)"] * 5) + " and 2 more"
    assert names(found, [1, 2]) == "Wang, Zhao"
    assert (cells(found, []), names(found, [])) == ("", "")


@pytest.mark.parametrize(
    ("words", "total", "text"),
    [([], 0, ""), (["a"], 1, "a"), (["a", "b"], 2, "a, b"), (["a", "b"], 5, "a, b and 3 more")],
)
def test_listed_says_how_many_are_left_out(words: list[str], total: int, text: str) -> None:
    assert listed(words, total) == text
