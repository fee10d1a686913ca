"""The sentences that the scripts speak, translated here so that the scripts hold none."""

from django.utils.translation import gettext as _

from peer_review.protocol.bulletin import Fate
from peer_review.views.shared.client_messages import fate_words, protocol_errors


def ballot() -> dict[str, object]:
    """Return the words of the ballot page."""
    return {
        "errors": protocol_errors(),
        "dk": _("Do not know enough"),
        "out_of_range": _("0 to 100, whole points"),
        "status_empty": _("Not filled in"),
        "status_partial": _("Incomplete"),
        "status_broken": _("Breaks a rule"),
        "status_done": _("Filled in"),
        "status_skipped": _("Skipped"),
        "done_of": _("%(done)s / %(total)s"),
        "words_about": _("Words about %(label)s"),
        "words_withdrawn": _("Withdrawn: no words"),
        "characters": _("%(count)s of %(limit)s characters"),
        "too_long": _("The words about %(label)s have %(count)s characters; %(limit)s fit. Shorten them."),
        "reason_needed": _(
            "Your mark for “%(criterion)s” asks for a reason. Write a few words about %(label)s, or change the mark."
        ),
        "summary_ready": _("Ballots to cast: %(count)s. Papers skipped: %(skipped)s."),
        "summary_missing": _("Papers not complete: %(count)s. Give the missing answers, or choose for each:"),
        "summary_none": _("There is nothing to cast: every paper is skipped."),
        "mark_dk": _("Mark the rest “Do not know enough”"),
        "skip": _("Skip this paper"),
        "to_paper": _("To the paper"),
        "to_place": _("To the place"),
        "missing": _("no answer yet"),
        "not_asked": _("not asked"),
        "paper": _("Ballot paper"),
        "making": _("Making one-time credentials: %(done)s of %(total)s"),
        "drawing": _("Drawing credentials with your sign-in"),
        "drawn": _("Your credentials are drawn."),
        "casting": _("Casting without your sign-in; waiting until the batch is safely stored"),
        "pending": _("Ballots waiting for their batch: %(count)s. Keep this page open; it asks again by itself."),
        "cast_all": _("Your ballots are in the box: %(count)s of %(total)s"),
        "not_cast": _("Not cast: %(label)s. %(reason)s"),
        "version": _("version %(version)s"),
        "version_later": _("newest version"),
        "earlier": _("Cast from this browser: %(count)s. Until closing you may change them below."),
        "copied": _("Copied."),
        "copy_failed": _("Copying is not allowed here. Select the code and copy it by hand."),
        "forgotten": _("This computer holds nothing of this round any more."),
        "forget_sure": _(
            "Forget everything this browser holds about the round? Drafts, credentials and receipts are deleted. "
            "What was cast stays in the box; to change it you need the recovery code."
        ),
        "recovered": _(
            "Your credentials are back. Give your answers again and cast; the new ballots replace the old. "
            "From now on use this browser only."
        ),
        "code_first": _("Your recovery code, in case this page is lost: %(code)s"),
        "draft_restored": _("Your draft was restored from this browser."),
    }


def check() -> dict[str, object]:
    """Return the words of the check page."""
    return {
        "errors": protocol_errors(),
        "held": _("The bulletin holds %(count)s of your %(total)s ballots"),
        "not_all": _("Among the hashes of your papers are only %(count)s of these %(total)s ballots"),
        "good": _("Proven: the published bulletin holds each of them, and its signature fits this round's keys."),
        "bad": _(
            "A ballot that you cast anew in another browser has replaced the earlier one, whose receipt is then no "
            "longer found. If that is not the reason, keep your receipts and tell the inspectors: a receipt is the "
            "server's own signature."
        ),
        "none_here": _("This browser holds no receipts of this round. Choose your receipt file, or type a hash."),
        "fates": fate_words(),
        "some": {
            Fate.MERGED: _("Counted together with a neighbouring class, so that no few stand alone: %(count)s."),
            Fate.FEW: _(
                "Destroyed unread, because there were fewer than %(floor)s, also together with any class that could be "
                "joined: %(count)s."
            ),
            Fate.VOID: _("The round is void, so nothing of it is counted: %(count)s."),
        },
        "out": _("Not among your papers"),
        "not_counted_yet": _(
            "The box has not been counted yet. Valid receipts here: %(total)s. Come back after the count."
        ),
        "receipts_bad": _("Receipts that do not carry this round's signature: %(count)s."),
        "bad_bulletin": _("The bulletin does not carry this round's signature. Tell the inspectors."),
        "file_bad": _("This is not a receipt file of this round."),
        "hash_short": _("Type at least the first 16 characters of the hash."),
        "hash_found": _("%(leaf)s is in the bulletin: %(fate)s."),
        "hash_missing": _("No ballot with this hash is among your papers."),
        "reload": _("Nothing more is fetched by itself. Reload this page to try again."),
        "forget_sure": _("Forget everything this browser holds about the round? Without receipts it cannot check."),
        "forgotten": _("This computer holds nothing of this round any more."),
    }
