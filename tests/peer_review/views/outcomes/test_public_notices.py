"""The public notice: names and sections for all staff while it runs, and no figure ever."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from peer_review.domain.outcomes.public_notices import start_public_notice
from peer_review.models import PublicNotice, Round
from tests.factories.peer_review.decided_rounds import make_inspector, make_leader, make_scored_round, make_told_round
from tests.factories.peer_review.rounds import make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]
#: So many that the quota of 20 % has room for three.
OTHERS = dict.fromkeys("klmnopqrstuvwxyz", 70)


def browser(user: Any, **kwargs: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **kwargs)
    client.force_login(user)
    return client


def address(round: Round, name: str = "public-notice") -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


@pytest.fixture
def leader() -> Any:
    return make_leader("Director")


class TestPublicNotice:
    @pytest.fixture
    def told(self, leader: Any) -> Round:
        round, _leader = make_told_round(
            by=leader, visibility=dict.fromkeys(["subject", "section_head", "leadership"], True) | {"staff": False}
        )
        return round

    def test_it_begins_in_somebodys_name_with_somebody_to_object_to(self, told: Round, leader: Any) -> None:
        inspector = make_inspector("Inspector Lin")
        client = browser(leader)
        page = client.get(address(told, "public-notice-start")).content.decode()
        assert "Ada" in page

        for data, words in (
            ({"contact": "", "contact_words": "Room 3"}, "required"),
            ({"contact": str(leader.pk), "contact_words": "Room 3"}, "valid choice"),
        ):
            refused = client.post(address(told, "public-notice-start"), data)
            assert refused.status_code == 422
            assert words in refused.content.decode()
            assert "Room 3" in refused.content.decode()
        read = dict(re.findall(r'<input type="hidden" name="(fingerprint)" value="([^"]*)">', page))
        form = {"contact": inspector.pk, "contact_words": "Room 3, 8123"}
        unread = client.post(address(told, "public-notice-start"), form)
        assert (unread.status_code, unread.context["form"].non_field_errors()) == (
            409,
            ["The names are not those that you were reading. Read them again, then start the public notice."],
        )
        client.post(address(told, "public-notice-start"), {**form, **read})

        notice = PublicNotice.objects.get()
        assert (notice.by, notice.contact, notice.contact_words) == (leader, inspector, "Room 3, 8123")

    def test_all_staff_read_names_and_sections_and_no_score_while_it_runs(self, told: Round, leader: Any) -> None:
        stranger = browser(make_user("Stranger", "staff"))
        assert stranger.get(address(told, "public-notice")).status_code == 404
        start_public_notice(told, by=leader, contact=make_inspector("Inspector Lin"), contact_words="Room 3")

        html = stranger.get(address(told, "public-notice")).content.decode()

        assert stranger.get(address(told, "round-detail")).status_code == 404  # the round itself is not theirs
        assert re.search(r"Ada</th><td>Section a", html)
        assert "Inspector Lin · Room 3" in html
        assert "Ben" not in html
        for figure in ("95", "94", "96"):
            assert figure not in re.sub(r"<[^>]+>|20\d\d", "", html)
        assert address(told, "public-notice") in stranger.get(reverse("peer_review:round-list")).content.decode()

    def test_afterwards_it_is_no_longer_shown_to_all(self, told: Round, leader: Any) -> None:
        then = timezone.now() - timedelta(days=20)
        start_public_notice(told, by=leader, contact=make_inspector(), contact_words="Room 3", now=then)

        assert browser(make_user("Stranger", "staff")).get(address(told, "public-notice")).status_code == 404
        assert browser(leader).get(address(told, "public-notice")).status_code == 200

    def test_only_leaders_begin_one(self, told: Round) -> None:
        assert browser(make_inspector()).get(address(told, "public-notice-start")).status_code == 403


class TestWhoReads:
    def test_strangers_sign_in_and_no_round_is_not_there(self, leader: Any) -> None:
        round, _leader = make_told_round(by=leader)
        start_public_notice(round, by=leader, contact=make_inspector(), contact_words="Room 3")
        nowhere = Round(public_id="0" * 32)

        assert Client().get(address(round)).status_code == 302
        assert browser(leader).get(address(nowhere)).status_code == 404
        assert browser(leader).get(address(nowhere, "public-notice-start")).status_code == 404

    def test_a_round_without_a_notice_has_no_page(self, leader: Any) -> None:
        round, _leader = make_told_round(by=leader)

        assert browser(leader).get(address(round)).status_code == 404

    def test_queries_do_not_grow_with_the_names(self, leader: Any) -> None:
        counts = []
        for names in ("A", "ABC"):
            round, _leader = make_told_round(dict.fromkeys(names, 95) | OTHERS, by=leader)
            start_public_notice(round, by=leader, contact=make_inspector(), contact_words="Room 3")
            client = browser(make_user("", "staff"))
            client.get(address(round))
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address(round))
            counts.append(len(queries))
            assert len(response.context["notices"][0].entries.all()) == len(names)

        assert counts[0] == counts[1]


class TestStarting:
    def test_the_form_says_the_last_day(self, leader: Any, settings: Any) -> None:
        settings.PEER_REVIEW_PUBLIC_NOTICE_DAYS = 7
        round, _leader = make_told_round(by=leader)

        context = browser(leader).get(address(round, "public-notice-start")).context

        assert context["workdays"] == 7
        assert context["until"] >= timezone.localdate() + timedelta(days=7)
        assert [str(one) for one in context["listed"]]
        assert not PublicNotice.objects.exists()

    def test_a_round_that_was_not_told_has_nothing_to_announce(self, leader: Any) -> None:
        round = make_scored_round({"Ada": 95, "Ben": 80})
        data = {"contact": str(make_inspector().pk), "contact_words": "Room 3"}

        refused = browser(leader).post(address(round, "public-notice-start"), data)

        assert 400 <= refused.status_code < 500
        assert refused.context["form"].non_field_errors()
        assert "Nobody waits for a public notice" in refused.content.decode()
        assert not PublicNotice.objects.exists()

    @pytest.mark.parametrize("state", ["counted", "closed", "void"])
    def test_nothing_is_announced_of_a_round_without_results(self, leader: Any, state: str) -> None:
        round, _leader = make_told_round(by=leader)
        Round.objects.update(state=state)
        data = {"contact": str(make_inspector().pk), "contact_words": "Room 3"}

        assert browser(leader).post(address(round, "public-notice-start"), data).status_code in (403, 404)
        assert not PublicNotice.objects.exists()

    def test_only_leaders_post_and_only_with_the_token(self, leader: Any) -> None:
        round, _leader = make_told_round(by=leader)
        data = {"contact": str(make_inspector().pk), "contact_words": "Room 3"}

        for user in (make_inspector(), round.organiser, make_user("", "staff"), make_user("", is_superuser=True)):
            assert browser(user).post(address(round, "public-notice-start"), data).status_code in (403, 404)
        strict = browser(leader, enforce_csrf_checks=True)
        assert strict.post(address(round, "public-notice-start"), data).status_code == 403
        assert not PublicNotice.objects.exists()
