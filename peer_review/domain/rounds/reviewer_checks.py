"""Checks that a comment reviewer is named and is not evaluated."""

from collections.abc import Iterator

from peer_review.exceptions.base import OpeningRefusal
from peer_review.exceptions.publication import CommentReviewerEvaluated, NoCommentReviewer
from peer_review.models import Round


def reviewer_refusals(round: Round) -> Iterator[OpeningRefusal]:
    """Yield what is wrong with a draft's reviewer of comments; nothing where its scheme has no comment papers."""
    if not round.scheme.comments:
        return
    reviewer = round.comment_reviewer
    if reviewer is None or not reviewer.is_active:
        yield NoCommentReviewer()
    elif round.subjects.filter(member__user=reviewer).exists():
        yield CommentReviewerEvaluated(name=reviewer.get_full_name())
