"""Refusals about tokens."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class NotConfirmer(Refusal):
    """The person is neither inspector nor administrator."""

    code = "not_confirmer"
    status = 403
    text = _("Tokens are confirmed by inspectors and administrators.")


class OwnToken(Refusal):
    """Nobody confirms a token that reads for themselves."""

    code = "own_token"
    status = 403
    text = _("Your own token is confirmed by somebody else.")


class TokenSettled(Refusal):
    """The token is confirmed, revoked or expired already."""

    code = "token_settled"
    text = _("This token waits for nobody any more.")
