"""How every page finds its round: a stranger signs in, what one may not know is not there, the rest is forbidden."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views.generic import View

from peer_review.exceptions.base import LoginRequired, NotOrganiser, NotScrutineer, UnknownRound
from peer_review.models import Round
from peer_review.views.shared.access import (
    HiddenRoundMixin,
    RoundMixin,
    SignedInMixin,
    permitted_round,
    scrutineers_round,
    user_of,
)
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_user

pytestmark = pytest.mark.django_db
NOWHERE = "0" * 32


def request_of(user: Any) -> HttpRequest:
    request = RequestFactory().get("/page/")
    request.user = user
    return request


class Body(View):
    """What a page does once it is allowed to."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        round = getattr(self, "round", None)
        return HttpResponse(round.public_id if round else "here")


class SignedIn(SignedInMixin, Body):
    """A page for everybody with an account."""


class Schemes(SignedInMixin, Body):
    """A page that asks for a permission about nothing."""

    permission = "peer_review.manage_schemes"


class Known(RoundMixin, Body):
    """A page for everybody who may know the round."""


class Managed(RoundMixin, Body):
    """A page for the responsible organiser."""

    permission = "peer_review.manage_round"


class Hidden(HiddenRoundMixin, Body):
    """A page of which others are not told."""

    permission = "peer_review.manage_round"


def outcome(view: type[View], user: Any, public_id: str | None = None) -> int:
    """Return the status that a page has for somebody."""
    kwargs = {} if public_id is None else {"public_id": public_id}
    try:
        return view.as_view()(request_of(user), **kwargs).status_code
    except Http404:
        return 404
    except PermissionDenied:
        return 403


class TestSignedIn:
    def test_strangers_are_sent_to_sign_in_and_back(self) -> None:
        response = SignedIn.as_view()(request_of(AnonymousUser()))

        assert response.status_code == 302
        assert response["Location"].endswith("?next=/page/")

    def test_a_permission_about_nothing_is_asked(self) -> None:
        assert outcome(SignedIn, make_user()) == 200
        assert outcome(Schemes, make_user("", "organiser")) == 200
        assert outcome(Schemes, make_user("", "inspector", is_superuser=True)) == 403
        assert outcome(Schemes, AnonymousUser()) == 302

    def test_user_of_a_request_is_who_is_signed_in(self) -> None:
        user = make_user()

        assert user_of(request_of(user)) == user
        with pytest.raises(LoginRequired):
            user_of(request_of(AnonymousUser()))


class TestPagesOfARound:
    @pytest.fixture
    def round(self) -> Round:
        round: Round = RoundFactory(state="open", form={"visibility": {}})
        return round

    @pytest.mark.parametrize("view", [Known, Managed, Hidden])
    def test_send_strangers_to_sign_in_whether_the_round_is_there_or_not(self, view: type[View], round: Round) -> None:
        assert outcome(view, AnonymousUser(), round.public_id) == outcome(view, AnonymousUser(), NOWHERE) == 302

    @pytest.mark.parametrize("view", [Known, Managed, Hidden])
    def test_are_not_there_for_whom_the_round_is_not(self, view: type[View], round: Round) -> None:
        for user in (make_user("", "staff"), make_user("", "organiser", is_superuser=True)):
            assert outcome(view, user, round.public_id) == outcome(view, user, NOWHERE) == 404

    def test_are_forbidden_or_hidden_to_whoever_knows_the_round(self, round: Round) -> None:
        member = make_user()
        make_member(round, member)

        assert [outcome(view, member, round.public_id) for view in (Known, Managed, Hidden)] == [200, 403, 404]

    def test_are_open_to_whom_they_are_for(self, round: Round) -> None:
        views = (Known, Managed, Hidden)

        assert [outcome(view, round.organiser, round.public_id) for view in views] == [200, 200, 200]

    def test_find_the_round_of_the_address(self, round: Round) -> None:
        RoundFactory(state="open", organiser=round.organiser)

        response = Managed.as_view()(request_of(round.organiser), public_id=round.public_id)

        assert response.content.decode() == round.public_id

    @pytest.mark.parametrize("odd", ["", "x" * 500, "%", "' OR 1=1 --", "é"])
    def test_answer_odd_addresses(self, odd: str, round: Round) -> None:
        assert outcome(Managed, round.organiser, odd) == 404

    def test_read_the_round_with_scheme_and_organiser_and_without_its_plan(
        self, round: Round, django_assert_num_queries: Any
    ) -> None:
        Round.objects.update(plan={"lines": ["x"] * 1000})
        page = Known()
        page.setup(request_of(round.organiser), public_id=round.public_id)
        assert page.permitted()

        with django_assert_num_queries(0):
            assert (page.round.scheme.pk, page.round.organiser) == (round.scheme_id, round.organiser)
        assert "plan" in page.round.get_deferred_fields()


class TestEndpoints:
    @pytest.fixture
    def round(self) -> Round:
        round: Round = RoundFactory(state="open", form={"visibility": {}})
        return round

    def managed(self, user: Any, public_id: str) -> Round:
        return permitted_round(request_of(user), public_id, "peer_review.manage_round", refusal=NotOrganiser())

    def test_refuse_by_name(self, round: Round) -> None:
        member = make_user()
        make_member(round, member)

        with pytest.raises(LoginRequired):
            self.managed(AnonymousUser(), round.public_id)
        with pytest.raises(UnknownRound):
            self.managed(round.organiser, NOWHERE)
        with pytest.raises(UnknownRound):
            self.managed(make_user("", "organiser", is_superuser=True), round.public_id)
        with pytest.raises(NotOrganiser):
            self.managed(member, round.public_id)
        assert self.managed(round.organiser, round.public_id) == round

    def test_want_an_account_that_is_active(self, round: Round) -> None:
        round.organiser.is_active = False
        round.organiser.save()

        with pytest.raises(LoginRequired):
            self.managed(round.organiser, round.public_id)

    def test_of_the_box_are_its_scrutineers_alone(self, round: Round) -> None:
        scrutineer = round.scrutineers.get()

        assert scrutineers_round(request_of(scrutineer), round.public_id) == round
        with pytest.raises(NotScrutineer) as caught:
            scrutineers_round(request_of(round.organiser), round.public_id)
        assert round.organiser.get_username() in caught.value.message
        with pytest.raises(UnknownRound):
            scrutineers_round(request_of(make_user("", "scrutineer")), round.public_id)
