"""Refusals about what results may expose."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import EDIT_ROLL, OpeningRefusal, Refusal, Remedy


class SheetNamesReceiver(OpeningRefusal):
    """A list without its reader's own name would tell whose it is (PROTOCOL: two kinds of ballot paper)."""

    code = "sheet_names_receiver"
    text = _(
        "A whole sheet may not go to people whom it lists: a list with the one name missing tells whose it is. "
        "On a list they receive: %(names)s. Use a scheme with one paper for each subject, or take them off."
    )
    remedy = EDIT_ROLL


class SheetListsDiffer(OpeningRefusal):
    """Who receives another list than the rest of the class can be told by it."""

    code = "sheet_lists_differ"
    text = _(
        "Whole sheets need the same list for everybody of a voter class. In the class “%(voters)s” the list differs "
        "for: %(names)s. Give them the same sheets, or use a scheme with one paper for each subject."
    )
    remedy = EDIT_ROLL


class ExposureUnproved(OpeningRefusal):
    """The search for a counter-example to the guarantee found one."""

    code = "exposure_unproved"
    text = _("The round may not open: %(words)s")
    remedy = Remedy(_("Look at the pre-flight"), "round-preflight")


class TermsAltered(Refusal):
    """Form, floor or visibility are not those that were frozen and logged when the round opened."""

    code = "terms_altered"
    text = _(
        "The round's form, floor or visibility are not those it was opened with. Nothing is published; "
        "the inspectors must be told."
    )


class NothingToMerge(Refusal):
    code = "nothing_to_merge"
    text = _("There is nothing to merge: no subject named has papers of this voter class.")
