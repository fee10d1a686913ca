"""The audit log: every administrative act, kept in Wagtail's log, which offers neither change nor removal.

Drawing and casting are never logged here or anywhere else.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log
from wagtail.models import ModelLogEntry

from peer_review.rules.roles import has_perm
from peer_review.users import AnyUser, User

#: action → (label, message)
ACTIONS = {
    "peer_review.round.create": (_("Create a round"), _("Round created")),
    "peer_review.round.update": (_("Change a round"), _("Round changed")),
    "peer_review.round.delete": (_("Delete a round"), _("Draft round deleted")),
    "peer_review.round.roll": (_("Propose the roll"), _("Roll proposed")),
    "peer_review.round.plan": (_("Plan who evaluates whom"), _("Plan of who evaluates whom saved")),
    "peer_review.round.seed": (_("Draw again"), _("Random choice drawn again")),
    "peer_review.round.exclude": (_("Exclude a pair"), _("Exclusion entered")),
    "peer_review.round.allow": (_("Lift an exclusion"), _("Exclusion lifted")),
    "peer_review.round.roll_edit": (_("Edit the roll"), _("Roll edited")),
    "peer_review.round.roll_confirm": (_("Confirm a roll"), _("Roll that was changed by hand confirmed")),
    "peer_review.round.not_anonymous": (
        _("Declare a voter class not anonymous"),
        _("Anonymity of a voter class declared"),
    ),
    "peer_review.round.merge": (_("Merge voter classes"), _("Voter classes merged")),
    "peer_review.round.newcomers": (
        _("Give newcomers no paper"),
        _("Papers about a subject taken from newcomers, because of other rounds"),
    ),
    "peer_review.round.exposure": (
        _("Change floor or visibility before opening"),
        _("Floor or visibility changed in the scheme"),
    ),
    "peer_review.round.keys": (_("Prepare keys"), _("Preparation of keys started")),
    "peer_review.round.box_key": (_("Set the box key"), _("Public box key received")),
    "peer_review.round.box_key_test": (_("Test the box key"), _("Box key opened the test row")),
    "peer_review.round.box_key_forgotten": (
        _("Forget the box key"),
        _("Box key forgotten: a scrutineer who may hold it left"),
    ),
    "peer_review.round.share": (_("Confirm a share of the box key"), _("Share of the box key written down")),
    "peer_review.round.share_destroyed": (_("Destroy a share of the box key"), _("Share of the box key destroyed")),
    "peer_review.round.open": (_("Open a round"), _("Round opened")),
    "peer_review.round.barrier": (_("End the drawing"), _("Drawing ended, casting may begin")),
    "peer_review.round.envelopes": (_("Make envelopes"), _("Envelopes of an urn made for printing")),
    "peer_review.round.envelopes_witness": (_("Witness envelopes"), _("A second scrutineer saw the envelopes made")),
    "peer_review.round.close": (_("Close a round"), _("Round closed")),
    "peer_review.round.early_closing": (_("Ask for an early closing"), _("Closing before its time asked for")),
    "peer_review.round.early_closing_confirm": (
        _("Confirm an early closing"),
        _("Closing before its time confirmed by a second person"),
    ),
    "peer_review.round.early_closing_withdraw": (
        _("Withdraw an early closing"),
        _("Closing before its time withdrawn"),
    ),
    "peer_review.round.unseal": (_("Open the box"), _("Opening of the box started")),
    "peer_review.round.count": (_("Count"), _("Ballots counted")),
    "peer_review.round.void": (_("Declare void"), _("Round declared void")),
    "peer_review.round.extend": (_("Lengthen a round"), _("Round lengthened")),
    "peer_review.round.automatic_extension": (
        _("Lengthen a round as declared"),
        _("Round lengthened once, as declared"),
    ),
    "peer_review.round.late_barrier": (
        _("Lengthen a round after a late end of the drawing"),
        _("Round lengthened, because the drawing was ended late"),
    ),
    "peer_review.round.remind": (_("Send a reminder"), _("Reminder sent")),
    "peer_review.round.repeat": (_("Repeat a round"), _("Draft made to repeat a round")),
    "peer_review.comment.withhold": (_("Withhold a comment"), _("A comment was withheld")),
    "peer_review.comment.readmit": (_("Readmit a comment"), _("A withheld comment was readmitted")),
    "peer_review.comment.review": (_("Review comments"), _("Review of the comments finished")),
    "peer_review.round.publish": (_("Publish results"), _("Results published")),
    "peer_review.round.finding": (_("Raise a finding"), _("Finding raised from a result")),
    "peer_review.round.finding_refused": (
        _("Refuse a finding"),
        _("Finding refused: it repeated the words of a comment"),
    ),
    "peer_review.round.patterns": (_("Look for patterns"), _("Search for patterns in the ballots started")),
    "peer_review.round.report": (_("Hand out a report"), _("Results handed out as a file")),
    "peer_review.round.withdraw": (_("Withdraw published figures"), _("Published figures withdrawn")),
    "peer_review.round.ballots": (_("Hand out ballots"), _("Counted ballots handed to an auditor")),
    "peer_review.round.package": (_("Hand out the auditor’s package"), _("Auditor’s package handed to an auditor")),
    "peer_review.round.archive": (_("Archive a round"), _("Round archived")),
    "peer_review.integration.create": (_("Make a token"), _("Token for another system made")),
    "peer_review.integration.confirm": (_("Confirm a token"), _("Token for another system confirmed")),
    "peer_review.integration.revoke": (_("Revoke a token"), _("Token for another system revoked")),
    "peer_review.decision.make": (_("Decide a grade"), _("Grade decided")),
    "peer_review.decision.tell": (_("Tell the outcomes"), _("Outcomes told in writing")),
    "peer_review.public_notice.start": (_("Start a public notice"), _("Public notice started")),
    "peer_review.public_notice.end": (_("End a public notice"), _("Public notice ended")),
    "peer_review.public_notice.move": (_("Move the end of a public notice"), _("Last day of a public notice moved")),
    "peer_review.contest.ask": (_("Ask for a review"), _("Review of an outcome asked for")),
    "peer_review.contest.take_up": (_("Take up a review or an appeal"), _("Review or appeal taken up")),
    "peer_review.contest.assign": (_("Hand over a review or an appeal"), _("Review or appeal handed over")),
    "peer_review.contest.answer": (_("Answer a review or an appeal"), _("Review or appeal answered")),
    "peer_review.contest.appeal": (_("Appeal"), _("Answer to a review appealed")),
    "peer_review.contest.extend": (_("Lengthen an appeal"), _("Time to decide an appeal lengthened")),
    "peer_review.contest.withdraw": (_("Withdraw a contest"), _("Review or appeal withdrawn")),
    "peer_review.scheme.copy": (_("Copy a scheme"), _("Scheme copied")),
    "peer_review.scheme.version": (_("New version of a scheme"), _("New version of a scheme made")),
    "peer_review.scheme.import": (_("Import a scheme"), _("Scheme imported from a file")),
    "peer_review.scheme.create_defaults": (_("Create default schemes"), _("Default schemes created")),
}


def register(actions: LogActionRegistry) -> None:
    """Tell Wagtail's log registry the words for our acts (hook register_log_actions)."""
    for action, (label, message) in ACTIONS.items():
        actions.register_action(action, label, message)


def record(instance: Model, action: str, *, by: User | None, **data: object) -> None:
    """Write one entry; `by` is None when the clock acted.

    Raises: ValueError for an act without registered words, so that none goes unnamed.
    """
    if action not in ACTIONS:
        raise ValueError(f"unregistered act {action}")
    log(instance=instance, action=action, user=by, data=data or None)


def entries_visible_to(user: AnyUser | None) -> "QuerySet[ModelLogEntry]":
    """Return the entries about peer review, newest first; none for anyone but inspectors."""
    if not has_perm("peer_review.view_audit_log", user):
        return ModelLogEntry.objects.none()
    # With the interface for other systems, an app of its own.
    types = ContentType.objects.filter(app_label__in=["peer_review", "peer_review_api"])
    return (
        ModelLogEntry.objects.filter(content_type__in=types)
        .select_related("user", "content_type")
        .order_by("-timestamp", "-pk")
    )
