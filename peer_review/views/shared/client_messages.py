"""Sentences of the scripts for every refusal of the protocol."""

from django.utils.translation import gettext as _

from peer_review.protocol.bulletin import Fate


def protocol_errors() -> dict[str, str]:
    """Return what each refusal of drawing or casting means, what was kept, and what to do."""

    def still_here(sentence: str) -> str:
        return _("%(what)s What you filled in is still here.") % {"what": sentence}

    return {
        "login": still_here(
            _("You have been signed out. Sign in again in another tab, then come back here and try again.")
        ),
        # The site may ask for a second factor before it lets somebody on.
        "second_factor": still_here(
            _("Your second factor is asked for. Show it in another tab, then come back here and try again.")
        ),
        "not_eligible": _("You are not on the roll for one of these papers. Ask the organiser."),
        "votes_on_paper": _("On this round's roll you vote on paper: draw an envelope where the round's notice says."),
        "already_drawn": _("Your credentials were drawn in another browser. Type the recovery code shown there."),
        "round_key_unreadable": still_here(
            _("The server cannot read this round's key. Tell the administrator, and try again later.")
        ),
        "draw_closed": _("The round has closed; credentials are no longer given out."),
        "bad_encoding": still_here(_("The server could not read the ballots. Reload the page and try again.")),
        "cookie_on_anonymous_endpoint": still_here(
            _(
                "Your browser sent a cookie along with the ballots, so the server refused them to protect you. "
                "Try again without extensions that alter requests."
            )
        ),
        "bad_token": still_here(_("This credential was not accepted for this paper. Reload the page and try again.")),
        "bad_ballot_signature": still_here(_("The ballot was altered on its way, so it was refused. Try again.")),
        "bad_revision": still_here(
            _("The ballot was not signed for the version as which it arrived, so it was refused. Try again.")
        ),
        "cell_closed": _("Too few people drew this paper, so it takes no ballots."),
        "unknown_cell": still_here(_("The round does not know this paper. Ask the organiser.")),
        "stale_revision": _(
            "A newer version of this ballot, cast from another browser, is already in the box. It counts. To change it "
            "from here, let this computer forget the round, then type the recovery code."
        ),
        "too_many_casts": _("This ballot has been changed too often. The last version that has a receipt counts."),
        "round_closed": _("The round closed before these ballots arrived. They are not in the box."),
        "too_large": still_here(_("The ballots are larger than the form allows. Reload the page and try again.")),
        "bad_answers": still_here(_("An answer does not fit the form. Correct it and cast again.")),
        "not_open_yet": still_here(_("Its time has not come yet. Reload the page when it has.")),
        "box_unavailable": still_here(_("The box could not be written to just now. Nothing was cast. Try again.")),
        "unknown_round": _("The server does not know this round."),
        "network": still_here(_("The server could not be reached. Try again; sending twice does no harm.")),
        "bad_fingerprint": still_here(
            _(
                "The keys of this round are not the ones that its fingerprint names. "
                "Cast nothing and tell the inspectors."
            )
        ),
        "bad_key": _("A key of this round is too weak. Cast nothing and tell the inspectors."),
        "bad_receipt": _("A receipt's signature is wrong. Keep this page and tell the inspectors."),
        "bad_manifest": _("The list of this round's keys is malformed. Cast nothing and tell the inspectors."),
        "bad_recovery_code": _("This is not a recovery code: it has 8 groups of 4 letters and digits."),
        "wrong_code": _("This code does not belong to the credentials drawn for this round. Compare it once more."),
        "insecure_context": _("Ballots can only be made over https. Open this page with https."),
        "fallback_failed": still_here(_("This browser is old and a part it needs did not load. Use a newer browser.")),
        "busy": still_here(_("The server is busy. Wait a little and try again.")),
        "internal_error": still_here(_("The server made a mistake. Try again; sending twice does no harm.")),
        "unknown": still_here(_("Something went wrong (%(code)s). Try again.")),
    }


def fate_words() -> dict[str, str]:
    """Return what became of a ballot, in the words of its cell's fate in the bulletin."""
    return {
        Fate.COUNTED: _("Counted"),
        Fate.MERGED: _("Counted with a neighbouring class"),
        Fate.FEW: _("Too few: destroyed unread"),
        Fate.VOID: _("The round is void: not counted"),
    }
