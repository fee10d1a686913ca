"""States and kinds, and the named groups of states that the code asks about."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoundState(models.TextChoices):
    """Life of a round; `domain.rounds` holds one function per arrow."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    COUNTED = "counted", _("Counted")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")
    VOID = "void", _("Void")


#: The roll, the form and the keys can no longer change.
FROZEN_STATES = frozenset(set(RoundState) - {RoundState.DRAFT})
#: Results may be read, by those whom the scheme names.
RESULT_STATES = frozenset({RoundState.PUBLISHED, RoundState.ARCHIVED})


class VoidReason(models.TextChoices):
    """Why a round came to nothing; each label is the rule in words."""

    RETURN_RATE = (
        "return_rate",
        _("Fewer papers came back than the scheme asks for. Nothing is published, and the round may be repeated."),
    )
    MORE_BALLOTS = (
        "more_ballots_than_drawn",
        _(
            "There were more ballots than credentials drawn. Nothing was counted or published; "
            "the inspectors find out why."
        ),
    )


class RoundKind(models.TextChoices):
    """The three levels of mutual evaluation."""

    TIER = "tier", _("By rank tier")
    SECTION = "section", _("Section to section")
    PERSON = "person", _("Person to person")


class Collection(models.TextChoices):
    """How a round collects its ballots: docs/anonymity.md#how-without-mathematics."""

    ONE_VISIT = "one_visit", _("In one visit")
    TWO_STAGE = "two_stage", _("In two stages: draw first, cast later")


class PaperKind(models.TextChoices):
    """What one credential buys."""

    SUBJECT = "subject", _("One paper for each person or section")
    SHEET = "sheet", _("One whole sheet that lists several")


class CellKind(models.TextChoices):
    """What lies in a cell: marks for one subject, a whole sheet, or words about one subject."""

    RATING = "rating", _("Rating")
    SHEET = "sheet", _("Whole sheet")
    COMMENT = "comment", _("Comment")


class RollTouchKind(models.TextChoices):
    """What somebody did to a draft's roll by hand, so that a second person looks at it before opening."""

    ADDED = "added", _("Put on the roll")
    REMOVED = "removed", _("Taken off the roll")
    SUBJECT_ADDED = "subject_added", _("Made a subject")
    SUBJECT_REMOVED = "subject_removed", _("No longer a subject")
    VOTER_CLASS = "voter_class", _("Voter class changed")
    MERGED = "merged", _("Voter classes merged")
    LIST = "list", _("List by hand")
    ON_PAPER = "on_paper", _("Votes on paper")
    AT_COMPUTER = "at_computer", _("Votes in the browser")
    EXCLUDED = "excluded", _("Exclusion")
    ALLOWED = "allowed", _("Exclusion lifted")
    SEED = "seed", _("Seed renewed")
    NOT_ANONYMOUS = "not_anonymous", _("Not anonymous")
    EARLIER = "earlier", _("Written by an earlier version")


#: Writing the roll from its plan replaces the effect of these.
HAND_WORK = frozenset(
    {
        RollTouchKind.ADDED,
        RollTouchKind.REMOVED,
        RollTouchKind.SUBJECT_ADDED,
        RollTouchKind.SUBJECT_REMOVED,
        RollTouchKind.VOTER_CLASS,
        RollTouchKind.MERGED,
        RollTouchKind.LIST,
        RollTouchKind.ALLOWED,
        RollTouchKind.EARLIER,
    }
)


class GradeSet(models.TextChoices):
    """The official names of the four grades."""

    OFFICIALS = "officials", _("Officials: excellent, competent, basically competent, incompetent")
    INSTITUTIONS = "institutions", _("Public institutions: excellent, qualified, basically qualified, unqualified")


class ScaleKind(models.TextChoices):
    """How a criterion is answered. Every scale maps onto 0 to 100 for the weighted score."""

    POINTS = "points", _("Points, 0 to 100")
    ANCHORS = "anchors", _("1 to 5 with anchors")
    GRADES = "grades", _("The four grades")


class Audience(models.TextChoices):
    """Who may see a published result."""

    SUBJECT = "subject", _("The person evaluated")
    SECTION_HEAD = "section_head", _("The section head")
    LEADERSHIP = "leadership", _("Leadership")
    STAFF = "staff", _("All staff (summary only)")


class CountPhase(models.TextChoices):
    """Where the count of a round stands."""

    OPENING = "opening", _("Opening the box")
    CHECKING = "checking", _("Checking every ballot again")
    WRITING = "writing", _("Writing the ballots in order")
    DONE = "done", _("Counted")
    VOID = "void", _("Void")


class ResultScope(models.TextChoices):
    """Of what a published result tells."""

    SUBJECT = "subject", _("Subject")
    SECTION = "section", _("Section")
    RANK = "rank", _("Rank")
    UNIT = "unit", _("All together")


class CrossRows(models.TextChoices):
    """What the rows of a composed table are."""

    SECTION = "section", _("Sections")
    RANK = "rank", _("Ranks")
    VOTER_CLASS = "class", _("Voter classes")


class Channel(models.TextChoices):
    """Through what something of a round reaches its readers."""

    PAGE = "page", _("Page")
    PDF = "pdf", _("PDF")
    XLSX = "xlsx", _("Spreadsheet")
    API = "api", _("API")
    PACKAGE = "package", _("Auditor’s package")


class RefusedReason(StrEnum):
    """Why the ledger did not answer a query. Readers are told one sentence whichever it is."""

    TOO_FEW = "too_few"  # nobody answered, or too few
    ISOLATES = "isolates"  # with what was shown before it would tell of too few
    TOO_LARGE = "too_large"  # not decided within the allowed number of steps
    ROLLS = "rolls"  # the voters of two rounds differ by too few
    WITHDRAWN = "withdrawn"


class AnomalyKind(models.TextChoices):
    """Patterns that an inspector may wish to ask about."""

    END = "end", _("At the very end of the scale")
    CAMPS = "camps", _("Two camps")
    RETURN = "return", _("Sections rating each other in return")
    CHANGE = "change", _("Large change against the last round")


class FindingSource(models.TextChoices):
    """What a finding was raised from."""

    RESULT = "result", _("A published figure")
    THEME = "theme", _("What comments have in common")


class AnnouncementKind(models.TextChoices):
    """What people on the roll are told, by mail and on the site."""

    OPENED = "opened", _("The round has begun")
    DRAWING = "drawing", _("Reminder to draw")
    CASTING = "casting", _("Casting has begun")
    REMINDER = "reminder", _("Reminder")
    EXTENDED = "lengthened", _("The round was lengthened")
    CLOSING = "closing", _("The round closes before its time")
    STAYS_OPEN = "stays_open", _("The round does not close before its time")
    PROLONGED = "prolonged", _("The round stays open longer, as declared")
    CLOSED = "closed", _("The round has closed")
    PUBLISHED = "published", _("Results are published")
    OUTCOME = "outcome", _("Your outcome is decided")
    ASKED = "asked", _("A review or appeal is yours to answer")
    ANSWERED = "answered", _("Your review or appeal has news")
    VOID = "void", _("The round is void")


#: Sent to single people about their own affairs; whoever runs the round is not told that they were.
PRIVATE = frozenset({AnnouncementKind.ASKED, AnnouncementKind.ANSWERED})
#: Sent at most once a day; their number is that day's.
REMINDERS = frozenset({AnnouncementKind.DRAWING, AnnouncementKind.REMINDER})
#: Say nothing any more once the round has closed.
WHILE_OPEN = REMINDERS | {
    AnnouncementKind.OPENED,
    AnnouncementKind.CASTING,
    AnnouncementKind.EXTENDED,
    AnnouncementKind.CLOSING,
    AnnouncementKind.STAYS_OPEN,
    AnnouncementKind.PROLONGED,
}
#: Give the round another last moment.
MOVES_THE_END = frozenset(
    {
        AnnouncementKind.EXTENDED,
        AnnouncementKind.CLOSING,
        AnnouncementKind.STAYS_OPEN,
        AnnouncementKind.PROLONGED,
    }
)


class StageKind(models.TextChoices):
    """The two stages in which an outcome can be contested (公务员法, art. 95)."""

    REVIEW = "review", _("Review of the outcome")
    APPEAL = "appeal", _("Appeal")


class ContestStatus(models.TextChoices):
    """How a contested outcome stands. Whoever asks too late is refused with the date and leaves no row."""

    ASKED = "asked", _("Review asked for")
    UNDER_REVIEW = "under_review", _("Under review")
    ANSWERED = "answered", _("Review answered")
    APPEALED = "appealed", _("Appealed")
    DECIDED = "decided", _("Appeal decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: Somebody must answer.
AWAITING_ANSWER = frozenset({ContestStatus.ASKED, ContestStatus.UNDER_REVIEW, ContestStatus.APPEALED})
