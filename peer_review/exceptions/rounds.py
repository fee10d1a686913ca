"""Refusals about opening and changing a round."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class NoScrutineer(Refusal):
    code = "no_scrutineer"
    text = _("Name at least one scrutineer: without one nobody can open the box.")


class DatesInvalid(Refusal):
    code = "dates_invalid"
    status = 422
    text = _("The round must close after it opens.")


class DatesInPast(Refusal):
    code = "dates_in_past"
    status = 422
    text = _("The closing time lies in the past.")


class CollectionInvalid(Refusal):
    code = "collection_invalid"
    status = 422
    text = _("In two stages, casting begins after drawing begins and before the round closes.")


class ClockSetBack(Refusal):
    """The clock shows an earlier moment than one already recorded for this round."""

    code = "clock_set_back"
    text = _("The server's clock has been set back. Correct it first.")


class BatchSettingsInvalid(Refusal):
    code = "batch_settings_invalid"
    status = 422
    text = _("A batch floor needs a batch window, and both must be at least 1.")


class CellWithNobody(Refusal):
    code = "cell_with_nobody"
    text = _("Nobody may evaluate %(subjects)s in one of the voter classes.")


class SubjectWithNobody(Refusal):
    code = "subject_with_nobody"
    text = _("Nobody may evaluate %(subjects)s.")


class KeysMissing(Refusal):
    code = "keys_missing"
    text = _("%(missing)s of %(total)s keys are not ready yet.")


class BoxKeyUntested(Refusal):
    code = "box_key_untested"
    text = _("The box key has not been shown to open the test row yet.")


class NotLonger(Refusal):
    code = "not_longer"
    status = 422
    text = _("A round can only be lengthened: the new closing time must be later than the old one.")
