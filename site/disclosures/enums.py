"""Choices of disclosures."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Who may read a disclosure."""

    PUBLIC = "public", _("Everybody, without signing in")
    STAFF = "staff", _("All staff")
    GROUPS = "groups", _("Chosen groups")


class Validity(models.TextChoices):
    """Whether a document still holds. One that does not stays, marked so, with a link to its successor."""

    IN_FORCE = "in_force", _("In force")
    AMENDED = "amended", _("Amended")
    REPEALED = "repealed", _("Repealed")


#: A reader must be told before reading.
NOT_AS_WRITTEN = frozenset({Validity.AMENDED, Validity.REPEALED})


class LedgerState(models.TextChoices):
    """How a document stands against its due date."""

    DUE = "due", _("Due for publication")
    OVERDUE = "overdue", _("Overdue for publication")
    PUBLISHED = "published", _("Published in time")
    LATE = "late", _("Published late")
