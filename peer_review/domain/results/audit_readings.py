"""Presenters of what inspectors read of a published round: its patterns, and the auditor's package."""

from collections.abc import Iterator

from peer_review.domain.audit.audit_package import package_pieces
from peer_review.domain.ledger.readers import Reader
from peer_review.models import Anomaly, AnomalyRun, Round

#: Who alone reads these, as the ledger names it.
INSPECTOR = "inspector"


def read_patterns(run: AnomalyRun, *, reader: Reader) -> list[Anomaly]:
    """Return the patterns of a finished search that `reader` may read: none about the reader."""
    patterns = list(Anomaly.objects.visible_to(reader.user).filter(run=run).select_related("subject"))
    reader.record(run.round, ["patterns"], role=INSPECTOR)
    return patterns


def read_package(round: Round, *, reader: Reader) -> Iterator[bytes]:
    """Return the pieces of the zip from which the published figures are computed anew."""
    reader.record(round, ["round"], role=INSPECTOR)
    return package_pieces(round)
