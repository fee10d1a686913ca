"""Refusals about comments and their review."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import EDIT_ROUND, OpeningRefusal, Refusal


class NoCommentReviewer(OpeningRefusal):
    code = "no_comment_reviewer"
    text = _("The scheme has comment papers. Name a reviewer of comments with an active account.")
    remedy = EDIT_ROUND


class CommentReviewerEvaluated(OpeningRefusal):
    """Whoever is evaluated would read, and could withhold, what is said of themselves."""

    code = "comment_reviewer_evaluated"
    text = _("%(name)s is evaluated in this round and so cannot review its comments. Name somebody else.")
    remedy = EDIT_ROUND


class CommentsUnreviewed(Refusal):
    code = "comments_unreviewed"
    text = _("The comments have not been reviewed yet. %(name)s must finish the review first.")


class ReviewFinished(Refusal):
    code = "review_finished"
    text = _("The review of the comments is finished; nothing can be changed in it any more.")


class UnknownComment(Refusal):
    code = "unknown_comment"
    status = 404
    text = _("There is no such comment to review.")


#: Message of ReasonMissing for a comment that is withheld.
WITHHOLDING_REASON_MISSING = _("Say why the comment is withheld, without repeating its words.")
