"""Contesting and answering, as pages: who finds them, what is kept, and what nobody else reads."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.domain.outcomes.appeals import answer_stage
from peer_review.models import Contest, Subject
from tests.factories.peer_review.decided_rounds import (
    make_contest,
    make_inspector,
    make_leader,
    make_told_round,
    subject,
)
from tests.factories.peer_review.rounds import make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


def browser(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def person(one: Subject) -> Any:
    assert one.member is not None
    return one.member.user


def own(one: Subject, name: str = "contest") -> str:
    return reverse(f"peer_review:{name}", args=[one.round.public_id, one.pk])


def desk(contest: Contest, name: str = "contest-answer") -> str:
    return reverse(f"peer_review:{name}", args=[contest.pk])


LIST = reverse("peer_review:contest-list")


class TestPerson:
    @pytest.fixture
    def ben(self) -> Subject:
        round, _leader = make_told_round()
        return subject(round, "Ben")

    def test_the_outcome_is_in_writing_with_name_day_and_last_day(self, ben: Subject) -> None:
        answer = browser(person(ben)).get(own(ben))

        html = answer.content.decode()
        assert '<p class="pr-outcome-grade">Competent</p>' in html
        assert "Decided by Leader on" in html
        assert "It follows what the published figures propose." in html
        assert "I have received this" in html
        assert answer.headers["Cache-Control"] == "no-store"

    def test_nobody_else_finds_it(self, ben: Subject) -> None:
        others = [make_leader(), make_inspector(), person(subject(ben.round, "Ada")), ben.round.organiser]

        assert [browser(user).get(own(ben)).status_code for user in others] == [404] * 4
        assert [browser(user).post(own(ben), {"grounds": "x"}).status_code for user in others] == [404] * 4
        assert not Contest.objects.exists()

    def test_a_mail_leads_to_ones_own(self, ben: Subject) -> None:
        mine = reverse("peer_review:my-outcome", args=[ben.round.public_id])

        assert browser(person(ben)).get(mine).headers["Location"] == own(ben)
        assert browser(ben.round.organiser).get(mine).status_code == 404

    def test_the_page_of_the_round_leads_there(self, ben: Subject) -> None:
        mine = reverse("peer_review:my-outcome", args=[ben.round.public_id])
        page = reverse("peer_review:round-detail", args=[ben.round.public_id])

        assert mine in browser(person(ben)).get(page).content.decode()
        assert mine not in browser(ben.round.organiser).get(page).content.decode()

    @pytest.mark.parametrize(
        ("back", "name"), [("result", "own-result"), ("contest", "contest"), ("//evil", "contest")]
    )
    def test_receipt_is_acknowledged_and_leads_back(self, ben: Subject, back: str, name: str) -> None:
        target = reverse("peer_review:own-result", args=[ben.round.public_id]) if name == "own-result" else own(ben)

        answer = browser(person(ben)).post(own(ben, "outcome-acknowledge"), {"back": back})

        assert answer.headers["Location"] == target
        ben.outcome_notice.refresh_from_db()
        assert ben.outcome_notice.acknowledged_date == timezone.localdate()

    def test_the_result_page_says_what_was_decided_and_what_can_be_done(self, ben: Subject) -> None:
        page = browser(person(ben)).get(reverse("peer_review:own-result", args=[ben.round.public_id]))

        html = page.content.decode()
        assert "The outcome: Competent" in html
        assert "You may ask for a review until" in html
        assert own(ben) in html
        # Their head, or a leader, reads the outcome there, and is offered nothing.
        leader = browser(make_leader()).get(reverse("peer_review:subject-result", args=[ben.round.public_id, ben.pk]))
        assert "The outcome: Competent" in leader.content.decode()
        assert "ask for a review" not in leader.content.decode()
        assert "I have received this" not in leader.content.decode()

    def test_what_is_wrong_is_said_and_what_was_written_stays(self, ben: Subject) -> None:
        empty = browser(person(ben)).post(own(ben), {"grounds": "  "})
        assert empty.status_code == 422
        assert "This field is required" in empty.content.decode()

        ben.outcome_notice.notice_date -= timedelta(days=31)
        ben.outcome_notice.save()
        late = browser(person(ben)).post(own(ben), {"grounds": "KEPT WORDS"})

        html = late.content.decode()
        assert late.status_code == 409
        assert "The last day for this was" in html
        assert "KEPT WORDS" in html
        assert not Contest.objects.exists()

    def test_from_asking_to_withdrawing(self, ben: Subject) -> None:
        client = browser(person(ben))
        asked = client.post(own(ben), {"grounds": "First line.\r\nSecond line."}, follow=True).content.decode()

        assert "Your request for a review is in." in asked
        assert "First line.<br>Second line." in asked
        assert "You asked for a review. Leader answers by" in asked
        withdrawn = client.post(own(ben, "contest-withdraw"), follow=True).content.decode()
        assert "Withdrawn. The outcome stays as it stands." in withdrawn
        assert "Ask for a review" in withdrawn  # the days have not passed
        assert "Nothing waits for an answer" in client.post(own(ben, "contest-withdraw"), follow=True).content.decode()

    def test_an_appeal_without_an_answer_to_appeal_keeps_the_words(self, ben: Subject) -> None:
        refused = browser(person(ben)).post(own(ben, "contest-appeal"), {"grounds": "KEPT WORDS"})

        assert refused.status_code == 409
        assert "An appeal follows the answer to a review." in refused.content.decode()
        assert "KEPT WORDS" in refused.content.decode()

    def test_get_and_post_go_where_they_belong(self, ben: Subject) -> None:
        client = browser(person(ben))

        for name in ("contest-appeal", "contest-withdraw", "outcome-acknowledge"):
            assert client.get(own(ben, name)).status_code == 405

    def test_the_answer_can_be_read_and_appealed(self) -> None:
        make_inspector("Inspector Lin")
        contest, leader = make_contest("Ben", now=timezone.now())
        answer_stage(contest.stages.get(), by=leader, answer="We asked again.", grade="")
        client = browser(contest.by)

        html = client.get(own(contest.subject)).content.decode()
        assert "We asked again." in html
        assert "The outcome stays." in html
        html = client.post(own(contest.subject, "contest-appeal"), {"grounds": "Not so."}, follow=True).content.decode()

        assert "You appealed. Inspector Lin decides by" in html
        assert "Appeal under way" not in html
        assert "Waiting to be taken up" in html


def test_a_section_is_contested_by_its_head() -> None:
    round, leader = make_told_round()
    head = make_user("Head", "section_head")
    ben = subject(round, "Ben")
    round.members.create(
        user=head,
        name="Head",
        section_key="a",
        section_name="Section a",
        rank_key="r",
        rank_name="R",
        is_section_head=True,
    )
    Subject.objects.filter(pk=ben.pk).update(member=None)
    ben.outcome_notice.to = head
    ben.outcome_notice.save()
    ben = Subject.objects.select_related("round").get(pk=ben.pk)

    html = browser(head).post(own(ben), {"grounds": "We all disagree."}, follow=True).content.decode()

    assert "My outcome · Ben" in html
    assert Contest.objects.get().by == head
    assert browser(leader).get(desk(Contest.objects.get())).status_code == 200
