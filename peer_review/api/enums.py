"""Scopes of a token: what it may read at most. The account that it reads for limits it further."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """One kind of reading. Whatever the scope, nothing is read that the account may not read on the pages."""

    ROUNDS = "rounds", _("Rounds: what is on, until when")
    PARTICIPATION = "participation", _("Participation figures, for the responsible organiser")
    OWN_RESULT = "own_result", _("My own results")
    RESULTS = "results", _("Published results that I may read")
    BULLETIN = "bulletin", _("Bulletins of counted rounds")
