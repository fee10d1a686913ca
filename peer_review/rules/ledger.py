"""Predicates about the ledger, and about correcting what was published."""

from peer_review.rules.roles import is_inspector
from peer_review.rules.rounds import is_published, is_responsible_organiser

can_view_ledger = is_inspector & is_published


# Whoever publishes answers for what was published; inspectors read each withdrawal in the ledger.
can_withdraw_figures = is_responsible_organiser & is_published
