"""Refusals about the roll and the plan."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import EDIT_ROLL, OpeningRefusal, Refusal, Remedy


class NoMatchingClass(Refusal):
    code = "no_matching_class"
    text = _("None of the scheme's voter classes fits this kind of round. Expected keys: %(expected)s.")


class AlreadyOnRoll(Refusal):
    code = "already_on_roll"
    text = _("%(name)s is already on the roll.")


class PaperVotersTooFew(OpeningRefusal):
    """An urn is so small that an envelope identifies who drew it."""

    code = "paper_voters_too_few"
    text = _(
        "%(names)s vote on paper, but share some of their papers with fewer than %(least)s people who do. "
        "Let more people vote on paper, or these by computer."
    )
    remedy = EDIT_ROLL


class PlanInvalid(Refusal):
    """The plan cannot be used as it stands; `problems` are sentences, one a fault."""

    code = "plan_invalid"
    status = 422
    text = _("The plan cannot be used yet.")

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__()
        self.problems = problems

    @property
    def message(self) -> str:
        return " ".join([str(self.text), *(str(problem) for problem in self.problems)])


class TooManyPapers(Refusal):
    code = "too_many_papers"
    status = 422
    text = _("That would be %(papers)s ballot papers; at most %(most)s are possible. Let chance choose among them.")


class SheetsByPlan(Refusal):
    """Everybody who receives a whole sheet receives the same one: it cannot be changed for one person."""

    code = "sheets_by_plan"
    text = _("Whole sheets come from the plan. Change the plan and use it again.")


class Excluded(Refusal):
    """回避: this person may not evaluate this subject."""

    code = "excluded"
    status = 422
    text = _("%(name)s may not evaluate %(subject)s: %(reason)s")


class AlreadyExcluded(Refusal):
    code = "already_excluded"
    text = _("%(name)s is already excluded from evaluating %(subject)s.")


class UnknownPerson(Refusal):
    code = "unknown_person"
    status = 422
    text = _("Nobody here is called “%(name)s”.")


class AmbiguousPerson(Refusal):
    code = "ambiguous_person"
    status = 422
    text = _("Several people are called “%(name)s”; give the user name or the employee number.")


class NoSeed(Refusal):
    code = "no_seed"
    text = _("Chance has no say in this plan, so there is nothing to draw again.")


class ImportListInvalid(Refusal):
    """A file of named lines cannot be read as a whole; the message says why."""

    code = "list_refused"
    status = 422
    text = _("The file cannot be read.")


#: Of both refusals about a roll that was changed by hand.
CONFIRM_ROLL = Remedy(_("See what was changed by hand, and ask an inspector to confirm it"), "roll-touches")


class RollUnconfirmed(OpeningRefusal):
    code = "roll_unconfirmed"
    text = _(
        "The roll was changed by hand. Before the round opens, an inspector confirms it (a scrutineer where nobody is "
        "an inspector)."
    )
    remedy = CONFIRM_ROLL


class RollChangedSinceConfirmed(OpeningRefusal):
    code = "roll_changed_since_confirmed"
    text = _("Roll or form have changed since the roll was confirmed. It has to be confirmed again as it is now.")
    remedy = CONFIRM_ROLL


class RollChangedMeanwhile(Refusal):
    code = "roll_changed_meanwhile"
    text = _("Roll or form have changed while you were reading. Read the page again, then confirm.")


class NothingToConfirm(Refusal):
    code = "nothing_to_confirm"
    text = _("Nothing was changed by hand, so this roll needs no confirmation.")
