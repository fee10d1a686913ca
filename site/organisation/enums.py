"""Roles, and the states of an import."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Names of the Django groups; the labels are what people read."""

    STAFF = "staff", _("Staff")
    SECTION_HEAD = "section_head", _("Section head")
    LEADERSHIP = "leadership", _("Leadership")
    EDITOR = "editor", _("Editor")
    MODERATOR = "moderator", _("Moderator")
    ORGANISER = "organiser", _("Organiser of rounds")
    SCRUTINEER = "scrutineer", _("Scrutineer")
    INSPECTOR = "inspector", _("Inspector")
    ADMINISTRATOR = "administrator", _("Administrator")


#: Follow from the staff record itself; nobody hands them out or takes them away.
DERIVED_ROLES = frozenset({Role.STAFF, Role.SECTION_HEAD})


#: See results, hold keys, inspect or administer: held by a grant that a second person confirmed.
GRANTED_ROLES = frozenset(
    {Role.SECTION_HEAD, Role.LEADERSHIP, Role.ORGANISER, Role.SCRUTINEER, Role.INSPECTOR, Role.ADMINISTRATOR}
)


class GrantOrigin(models.TextChoices):
    """Where the proposal of a role came from."""

    PERSON = "person", _("Proposed by a person")
    RECORD = "record", _("Follows from the staff record")
    FIRST = "first", _("First administrator and first inspector")
    EARLIER = "earlier", _("Held in an earlier version")


class NoticeKind(models.TextChoices):
    """What an account's owner and the inspectors are told."""

    ROLE_PROPOSED = "role_proposed", _("Role proposed")
    ROLE_CONFIRMED = "role_confirmed", _("Role confirmed")
    ROLE_WITHDRAWN = "role_withdrawn", _("Role withdrawn")
    RESET_PROPOSED = "reset_proposed", _("Password reset proposed")
    RESET_CONFIRMED = "reset_confirmed", _("Password reset confirmed")
    RESET_WITHDRAWN = "reset_withdrawn", _("Password reset withdrawn")
    RESET_USED = "reset_used", _("New password set after a reset")
    RESET_SETTLED = "reset_settled", _("Password reset settled")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    LOST_PROPOSED = "lost_proposed", _("Removal of a second factor proposed")
    LOST_CONFIRMED = "lost_confirmed", _("Removal of a second factor confirmed")
    LOST_WITHDRAWN = "lost_withdrawn", _("Removal of a second factor withdrawn")
    ADDRESS_ENTERED = "address_entered", _("Mail address entered by somebody else")
    ADDRESS_HOLDS = "address_holds", _("Mail address entered by somebody else holds")
    ADDRESS_CHANGED = "address_changed", _("Own mail address changed")
    SESSIONS_ENDED = "sessions_ended", _("Sessions ended by somebody else")
    ADDRESS_STOPPED = "address_stopped", _("Change of a mail address stopped")


class ImportState(models.TextChoices):
    """Life of an import; `domain.imports` holds one function per arrow."""

    CHECKING = "checking", _("Being checked")
    REFUSED = "refused", _("Refused")
    CHECKED = "checked", _("Waiting for your confirmation")
    APPLYING = "applying", _("Being carried out")
    DONE = "done", _("Carried out")
    CANCELLED = "cancelled", _("Cancelled")


#: A background task is at work; the page asks again by itself.
WORKING_STATES = frozenset({ImportState.CHECKING, ImportState.APPLYING})
