"""Named refusals. Views turn them into a sentence and a status; nothing else is caught."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """A domain function says no.

    `code` is the stable name of the reason (also what the JSON endpoints answer with), `status` the HTTP status
    that fits, `message` the sentence for people, translated when shown. `details` fill the sentence's blanks.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    text: ClassVar[str | Promise] = _("This cannot be done now.")

    def __init__(self, message: str | Promise = "", **details: object) -> None:
        super().__init__(self.code)
        self.details = details
        self._message = message

    @property
    def message(self) -> str:
        """The sentence to show, in the language of whoever reads it."""
        text = str(self._message or self.text)
        return text % self.details if self.details else text

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Remedy:
    """The way to remove a reason why a draft cannot be opened.

    `label` says what to do. It is done on the page of the round that `route` and `anchor` name; without a route
    somebody else is asked to do it. `post_route` names the step that does it at once.
    As the next step of a draft it may have a name, a sentence and a detail of its own (`step`, `sentence`, `detail`);
    without them the code and the message of the refusal are used.
    """

    label: str | Promise
    route: str = ""
    anchor: str = ""
    post_route: str = ""
    step: str = ""
    sentence: str | Promise = ""
    detail: str | Promise = ""


#: Remedies of several refusals.
EDIT_ROUND = Remedy(_("Edit the round"), "round-edit")
EDIT_ROLL = Remedy(_("Go to the roll"), "round-roll")


class OpeningRefusal(Refusal):
    """A refusal that can stand on the opening checklist of a draft, so it names its remedy."""

    code = "opening_refused"
    remedy: ClassVar[Remedy]

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "remedy"):
            raise TypeError(f"{cls.__name__} names no remedy")


# Schemes


class SchemeInvalid(OpeningRefusal):
    """The questionnaire cannot be asked as it stands; `problems` are sentences, one a fault."""

    code = "scheme_invalid"
    status = 422
    text = _("The scheme cannot be used yet.")
    remedy = Remedy(_("Correct the scheme in the administration."))

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__()
        self.problems = problems

    @property
    def message(self) -> str:
        return " ".join([str(self.text), *(str(problem) for problem in self.problems)])


# Rounds, from draft to archive


class RoundStateInvalid(Refusal):
    """The round is not in the state from which this step leads on."""

    code = "wrong_state"
    text = _("The round is “%(state)s”; this step is not possible now.")


class RoundFrozen(Refusal):
    code = "round_frozen"
    text = _("The round has been opened. Its roll, form and keys can no longer change.")


class NotOrganiser(OpeningRefusal):
    code = "not_organiser"
    status = 403
    text = _("The responsible organiser must be a member of the organisers' group.")
    remedy = EDIT_ROUND


class NotScrutineer(OpeningRefusal):
    code = "not_scrutineer"
    status = 403
    text = _("%(name)s is not a member of the scrutineers' group.")
    remedy = EDIT_ROUND


class EmptyRoll(OpeningRefusal):
    code = "empty_roll"
    text = _("Nobody is on the roll, or nobody is evaluated.")
    remedy = Remedy(_("Go to the roll"), "round-roll", step="roll", sentence=_("Make the roll: who evaluates whom."))


class OwnAssignment(OpeningRefusal):
    code = "self_evaluation"
    status = 422
    text = _("Nobody evaluates themselves.")
    remedy = EDIT_ROLL


class UnknownVoterClass(OpeningRefusal):
    code = "unknown_voter_class"
    status = 422
    text = _("The scheme has no such voter class.")
    remedy = EDIT_ROLL


class NoBoxKey(OpeningRefusal):
    code = "no_box_key"
    text = _("A scrutineer has not made the box key yet.")
    remedy = Remedy(_("Ask a scrutineer to make it on their page; they find it under “Boxes whose key I hold”."))


class SharesUnconfirmed(OpeningRefusal):
    code = "shares_unconfirmed"
    text = _("%(names)s have not confirmed yet that their share of the box key is written down.")
    remedy = Remedy(_("Each holder confirms in the ceremony, or on their own page of scrutineers."))


class WrongKey(Refusal):
    code = "wrong_key"
    status = 422
    text = _("This key does not open the box of this round.")


# Drawing


class LoginRequired(Refusal):
    code = "login"
    status = 401
    text = _("Please sign in.")


class UnknownRound(Refusal):
    code = "unknown_round"
    status = 404
    text = _("There is no such round.")


# Casting: these never see a person, only an entry


class BadEncoding(Refusal):
    code = "bad_encoding"
    status = 400
    text = _("The request could not be read.")


class RoundClosed(Refusal):
    code = "round_closed"
    status = 410
    text = _("The round is closed.")


class TooLarge(Refusal):
    code = "too_large"
    status = 413
    text = _("The request is too large.")


class NotOpenYet(Refusal):
    code = "not_open_yet"
    status = 425
    text = _("The round is not open yet.")


# Counting and publishing


# Decisions, notices and contests


# Reports as files


# The organiser's day


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422
    text = _("Give the reason. Everybody on the roll reads it.")


class SecondPersonNeeded(Refusal):
    code = "second_person_needed"
    status = 403
    text = _("Whoever asks for something, or did it, cannot confirm it. A second person does.")


# Who evaluates whom


class RollBeingWritten(OpeningRefusal):
    code = "roll_being_written"
    text = _("The roll is being written. Wait until it is complete, or use the plan again.")
    remedy = EDIT_ROLL


# Comments


# Findings


# Exposure
