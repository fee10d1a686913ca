"""The desk of those who answer: who reads which words, who answers, hands over and extends."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review.domain.outcomes.appeals import answer_stage, appeal
from peer_review.models import Contest, ContestStage, Decision, Subject
from peer_review.views.outcomes import appeal_desk
from tests.factories.peer_review.decided_rounds import make_contest, make_inspector, make_leader
from tests.factories.peer_review.rounds import make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]
LIST = reverse("peer_review:contest-list")
STEPS = ["contest-claim", "contest-reassign", "contest-extend"]


def browser(user: Any, **kwargs: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **kwargs)
    client.force_login(user)
    return client


def own(one: Subject, name: str = "contest") -> str:
    return reverse(f"peer_review:{name}", args=[one.round.public_id, one.pk])


def desk(contest: Contest, name: str = "contest-answer") -> str:
    return reverse(f"peer_review:{name}", args=[contest.pk])


def make_appeal(inspector: Any) -> Contest:
    """Return a contest that waits for the inspector."""
    contest, leader = make_contest("Ben", now=timezone.now())
    answer_stage(contest.stages.get(), by=leader, answer="It stays.")
    contest.refresh_from_db()
    appeal(contest, by=contest.by, grounds="NOT SO")
    stage = contest.stages.get(kind="appeal")
    ContestStage.objects.filter(pk=stage.pk).update(responsible=inspector)
    contest.refresh_from_db()
    return contest


class TestDesk:
    def test_only_leaders_and_inspectors_come_in(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        people = [leader, make_inspector(), contest.by, contest.subject.round.organiser]

        assert [browser(user).get(LIST).status_code for user in people] == [200, 200, 403, 403]
        assert [browser(user).get(desk(contest)).status_code for user in people] == [200, 200, 403, 403]

    def test_who_might_take_it_over_finds_dates_and_no_words(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        words = contest.stages.get().grounds
        other = make_leader("Other")

        html = browser(other).get(desk(contest)).content.decode()

        assert words in browser(leader).get(desk(contest)).content.decode()
        assert words not in html
        assert "you may hand it to another" in html
        assert browser(other).post(desk(contest), {"answer": "Mine.", "grade": ""}).status_code == 403
        assert words not in browser(other).get(LIST).content.decode()
        assert "Ben" in browser(other).get(LIST).content.decode()
        # Taking it over opens it.
        browser(other).post(desk(contest, "contest-reassign"), {"to": other.pk})
        assert words in browser(other).get(desk(contest)).content.decode()
        assert browser(leader).get(desk(contest)).status_code == 200
        assert words not in browser(leader).get(desk(contest)).content.decode()

    def test_a_leader_does_not_find_their_own_on_the_desk(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        contest.by.groups.add(leader.groups.get(name="leadership"))
        client = browser(contest.by)

        assert client.get(desk(contest)).headers["Location"] == own(contest.subject)
        assert "Ben" not in client.get(LIST).content.decode().split("<main")[1]
        assert client.post(desk(contest), {"answer": "I was right.", "grade": "excellent"}).status_code == 403

    def test_answering_better_in_writing(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        client = browser(leader)

        for data in ({"answer": "", "grade": "excellent"}, {"answer": "KEPT WORDS", "grade": "basic"}):
            refused = client.post(desk(contest), data)
            assert refused.status_code == 422
            assert data["answer"] in refused.content.decode()
        taken = client.post(desk(contest, "contest-claim"), follow=True).content.decode()
        assert "Taken up." in taken
        done = client.post(desk(contest), {"answer": "An error in the record.", "grade": "excellent"}, follow=True)

        assert "Answered. The person is told by mail and on the site." in done.content.decode()
        assert "Excellent" in browser(contest.by).get(own(contest.subject)).content.decode()
        again = client.post(desk(contest), {"answer": "Again.", "grade": ""})
        assert again.status_code == 403

    def test_an_appeal_is_lengthened_and_decided_by_its_inspector_who_sees_the_persons_figures(self) -> None:
        inspector, other = make_inspector("Inspector Lin"), make_inspector("Other")
        contest, leader = make_contest("Ben", now=timezone.now())
        answer_stage(contest.stages.get(), by=leader, answer="It stays.")
        contest.refresh_from_db()
        appeal(contest, by=contest.by, grounds="Not so.")
        figures = reverse("peer_review:subject-result", args=[contest.subject.round.public_id, contest.subject_id])
        client = browser(inspector)

        assert figures in client.get(desk(contest)).content.decode()
        assert client.get(figures).status_code == 200
        assert browser(other).get(figures).status_code == 403
        assert figures not in browser(other).get(desk(contest)).content.decode()
        assert client.post(desk(contest, "contest-extend"), {"reason": ""}).status_code == 422
        client.post(desk(contest, "contest-extend"), {"reason": "A witness is away."})
        assert "A witness is away." in browser(contest.by).get(own(contest.subject)).content.decode()
        assert browser(leader).post(desk(contest), {"answer": "No.", "grade": ""}).status_code == 403
        client.post(desk(contest), {"answer": "The record was wrong.", "grade": "excellent"})

        html = browser(contest.by).get(own(contest.subject)).content.decode()
        assert "The outcome became better: Excellent." in html
        assert "That is final." in html

    def test_lists_page_by_key_and_take_the_same_queries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(appeal_desk, "PAGE", 2)
        client = browser(make_inspector())
        made, counts = [], []
        for _n in range(3):
            made.append(make_contest("Ben", now=timezone.now())[0].subject.round)
            with CaptureQueriesContext(connection) as queries:
                html = client.get(LIST).content.decode()
            counts.append(len(queries))

        assert counts[1] == counts[2]
        assert made[2].title in html
        assert made[0].title not in html
        older = client.get(LIST + "?after=" + str(Contest.objects.order_by("pk")[1].pk)).content.decode()
        assert made[0].title in older
        for odd in ("x", "9" * 30, "²"):
            assert client.get(LIST, {"after": odd}).status_code == 200


class TestRights:
    def test_strangers_are_asked_to_sign_in(self) -> None:
        contest, _leader = make_contest("Ben", now=timezone.now())

        assert Client().get(LIST).status_code == Client().get(desk(contest)).status_code == 302
        assert [Client().post(desk(contest, name)).status_code for name in STEPS] == [302] * 3

    def test_a_contest_that_is_not_there_is_not_there_for_anybody(self) -> None:
        for user in (make_leader(), make_inspector()):
            client = browser(user)
            assert client.get(reverse("peer_review:contest-answer", args=[999_999])).status_code == 404
            for name in STEPS:
                assert client.post(reverse(f"peer_review:{name}", args=[999_999])).status_code == 404

    def test_a_superuser_without_a_role_does_not_come_in(self) -> None:
        contest, _leader = make_contest("Ben", now=timezone.now())
        root = browser(make_user("Root", is_superuser=True, is_staff=True))

        assert [root.get(LIST).status_code, root.get(desk(contest)).status_code] == [403, 403]

    def test_a_review_may_be_answered_by_whom_it_is_for_alone(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        for user in (make_leader("Other"), make_inspector()):
            client = browser(user)
            assert client.post(desk(contest), {"answer": "Mine.", "grade": ""}).status_code in (403, 404)
            assert client.post(desk(contest, "contest-claim")).status_code in (403, 404)
            assert client.post(desk(contest, "contest-extend"), {"reason": "x"}).status_code in (403, 404)
        stage = contest.stages.get()
        assert (stage.answer, stage.responsible) == ("", leader)

    def test_steps_want_a_post_and_the_csrf_token(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        strict = browser(leader, enforce_csrf_checks=True)

        assert [browser(leader).get(desk(contest, name)).status_code for name in STEPS] == [405] * 3
        assert strict.post(desk(contest), {"answer": "x", "grade": ""}).status_code == 403
        assert strict.post(desk(contest, "contest-claim")).status_code == 403
        assert contest.stages.get().answer == ""

    def test_the_page_is_not_kept_by_browsers(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())

        assert browser(leader).get(desk(contest)).headers["Cache-Control"] == "no-store"
        assert browser(leader).post(desk(contest), {}).headers["Cache-Control"] == "no-store"


class TestInbox:
    def test_what_waits_for_the_reader_comes_first_nearest_last_day_first(self) -> None:
        leader = make_leader("Leader")
        late, soon = (make_contest("Ben", now=timezone.now(), by=leader)[0] for _number in range(2))
        ContestStage.objects.filter(contest=soon).update(due_date=timezone.localdate() + timedelta(days=1))
        other, _leader = make_contest("Ben", now=timezone.now())

        context = browser(leader).get(LIST).context

        assert [stage.contest_id for stage in context["mine"]] == [soon.pk, late.pk]
        # What another answers might be taken over: it is told that it is there.
        assert [one["contest"].pk for one in context["others"]] == [other.pk]

    def test_what_is_answered_waits_no_more_and_can_still_be_found(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        answer_stage(contest.stages.get(), by=leader, answer="It stays.")

        context = browser(leader).get(LIST).context

        assert (list(context["mine"]), [one["contest"] for one in context["others"]]) == ([], [contest])

    def test_an_inspector_finds_no_reviews_by_leaders(self) -> None:
        make_contest("Ben", now=timezone.now())

        context = browser(make_inspector()).get(LIST).context

        assert not context["mine"]
        assert "I see it otherwise." not in str(context["others"])

    def test_the_latest_stage_is_shown(self) -> None:
        inspector = make_inspector()
        contest = make_appeal(inspector)

        [mine] = browser(inspector).get(LIST).context["mine"]
        [known] = browser(make_inspector()).get(LIST).context["others"]

        assert (mine.contest, mine.kind) == (contest, "appeal")
        assert (known["contest"], known["stage"].kind) == (contest, "appeal")


class TestAnswering:
    def test_offers_the_grade_that_stands_or_a_better_one(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())

        form = browser(leader).get(desk(contest)).context["answer_form"]

        assert [key for key, _label in form.fields["grade"].choices] == ["", "excellent"]

    def test_a_better_grade_makes_another_decision(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())

        browser(leader).post(desk(contest), {"answer": "An error.", "grade": "excellent"})

        assert list(
            Decision.objects.filter(subject=contest.subject).order_by("number").values_list("grade", flat=True)
        ) == [
            "competent",
            "excellent",
        ]
        contest.refresh_from_db()
        assert contest.stages.get().answer == "An error."

    def test_what_was_withdrawn_is_answered_no_more(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        Contest.objects.filter(pk=contest.pk).update(status="withdrawn")

        assert browser(leader).post(desk(contest), {"answer": "x", "grade": ""}).status_code in (403, 404, 409)
        assert contest.stages.get().answer == ""

    def test_history_shows_every_decision_to_whoever_may_read(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        answer_stage(contest.stages.get(), by=leader, answer="An error.", grade="excellent")

        context = browser(leader).get(desk(contest)).context

        assert [decision.grade for decision in context["history"]] == ["competent", "excellent"]
        assert "answer_form" not in context


class TestClaiming:
    def test_is_said_to_the_person_and_done_once(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())

        first = browser(leader).post(desk(contest, "contest-claim"), follow=True)
        again = browser(leader).post(desk(contest, "contest-claim"), follow=True)

        assert first.redirect_chain == [(desk(contest), 302)]
        assert [one.level_tag for one in first.context["messages"]] == ["success"]
        contest.refresh_from_db()
        assert contest.status == "under_review"
        assert again.redirect_chain == [(desk(contest), 302)]
        entries = ModelLogEntry.objects.filter(action="peer_review.contest.take_up")
        assert [entry.user for entry in entries] == [leader]


class TestHandingOver:
    def test_goes_to_somebody_who_may_decide_and_is_told(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        other = make_leader("Other")

        answer = browser(leader).post(desk(contest, "contest-reassign"), {"to": other.pk}, follow=True)

        assert answer.redirect_chain == [(LIST, 302)]
        assert "Other is responsible now and has been told." in answer.content.decode()
        assert contest.stages.get().responsible == other

    def test_to_nobody_else(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        make_leader("Other")
        refused = [leader.pk, contest.by.pk, make_inspector().pk, make_user("Staff", "staff").pk, "", "x", 999_999]

        answers = [browser(leader).post(desk(contest, "contest-reassign"), {"to": to}) for to in refused]

        assert [answer.status_code for answer in answers] == [422] * len(refused)
        assert contest.stages.get().responsible == leader

    def test_is_offered_only_where_there_is_somebody(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        assert browser(leader).get(desk(contest)).context["reassign_form"] is None

        make_leader("Other")
        assert browser(leader).get(desk(contest)).context["reassign_form"] is not None

    def test_of_what_is_answered_is_refused(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        other = make_leader("Other")
        answer_stage(contest.stages.get(), by=leader, answer="It stays.")

        assert browser(leader).post(desk(contest, "contest-reassign"), {"to": other.pk}).status_code == 403
        assert contest.stages.get().responsible == leader


class TestExtending:
    def test_an_appeal_is_extended_once(self) -> None:
        inspector = make_inspector()
        contest = make_appeal(inspector)
        client = browser(inspector)
        due = contest.stages.get(kind="appeal").due_date
        assert "extension_form" in client.get(desk(contest)).context

        client.post(desk(contest, "contest-extend"), {"reason": "A witness is away."})
        again = client.post(desk(contest, "contest-extend"), {"reason": "KEPT WORDS"})

        stage = contest.stages.get(kind="appeal")
        assert (stage.due_date > due, stage.extension_reason) == (True, "A witness is away.")
        assert again.status_code == 409
        assert "KEPT WORDS" in again.content.decode()
        assert "extension_form" not in client.get(desk(contest)).context

    def test_a_review_is_not(self) -> None:
        contest, leader = make_contest("Ben", now=timezone.now())
        due = contest.stages.get().due_date

        refused = browser(leader).post(desk(contest, "contest-extend"), {"reason": "KEPT WORDS"})

        assert refused.status_code == 409
        assert "KEPT WORDS" in refused.content.decode()
        assert contest.stages.get().due_date == due
