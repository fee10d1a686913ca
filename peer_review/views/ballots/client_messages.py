"""The sentences that the scripts speak, translated here so that the scripts hold none."""

from django.utils.translation import gettext as _


def protocol_errors() -> dict[str, str]:
    """Return what each refusal of drawing or casting means, what was kept, and what to do."""

    def still_here(sentence: str) -> str:
        return _("%(what)s What you filled in is still here.") % {"what": sentence}

    return {
        "login": still_here(
            _("You have been signed out. Sign in again in another tab, then come back here and try again.")
        ),
        "not_eligible": _("You are not on the roll for one of these papers. Ask the organiser."),
        "votes_on_paper": _("On this round's roll you vote on paper: draw an envelope where the round's notice says."),
        "already_drawn": _("Your credentials were drawn in another browser. Type the recovery code shown there."),
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
        "cell_closed": _("Too few people drew this paper, so it takes no ballots."),
        "unknown_cell": still_here(_("The round does not know this paper. Ask the organiser.")),
        "stale_revision": _("A newer version of this ballot is already in the box. It counts."),
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
        "counted": _("%(count)s of %(total)s of your ballots are counted"),
        "not_all": _("Only %(count)s of %(total)s of your ballots are counted"),
        "good": _("Proven: the published bulletin holds each of them, and its signature fits this round's keys."),
        "bad": _("Keep your receipts and tell the inspectors: a receipt is the server's own signature."),
        "none_here": _("This browser holds no receipts of this round. Choose your receipt file, or type a hash."),
        "in": _("In the count"),
        "out": _("Not in the count"),
        "place": _("leaf %(index)s of %(size)s, with a valid path to the root"),
        "not_counted_yet": _(
            "The box has not been counted yet. Valid receipts here: %(total)s. Come back after the count."
        ),
        "receipts_bad": _("Receipts that do not carry this round's signature: %(count)s."),
        "bad_bulletin": _("The bulletin does not carry this round's signature. Tell the inspectors."),
        "file_bad": _("This is not a receipt file of this round."),
        "hash_short": _("Type at least the first 16 characters of the hash."),
        "hash_found": _("%(leaf)s is in the bulletin."),
        "hash_missing": _("No ballot with this hash is in the bulletin."),
        "forget_sure": _("Forget everything this browser holds about the round? Without receipts it cannot check."),
        "forgotten": _("This computer holds nothing of this round any more."),
    }


def verify() -> dict[str, object]:
    """Return the words of the bulletin page: what each check is called, what it found, what does not hold."""
    return {
        "checks": {
            "manifest": _("Manifest and its keys"),
            "fingerprint": _("Fingerprint of the printed notice"),
            "bulletin": _("Form of the bulletin"),
            "signature": _("Signature of the bulletin’s head"),
            "belonging": _("Bulletin belongs to this manifest"),
            "order": _("Order of the hashes, none twice"),
            "root": _("Root of the tree"),
            "figures": _("Counted ≤ drawn ≤ eligible in each cell, and the sums"),
            "packed": _("Package holds what is published here"),
            "ballots": _("Form of the ballots"),
            "tokens": _("Credential of each ballot, for its cell"),
            "signatures": _("Signature of each ballot"),
            "unique": _("One ballot per credential"),
            "dropped": _("No ballot dropped"),
            "added": _("No ballot added"),
            "counts": _("Ballots in each cell"),
            "receipts": _("Receipts"),
            "hash": _("Hash from a receipt"),
        },
        "notes": {
            "manifest": _("%(cells)s cells, a key each"),
            "bulletin": _("%(ballots)s hashes, in canonical form"),
            "figures": _("%(counted)s counted, %(drawn)s drawn of %(eligible)s, all papers together"),
            "ballots": _("%(ballots)s ballots"),
            "receipts": _("%(counted)s of %(total)s in the count"),
            "hash": _("%(leaf)s is number %(place)s of %(ballots)s"),
        },
        "faults": {
            "manifest_form": _("It is not a manifest in canonical form, or two cells share a key."),
            "manifest_key": _("The key of cell %(cell)s may not be used."),
            "fingerprint_other": _("The manifest that was fetched has another fingerprint than you typed."),
            "bulletin_form": _("It is not a bulletin in canonical form."),
            "signature_form": _("The signature is malformed."),
            "signature_false": _("It was not signed by the round’s key, or was altered since."),
            "belonging_round": _("It is of another round."),
            "belonging_manifest": _("It was made for another manifest: keys were changed."),
            "belonging_cells": _("Its cells are not those of the manifest."),
            "order_twice": _("A hash is there twice."),
            "order_wrong": _("The hashes are not sorted."),
            "root_size": _("The head says %(said)s ballots, there are %(found)s."),
            "root_other": _("The root does not cover these hashes."),
            "figures_cell": _("Cell %(cell)s: %(counted)s counted, %(drawn)s drawn of %(eligible)s."),
            "figures_sum": _("The cells add up to %(sum)s, there are %(found)s hashes."),
            "packed_other": _("%(name)s in the package is not the one that is published here."),
            "ballots_form": _("It is not a file of ballots."),
            "ballots_round": _("The ballots are of another round."),
            "ballots_entry": _("Ballot %(number)s is malformed."),
            "tokens_form": _("A credential is malformed."),
            "tokens_false": _("Ballot %(number)s: its credential was not issued for cell %(cell)s."),
            "signatures_form": _("A signature is malformed."),
            "signatures_false": _("Ballot %(number)s was altered after it was cast."),
            "unique_twice": _("Ballots %(first)s and %(second)s spend the same credential."),
            "dropped_form": _("A ballot is malformed."),
            "dropped_some": _("Hashes of the bulletin that have no ballot: %(count)s."),
            "added_some": _("Ballot %(number)s is not in the bulletin."),
            "counts_other": _("Cell %(cell)s: %(counted)s counted, %(found)s found."),
            "receipts_form": _("It is not a receipt file."),
            "receipts_manifest": _("It was kept under another manifest."),
            "receipts_round": _("It is of another round."),
            "receipts_signature": _("A receipt was not signed by this round."),
            "receipts_missing": _(
                "%(counted)s of %(total)s are in the count. A ballot that was replaced by a later one is not."
            ),
            "hash_short": _("Type at least the first 16 characters of the hash."),
            "hash_missing": _("No ballot with this hash is in the bulletin."),
        },
        "errors": {
            "network": _("The server could not be reached. Nothing was checked; try again."),
            "server_error": _("The server did not hand out the files. Nothing was checked; try again."),
            "insecure_context": _("Checks can only be computed over https. Open this page with https."),
            "fallback_failed": _("This browser is old and a part it needs did not load. Use a newer browser."),
            "bad_zip": _("This file is not an auditor’s package, or it is damaged. Nothing was checked."),
            "too_large": _("This package is larger than a browser can hold. Use verify_bulletin.py."),
            "unknown": _("Something went wrong (%(code)s). Nothing is proven; try again."),
        },
        "holds": _("holds"),
        "fails": _("does not hold"),
        "fetching": _("Fetching the files"),
        "done_of": _("%(done)s of %(total)s"),
        "sound": _("Every check holds"),
        "unsound": _("The count does not hold"),
        "sound_compared": _(
            "The keys are those of the printed notice, and the bulletin is whole and signed with them."
        ),
        "sound_alone": _(
            "The bulletin is whole and signed. That its keys are the ones of the printed notice you can tell only by "
            "typing the fingerprint from it."
        ),
        "unsound_do": _("Keep this page, download both files and tell the inspectors which check does not hold."),
        "fact_counted": _("Ballots counted, all papers together"),
        "fact_drawn": _("Drawn"),
        "fact_eligible": _("Eligible"),
        "fact_leaves": _("Hashes in the bulletin"),
        "fact_root": _("Root, computed here"),
        "fact_print": _("Fingerprint, computed here"),
    }


def scrutineer() -> dict[str, object]:
    """Return the words of the scrutineer's page."""
    return {
        "errors": {
            "login": _("You have been signed out. Sign in again; nothing that was opened is lost."),
            "wrong_key": _("This is not the key of this box. Nothing was opened; compare the code once more."),
            "bad_box_key": _("This is not a whole key, or a character in it is wrong. Compare it group by group."),
            "bad_share": _("This is not a whole share, or a character in it is wrong. Compare it group by group."),
            "shares_mixed": _(
                "This share belongs to another key: to that of another round, or to one that was replaced. "
                "It was not taken."
            ),
            "wrong_shares": _(
                "These do not make the key of this box, so one of them is not genuine: %(names)s. "
                "Enter one more share; then the page can tell which."
            ),
            "all_shares_wrong": _(
                "These do not make the key of this box, so one of them is not genuine: %(names)s. "
                "Take out the papers again, forget the shares taken, and enter them once more."
            ),
            "bad_public_half": _("This is not the public half of a key. It has 43 letters, digits, - or _."),
            "bad_keys_file": _("This is not a file that the command wrote for this box, or it is damaged."),
            "keys_file_incomplete": _(
                "The file does not hold the keys of all ballots. Run the command again; it goes on where it stopped."
            ),
            "shares_invalid": _("The scrutineers of this round have changed. Reload the page and make the key again."),
            "shares_unconfirmed": _("Not every holder has confirmed their share yet."),
            "bad_key": _("The server sent a row that no key can open. Tell the inspectors."),
            "insecure_context": _("The key can only be made and used over https. Open this page with https."),
            "fallback_failed": _("This browser is old and a part it needs did not load. Use a newer browser."),
            "box_still_sealed": _(
                "Some ballots are still sealed. Open the box once more; it goes on where it stopped."
            ),
            "busy": _("The server is busy. Wait a little and try again; what was opened stays open."),
            "more_ballots_than_drawn": _(
                "There are more ballots than credentials were drawn. The vote is void; the inspectors must be told."
            ),
            "network": _("The server could not be reached. What was opened stays open; try again."),
            "round_frozen": _("The round has been opened already; its key can no longer change."),
            "unknown": _("Something went wrong (%(code)s). Try again."),
        },
        "made": _("The key was made in this browser. It is shown here only, and only now."),
        "confirm_wrong": _("These are not the last four characters. Look at what you wrote down."),
        "copied": _("Copied."),
        "copy_failed": _("Copying is not allowed here. Select the code and copy it by hand."),
        "share_title": _("Share %(number)s of %(total)s: %(name)s"),
        "share_call": _("It is the turn of %(name)s. All others step back, so that they cannot see the screen."),
        "share_rule": _(
            "Any %(threshold)s of %(total)s shares open the box. This one alone opens nothing and tells nothing."
        ),
        "share_of": _("share %(number)s (%(name)s)"),
        "share_entered": _("taken"),
        "share_waited": _("not taken yet"),
        "share_again": _("This share has been taken already. Let another holder sit down."),
        "share_false": _("Not genuine: %(names)s. The key was found without it; tell the inspectors."),
        "shares_missing": _("Shares still needed: %(missing)s"),
        "one_more": _("One more share is needed to tell which is not genuine."),
        "and": _(", "),
        "opening": _("Opened %(opened)s of %(total)s ballots"),
        "opened": _("All %(total)s ballots are open. The server checks and counts them now."),
        "empty": _("The box is empty: nobody cast a ballot."),
        "counting": _("Counting: %(done)s of %(total)s"),
        "writing": _("Writing the ballots in order: %(done)s of %(total)s"),
        "minutes_left": _("%(text)s · about %(minutes)s min left"),
    }
