"""A later end for an open round, and a new draft for one that is over."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.enums import RoundState
from peer_review.models import Announcement, Round
from tests.factories.peer_review.frozen_schemes import frozen_form
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_member, make_open_round, make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def browser(user: Any, **kwargs: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **kwargs)
    client.force_login(user)
    return client


def local(moment: Any) -> str:
    text: str = timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")
    return text


class TestExtending:
    @pytest.fixture
    def round(self) -> Round:
        return make_open_round(evaluators=4).round

    def test_begins_with_the_end_that_is(self, round: Round) -> None:
        html = browser(round.organiser).get(page("round-extend", round)).content.decode()

        assert f'value="{local(round.closes_at)}"' in html

    def test_moves_the_end_and_tells_everybody_why(self, round: Round) -> None:
        later = timezone.localtime(round.closes_at + timedelta(days=1)).replace(second=0, microsecond=0)
        form = {"closes_at": local(later), "reason": "Flood"}

        answer = browser(round.organiser).post(page("round-extend", round), form, follow=True)

        assert answer.redirect_chain == [(page("round-dashboard", round), 302)]
        assert "The round stays open longer." in answer.content.decode()
        round.refresh_from_db()
        assert round.closes_at == later
        assert round.announcements.get().text == "Flood"

    @pytest.mark.parametrize(("hours", "reason"), [(-3, "Kept words"), (0, "Kept words"), (24, ""), (24, "x" * 501)])
    def test_without_a_later_end_and_a_reason_nothing_changes_and_the_input_stays(
        self, round: Round, hours: int, reason: str
    ) -> None:
        moment = local(round.closes_at + timedelta(hours=hours))

        refused = browser(round.organiser).post(page("round-extend", round), {"closes_at": moment, "reason": reason})

        assert refused.status_code == 200
        assert refused.context["form"].errors
        assert reason in refused.content.decode()
        assert moment in refused.content.decode()
        before = round.closes_at
        round.refresh_from_db()
        assert round.closes_at == before
        assert not Announcement.objects.exists()

    @pytest.mark.parametrize(
        "data", [{}, {"closes_at": "soon", "reason": "x"}, {"closes_at": "\x00", "reason": "\x00"}]
    )
    def test_what_is_no_moment_is_said(self, round: Round, data: dict[str, str]) -> None:
        refused = browser(round.organiser).post(page("round-extend", round), data)

        assert (refused.status_code, "closes_at" in refused.context["form"].errors) == (200, True)

    @pytest.mark.parametrize("state", [state for state in RoundState if state != RoundState.OPEN])
    def test_is_there_while_the_round_is_open(self, round: Round, state: RoundState) -> None:
        Round.objects.update(state=state)
        form = {"closes_at": local(round.closes_at + timedelta(days=1)), "reason": "Flood"}

        assert browser(round.organiser).get(page("round-extend", round)).status_code == 404
        assert browser(round.organiser).post(page("round-extend", round), form).status_code == 404


class TestRepeating:
    @pytest.mark.parametrize("state", ["counted", "published", "archived", "void"])
    def test_leads_to_a_draft_with_the_same_terms(self, state: str) -> None:
        round = RoundFactory(state=state)

        answer = browser(round.organiser).post(page("round-repeat", round), follow=True)

        draft = Round.objects.drafts().get()
        assert answer.redirect_chain == [(page("round-dashboard", draft), 302)]
        assert "This is the new draft." in answer.content.decode()
        assert (draft.scheme, draft.title) == (round.scheme, round.title)
        round.refresh_from_db()
        assert round.state == state

    @pytest.mark.parametrize("state", ["draft", "open", "closed"])
    def test_of_a_round_that_is_not_over_is_refused_on_its_own_page(self, state: str) -> None:
        round = RoundFactory(state=state, form={"min_return": 0, "floor": 3, "classes": []})

        answer = browser(round.organiser).post(page("round-repeat", round))

        assert answer.headers["Location"] == page("round-dashboard", round)
        assert Round.objects.count() == 1

    def test_with_a_scheme_that_cannot_be_asked_any_more_is_refused_aloud(self) -> None:
        round = RoundFactory(state="void", scheme=SchemeFactory(), void_reason="return_rate", form=frozen_form())
        round.scheme.criteria.all().delete()

        answer = browser(round.organiser).post(page("round-repeat", round), follow=True)

        assert [one.level_tag for one in answer.context["messages"]] == ["error"]
        assert Round.objects.count() == 1

    def test_is_a_step_and_no_page(self) -> None:
        round = RoundFactory(state="void")

        assert browser(round.organiser).get(page("round-repeat", round)).status_code == 405
        assert browser(round.organiser, enforce_csrf_checks=True).post(page("round-repeat", round)).status_code == 403
        assert Round.objects.count() == 1


@pytest.mark.parametrize("name", ["round-extend", "round-repeat"])
@pytest.mark.parametrize("role", ["organiser", "leadership", "scrutineer", "inspector", "member", "superuser"])
def test_both_are_the_responsible_organisers_alone(name: str, role: str) -> None:
    round = RoundFactory(state="open" if name == "round-extend" else "void")
    user = make_user("Other", role, is_superuser=role == "superuser")
    if role == "member":
        make_member(round, user)
    form = {"closes_at": local(round.closes_at + timedelta(days=1)), "reason": "Flood"}

    assert browser(user).post(page(name, round), form).status_code in (403, 404)
    assert Client().post(page(name, round), form).status_code == 302
    assert Round.objects.count() == 1
    assert not Announcement.objects.exists()


@pytest.mark.parametrize("name", ["round-extend", "round-repeat"])
def test_of_no_round_neither_is_there(name: str) -> None:
    assert browser(make_user("", "organiser")).post(page(name, Round(public_id="0" * 32))).status_code == 404
