"""Crosstabs that a reader composes: criteria by sections, ranks or voter classes, filtered by the others.

Every cell is a query to the ledger, accepted or refused by itself: refusing whole tables would leave nothing of a table
with one thin row. The cells are asked in one order, criterion by criterion as in the scheme and row by row as in the
roll, whoever asks; so within a table no answer depends on the reader.
"""

from dataclasses import dataclass

from peer_review.domain.ledger.ledger import ask_all
from peer_review.domain.ledger.queries import TableQuery
from peer_review.enums import Channel, CrossRows
from peer_review.models import RollMember, Round
from peer_review.protocol.frozen_scheme import FrozenCriterion


@dataclass(frozen=True, slots=True)
class CrosstabOptions:
    """The possible rows and filters, key → name, in the order of roll and scheme. whole: all sections together too."""

    sections: dict[str, str]
    ranks: dict[str, str]
    classes: dict[str, str]
    whole: bool

    def of(self, rows: str) -> dict[str, str]:
        """Return what the rows of a table are."""
        return {CrossRows.SECTION: self.sections, CrossRows.RANK: self.ranks}.get(CrossRows(rows), self.classes)


@dataclass(frozen=True, slots=True)
class CrosstabSelection:
    """A crosstab as it was composed. None means no filter; what the rows are is never a filter."""

    rows: str
    section: str | None = None
    rank: str | None = None
    voter_class: str | None = None


@dataclass(frozen=True, slots=True)
class CrosstabRow:
    """One row: a value for each criterion, None for 样本不足, and whether the voter class is asked this criterion."""

    key: str
    label: str
    cells: tuple[tuple[float | None, bool], ...]


def crosstab_options(round: Round, *, headed: str | None = None) -> CrosstabOptions:
    """Return the possible rows and filters of the whole round, or of a section that the reader headed. Two queries."""
    subjects = round.subjects.order_by("sort_order", "pk")
    if headed is not None:
        subjects = subjects.filter(section_key=headed)
    sections = {key: name or key for key, name in subjects.values_list("section_key", "section_name") if key}
    members = RollMember.objects.filter(subject__in=subjects).exclude(rank_key="").order_by("rank_order", "pk")
    ranks = {key: name or key for key, name in members.values_list("rank_key", "rank_name")}
    classes = round.frozen_scheme.class_labels
    return CrosstabOptions(sections, ranks, classes, whole=headed is None)


def cross_table(
    round: Round, cross: CrosstabSelection, offered: CrosstabOptions, *, channel: Channel, audience: str
) -> tuple[CrosstabRow, ...]:
    """Return the rows of a crosstab. Its cells are asked of the ledger and recorded there.

    `cross` names only what is offered. Seven database queries if the ledger knows the table, sixteen if not.
    Raises: RoundStateInvalid before publication.
    """
    rows = offered.of(cross.rows)
    criteria = round.frozen_scheme.criteria
    table = {(criterion.key, key): _question(cross, criterion.key, key) for criterion in criteria for key in rows}
    asked = {
        (criterion.key, key): table[criterion.key, key]
        for criterion in criteria
        for key in rows
        if _is_asked(criterion, table[criterion.key, key].voter_class)
    }
    answers = ask_all(round, list(asked.values()), channel=channel, audience=audience)
    return tuple(
        CrosstabRow(
            key,
            label,
            tuple(
                (answers[table[criterion.key, key]].value, True) if (criterion.key, key) in asked else (None, False)
                for criterion in criteria
            ),
        )
        for key, label in rows.items()
    )


def _question(cross: CrosstabSelection, criterion: str, row: str) -> TableQuery:
    filters: dict[str, str | None] = {
        "section": cross.section,
        "rank": cross.rank,
        "voter_class": cross.voter_class,
        {CrossRows.SECTION: "section", CrossRows.RANK: "rank"}.get(CrossRows(cross.rows), "voter_class"): row,
    }
    return TableQuery(criterion, **filters)


def _is_asked(criterion: FrozenCriterion, voter_class: str | None) -> bool:
    """Whether the scheme asks the class this criterion. The scheme is public, so this may differ from too few."""
    return voter_class is None or criterion.is_asked_of(voter_class)
