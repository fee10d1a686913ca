"""Choices of disclosures."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """The readers to whom a disclosure is addressed."""

    PUBLIC = "public", _("Everybody, without signing in")
    STAFF = "staff", _("All staff")
    GROUPS = "groups", _("Chosen groups")


class Validity(models.TextChoices):
    """The validity of a document. One that is no longer in force stays, marked so, with a link to its successor."""

    IN_FORCE = "in_force", _("In force")
    AMENDED = "amended", _("Amended")
    REPEALED = "repealed", _("Repealed")


#: A reader must be told before reading.
NOT_AS_WRITTEN = frozenset({Validity.AMENDED, Validity.REPEALED})


class LedgerState(models.TextChoices):
    """The state of a document against its due date."""

    DUE = "due", _("Due for publication")
    OVERDUE = "overdue", _("Overdue for publication")
    PUBLISHED = "published", _("Published in time")
    LATE = "late", _("Published late")
