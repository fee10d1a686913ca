"""Refusals about what results may expose."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import EDIT_ROLL, OpeningRefusal, Refusal, Remedy


class SheetNamesReceiver(OpeningRefusal):
    """A list without its reader's name identifies the reader (docs/rounds.md#whole-sheets)."""

    code = "sheet_names_receiver"
    text = _(
        "A whole sheet may not go to people whom it lists: a list with the one name missing tells whose it is. "
        "On a list they receive: %(names)s. Use a scheme with one paper for each subject, or take them off."
    )
    remedy = EDIT_ROLL


class SheetListsDiffer(OpeningRefusal):
    """A list that differs from the rest of the class identifies who receives it."""

    code = "sheet_lists_differ"
    text = _(
        "Whole sheets need the same list for everybody of a voter class. In the class “%(voters)s” the list differs "
        "for: %(names)s. Give them the same sheets, or use a scheme with one paper for each subject."
    )
    remedy = EDIT_ROLL


class ExposureUnproved(OpeningRefusal):
    """The guarantee has a counter-example."""

    code = "exposure_unproved"
    text = _("The round may not open: %(words)s")
    remedy = Remedy(_("Look at the pre-flight"), "round-preflight")


#: On the page of the pre-flight, where each subject has its own steps.
SUBTRACTION = Remedy(_("Look at the subjects concerned"), "round-preflight", anchor="subtraction")


class SubjectsSubtractable(OpeningRefusal):
    """Figures of this round and of others would leave fewer voters than the floor."""

    code = "subjects_subtractable"
    text = _(
        "Set beside other rounds, the figures about %(names)s would tell the marks of fewer than %(floor)s people, "
        "because a few vote in one of the rounds only. Give newcomers no paper about them, or leave them out."
    )
    remedy = SUBTRACTION


class RepeatedWithFewOthers(OpeningRefusal):
    """A contested round is repeated with nearly the same voters."""

    code = "repeated_with_few_others"
    text = _(
        "This round repeats one whose outcome was contested. About %(names)s it needs the same voters as then, or at "
        "least %(floor)s others."
    )
    remedy = SUBTRACTION


class NoNewcomers(Refusal):
    """Taking papers away does not help, or no longer."""

    code = "no_newcomers"
    text = _("Taking papers from newcomers would not help about this subject. It can be left out.")


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
