"""Sentences of the script of the scrutineers."""

from django.utils.translation import gettext as _


def scrutineer() -> dict[str, object]:
    """Return the words of the scrutineer's page."""
    return {
        "errors": {
            "login": _("You have been signed out. Sign in again; nothing that was opened is lost."),
            "second_factor": _(
                "Your second factor is asked for again. Open this page in another tab and show it there, then come "
                "back here and try again; nothing that was opened is lost."
            ),
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
                "The file does not hold the keys of all rows. Run the command again; it goes on where it stopped."
            ),
            "shares_invalid": _("The scrutineers of this round have changed. Reload the page and make the key again."),
            "box_key_replaced": _(
                "Another key has been made for this box meanwhile. These shares open nothing; reload the page."
            ),
            "shares_unconfirmed": _("Not every holder has confirmed their share yet."),
            "bad_key": _("The server sent a row that no key can open. Tell the inspectors."),
            "insecure_context": _("The key can only be made and used over https. Open this page with https."),
            "fallback_failed": _("This browser is old and a part it needs did not load. Use a newer browser."),
            "box_still_sealed": _(
                "Some rows of the box are still sealed. Open the box once more; it goes on where it stopped."
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
        "opening": _("Opened %(opened)s of %(total)s rows"),
        "opened": _("All %(total)s rows are open. The server checks and counts the ballots among them now."),
        "empty": _("The box is empty: nobody cast a ballot."),
        "counting": _("Counting: %(done)s of %(total)s"),
        "writing": _("Writing the ballots in order: step %(done)s of %(total)s"),
        "minutes_left": _("%(text)s · about %(minutes)s min left"),
    }
