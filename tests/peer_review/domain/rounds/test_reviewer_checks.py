"""The reviewer of comments: asked for where the scheme has comment papers, active, and not evaluated."""

import pytest

from peer_review.domain.rounds.reviewer_checks import reviewer_refusals
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db


def codes(round: Round) -> list[str]:
    return [refusal.code for refusal in reviewer_refusals(round)]


def test_reviewer_refusals_of_a_scheme_without_comments_are_none() -> None:
    assert codes(RoundFactory()) == []


def test_reviewer_refusals_name_who_is_missing_or_inactive() -> None:
    scheme = SchemeFactory(comments=True)

    assert codes(RoundFactory(scheme=scheme)) == ["no_comment_reviewer"]
    assert codes(RoundFactory(scheme=scheme, comment_reviewer=make_user(is_active=False))) == ["no_comment_reviewer"]
    assert codes(RoundFactory(scheme=scheme, comment_reviewer=make_user())) == []


def test_reviewer_refusals_name_a_reviewer_who_is_evaluated(in_english: None) -> None:
    reviewer = make_user("Ada")
    round = RoundFactory(scheme=SchemeFactory(comments=True), comment_reviewer=reviewer)
    make_subject(round, make_member(round, reviewer))

    (refusal,) = reviewer_refusals(round)

    assert refusal.code == "comment_reviewer_evaluated"
    assert refusal.message.startswith("Ada is evaluated in this round")
