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


class SchemeInUse(Refusal):
    code = "scheme_in_use"
    text = _("A round uses this scheme. Make a new version or a copy instead.")


class SchemeNameTaken(Refusal):
    code = "scheme_name_taken"
    text = _("There is a scheme of this name. Choose another, or make a new version of it.")


class SchemeFileInvalid(Refusal):
    code = "scheme_file_invalid"
    status = 422
    text = _("The file is not a scheme that was exported here (%(fault)s). Nothing was taken in.")


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


class EmptyRoll(Refusal):
    code = "empty_roll"
    text = _("Nobody is on the roll, or nobody is evaluated.")


class NoMatchingClass(Refusal):
    code = "no_matching_class"
    text = _("None of the scheme's voter classes fits this kind of round. Expected keys: %(expected)s.")


class CellWithNobody(Refusal):
    code = "cell_with_nobody"
    text = _("Nobody may evaluate %(subjects)s in one of the voter classes.")


class SubjectWithNobody(Refusal):
    code = "subject_with_nobody"
    text = _("Nobody may evaluate %(subjects)s.")


class SelfEvaluation(Refusal):
    code = "self_evaluation"
    status = 422
    text = _("Nobody evaluates themselves.")


class UnknownVoterClass(Refusal):
    code = "unknown_voter_class"
    status = 422
    text = _("The scheme has no such voter class.")


class AlreadyOnRoll(Refusal):
    code = "already_on_roll"
    text = _("%(name)s is already on the roll.")


class KeysMissing(Refusal):
    code = "keys_missing"
    text = _("%(missing)s of %(total)s keys are not ready yet.")


class NoBoxKey(Refusal):
    code = "no_box_key"
    text = _("A scrutineer has not made the box key yet.")


class BoxKeyUntested(Refusal):
    code = "box_key_untested"
    text = _("The box key has not been shown to open the test row yet.")


class SharesInvalid(Refusal):
    code = "shares_invalid"
    status = 422
    text = _("Shares go to at least two different scrutineers of this round. At least two of them open the box.")


class SharesUnconfirmed(Refusal):
    code = "shares_unconfirmed"
    text = _("%(names)s have not confirmed yet that their share of the box key is written down.")


class UnknownShare(Refusal):
    code = "unknown_share"
    status = 404
    text = _("The key of this box has no such share.")


class NotHolder(Refusal):
    code = "not_holder"
    status = 403
    text = _("You keep no share of this round's key.")


class BadBoxKey(Refusal):
    code = "bad_box_key"
    status = 422
    text = _("This is not a public box key.")


class WrongKey(Refusal):
    code = "wrong_key"
    status = 422
    text = _("This key does not open the box of this round.")


class BoxStillSealed(Refusal):
    code = "box_still_sealed"
    text = _("%(remaining)s ballots are still sealed.")


# Drawing


class LoginRequired(Refusal):
    code = "login"
    status = 401
    text = _("Please sign in.")


class UnknownRound(Refusal):
    code = "unknown_round"
    status = 404
    text = _("There is no such round.")


class NotEligible(Refusal):
    code = "not_eligible"
    status = 403
    text = _("You are not on the roll for this ballot paper.")


class AlreadyDrawn(Refusal):
    code = "already_drawn"
    text = _("Your ballot papers have already been drawn, in another browser. Use the recovery code you noted there.")


class DrawClosed(Refusal):
    code = "draw_closed"
    status = 410
    text = _("Ballot papers can no longer be drawn.")


# Casting: these never see a person, only an entry


class VotesOnPaper(Refusal):
    code = "votes_on_paper"
    text = _("On this round's roll you vote on paper: draw an envelope where the round's notice says.")


class PaperVotersTooFew(Refusal):
    """An urn so small that an envelope would tell who drew it."""

    code = "paper_voters_too_few"
    text = _(
        "%(names)s vote on paper, but share some of their papers with fewer than %(least)s people who do. "
        "Let more people vote on paper, or these by computer."
    )


class EnvelopesPrinted(Refusal):
    code = "envelopes_printed"
    text = _("The envelopes of this urn have been made. They are made once only.")


class UnknownEnvelope(Refusal):
    code = "unknown_envelope"
    status = 403
    text = _("This is not the code of an envelope of this round.")


class BadEncoding(Refusal):
    code = "bad_encoding"
    status = 400
    text = _("The request could not be read.")


class CookieOnAnonymousEndpoint(Refusal):
    code = "cookie_on_anonymous_endpoint"
    status = 400
    text = _("Ballots are taken without cookies only.")


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


class CellClosed(Refusal):
    """Two stages: fewer than the floor had drawn this paper when drawing ended."""

    code = "cell_closed"
    status = 410
    text = _("Too few have drawn this paper, so it was closed when drawing ended.")


class StaleRevision(Refusal):
    code = "stale_revision"
    text = _("A newer version of this ballot has already been cast.")


class TooManyCasts(Refusal):
    code = "too_many_casts"
    status = 429
    text = _("This ballot has been changed too often. Your last version counts.")


class RoundClosed(Refusal):
    code = "round_closed"
    status = 410
    text = _("The round is closed.")


class TooLarge(Refusal):
    code = "too_large"
    status = 413
    text = _("The request is too large.")


class BadAnswers(Refusal):
    code = "bad_answers"
    status = 422
    text = _("The answers do not fit the form.")


class NotOpenYet(Refusal):
    code = "not_open_yet"
    status = 425
    text = _("The round is not open yet.")


class BoxUnavailable(Refusal):
    """The batch could not be written; nothing was lost, because no receipt was given."""

    code = "box_unavailable"
    status = 503
    text = _("The ballot box could not be written to. Nothing was cast; please try again.")


# Counting and publishing


class NotCounting(Refusal):
    """The box has not been opened, or its count is over."""

    code = "not_counting"
    text = _("Nothing is being counted in this round.")


class MoreBallotsThanDrawn(Refusal):
    """More ballots than credentials: the vote is void (选举法, art. 44, by analogy)."""

    code = "more_ballots_than_drawn"
    text = _("There are more ballots than credentials were drawn. The vote is void; the inspectors must be told.")


class UnknownLeaf(Refusal):
    code = "unknown_leaf"
    status = 404
    text = _("No ballot with this hash is in the count.")


# Decisions, notices and contests


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


class DecisionReasonMissing(Refusal):
    """Only what follows the proposal needs no words."""

    code = "decision_reason_missing"
    status = 422
    text = _(
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


class TooLate(Refusal):
    """The last day has passed; the message names it."""

    code = "too_late"
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


class StageOver(Refusal):
    code = "stage_over"
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


class ExtensionReasonMissing(Refusal):
    code = "extension_reason_missing"
    status = 422
    text = _("Give the reason for the longer time. The person reads it.")


class DecisionsAreKept(Refusal):
    """A row of the history would be rewritten or lost."""

    code = "decisions_are_kept"
    text = _("Decisions are only ever added. The history stays as it is.")


# Reports as files


class NoChineseFont(Refusal):
    """No font on the computer has Chinese: boxes would stand where names should."""

    code = "no_chinese_font"
    status = 503
    text = _(
        "The PDF cannot be made: the server has no Chinese font. Ask whoever runs the server to install the package "
        "%(package)s; nothing else needs to be done, and no restart. The workbook (xlsx) can be had now."
    )


# The organiser's day


class NotLonger(Refusal):
    code = "not_longer"
    status = 422
    text = _("A round can only be lengthened: the new closing time must be later than the old one.")


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422
    text = _("Give the reason. Everybody on the roll reads it.")


class RemindedToday(Refusal):
    code = "reminded_today"
    text = _("A reminder has been sent today. The next can be sent tomorrow.")


# Who evaluates whom


class PlanInvalid(Refusal):
    """The plan cannot be used as it stands; `problems` are sentences, one a fault."""

    code = "plan_invalid"
    status = 422
    text = _("The plan cannot be used yet.")

    def __init__(self, problems: list[Any]) -> None:
        super().__init__()
        self.problems = problems

    @property
    def message(self) -> str:
        return " ".join([str(self.text), *(str(problem) for problem in self.problems)])


class TooManyPapers(Refusal):
    code = "too_many_papers"
    status = 422
    text = _("That would be %(papers)s ballot papers; at most %(most)s are possible. Let chance choose among them.")


class RollBeingWritten(Refusal):
    code = "roll_being_written"
    text = _("The roll is being written. Wait until it is complete, or use the plan again.")


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


# Comments


class NoCommentReviewer(Refusal):
    code = "no_comment_reviewer"
    text = _("The scheme has comment papers. Name a reviewer of comments with an active account.")


class CommentReviewerEvaluated(Refusal):
    """Whoever is evaluated would read, and could withhold, what is said of themselves."""

    code = "comment_reviewer_evaluated"
    text = _("%(name)s is evaluated in this round and so cannot review its comments. Name somebody else.")


class CommentsUnreviewed(Refusal):
    code = "comments_unreviewed"
    text = _("The comments have not been reviewed yet. %(name)s must finish the review first.")


class ReviewFinished(Refusal):
    code = "review_finished"
    text = _("The review of the comments is finished; nothing can be changed in it any more.")


class UnknownComment(Refusal):
    code = "unknown_comment"
    status = 404
    text = _("There is no such comment to review.")


class NoReasonGiven(Refusal):
    code = "no_reason_given"
    status = 422
    text = _("Say why the comment is withheld, without repeating its words.")


# Findings


class NoFindingText(Refusal):
    code = "no_finding_text"
    status = 422
    text = _("Say in your own words what was found, in at most %(most)s characters.")


class WordsOfComment(Refusal):
    """A finding that repeats a comment would hand on how somebody writes; `quoted`: the place, if it may be told."""

    code = "words_of_comment"
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


# Exposure


class SheetNamesReceiver(Refusal):
    """A list without its reader's own name would tell whose it is (PROTOCOL: two kinds of ballot paper)."""

    code = "sheet_names_receiver"
    text = _(
        "A whole sheet may not go to people whom it lists: a list with the one name missing tells whose it is. "
        "On a list they receive: %(names)s. Use a scheme with one paper for each subject, or take them off."
    )


class SheetListsDiffer(Refusal):
    """Who receives another list than the rest of the class can be told by it."""

    code = "sheet_lists_differ"
    text = _(
        "Whole sheets need the same list for everybody of a voter class. In the class “%(voters)s” the list differs "
        "for: %(names)s. Give them the same sheets, or use a scheme with one paper for each subject."
    )


class ExposureUnproved(Refusal):
    """The search for a counter-example to the guarantee found one."""

    code = "exposure_unproved"
    text = _("The round may not open: %(words)s")


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


class ListRefused(Refusal):
    """A file of named lines cannot be read as a whole; the message says why."""

    code = "list_refused"
    status = 422
    text = _("The file cannot be read.")
