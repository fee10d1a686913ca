"""Presenters of the published figures that findings rest on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from peer_review.domain.findings.findings import FindingFigure, figures_for
from peer_review.domain.ledger.readers import Reader
from peer_review.models import RaisedFinding, Result, Round, Subject


@dataclass(frozen=True, slots=True)
class FindingReading:
    """A finding, and those of its figures that the reader may read."""

    finding: RaisedFinding
    figures: list[FindingFigure]


def read_figures(
    round: Round, *, reader: Reader, subject: Subject | None, section: str, criterion: str
) -> list[FindingFigure]:
    """Return the published figures that a finding of `reader` would rest on; see findings.figures_for."""
    figures = figures_for(round, reader=reader.user, subject=subject, section=section, criterion=criterion)
    _record(round, reader, [(section, figure) for figure in figures])
    return figures


def read_findings(round: Round, findings: Sequence[RaisedFinding], *, reader: Reader) -> list[FindingReading]:
    """Return findings of a round, which `reader` may read, each with the figures that the reader may read too."""
    wanted = {figure["result"] for finding in findings for figure in finding.figures}
    results = Result.objects.filter(round=round, pk__in=wanted).visible_to(reader.user)
    readable = set(results.values_list("pk", flat=True))
    readings = [
        FindingReading(finding, [figure for figure in finding.figures if figure["result"] in readable])
        for finding in findings
    ]
    _record(
        round, reader, [(reading.finding.section_key, figure) for reading in readings for figure in reading.figures]
    )
    return readings


def _record(round: Round, reader: Reader, figures: Iterable[tuple[str, FindingFigure]]) -> None:
    """Record figures that are shown together, each with the key of its finding's section."""
    by_section: dict[str, list[str]] = {}
    for section, figure in figures:
        by_section.setdefault(section, []).append(figure["scope"])
    reader.record_sections(round, by_section)
