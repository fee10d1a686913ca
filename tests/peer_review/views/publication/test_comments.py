"""The reviewer's page: readable by one person, between count and publication, and never under the floor."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.box import store
from peer_review.domain.publication import comments as domain
from peer_review.domain.publication.publish import publish_round
from peer_review.models import Comment, Round
from peer_review.views.publication import comments as views
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.domain.publication.test_comments import WORDS, counted

pytestmark = pytest.mark.django_db(databases=["default", "box"])

NAMES = ["comments-review", "comment-withhold", "comment-readmit", "comments-finish"]


def address(round: Round, name: str = "comments-review") -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def page(client: Client, round: Round, **query: str) -> str:
    return client.get(address(round), query, headers={"accept-language": "en"}).content.decode()


@pytest.fixture
def round() -> Round:
    return counted({"甲": WORDS[:6], "乙": [f"Few {text}" for text in WORDS[:4]]})


@pytest.fixture
def reviewer(round: Round, client: Client) -> Client:
    client.force_login(round.comment_reviewer)
    return client


def test_reviewer_reads_what_may_be_read_and_nothing_under_the_floor(round: Round, reviewer: Client) -> None:
    text = page(reviewer, round)
    assert all(one in text for one in WORDS[:6])
    assert "Few Words" not in text
    assert "乙" not in text
    assert "no-store" in reviewer.get(address(round)).headers["Cache-Control"]


def test_reviewer_is_told_how_many_others_may_know_and_not_which(client: Client) -> None:
    round = counted({"甲": [f"Words number {number}" for number in range(8)]}, envelopes={"甲": 2})
    client.force_login(round.comment_reviewer)
    text = page(client, round)
    assert "As many as 2 of them may have come by envelope" in text
    assert "So 7 must be left." in text
    for comment in domain.comments_to_review(round)[0].comments[:2]:
        domain.withhold_comment(round, by=None, entry=comment.entry, reason="names somebody")
    assert "Only 6 are left, fewer than 7: none of these comments will be shown." in page(client, round)


@pytest.mark.parametrize(
    "role", ["organiser", "leadership", "inspector", "scrutineer", "subject", "superuser", "staff"]
)
def test_for_everybody_else_there_is_no_such_page(role: str, round: Round, client: Client) -> None:
    named = {"organiser": round.organiser, "subject": round.subjects.first().member.user}
    client.force_login(named.get(role) or make_user("", role, is_superuser=role == "superuser"))
    entry = domain.comments_to_review(round)[0].comments[0].entry
    assert client.get(address(round)).status_code == 404
    for name in NAMES[1:]:
        assert client.post(address(round, name), {"entry": entry, "reason": "r"}).status_code == 404, name
    round.refresh_from_db()
    assert (Comment.objects.count(), round.comments_reviewed) == (0, False)


def test_stranger_is_asked_to_sign_in(round: Round, client: Client) -> None:
    assert client.get(address(round)).status_code == 302


@pytest.mark.parametrize("state", ["open", "closed", "published", "archived", "void"])
def test_page_is_there_between_count_and_publication_only(state: str, round: Round, reviewer: Client) -> None:
    Round.objects.filter(pk=round.pk).update(state=state)
    assert reviewer.get(address(round)).status_code == 404


def test_reviewer_withholds_readmits_and_finishes(round: Round, reviewer: Client) -> None:
    entry = domain.comments_to_review(round)[0].comments[0].entry
    subject = str(round.subjects.get(label="甲").pk)
    given = {"entry": entry, "subject": subject}
    answer = reviewer.post(address(round, "comment-withhold"), {**given, "reason": "names a colleague"})
    assert answer.url == f"{address(round)}#subject-{subject}"
    text = page(reviewer, round)
    assert "names a colleague" in text
    assert "If you withhold one more, none of these comments is shown" in text
    reviewer.post(address(round, "comment-readmit"), given)
    assert "names a colleague" not in page(reviewer, round)
    reviewer.post(address(round, "comment-withhold"), {**given, "reason": "names a colleague"})
    second = domain.comments_to_review(round)[0].comments[1].entry
    reviewer.post(address(round, "comment-withhold"), {"entry": second, "reason": "names a colleague"})
    assert "Only 4 are left, fewer than 5: none of these comments will be shown." in page(reviewer, round)
    reviewer.post(address(round, "comments-finish"))
    text = page(reviewer, round)
    assert "The review is finished" in text
    assert address(round, "comment-withhold") not in text
    assert publish_round(round, by=round.organiser).state == "published"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("comment-withhold", {}),
        ("comment-withhold", {"entry": "0" * 64, "reason": "r"}),
        ("comment-withhold", {"entry": "x" * 500, "reason": "r" * 500}),
        ("comment-withhold", {"entry": "\x00", "reason": "\x00", "after": "x", "subject": "-1"}),
        ("comment-readmit", {}),
        ("comment-readmit", {"entry": "0" * 64, "after": "²"}),
    ],
)
def test_bad_input_changes_nothing_and_says_so(name: str, data: Any, round: Round, reviewer: Client) -> None:
    answer = reviewer.post(address(round, name), data, follow=True)
    assert answer.status_code == 200
    assert [one.level_tag for one in answer.context["messages"]] == ["error"]
    assert not Comment.objects.exists()


def test_reason_is_needed(round: Round, reviewer: Client) -> None:
    entry = domain.comments_to_review(round)[0].comments[0].entry
    answer = reviewer.post(address(round, "comment-withhold"), {"entry": entry, "reason": " "}, follow=True)
    assert [one.level_tag for one in answer.context["messages"]] == ["error"]
    assert not Comment.objects.exists()


def test_words_are_shown_as_words(client: Client) -> None:
    round = counted({"甲": [*WORDS[:4], "<script>alert(1)</script>"]})
    client.force_login(round.comment_reviewer)
    assert "<script>alert" not in page(client, round)


def test_many_subjects_are_paged_by_key_at_the_same_cost(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    few = counted({"甲": WORDS[:5]})
    many = counted(dict.fromkeys("甲乙丙", WORDS[:5]))
    costs = []
    for round in (few, many):
        client.force_login(round.comment_reviewer)
        client.get(address(round))
        with django_assert_max_num_queries(40) as queries:
            client.get(address(round))
        costs.append(len(queries))
    assert costs[0] == costs[1]
    monkeypatch.setattr(views, "PAGE", 2)
    first = client.get(address(many)).context
    second = client.get(address(many), {"after": first["paging"].after}).context
    assert [one.subject.label for one in [*first["subjects"], *second["subjects"]]] == list("甲乙丙")
    assert (second["paging"].after, str(second["previous_subject"])) == (None, first["paging"].after)


def test_round_list_leads_the_reviewer_there_until_the_review_is_finished(round: Round, reviewer: Client) -> None:
    rounds, detail = reverse("peer_review:round-list"), reverse("peer_review:round-detail", args=[round.public_id])
    assert address(round) in reviewer.get(rounds).content.decode()
    assert address(round) in reviewer.get(detail).content.decode()
    domain.finish_review(round, by=round.comment_reviewer)
    assert address(round) not in reviewer.get(rounds).content.decode()


def test_organiser_is_told_that_publication_waits(round: Round, client: Client) -> None:
    client.force_login(round.organiser)
    answer = client.post(reverse("peer_review:round-publish", args=[round.public_id]), follow=True)
    round.refresh_from_db()
    assert round.state == "counted"
    assert "Reviewer" in str([str(one) for one in answer.context["messages"]])


def test_subject_reads_comments_from_the_floor_up_and_too_few_below(round: Round, client: Client) -> None:
    domain.finish_review(round, by=round.comment_reviewer)
    publish_round(round, by=round.organiser)
    shown = []
    for subject in round.subjects.select_related("member__user"):
        client.force_login(subject.member.user)
        shown.append(client.get(address(round, "own-result"), headers={"accept-language": "en"}))
    assert sorted(shown[0].context["reading"].comments.texts) == sorted(WORDS[:6])
    assert all(text in shown[0].content.decode() for text in WORDS[:6])
    assert shown[1].context["reading"].comments.texts == ()
    assert "Few Words" not in shown[1].content.decode()


def test_thin_and_missing_comments_look_alike(client: Client) -> None:
    """Nobody is told whether there were none or too few. That enough came in stands in the bulletin."""
    pages = []
    for words, withheld in ((WORDS[:5], 1), (WORDS[:4], 0), ([], 0)):
        round = counted({"甲": words})
        for comment in domain.comments_to_review(round)[0].comments[:withheld] if withheld else ():
            domain.withhold_comment(round, by=None, entry=comment.entry, reason="names somebody")
        domain.finish_review(round, by=round.comment_reviewer)
        publish_round(round, by=round.organiser)
        client.force_login(round.subjects.get().member.user)
        answer = client.get(address(round, "own-result"), headers={"accept-language": "en"}).content.decode()
        start = answer.index('aria-labelledby="comments"')
        pages.append(answer[start : answer.index("</section>", start)])
    assert pages[1] == pages[2] != pages[0]
    assert "too few were left. So none is shown." in pages[0]


def test_comments_go_to_those_who_may_read_the_subjects_result_and_into_no_summary(
    round: Round, client: Client
) -> None:
    domain.finish_review(round, by=round.comment_reviewer)
    publish_round(round, by=round.organiser)
    subject = round.subjects.get(label="甲")
    result = reverse("peer_review:subject-result", args=[round.public_id, subject.pk])
    client.force_login(make_user("", "leadership"))
    assert sorted(client.get(result).context["reading"].comments.texts) == sorted(WORDS[:6])
    for user in (round.comment_reviewer, make_user("", "staff"), make_user(is_superuser=True)):
        client.force_login(user)
        assert client.get(result).status_code == 403
        for name in ("summary", "round-detail", "bulletin"):
            assert (
                "Words number"
                not in client.get(reverse(f"peer_review:{name}", args=[round.public_id])).content.decode()
            )
    client.force_login(make_user("", "leadership"))
    assert "Words number" not in client.get(reverse("peer_review:all-results", args=[round.public_id])).content.decode()


def test_bulletin_counts_papers_for_marks_only(round: Round, client: Client) -> None:
    client.force_login(round.subjects.first().member.user)
    answer = client.get(address(round, "bulletin"), headers={"accept-language": "en"})
    assert (answer.context["totals"].eligible, answer.context["totals"].counted) == (12, 12)
    assert sum(1 for _ballot in store.ballots(round.public_id)) == 18
    assert "comment papers came back" not in answer.content.decode()
