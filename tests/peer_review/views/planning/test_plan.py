"""Pages of who evaluates whom: forms without JavaScript, every refusal said, few queries however many people."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from peer_review.domain.planning import plan_setup, roll
from peer_review.enums import RoundState
from peer_review.models import Assignment, Round
from peer_review.providers.roll import Person
from tests.factories.peer_review.houses import PEERS, house, make_house_draft
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
PAGES = ("round-plan", "plan-preview", "list-import", "exclusion-list", "roll-progress")
STEPS = ("plan-use", "seed-renew", "list-remove", "exclusion-remove", "roll-on-paper")


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


@pytest.fixture
def draft(settings: Any) -> Round:
    return make_house_draft(settings)


@pytest.fixture
def client(client: Client, draft: Round) -> Client:
    client.force_login(draft.organiser)
    return client


def filled(client: Client, round: Round, **changes: Any) -> dict[str, Any]:
    """What a browser would post, had the organiser changed these fields."""
    form = client.get(page("round-plan", round)).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def test_only_the_responsible_organiser_reaches_them(client: Client, draft: Round) -> None:
    assert [client.get(page(name, draft)).status_code for name in PAGES] == [200] * len(PAGES)
    client.force_login(make_user("Other", "organiser", is_superuser=True))

    assert {client.get(page(name, draft)).status_code for name in PAGES} == {404}
    assert {client.post(page(name, draft)).status_code for name in STEPS} == {404}


def test_a_plan_is_filled_in_looked_at_and_used(client: Client, draft: Round) -> None:
    form = filled(client, draft, pattern="matrix", sample_peers="2", cell_2_2="peers:house", months="")

    response = client.post(page("round-plan", draft), form)
    assert response.url == page("plan-preview", draft)
    shown = client.get(response.url)
    assert shown.context["preview"].papers == 26
    assert not Assignment.objects.exists()
    client.post(page("plan-use", draft))

    draft.refresh_from_db()
    assert Assignment.objects.filter(cell__round=draft).count() == 26
    assert draft.plan["sample"] == {"peers": 2}
    assert draft.plan_seed.encode() in client.get(page("plan-preview", draft)).content.replace(b" ", b"")


def test_shortcuts_fill_the_table_and_save_nothing(client: Client, draft: Round) -> None:
    empty = client.post(page("round-plan", draft), {**filled(client, draft), "fill": "clear"}).context["form"]
    cells = [name for name in empty.fields if name.startswith("cell_")]
    assert {empty[name].value() for name in cells} == {""}

    data = {**filled(client, draft), **dict.fromkeys(cells, ""), "fill": "up", "reach": "house"}
    form = client.post(page("round-plan", draft), data).context["form"]

    assert {name: form[name].value() for name in cells if form[name].value()} == {
        "cell_1_0": "subordinates:house",
        "cell_2_0": "subordinates:house",
        "cell_2_1": "subordinates:house",
    }
    assert form["pattern"].value() == "matrix"
    draft.refresh_from_db()
    assert draft.plan == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pattern": "chaos"}, "pattern"),
        ({"months": "-1"}, "months"),
        ({"sample_peers": "0"}, "sample_peers"),
        ({"groups": []}, "groups"),
        ({"cell_0_0": "x:own"}, "cell_0_0"),
        ({"pattern": "list"}, "pattern"),
    ],
)
def test_faults_are_said_and_the_input_stays(
    client: Client,
    draft: Round,
    changes: dict[str, Any],
    field: str,
) -> None:
    form = filled(client, draft, **{"sample_superiors": "7", **changes})

    response = client.post(page("round-plan", draft), form)

    assert list(response.context["form"].errors) == [field]
    assert 'value="7"' in response.content.decode()


def test_a_plan_that_comes_to_nothing_is_said_on_the_preview(client: Client, draft: Round) -> None:
    matrix = [{"from": "t9", "to": "t2", "class": "peers", "reach": "own"}]
    plan_setup.save_plan(draft, by=draft.organiser, plan={"pattern": "matrix", "matrix": matrix})

    response = client.get(page("plan-preview", draft))

    assert response.context["refusal"].code == "empty_roll"
    client.post(page("plan-use", draft))
    assert not draft.members.exists()


def many(round: object) -> list[Person]:
    """Sixty people, of whom sixty more are only names here: nothing is written."""
    return [replace(one, user_id=n, name=f"P{n:03}") for n, one in enumerate([*house(round)] * 12)]


def test_the_preview_is_paged_by_key_searched_and_filtered(
    client: Client,
    draft: Round,
    settings: Any,
    django_assert_max_num_queries: Any,
) -> None:
    settings.PEER_REVIEW_ROLL_SOURCE = f"{__name__}.many"
    plan_setup.save_plan(draft, by=draft.organiser, plan=PEERS)
    first = client.get(page("plan-preview", draft))
    with django_assert_max_num_queries(20):
        second = client.get(page("plan-preview", draft), {"after": first.context["paging"].after})

    names = [row.label for part in (first, second) for row in part.context["rows"]]
    assert names == [f"P{n:03}" for n in range(100)]
    assert second.context["paging"].after == "p99"
    found = client.get(page("plan-preview", draft), {"q": "P007", "thin": "1"}).context["rows"]
    assert [row.label for row in found] == ["P007"]


def test_a_list_is_taken_over_whole_or_not_at_all(client: Client, draft: Round) -> None:
    def send(text: str, only: str) -> Any:
        file = SimpleUploadedFile("list.csv", text.encode())
        return client.post(page("list-import", draft), {"file": file, "only": only})

    refused = send("评价人,被评价人,票类\nPerson 4,Person 5,Peers\nNobody,Person 5,Peers\n", "1")
    assert [(fault.row, fault.column) for fault in refused.context["imported"].faults] == [(3, "评价人")]
    draft.refresh_from_db()
    assert draft.plan == {}

    assert send("评价人,被评价人,票类\nPerson 4,Person 5,Peers\n", "1").url == page("plan-preview", draft)
    client.post(page("plan-use", draft))
    assert Assignment.objects.get(cell__round=draft).evaluator.get_full_name() == "Person 4"
    send("评价人,被评价人,票类\nPerson 4,Person 5,Superiors\n", "0")
    draft.refresh_from_db()
    assert draft.plan["pattern"] == "usual"
    client.post(page("list-remove", draft))
    draft.refresh_from_db()
    assert draft.plan == {"v": 1, "pattern": "usual"}


def test_a_large_roll_shows_how_far_its_writing_has_come(
    client: Client,
    draft: Round,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.PEER_REVIEW_ROLL_AT_ONCE = 3
    plan_setup.save_plan(draft, by=draft.organiser, plan=PEERS)
    with django_capture_on_commit_callbacks() as waiting:
        client.post(page("plan-use", draft))
    html = client.get(page("round-roll", draft)).content.decode()
    assert f'data-progress="{page("roll-progress", draft)}"' in html
    assert client.get(page("roll-progress", draft)).json() == {"ready": 0, "total": 12}

    for callback in waiting:
        callback()

    assert client.get(page("roll-progress", draft)).json() == {"ready": 1, "total": 1}
    assert Assignment.objects.filter(cell__round=draft).count() == 12


def test_votes_on_paper_are_ticked_on_the_roll(client: Client, draft: Round) -> None:
    roll.propose_roll(draft, by=draft.organiser)
    member = draft.members.first()

    for tick in ("1", "0"):
        client.post(page("roll-on-paper", draft), {"member": member.pk, "on_paper": tick})
        member.refresh_from_db()
        assert member.on_paper is (tick == "1")


def test_after_opening_the_plan_leads_to_the_frozen_roll(client: Client, draft: Round) -> None:
    Round.objects.filter(pk=draft.pk).update(state=RoundState.OPEN)

    for name in ("round-plan", "plan-preview", "list-import"):
        assert client.get(page(name, draft)).url == page("round-roll", draft)
    client.post(page("seed-renew", draft))
    assert client.get(page("exclusion-list", draft)).context["editable"] is False


def test_in_a_round_of_sections_the_table_has_one_column(client: Client, draft: Round) -> None:
    Round.objects.filter(pk=draft.pk).update(kind="section")
    cells = {"cell_0_0": "superiors:other", "cell_1_0": "", "cell_2_0": "peers:other"}
    form = filled(client, draft, pattern="matrix", sections=["a"], **cells)

    assert client.post(page("round-plan", draft), form).url == page("plan-preview", draft)

    preview = client.get(page("plan-preview", draft)).context["preview"]
    assert [(row.label, row.counts) for row in preview.rows] == [("A", (2, 3, 0))]
    draft.refresh_from_db()
    assert draft.plan["sections"] == ["a"]
