"""Steps of a round: one button, one domain call, and a refusal said on the page it came from."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from django.urls import reverse

from peer_review.exceptions.base import RoundFrozen
from peer_review.models import Round
from peer_review.views.shared.round_pages import ManagedRoundMixin, RoundStepView
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


class RenameView(RoundStepView):
    """A step that renames a draft."""

    def step(self) -> str:
        if self.round.state != "draft":
            raise RoundFrozen
        self.round.title = "Renamed"
        self.round.save()
        return "The round has another title."


class ElsewhereView(RenameView):
    """The same, and back to another page."""

    back = "round-roll"


@pytest.fixture
def round() -> Round:
    round: Round = RoundFactory(title="Autumn")
    return round


def request(user: Any, method: str = "POST") -> HttpRequest:
    made = RequestFactory().generic(method, "/step/")
    made.user = user
    made._messages = CookieStorage(made)  # type: ignore[attr-defined]  # as the middleware leaves them
    return made


def said(made: HttpRequest) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in get_messages(made)]


@pytest.mark.parametrize(("view", "name"), [(RenameView, "round-dashboard"), (ElsewhereView, "round-roll")])
def test_a_step_is_said_and_leads_back(view: type[RoundStepView], name: str, round: Round) -> None:
    made = request(round.organiser)

    response = view.as_view()(made, public_id=round.public_id)

    assert (response.status_code, response["Location"]) == (302, reverse(f"peer_review:{name}", args=[round.public_id]))
    assert said(made) == [("success", "The round has another title.")]
    assert Round.objects.get().title == "Renamed"


def test_a_refusal_is_said_and_leads_back(round: Round) -> None:
    Round.objects.update(state="open")
    made = request(round.organiser)

    response = RenameView.as_view()(made, public_id=round.public_id)

    assert response["Location"] == reverse("peer_review:round-dashboard", args=[round.public_id])
    assert said(made) == [("error", RoundFrozen().message)]
    assert Round.objects.get().title == "Autumn"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_a_step_is_taken_by_post_alone(method: str, round: Round) -> None:
    assert RenameView.as_view()(request(round.organiser, method), public_id=round.public_id).status_code == 405
    assert Round.objects.get().title == "Autumn"


def test_a_step_is_the_responsible_organisers_alone(round: Round) -> None:
    Round.objects.update(state="open")
    member = make_user()
    make_member(round, member)

    with pytest.raises(PermissionDenied):
        RenameView.as_view()(request(member), public_id=round.public_id)
    for stranger in (make_user("", "organiser"), make_user(is_superuser=True)):
        with pytest.raises(Http404):
            RenameView.as_view()(request(stranger), public_id=round.public_id)
    assert Round.objects.get().title == "Autumn"


def test_managed_pages_ask_for_the_permission_to_manage() -> None:
    assert ManagedRoundMixin.permission == RenameView.permission == "peer_review.manage_round"


def test_a_step_that_does_nothing_is_no_step(round: Round) -> None:
    with pytest.raises(NotImplementedError):
        RoundStepView.as_view()(request(round.organiser), public_id=round.public_id)
