"""Pages of the roll: searched, paged by key, changed one person or paper at a time."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from peer_review.enums import PaperKind, RoundState
from peer_review.models import Round
from tests.factories.peer_review import houses
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_member,
    make_open_round,
    make_ready_round,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def page(name: str, round: Round, *args: Any) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *args])


@pytest.fixture(autouse=True)
def house(settings: Any) -> None:
    cache.clear()
    settings.PEER_REVIEW_ROLL_SOURCE = f"{houses.__name__}.staff_in_two_sections"


def test_the_roll_is_searched_paged_and_changed(client: Client) -> None:
    round = RoundFactory()
    client.force_login(round.organiser)
    for number in range(55):
        make_member(round, make_user(f"Person {number:02}"), section="ab"[number % 2])
    first = round.members.get(name="Person 00")
    newcomer = make_user("Newcomer", username="house-new")

    rows = client.get(page("round-roll", round))
    following = client.get(page("round-roll", round), {"after": rows.context["paging"].after})
    seen = [row.member.name for row in [*rows.context["rows"], *following.context["rows"]]]
    assert sorted(seen) == [f"Person {number:02}" for number in range(55)]
    assert [row.member.name for row in client.get(page("round-roll", round), {"q": "07"}).context["rows"]] == [
        "Person 07"
    ]

    found = client.get(page("round-roll", round), {"candidate": "New"}).context["candidates"]
    assert [one.user_id for one in found] == [newcomer.pk]
    client.post(page("roll-add", round), {"user": newcomer.pk})
    assert round.members.filter(user=newcomer).exists()
    client.post(page("roll-remove", round), {"member": round.members.get(user=newcomer).pk})
    assert not round.members.filter(user=newcomer).exists()

    made = client.post(page("subject-add", round, first.pk), {"section_0": "all"})
    subject = round.subjects.get()
    assert made.url == page("subject-voters", round, subject.pk)
    assert round.cells.with_eligible().get().eligible == 27
    other = round.members.get(name="Person 01")
    client.post(page("voter-class", round, subject.pk), {"member": other.pk, "voter_class": "all"})
    assert round.cells.with_eligible().get().eligible == 28
    client.post(page("voter-class", round, subject.pk), {"member": other.pk, "voter_class": ""})
    assert round.cells.with_eligible().get().eligible == 27
    self_vote = client.post(
        page("voter-class", round, subject.pk), {"member": first.pk, "voter_class": "all"}, follow=True
    )
    assert [message.level_tag for message in self_vote.context["messages"]][-1] == "error"
    assert round.cells.with_eligible().get().eligible == 27
    client.post(page("subject-remove", round), {"subject": subject.pk})
    assert not round.subjects.exists()


def test_cells_under_the_floor_are_flagged(client: Client) -> None:
    running = make_ready_round(evaluators=3)
    client.force_login(running.round.organiser)

    response = client.get(page("round-roll", running.round), {"tab": "subjects"})

    assert [row.counts for row in response.context["rows"]] == [[("All", 2)]]
    assert 'class="pr-flag">2' in response.content.decode()


def test_the_roll_takes_one_query_count_for_one_and_for_many(client: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    round = RoundFactory()
    client.force_login(round.organiser)
    counts = []
    for size in (1, 20):
        for _number in range(size):
            make_subject(round, make_member(round, make_user()))
        for tab in ("people", "subjects"):
            client.get(page("round-roll", round), {"tab": tab})
            with CaptureQueriesContext(connection) as queries:
                client.get(page("round-roll", round), {"tab": tab})
            counts.append(len(queries))

    assert counts[:2] == counts[2:]


@pytest.fixture
def draft(client: Client) -> Round:
    """A draft of whoever is signed in: Li is evaluated, Wang is not."""
    round = RoundFactory()
    client.force_login(round.organiser)
    make_subject(round, make_member(round, make_user("Li")))
    make_member(round, make_user("Wang"))
    return round


@pytest.mark.parametrize("cursor", ["", "x", "0", "9.", "9.b", "-1.a", "9" * 40, "1.2.3"])
@pytest.mark.parametrize("tab", ["people", "subjects", "x"])
def test_a_strange_cursor_is_no_error(client: Client, draft: Round, tab: str, cursor: str) -> None:
    assert client.get(page("round-roll", draft), {"tab": tab, "after": cursor}).status_code == 200


def test_a_search_that_is_too_long_shows_everybody(client: Client, draft: Round) -> None:
    rows = client.get(page("round-roll", draft), {"q": "x" * 81}).context["rows"]

    assert [row.member.name for row in rows] == ["Li", "Wang"]


def test_subjects_are_searched_and_paged(client: Client, draft: Round) -> None:
    for number in range(55):
        make_subject(draft, make_member(draft, make_user(f"Person {number:02}")))

    first = client.get(page("round-roll", draft), {"tab": "subjects"})
    second = client.get(page("round-roll", draft), {"tab": "subjects", "after": first.context["paging"].after})

    labels = [row.subject.label for row in [*first.context["rows"], *second.context["rows"]]]
    assert labels == ["Li", *(f"Person {number:02}" for number in range(55))]
    assert second.context["paging"].after is None
    found = client.get(page("round-roll", draft), {"tab": "subjects", "q": "Person 07"}).context["rows"]
    assert [row.subject.label for row in found] == ["Person 07"]


def test_nobody_can_be_added_who_is_not_in_the_organisation(client: Client, draft: Round) -> None:
    for user in ("", "x", draft.members.get(name="Wang").user_id, 999):
        assert client.post(page("roll-add", draft), {"user": user}).status_code == 404
    assert draft.members.count() == 2


def test_candidates_are_looked_for_in_a_draft_alone(client: Client, draft: Round) -> None:
    make_user("Newcomer", username="house-new")
    Round.objects.update(state=RoundState.OPEN)

    assert client.get(page("round-roll", draft), {"candidate": "New"}).context["candidates"] == []
    assert client.get(page("round-roll", draft), {"candidate": " "}).context["candidates"] == []


@pytest.mark.parametrize(
    ("name", "field"), [("roll-remove", "member"), ("roll-on-paper", "member"), ("subject-remove", "subject")]
)
def test_who_is_not_on_this_roll_is_missing(client: Client, draft: Round, name: str, field: str) -> None:
    other = RoundFactory()
    subject = make_subject(other, make_member(other, make_user()))
    strangers = {"member": subject.member.pk, "subject": subject.pk}

    for value in ("", "x", strangers[field]):
        assert client.post(page(name, draft), {field: value}).status_code == 404
    assert (other.members.count(), other.subjects.count()) == (1, 1)


def test_a_subject_is_shown_with_its_voters_and_others_are_searched(client: Client, draft: Round) -> None:
    subject = draft.subjects.get()
    address = page("subject-voters", draft, subject.pk)
    assert client.get(address).context["rows"] == []
    found = client.get(address, {"q": "an"}).context["rows"]
    assert [(row.member.name, row.voter_class) for row in found] == [("Wang", "")]

    member = draft.members.get(name="Wang")
    client.post(page("voter-class", draft, subject.pk), {"member": member.pk, "voter_class": "all"})

    (row,) = client.get(address).context["rows"]
    assert (row.member, row.voter_class) == (member, "all")
    assert client.get(address, {"q": "Li"}).context["rows"] == []


@pytest.mark.parametrize("posted", [{}, {"member": "x"}, {"voter_class": "all"}])
def test_a_class_is_set_for_somebody_on_the_roll_alone(client: Client, draft: Round, posted: dict[str, str]) -> None:
    address = page("voter-class", draft, draft.subjects.get().pk)

    assert client.post(address, posted).status_code == 404


def test_whole_sheets_are_not_changed_paper_by_paper(client: Client, draft: Round) -> None:
    draft.scheme.paper = PaperKind.SHEET
    draft.scheme.save()
    subject, member = draft.subjects.get(), draft.members.get(name="Wang")

    assert client.get(page("subject-voters", draft, subject.pk)).context["editable"] is False
    refused = client.post(page("subject-add", draft, member.pk), {"section_0": "all"})

    assert refused.status_code == 200
    assert list(refused.context["form"].errors) == ["__all__"]
    assert draft.subjects.count() == 1


@pytest.mark.parametrize("role", ["organiser", "staff", "leadership"])
def test_only_the_responsible_organiser_reaches_the_roll(client: Client, draft: Round, role: str) -> None:
    subject, member = draft.subjects.get(), draft.members.get(name="Wang")
    client.force_login(make_user("", role, is_superuser=True))

    for address in (
        page("round-roll", draft),
        page("subject-voters", draft, subject.pk),
        page("subject-add", draft, member.pk),
    ):
        assert client.get(address).status_code in (403, 404)
    for name in ("roll-propose", "roll-add", "roll-remove", "roll-on-paper", "subject-remove"):
        assert client.post(page(name, draft)).status_code in (403, 404)


def test_the_roll_of_an_open_round_names_classes_that_share_a_paper(client: Client) -> None:
    scheme = SchemeFactory(classes=[("leaders", 60), ("staff", 40)], floor=5)
    running = make_open_round(evaluators=9, classes=("leaders", "staff"), scheme=scheme)
    client.force_login(running.round.organiser)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    subjects = client.get(page("round-roll", running.round), {"tab": "subjects"}).content.decode()
    voters = client.get(page("subject-voters", running.round, running.round.subjects.get().pk)).content.decode()

    assert "On one paper: Leaders and Staff" in subjects
    assert voters.count("<td>Leaders and Staff</td>") == 8
