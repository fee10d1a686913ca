"""Pages of organisers: each step is one form that works without JavaScript, each refusal is said with its remedy."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.models import Round
from tests.factories.peer_review import houses
from tests.factories.peer_review.rounds import (
    STAGE,
    RoundFactory,
    SchemeFactory,
    make_open_round,
    make_ready_round,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def page(name: str, round: Round, *args: Any) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *args])


@pytest.fixture(autouse=True)
def house(settings: Any) -> None:
    settings.PEER_REVIEW_ROLL_SOURCE = f"{houses.__name__}.staff_in_two_sections"


@pytest.fixture
def organiser(client: Client) -> Any:
    user = make_user("Organiser", "organiser")
    client.force_login(user)
    return user


def terms(organiser: Any, **changes: Any) -> dict[str, Any]:
    """A filled-in form."""
    opens = timezone.localtime() + timedelta(hours=1)
    return {
        "title": "Autumn",
        "purpose": "To learn.",
        "kind": "person",
        "collection": "one_visit",
        "scheme": SchemeFactory().pk,
        "opens_at": opens.strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (opens + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
        "organiser": organiser.pk,
        "scrutineers": [make_user("Keeper", "scrutineer").pk],
        **changes,
    }


def test_a_round_is_created_and_changed_by_a_form(client: Client, organiser: Any) -> None:
    form = terms(organiser)

    response = client.post(reverse("peer_review:round-create"), form)
    round = Round.objects.get(title="Autumn")
    assert response.url == page("round-dashboard", round)
    assert round.organiser == organiser
    assert round.scrutineers.get().get_full_name() == "Keeper"

    html = client.get(page("round-edit", round)).content.decode()
    assert form["opens_at"] in html
    client.post(page("round-edit", round), {**form, "title": "Winter"})
    round.refresh_from_db()
    assert round.title == "Winter"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closes_at": "2001-01-01T00:00"}, "closes_at"),
        ({"opens_at": "2001-01-01T00:00", "closes_at": "2001-01-02T00:00"}, None),
        ({"batch_floor": "5"}, "batch_window"),
        ({"title": ""}, "title"),
    ],
)
def test_bad_terms_are_said_and_the_input_stays(
    client: Client, organiser: Any, changes: dict[str, str], field: str | None
) -> None:
    response = client.post(reverse("peer_review:round-create"), terms(organiser, purpose="Kept words", **changes))

    assert response.status_code == 200
    errors = response.context["form"].errors
    assert (field or "__all__") in errors
    assert "Kept words" in response.content.decode()
    assert not Round.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "organiser", "leadership", "scrutineer"])
def test_nobody_else_reaches_an_organisers_pages(client: Client, who: str) -> None:
    round = make_open_round(evaluators=4).round
    client.force_login(make_user("Other", who, is_superuser=True))

    for name in ("round-dashboard", "round-edit", "round-roll", "keys-progress"):
        assert client.get(page(name, round)).status_code in (403, 404)
    for name in ("round-open", "round-close", "round-publish", "round-delete", "roll-propose", "keys-prepare"):
        assert client.post(page(name, round)).status_code in (403, 404)
    round.refresh_from_db()
    assert round.state == "open"


def test_each_obstacle_is_named_with_its_remedy(client: Client) -> None:
    round = RoundFactory(scrutineers=[])
    client.force_login(round.organiser)

    response = client.get(page("round-dashboard", round))

    found = {one.code: one for one in response.context["obstacles"]}
    assert set(found) == {"no_scrutineer", "empty_roll", "no_box_key"}
    assert all(one.remedy for one in found.values())
    refused = client.post(page("round-open", round), follow=True)
    assert any(str(found["no_scrutineer"].message) in str(message) for message in refused.context["messages"])
    round.refresh_from_db()
    assert round.state == "draft"


def test_a_round_goes_from_roll_to_closing_by_forms_alone(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    for number in range(6):
        make_user(f"House {number}", username=f"house{number}")
    running = make_ready_round(evaluators=4)
    round = running.round
    client.force_login(round.organiser)

    client.post(page("roll-propose", round), {"house_wide": ""})
    assert (round.members.count(), round.subjects.count()) == (6, 6)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page("keys-prepare", round))
    progress = client.get(page("keys-progress", round)).json()
    assert progress == {"ready": 6, "total": 6}
    client.post(page("round-open", round))
    round.refresh_from_db()
    assert round.state == "open"
    assert client.get(page("printed-notice", round)).status_code == 200
    picture = client.get(page("printed-notice-qr", round))
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")

    # Frozen: refused, said, and nothing changed.
    client.post(page("roll-propose", round))
    client.post(page("roll-remove", round), {"member": round.members.first().pk})
    assert round.members.count() == 6
    refused = client.post(page("round-close", round), follow=True, headers={"accept-language": "en"})
    assert "which a second person confirms" in refused.content.decode()
    round.refresh_from_db()
    assert round.state == "open"
    Round.objects.filter(pk=round.pk).update(closes_at=timezone.now())
    client.post(page("round-close", round))
    round.refresh_from_db()
    assert round.state == "closed"


def test_closing_a_round_in_which_nobody_could_cast_yet_begins_the_casting(client: Client) -> None:
    now = timezone.now()
    round = make_open_round(
        evaluators=4, collection="two_stage", opens_at=now - timedelta(hours=1), casts_at=now + STAGE
    ).round
    client.force_login(round.organiser)
    past = {"opens_at": 4, "casts_at": 2, "closes_at": 1}
    Round.objects.filter(pk=round.pk).update(**{name: now - timedelta(days=days) for name, days in past.items()})

    told = client.post(page("round-close", round), follow=True, headers={"accept-language": "en"}).content.decode()

    assert "Drawing was ended late, only now." in told
    round.refresh_from_db()
    assert (round.state, round.barrier_at is None) == ("open", False)
    assert round.closes_at >= now + timedelta(hours=24)


def test_a_draft_has_no_notice(client: Client) -> None:
    round = RoundFactory()
    client.force_login(round.organiser)

    assert client.get(page("printed-notice", round)).status_code == 404


def test_a_draft_can_be_deleted_and_an_open_round_cannot(client: Client) -> None:
    round = RoundFactory()
    client.force_login(round.organiser)
    assert client.post(page("round-delete", round)).url == reverse("peer_review:organiser-list")
    assert not Round.objects.exists()

    running = make_open_round(evaluators=4)
    client.force_login(running.round.organiser)
    assert client.post(page("round-delete", running.round)).url == page("round-dashboard", running.round)
    assert Round.objects.exists()


def test_steps_want_a_token_and_a_post() -> None:
    running = make_ready_round(evaluators=4)
    client = Client(enforce_csrf_checks=True)
    client.force_login(running.round.organiser)

    assert client.post(page("round-open", running.round)).status_code == 403
    assert client.get(page("round-open", running.round)).status_code == 405
