"""Refusals about credentials, envelopes and casting."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class NotEligible(Refusal):
    code = "not_eligible"
    status = 403
    text = _("You are not on the roll for this ballot paper.")


class AlreadyDrawn(Refusal):
    code = "already_drawn"
    text = _("Your ballot papers have already been drawn, in another browser. Use the recovery code you noted there.")


class DrawClosed(Refusal):
    code = "draw_closed"
    status = 410
    text = _("Ballot papers can no longer be drawn.")


class VotesOnPaper(Refusal):
    code = "votes_on_paper"
    text = _("On this round's roll you vote on paper: draw an envelope where the round's notice says.")


class EnvelopesPrinted(Refusal):
    code = "envelopes_printed"
    text = _("The envelopes of this urn have been made. They are made once only.")


class UnknownEnvelope(Refusal):
    code = "unknown_envelope"
    status = 403
    text = _("This is not the code of an envelope of this round.")


class EnvelopesUnwitnessed(Refusal):
    """Where a paper is voted with envelopes alone, a second scrutineer has to see them made."""

    code = "envelopes_unwitnessed"
    text = _("A second scrutineer has not confirmed these envelopes yet. Please ask where you drew yours.")


class SameScrutineer(Refusal):
    code = "same_scrutineer"
    status = 403
    text = _("Another scrutineer than the one who made the envelopes confirms them.")


class CookieOnAnonymousEndpoint(Refusal):
    code = "cookie_on_anonymous_endpoint"
    status = 400
    text = _("Ballots are taken without cookies only.")


class CellClosed(Refusal):
    """Two stages: fewer than the floor had drawn this paper when drawing ended."""

    code = "cell_closed"
    status = 410
    text = _("Too few have drawn this paper, so it was closed when drawing ended.")


class StaleRevision(Refusal):
    code = "stale_revision"
    text = _("A newer version of this ballot has already been cast.")


class TooManyCasts(Refusal):
    code = "too_many_casts"
    status = 429
    text = _("This ballot has been changed too often. Your last version counts.")


class BadAnswers(Refusal):
    code = "bad_answers"
    status = 422
    text = _("The answers do not fit the form.")


class BoxUnavailable(Refusal):
    """The batch could not be written; nothing was lost, because no receipt was given."""

    code = "box_unavailable"
    status = 503
    text = _("The ballot box could not be written to. Nothing was cast; please try again.")
