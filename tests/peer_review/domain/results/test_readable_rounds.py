"""Which published rounds somebody may read, in which way, page by page; and which section somebody headed."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from peer_review.domain.results.readable_rounds import ReadableRound, ResultKind, headed_section, readable_rounds
from peer_review.enums import RoundState
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db

SHOWN = dict.fromkeys(["subject", "section_head", "leadership", "staff"], True)


def make_round(*, days_ago: int = 0, visibility: dict[str, bool] = SHOWN, state: str = RoundState.PUBLISHED) -> Round:
    """Return a round in a state, published so many days ago; no figures are read here."""
    round: Round = RoundFactory(
        state=state,
        form={"visibility": visibility},
        published_at=timezone.now() - timedelta(days=days_ago),
    )
    return round


def kinds(rounds: list[ReadableRound]) -> list[tuple[int, tuple[str, ...]]]:
    return [(one.round.pk, one.kinds) for one in rounds]


def test_every_way_to_read_is_named_most_personal_first() -> None:
    round = make_round()
    user = make_user("", "leadership")
    make_subject(round, make_member(round, user, is_head=True))

    page = readable_rounds(user, QueryDict(), size=5)

    assert kinds(page.rows) == [(round.pk, (ResultKind.OWN, ResultKind.SECTION, ResultKind.ALL, ResultKind.SUMMARY))]
    assert page.after is None


@pytest.mark.parametrize(
    ("role", "expected"),
    [("organiser", (ResultKind.ALL,)), ("leader", ()), ("head", ()), ("staff", ()), ("inactive leader", ())],
)
def test_round_that_shows_nothing_is_read_by_its_organiser_alone(role: str, expected: tuple[str, ...]) -> None:
    round = make_round(visibility=dict.fromkeys(SHOWN, False))
    make_member(round, head := make_user(), is_head=True)
    people: dict[str, Any] = {
        "organiser": round.organiser,
        "leader": make_user("", "leadership"),
        "head": head,
        "staff": make_user("", "staff"),
        "inactive leader": make_user("", "leadership", is_active=False),
    }

    page = readable_rounds(people[role], QueryDict(), size=5)

    assert kinds(page.rows) == ([(round.pk, expected)] if expected else [])


def test_rounds_without_results_are_not_listed() -> None:
    for state in (RoundState.DRAFT, RoundState.OPEN, RoundState.COUNTED, RoundState.VOID):
        make_round(state=state)

    page = readable_rounds(make_user("", "leadership"), QueryDict(), size=5)
    assert (page.rows, page.before, page.after) == ([], None, None)


def test_pages_hold_every_round_once_newest_first() -> None:
    at = timezone.now()
    rounds = [make_round() for _number in range(5)]
    # Two were published in the same moment: the later row comes first.
    for days, round in zip((4, 3, 3, 1, 0), rounds, strict=True):
        Round.objects.filter(pk=round.pk).update(published_at=at - timedelta(days=days))
    user = make_user("", "staff")
    seen, query = [], ""
    while True:
        page = readable_rounds(user, QueryDict(query), size=2)
        assert len(page) <= 2
        seen += [one.round.pk for one in page]
        if page.after is None:
            break
        query = f"after={page.after}"

    assert seen == [rounds[index].pk for index in (4, 3, 2, 1, 0)]


def test_an_id_that_is_not_theirs_begins_at_the_first_page() -> None:
    hidden, shown = make_round(visibility={}), make_round(days_ago=1)

    for after in (hidden.pk, 0, 10**17):
        page = readable_rounds(make_user("", "staff"), QueryDict(f"after={after}"), size=5)
        assert kinds(page.rows) == [(shown.pk, (ResultKind.SUMMARY,))]


@pytest.mark.parametrize("many", [1, 3])
def test_a_page_costs_the_same_queries_for_any_number_of_rounds(many: int, django_assert_num_queries: Any) -> None:
    for _number in range(many):
        make_round()
    user = make_user("", "leadership")
    with django_assert_num_queries(6):
        assert len(readable_rounds(user, QueryDict(), size=5)) == many


def test_the_headed_section_is_that_of_the_roll() -> None:
    round, other = make_round(), make_round()
    head, member = make_user(), make_user()
    make_member(round, head, section="b", is_head=True)
    make_member(round, member, section="a")

    assert headed_section(round, head) == "b"
    assert headed_section(round, member) is None
    assert headed_section(other, head) is None
