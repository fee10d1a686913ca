"""Named refusals. Views turn them into a sentence and a status; nothing else is caught."""

from typing import Any, ClassVar

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

    def __init__(self, message: Any = "", **details: Any) -> None:
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


# Schemes


class SchemeInvalid(Refusal):
    """The questionnaire cannot be asked as it stands; `problems` are sentences, one a fault."""

    code = "scheme_invalid"
    status = 422
    text = _("The scheme cannot be used yet.")

    def __init__(self, problems: list[Any]) -> None:
        super().__init__()
        self.problems = problems

    @property
    def message(self) -> str:
        return " ".join([str(self.text), *(str(problem) for problem in self.problems)])


# Rounds, from draft to archive


class WrongState(Refusal):
    """The round is not in the state from which this step leads on."""

    code = "wrong_state"
    text = _("The round is “%(state)s”; this step is not possible now.")


class RoundFrozen(Refusal):
    code = "round_frozen"
    text = _("The round has been opened. Its roll, form and keys can no longer change.")


class NotOrganiser(Refusal):
    code = "not_organiser"
    status = 403
    text = _("The responsible organiser must be a member of the organisers' group.")


class NotScrutineer(Refusal):
    code = "not_scrutineer"
    status = 403
    text = _("%(name)s is not a member of the scrutineers' group.")


class EmptyRoll(Refusal):
    code = "empty_roll"
    text = _("Nobody is on the roll, or nobody is evaluated.")


class SelfEvaluation(Refusal):
    code = "self_evaluation"
    status = 422
    text = _("Nobody evaluates themselves.")


class UnknownVoterClass(Refusal):
    code = "unknown_voter_class"
    status = 422
    text = _("The scheme has no such voter class.")


class NoBoxKey(Refusal):
    code = "no_box_key"
    text = _("A scrutineer has not made the box key yet.")


class SharesUnconfirmed(Refusal):
    code = "shares_unconfirmed"
    text = _("%(names)s have not confirmed yet that their share of the box key is written down.")


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


class BadToken(Refusal):
    code = "bad_token"
    status = 403
    text = _("This credential is not valid for this ballot paper.")


class BadBallotSignature(Refusal):
    code = "bad_ballot_signature"
    status = 403
    text = _("The ballot was changed after it was signed.")


class UnknownCell(Refusal):
    code = "unknown_cell"
    status = 404
    text = _("This round has no such ballot paper.")


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


# Who evaluates whom


class RollBeingWritten(Refusal):
    code = "roll_being_written"
    text = _("The roll is being written. Wait until it is complete, or use the plan again.")


# Comments


# Findings


# Exposure
