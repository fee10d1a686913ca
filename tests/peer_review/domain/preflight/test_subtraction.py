"""Of whom other rounds leave too few voters: which rounds count, who counts, and what may go on."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from peer_review import audit_log
from peer_review.domain.preflight.roll_arrays import RollReader, read_papers
from peer_review.domain.preflight.subtraction import Subtraction, contested_original, earlier_rounds, subtraction
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import ContestStatus, RoundState
from peer_review.models import Contest, Round
from tests.factories.peer_review.beside_rounds import freeze, make_draft_about
from tests.factories.peer_review.rounds import (
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def li() -> Any:
    return make_user("Li")


@pytest.fixture
def users() -> list[Any]:
    return [make_user() for _voter in range(12)]


def found(round: Round) -> Subtraction:
    scheme = freeze_for(round)
    return subtraction(round, scheme, read_papers(round, scheme), RollReader())


def standing(round: Round) -> list[str]:
    return [exposed.label for exposed in found(round).standing]


def test_one_newcomer_stands_in_the_way_and_taking_their_paper_helps(li: Any, users: list[Any]) -> None:
    before = freeze(make_draft_about({li: {"all": users[:6]}}))
    draft = make_draft_about({li: {"all": users[:7]}})

    (exposed,) = found(draft).standing

    assert (exposed.label, exposed.pk, exposed.newcomers) == ("Li", draft.subjects.get().pk, {users[6].pk})
    assert (exposed.rounds, exposed.repeats) == ((before.pk,), False)


def test_a_leaver_stands_in_the_way_and_no_paper_taken_away_helps(li: Any, users: list[Any]) -> None:
    freeze(make_draft_about({li: {"all": users[:7]}}))

    (exposed,) = found(make_draft_about({li: {"all": users[:6]}})).standing

    assert exposed.newcomers == frozenset()


def test_newcomers_are_the_fewest_that_help(li: Any, users: list[Any]) -> None:
    """Beside the first round four are new, beside the second one more than the other's: none of them may vote."""
    freeze(make_draft_about({li: {"all": users[:6]}}))
    freeze(make_draft_about({li: {"all": users[:6]}}), days_ago=10)

    (exposed,) = found(make_draft_about({li: {"all": users[:10]}})).standing

    assert exposed.newcomers == {user.pk for user in users[6:10]}


def test_subjects_are_looked_at_one_by_one(li: Any, users: list[Any]) -> None:
    wang, zhao = make_user("Wang"), make_user("Zhao")
    freeze(make_draft_about({li: {"all": users[:6]}, wang: {"all": users[:6]}}))
    draft = make_draft_about({wang: {"all": users[:6]}, zhao: {"all": users[:3]}, li: {"all": users[:7]}})
    assert standing(draft) == ["Li"]


@pytest.mark.parametrize(
    ("state", "days_ago", "counts"),
    [
        (RoundState.PUBLISHED, 179, True),
        (RoundState.PUBLISHED, 181, False),
        (RoundState.ARCHIVED, 30, True),
        # Opened long ago, but its figures are still to come.
        (RoundState.OPEN, 400, True),
        (RoundState.CLOSED, 400, True),
        (RoundState.COUNTED, 400, True),
        (RoundState.VOID, 1, False),
        (RoundState.DRAFT, 1, False),
    ],
)
def test_which_rounds_count(li: Any, users: list[Any], state: str, days_ago: int, counts: bool) -> None:
    freeze(make_draft_about({li: {"all": users[:6]}}), state=state, days_ago=days_ago)
    assert standing(make_draft_about({li: {"all": users[:7]}})) == (["Li"] if counts else [])


def test_a_round_opened_long_ago_and_published_lately_counts(li: Any, users: list[Any]) -> None:
    before = freeze(make_draft_about({li: {"all": users[:6]}}), days_ago=300)
    Round.objects.filter(pk=before.pk).update(published_at=timezone.now() - timedelta(days=2))
    assert standing(make_draft_about({li: {"all": users[:7]}})) == ["Li"]


def test_days_are_counted_back_from_the_planned_opening_and_are_a_setting(
    li: Any, users: list[Any], settings: Any
) -> None:
    freeze(make_draft_about({li: {"all": users[:6]}}), days_ago=100)
    draft = make_draft_about({li: {"all": users[:7]}})
    assert standing(draft) == ["Li"]
    settings.PEER_REVIEW_SUBTRACTION_DAYS = 99
    assert standing(draft) == []
    settings.PEER_REVIEW_SUBTRACTION_DAYS = 150
    draft.opens_at = timezone.now() + timedelta(days=60)
    assert standing(draft) == []
    # A moment that has passed makes nothing older: opening is now.
    draft.opens_at = timezone.now() - timedelta(days=60)
    assert [other.state for other in earlier_rounds(draft, timezone.now())] == ["published"]


def test_scheme_kind_organiser_and_kind_of_paper_make_no_difference(li: Any, users: list[Any]) -> None:
    before = make_draft_about({li: {}}, scheme=SchemeFactory(floor=5, name="Another", paper="sheet"), kind="tier")
    make_sheet(list(before.subjects.all()), users[:6])
    freeze(before)
    assert standing(make_draft_about({li: {"all": users[:7]}}, kind="person")) == ["Li"]


def test_on_whole_sheets_no_single_paper_can_be_taken_away(li: Any, users: list[Any]) -> None:
    freeze(make_draft_about({li: {"all": users[:6]}}))
    draft = make_draft_about({li: {}}, scheme=SchemeFactory(floor=5, paper="sheet"))
    make_sheet(list(draft.subjects.all()), users[:7])
    (exposed,) = found(draft).standing
    assert exposed.newcomers == frozenset()


def test_words_are_no_figures(li: Any, users: list[Any]) -> None:
    before = make_draft_about({li: {"all": users[:6]}})
    make_comment_cell(before.subjects.get(), users[:7])
    freeze(before)
    assert standing(make_draft_about({li: {"all": users[:6]}})) == []


def test_papers_that_two_stages_close_are_in_no_figure(li: Any, users: list[Any]) -> None:
    two_stages = {"collection": "two_stage", "casts_at": timezone.now() + timedelta(hours=1)}
    before = make_draft_about({li: {"peers": users[:6], "staff": users[6:12]}}, **two_stages)
    before.cells.filter(voter_class="staff").update(closed=True)
    freeze(before)
    # Eleven of the twelve: one fewer. But of the staff nobody could cast then.
    draft = make_draft_about({li: {"peers": users[:6], "staff": users[6:11]}})
    assert standing(draft) == []
    before.cells.update(closed=False)
    assert standing(draft) == ["Li"]


def test_voters_by_envelope_count_as_nobody_beside_others(li: Any, users: list[Any]) -> None:
    """Five join, three of them by envelopes that somebody else could have used: two marks are left."""
    freeze(make_draft_about({li: {"all": users[:6]}}))
    draft = make_draft_about({li: {"all": users[:11]}})
    for user in users[6:11]:
        make_member(draft, user)
    assert standing(draft) == []
    draft.members.filter(user__in=users[6:9]).update(on_paper=True)
    assert standing(draft) == ["Li"]


def test_a_class_of_envelopes_alone_counts(li: Any, users: list[Any]) -> None:
    freeze(make_draft_about({li: {"all": users[:6]}}))
    draft = make_draft_about({li: {"all": users[:6]}})
    for user in users[:6]:
        make_member(draft, user)
    draft.members.filter(user__in=users[:6]).update(on_paper=True)
    assert standing(draft) == []


@pytest.mark.parametrize("collection", ["one_visit", "two_stage"])
def test_a_class_declared_not_anonymous_protects_nobody_and_is_not_protected(
    li: Any, users: list[Any], collection: str
) -> None:
    """The superior, whose mark everybody knows, comes and goes; and is no company for a newcomer. In two stages the
    superior's paper takes a ballot too."""
    named: dict[str, Any] = {"not_anonymous": ["superior"]}
    casts_at = timezone.now() + timedelta(hours=1) if collection == "two_stage" else None
    stages: dict[str, Any] = {"collection": collection, "casts_at": casts_at}
    freeze(make_draft_about({li: {"superior": users[:1], "all": users[1:7]}}, **named, **stages))
    assert standing(make_draft_about({li: {"superior": users[8:9], "all": users[1:7]}}, **named)) == []
    # Five others, but the superior then is one of them: four whose marks nobody knows.
    everybody = [users[0], *users[1:7], *users[9:12], make_user()]
    others = make_draft_about({li: {"superior": users[8:9], "all": everybody}}, **named)
    assert standing(others) == ["Li"]


def test_classes_that_share_a_paper_have_one_figure(li: Any, users: list[Any]) -> None:
    """Then and now the four staff vote on one paper with the peers. One of them goes over to the peers: two figures
    would tell of that one, the one figure of all tells nothing."""
    before = make_draft_about({li: {"peers": users[:6], "staff": users[6:10]}})
    freeze(before, sharing=True)
    assert before.cells.get().assignments.count() == 10
    assert standing(make_draft_about({li: {"peers": users[:7], "staff": users[7:10]}})) == []


def test_a_newcomer_to_a_shared_paper_stands_in_the_way(li: Any, users: list[Any]) -> None:
    before = make_draft_about({li: {"peers": users[:6], "staff": users[6:10]}})
    freeze(before, sharing=True)
    assert standing(make_draft_about({li: {"peers": users[:6], "staff": users[6:11]}})) == ["Li"]


def test_nothing_is_asked_of_a_round_that_is_frozen(li: Any, users: list[Any], django_assert_num_queries: Any) -> None:
    freeze(make_draft_about({li: {"all": users[:6]}}))
    second = freeze(make_draft_about({li: {"all": users[:7]}}), days_ago=1)
    papers = read_papers(second, second.frozen_scheme)
    with django_assert_num_queries(0):
        assert subtraction(second, second.frozen_scheme, papers, RollReader()) == Subtraction()


# Repeating a contested round


def repeat(before: Round, voters: list[Any], li: Any) -> Round:
    draft = make_draft_about({li: {"all": voters}}, scheme=before.scheme)
    audit_log.record(draft, "peer_review.round.repeat", by=None, of=before.public_id)
    return draft


def contest(round: Round, li: Any, **fields: Any) -> Contest:
    made: Contest = Contest.objects.create(subject=round.subjects.get(), by=li, **fields)
    return made


def test_only_the_repetition_of_a_contested_round_with_results_is_one(li: Any, users: list[Any]) -> None:
    before = freeze(make_draft_about({li: {"all": users[:6]}}))
    draft = repeat(before, users[:6], li)
    assert contested_original(draft) is None
    withdrawn = contest(before, li, status=ContestStatus.WITHDRAWN)
    assert contested_original(draft) is None
    withdrawn.delete()
    contest(before, li)
    assert contested_original(draft) == before
    assert contested_original(make_draft_about({li: {"all": users[:6]}})) is None
    Round.objects.filter(pk=before.pk).update(state=RoundState.VOID)
    assert contested_original(draft) is None


@pytest.mark.parametrize(
    ("voters", "repeats"),
    [
        (slice(0, 6), None),
        (slice(5, 11), None),  # one the same, five others
        (slice(0, 11), None),  # all of then, five others
        (slice(3, 9), True),  # three the same, three others: six marks apart, but not five others
        (slice(0, 7), False),  # one newcomer: the search finds it anyway
    ],
)
def test_a_contested_round_is_repeated_with_the_same_voters_or_enough_others(
    li: Any, users: list[Any], voters: slice, repeats: bool | None
) -> None:
    before = freeze(make_draft_about({li: {"all": users[:6]}}))
    contest(before, li)

    result = found(repeat(before, users[voters], li)).standing

    assert [exposed.repeats for exposed in result] == ([] if repeats is None else [repeats])


def test_a_newcomer_with_an_envelope_is_none_of_the_enough_others(li: Any, users: list[Any]) -> None:
    before = freeze(make_draft_about({li: {"all": users[:6]}}))
    contest(before, li)
    draft = repeat(before, users[5:11], li)
    assert standing(draft) == []
    for user in users[10:11]:
        member = draft.members.filter(user=user).first() or make_member(draft, user)
        draft.members.filter(pk=member.pk).update(on_paper=True)

    assert [exposed.repeats for exposed in found(draft).standing] == [True]


def test_it_counts_however_long_ago_it_was(li: Any, users: list[Any]) -> None:
    before = freeze(make_draft_about({li: {"all": users[:6]}}), days_ago=500)
    contest(before, li)
    assert standing(repeat(before, users[:7], li)) == ["Li"]


def test_a_subject_of_another_part_of_the_house_is_not_concerned(li: Any, users: list[Any]) -> None:
    before = freeze(make_draft_about({li: {"all": users[:6]}}))
    contest(before, li)
    draft = repeat(before, users[:6], li)
    wang = make_subject(draft, make_member(draft, make_user("Wang")))
    make_cell(wang, users[:7])
    assert standing(draft) == []
