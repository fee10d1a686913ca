"""Refusals about opening and changing a round."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import EDIT_ROLL, EDIT_ROUND, OpeningRefusal, Refusal, Remedy


class NoScrutineer(OpeningRefusal):
    code = "no_scrutineer"
    text = _("Name at least one scrutineer: without one nobody can open the box.")
    remedy = EDIT_ROUND


class DatesInvalid(OpeningRefusal):
    code = "dates_invalid"
    status = 422
    text = _("The round must close after it opens.")
    remedy = EDIT_ROUND


class DatesInPast(OpeningRefusal):
    code = "dates_in_past"
    status = 422
    text = _("The closing time lies in the past.")
    remedy = EDIT_ROUND


class OpenTooBriefly(OpeningRefusal):
    code = "open_too_briefly"
    status = 422
    text = _(
        "Ballots can be cast for at least 24 hours from the moment a round opens. In two stages drawing lasts at least "
        "as long, and so does casting. Choose later times."
    )
    remedy = EDIT_ROUND


class CollectionInvalid(OpeningRefusal):
    code = "collection_invalid"
    status = 422
    text = _("In two stages, casting begins after drawing begins and before the round closes.")
    remedy = EDIT_ROUND


class ClockSetBack(OpeningRefusal):
    """The clock shows an earlier moment than one already recorded for this round."""

    code = "clock_set_back"
    text = _("The server's clock has been set back. Correct it first.")
    remedy = Remedy(_("Ask the administrator to correct the clock."))


class BatchSettingsInvalid(OpeningRefusal):
    code = "batch_settings_invalid"
    status = 422
    text = _("A batch floor needs a batch window, and both must be at least 1.")
    remedy = EDIT_ROUND


class CellWithNobody(OpeningRefusal):
    code = "cell_with_nobody"
    text = _("Nobody may evaluate %(subjects)s in one of the voter classes.")
    remedy = EDIT_ROLL


class SubjectWithNobody(OpeningRefusal):
    code = "subject_with_nobody"
    text = _("Nobody may evaluate %(subjects)s.")
    remedy = EDIT_ROLL


class KeysMissing(OpeningRefusal):
    code = "keys_missing"
    text = _("%(missing)s of %(total)s keys are not ready yet.")
    remedy = Remedy(
        _("Prepare the keys"),
        "round-dashboard",
        "keys",
        post_route="keys-prepare",
        step="keys",
        sentence=_("Have the keys of the ballot papers made."),
        detail=_("It goes on in the background; you may leave the page."),
    )


class BoxKeyUntested(OpeningRefusal):
    code = "box_key_untested"
    text = _("The box key has not been shown to open the test row yet.")
    remedy = Remedy(_("Ask the scrutineer to confirm and test the key."))


class ExtensionWithoutRate(OpeningRefusal):
    """Too few for what: the automatic extension asks the scheme's lowest return rate."""

    code = "extension_without_rate"
    status = 422
    text = _("An automatic extension needs a scheme with a lowest return rate: below it the round stays open longer.")
    remedy = EDIT_ROUND


class ExtensionInTwoStages(OpeningRefusal):
    code = "extension_in_two_stages"
    status = 422
    text = _("In two stages there is no automatic extension: nobody can draw any more when the round closes.")
    remedy = EDIT_ROUND


class ExtensionTooEarly(Refusal):
    code = "not_longer"
    status = 422
    text = _("A round can only be lengthened: the new closing time must be later than the old one.")


class ClosingTooEarly(Refusal):
    """Closing by hand before the last moment: that takes a request, a second person and a notice."""

    code = "closing_too_early"
    text = _(
        "The round is open until %(last)s. Before that it is closed only after a request with a reason, which a second "
        "person confirms, and 24 hours after everybody has been told."
    )


class EarlyClosingNotYet(Refusal):
    code = "early_closing_not_yet"
    text = _("A round can be closed early only once ballots can be cast in it.")


class EarlyClosingTooLate(Refusal):
    code = "early_closing_too_late"
    text = _("The round closes by itself in less than 24 hours. An early closing needs a notice as long as that.")


class EarlyClosingStands(Refusal):
    code = "early_closing_stands"
    text = _("Closing this round early has been asked for already. Withdraw that first.")


class EarlyClosingSettled(Refusal):
    code = "early_closing_settled"
    text = _("This request has been confirmed or withdrawn meanwhile.")


class EarlyClosingChanged(Refusal):
    code = "early_closing_changed"
    text = _("What is asked for is not what you were reading. Read the request that stands now, then confirm it.")
