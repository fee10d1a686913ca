"""Refusals about findings."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class NoFindingText(Refusal):
    code = "no_finding_text"
    status = 422
    text = _("Say in your own words what was found, in at most %(most)s characters.")


class QuotesComment(Refusal):
    """A finding that repeats a comment would hand on how somebody writes; `quoted`: the place, if it may be told."""

    code = "quotes_comment"
    status = 422
    text = _(
        "Part of the text stands word for word in a comment. Whoever wrote it could be recognised by it. "
        "Say it in your own words; what you wrote is still here."
    )

    @property
    def message(self) -> str:
        if not self.details.get("quoted"):
            return str(self.text)
        return " ".join([str(self.text), str(_("The place: “%(quoted)s”")) % self.details])


class UnknownSection(Refusal):
    code = "unknown_section"
    status = 422
    text = _("This section is not evaluated in this round.")


class UnknownCriterion(Refusal):
    code = "unknown_criterion"
    status = 422
    text = _("The scheme has no such criterion.")


class FindingDueInPast(Refusal):
    code = "finding_due_in_past"
    status = 422
    text = _("The day by which it is due lies in the past.")
