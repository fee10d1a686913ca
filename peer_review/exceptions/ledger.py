"""Refusals about correcting what was published."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class UnknownFigures(Refusal):
    code = "unknown_figures"
    status = 404
    text = _("This round has no such criterion and evaluates no such subject.")


class AlreadyWithdrawn(Refusal):
    code = "already_withdrawn"
    text = _("These figures have been withdrawn before.")


class OwnFigures(Refusal):
    """Nobody takes back the figures by which they are judged themselves."""

    code = "own_figures"
    status = 403
    text = _("Nobody withdraws the figures about themselves. Ask the inspectors.")
