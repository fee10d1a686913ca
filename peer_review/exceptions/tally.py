"""Refusals about counting and the bulletin."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class BoxStillSealed(Refusal):
    code = "box_still_sealed"
    text = _("%(remaining)s rows of the box are still sealed.")


class NotCounting(Refusal):
    """The box has not been opened, or its count is over."""

    code = "not_counting"
    text = _("Nothing is being counted in this round.")


class MoreBallotsThanDrawn(Refusal):
    """More ballots than credentials: the vote is void (选举法, art. 44, by analogy)."""

    code = "more_ballots_than_drawn"
    text = _("There are more ballots than credentials were drawn. The vote is void; the inspectors must be told.")


class NotWipedYet(Refusal):
    """The round's key, or what the databases' logs hold, is not destroyed yet; the tick tries again every minute."""

    code = "not_wiped_yet"
    text = _("What was needed for the count is still being destroyed. Please try again in a few minutes.")


class UnknownBlock(Refusal):
    code = "unknown_block"
    status = 404
    text = _("There is no such paper in the bulletin.")
