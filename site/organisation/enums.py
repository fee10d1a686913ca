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
