"""Named refusals. Wagtail's admin answers each with 403 and its message."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from foundation.refusals import Refusal


class DisclosureRefusal(Refusal, PermissionDenied):
    """Something that is not done to a disclosure."""


class OwnWorkReviewed(DisclosureRefusal):
    """The secrecy reviewer has written or submitted the text."""

    message = _("Whoever wrote or submitted a text does not review it for secrecy. Ask another inspector.")


class OwnWorkApproved(DisclosureRefusal):
    """The approver has written or submitted the text."""

    message = _("Whoever wrote or submitted a text does not approve it. Ask another member of the leadership.")


class AnotherVersionWaits(DisclosureRefusal):
    """Somebody would approve another version than the one that they have read."""

    message = _(
        "What waits for approval is not the version that you have read: it was submitted anew, or changed since. Read "
        "it again. If a later version is shown than was submitted, send it back."
    )


class NotThroughWorkflow(DisclosureRefusal):
    """Somebody tried to publish without secrecy review and approval."""

    message = _("A disclosure is published by its approval, after the secrecy review. Submit it to the workflow.")


class NotWithdrawn(DisclosureRefusal):
    """Somebody who is not of the leadership tried to withdraw a document."""

    message = _("The leadership withdraws what it approved.")


class NumberedStays(DisclosureRefusal):
    """Somebody tried to delete or move a document that has an index number."""

    message = _(
        "A document with an index number stays where it is. Mark it as repealed, or withdraw it from publication."
    )


class CommentsClosed(DisclosureRefusal):
    """The page takes no comments, or not from this person."""

    message = _("Comments are closed on this page.")
