"""Refusals about decisions, notices, reviews and appeals."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class NotPublished(Refusal):
    code = "not_published"
    text = _("Nothing is decided before the results are published.")


class OwnDecision(Refusal):
    """Nobody decides on themselves."""

    code = "own_decision"
    status = 403
    text = _("%(name)s: nobody decides on themselves, nor on the section they head. Another leader must.")


class UnknownSubject(Refusal):
    code = "unknown_subject"
    status = 422
    text = _("Somebody on this list is not evaluated in this round. Nothing was recorded.")


class UnknownGrade(Refusal):
    code = "unknown_grade"
    status = 422
    text = _("%(name)s: there is no such grade. Nothing was recorded.")


class NothingChosen(Refusal):
    code = "nothing_chosen"
    status = 422
    text = _("Choose a grade for at least one person.")


#: Message of ReasonMissing for a decision: only what follows the proposal needs no words.
DECISION_REASON_MISSING = _(
    "%(name)s: give the reason. It is needed wherever the decision differs from the proposal, resolves a tie, or "
    "grades nobody. Nothing was recorded."
)


class NoFigures(Refusal):
    code = "no_figures"
    status = 422
    text = _("%(name)s has no published score, so there is nothing to base a grade on. Decide “not graded”.")


class HasFigures(Refusal):
    code = "has_figures"
    status = 422
    text = _("%(name)s has a published score. “Not graded” is for those without one.")


class QuotaExceeded(Refusal):
    code = "quota_exceeded"
    text = _(
        "That would be %(wanted)s times “excellent”; the quota of %(quota)s %% allows %(places)s in this round. "
        "Nothing was recorded."
    )


class AlreadyTold(Refusal):
    """Afterwards only a review or an appeal changes the outcome, for the better."""

    code = "already_told"
    text = _("The outcome has been told. It can only be changed by a review or an appeal, for the better.")


class DecidedMeanwhile(Refusal):
    code = "decided_meanwhile"
    text = _("%(name)s was decided by somebody else meanwhile. Look at it again; nothing was recorded.")


class OutcomesChanged(Refusal):
    code = "outcomes_changed"
    text = _("Decisions were changed while you were reading. Read them again, then tell the outcomes.")


class NamesChanged(Refusal):
    code = "names_changed"
    text = _("The names are not those that you were reading. Read them again, then start the public notice.")


class UndecidedLeft(Refusal):
    code = "undecided_left"
    text = _("%(left)s are not decided yet. All outcomes of a round are told together.")


class NothingToTell(Refusal):
    code = "nothing_to_tell"
    text = _("Everybody has been told already.")


class NotAddressee(Refusal):
    code = "not_addressee"
    status = 403
    text = _("Only whom the outcome was told to can do this.")


class NobodyToAnnounce(Refusal):
    code = "nobody_to_announce"
    text = _("Nobody who was decided “excellent” and told so waits for a public notice.")


class NotInspector(Refusal):
    code = "not_inspector"
    status = 422
    text = _("Objections go to an inspector. %(name)s is none.")


class ContactMissing(Refusal):
    code = "contact_missing"
    status = 422
    text = _("Say how the inspector can be reached.")


class NotTold(Refusal):
    code = "not_told"
    text = _("The outcome has not been told in writing yet; the days to contest it begin with that.")


class AppealDeadlinePassed(Refusal):
    """The last day has passed; the message names it."""

    code = "appeal_deadline_passed"
    text = _("The last day for this was %(until)s. What you wrote was not sent.")


class ContestRunning(Refusal):
    code = "contest_running"
    text = _("A review or an appeal about this outcome has been asked for already.")


class GroundsMissing(Refusal):
    code = "grounds_missing"
    status = 422
    text = _("Say what you do not agree with, and why.")


class NothingToAppeal(Refusal):
    code = "nothing_to_appeal"
    text = _("An appeal follows the answer to a review. It is not there yet, or has been appealed already.")


class NothingToWithdraw(Refusal):
    code = "nothing_to_withdraw"
    text = _("Nothing waits for an answer, so there is nothing to withdraw.")


class StageAlreadyAnswered(Refusal):
    code = "stage_already_answered"
    text = _("This has been answered or withdrawn meanwhile. Nothing was changed.")


class NotResponsible(Refusal):
    code = "not_responsible"
    status = 403
    text = _(
        "%(name)s may not answer this: reviews are a leader's, appeals an inspector's who had no part in the matter."
    )


class AnswerMissing(Refusal):
    code = "answer_missing"
    status = 422
    text = _("Write the answer. The person reads it.")


class OutcomeWorse(Refusal):
    """公务员法, art. 96: an appeal never worsens the outcome. A check constraint holds it too."""

    code = "outcome_worse"
    status = 422
    text = _("A review or an appeal can only leave the grade as it is or make it better.")


class ExtendedAlready(Refusal):
    code = "extended_already"
    text = _("The time has been lengthened once already, and can be only once.")


class NotExtendable(Refusal):
    code = "not_extendable"
    text = _("Only an appeal's time can be lengthened, until its last day.")


#: Message of ReasonMissing for a longer time to decide an appeal.
EXTENSION_REASON_MISSING = _("Give the reason for the longer time. The person reads it.")


class DecisionsAreKept(Refusal):
    """A row of the history would be rewritten or lost."""

    code = "decisions_are_kept"
    text = _("Decisions are only ever added. The history stays as it is.")
