"""The sentences that the scripts of envelopes and kiosk speak."""

from django.utils.translation import gettext as _

from peer_review.exceptions.ballots import EnvelopesPrinted, EnvelopesUnwitnessed
from peer_review.views.shared.client_messages import protocol_errors


def errors() -> dict[str, str]:
    """Return what refusals mean to whoever holds, or makes, an envelope."""
    return {
        **protocol_errors(),
        "bad_recovery_code": _("This is not a code of a slip: it has 8 groups of 4 letters and digits."),
        "unknown_envelope": _("This code opens no papers of this round. Compare it once more with the slip."),
        "envelopes_printed": str(EnvelopesPrinted.text),
        "envelopes_unwitnessed": str(EnvelopesUnwitnessed.text),
    }


def kiosk() -> dict[str, object]:
    """Return the words of the kiosk's first page."""
    return {"errors": errors()}


def envelopes() -> dict[str, object]:
    """Return the words of the page on which envelopes are made, and of the slips."""
    return {
        "errors": errors(),
        "comma": _(", "),
        "made": _("Urn %(number)s: %(count)s slips"),
        "destroy_sure": _("Forget the codes? Slips that were not printed well are lost then."),
        "slip_papers": _("Good for one ballot each about: %(papers)s"),
        "slip_qr": _("The code as a square for a scanner"),
        "slip_where": _("Open %(kiosk)s, type or scan the code, and cast until %(last)s."),
        "slip_care": _(
            "Nobody knows who drew this slip. Whoever holds it can vote with it once; if it is lost, there is no other."
        ),
    }
