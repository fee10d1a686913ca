"""Refusals about keys and their shares."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class RoundKeyUnreadable(Refusal):
    """The round's key, which lies outside the databases, cannot be read here."""

    code = "round_key_unreadable"
    status = 503
    text = _("This round's key cannot be read on this server. Nothing was changed; please tell the administrator.")


class SharesInvalid(Refusal):
    code = "shares_invalid"
    status = 422
    text = _("Shares go to at least two different scrutineers of this round. At least two of them open the box.")


class UnknownShare(Refusal):
    code = "unknown_share"
    status = 404
    text = _("The key of this box has no such share.")


class BoxKeyReplaced(Refusal):
    code = "box_key_replaced"
    text = _("Another key has been made for this box meanwhile. What was written down of the one before opens nothing.")


class NotHolder(Refusal):
    code = "not_holder"
    status = 403
    text = _("You keep no share of this round's key.")


class BadBoxKey(Refusal):
    code = "bad_box_key"
    status = 422
    text = _("This is not a public box key.")
