"""The workbooks of a section and of a whole round: means, and the subjects they are made of."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from peer_review.domain.publication.figures import Mark
from peer_review.domain.results.ladder_notes import ladder_note
from peer_review.domain.results.read_models import Column as Criterion
from peer_review.domain.results.read_models import GroupReading, RoundReading, RowReading, SectionReading
from peer_review.reports import checks
from peer_review.reports.book import COUNT, SHARE, Figure, Formula, Sheet, Value, across, at
from peer_review.reports.book_parts import (
    about,
    bounds,
    count,
    explain_checks,
    figure_of,
    grade,
    new_book,
    paragraphs,
    rounds_sheet,
    shown,
    value,
)
from peer_review.reports.words import flags_of, quota_in_words

#: Where the criteria begin in lists of subjects and of groups.
FIRST_OF_ROWS, FIRST_OF_GROUPS = 10, 8


def section_book(reading: SectionReading) -> bytes:
    """Return the workbook of a section."""
    section = reading.section
    name = section.label if section is not None else _("Results of my section")
    book = new_book(reading.head, name)
    _row_sheet(book.sheet(_("Subjects")), reading.rows, reading.criteria, mean=section)
    groups = [group for group in (section, *reading.ranks, reading.unit) if group is not None]
    _group_sheet(book.sheet(_("Means")), groups, reading.criteria, rows=reading.rows, complete=False)
    rounds_sheet(book, reading.trend, [(criterion.key, criterion.label) for criterion in reading.criteria])
    about(book, reading.head, what=name)
    return book.save()


def round_book(reading: RoundReading) -> bytes:
    """Return the workbook of a whole round."""
    book = new_book(reading.head, _("All results"))
    groups = [*reading.sections, *reading.ranks, *([reading.unit] if reading.unit is not None else [])]
    _group_sheet(book.sheet(_("Means")), groups, reading.criteria, rows=reading.rows, complete=True)
    _row_sheet(book.sheet(_("Subjects")), reading.rows, reading.criteria, mean=reading.unit)
    rounds_sheet(book, reading.trend, [(criterion.key, criterion.label) for criterion in reading.criteria])
    sheet = about(book, reading.head, what=_("All results"))
    paragraphs(sheet, _("Proposed under the quota"), quota_in_words(reading))
    return book.save()


def _weights(sheet: Sheet, criteria: Sequence[Criterion], first_column: int) -> str:
    """Write the row of weights under the heads and return its name."""
    blanks: list[Value] = [None] * (first_column - 2)
    row = sheet.line([_("Weight"), *blanks, *(Figure(criterion.weight, SHARE) for criterion in criteria)], muted=True)
    first, last = at(first_column, row), at(first_column + len(criteria) - 1, row)
    return f"{_fixed(first)}:{_fixed(last)}"


def _fixed(cell: str) -> str:
    """Return the name of a cell that does not move: "F2" is "$F$2"."""
    letters = cell.rstrip("0123456789")
    return f"${letters}${cell[len(letters) :]}"


def _check_of(
    criteria: Sequence[Criterion], marks: Sequence[Mark | None], weights_at: str, row: int, first_column: int
) -> Formula | None:
    return checks.weighted_mean(
        weights_at,
        across(row, first_column, first_column + len(criteria) - 1),
        weights=[criterion.weight for criterion in criteria],
        values=[figure_of(mark) for mark in marks],
    )


def _row_sheet(
    sheet: Sheet, rows: Sequence[RowReading], criteria: Sequence[Criterion], *, mean: GroupReading | None
) -> None:
    """Write one row a subject: A name, B section, C and D place, E score, F and G bounds, H grade, I ballots, from J on
    the criteria, then the check, what it is off, the score less the mean, and remarks."""
    labels = [
        _("Name"),
        _("Section"),
        _("Place, at best"),
        _("Place, at worst"),
        _("Score"),
        _("Low (95 %)"),
        _("High (95 %)"),
        _("Grade"),
        _("Ballots"),
        *(criterion.label for criterion in criteria),
        _("Check"),
        _("Check less published"),
    ]
    middle = mean.score if mean is not None else None
    if mean is not None:
        labels.append(_("Difference from %(mean)s") % {"mean": mean.label})
    labels.append(_("Remarks"))
    sheet.head(labels, rows=2)
    weights_at = _weights(sheet, criteria, FIRST_OF_ROWS)
    mean_row = sheet.row + len(rows) + 1
    check_column = FIRST_OF_ROWS + len(criteria)
    for subject in rows:
        row, score = sheet.row + 1, subject.score
        place = subject.place
        check = _check_of(criteria, subject.marks, weights_at, row, FIRST_OF_ROWS)
        less = checks.difference(at(check_column, row), at(5, row), check.value if check else None, figure_of(score))
        cells: list[Value] = [subject.label, subject.section]
        cells += [Figure(place.best, COUNT), Figure(place.worst, COUNT)] if place is not None else ["–", "–"]
        cells += [value(score), *bounds(score), grade(score), count(subject.ballots if score is not None else None)]
        cells += [*(value(mark) for mark in subject.marks), shown(check), shown(less)]
        if mean is not None:
            cells.append(
                shown(checks.difference(at(5, row), _fixed(at(5, mean_row)), figure_of(score), figure_of(middle)))
            )
        sheet.line([*cells, "; ".join(flags_of(subject)) or None])
    if mean is not None:
        blanks: list[Value] = [None, None, None]
        sheet.line([mean.label, *blanks, value(middle), *bounds(middle), grade(middle)], strong=True)
    explain_checks(sheet)
    sheet.note(_("A place is a range: subjects whose intervals overlap cannot be told apart."))
    if note := ladder_note(subject.ladder for subject in rows):
        sheet.note(note)


def _group_sheet(
    sheet: Sheet,
    groups: Sequence[GroupReading],
    criteria: Sequence[Criterion],
    *,
    rows: Sequence[RowReading],
    complete: bool,
) -> None:
    """Write one row a group: A name, B subjects, C score, D and E bounds, F grade, G the plain mean of the listed
    subjects' scores, from H on the criteria, then the check and what it is off.

    `complete`: `rows` are all subjects of the round, so that the mean of all can be recomputed too.
    """
    sheet.head(
        [
            _("Mean of"),
            _("Subjects"),
            _("Score"),
            _("Low (95 %)"),
            _("High (95 %)"),
            _("Grade"),
            _("Mean of the scores listed"),
            *(criterion.label for criterion in criteria),
            _("Check"),
            _("Check less published"),
        ],
        rows=2,
    )
    weights_at = _weights(sheet, criteria, FIRST_OF_GROUPS)
    check_column = FIRST_OF_GROUPS + len(criteria)
    for group in groups:
        row, score = sheet.row + 1, group.score
        check = _check_of(criteria, group.marks, weights_at, row, FIRST_OF_GROUPS)
        less = checks.difference(at(check_column, row), at(3, row), check.value if check else None, figure_of(score))
        cells: list[Value] = [group.label, count(group.members if score is not None else None), value(score)]
        cells += [*bounds(score), grade(score), _plain_mean(group, rows, complete=complete)]
        cells += [*(value(mark) for mark in group.marks), shown(check), shown(less)]
        sheet.line(cells, strong=group.scope == "unit")
    explain_checks(sheet)
    sheet.note(
        _(
            "“Mean of the scores listed” stands only where the scores of all its subjects are listed. It is made of "
            "rounded scores, and differs also where a subject's score lacks a criterion."
        )
    )


def _plain_mean(group: GroupReading, rows: Sequence[RowReading], *, complete: bool) -> Value:
    """Return the mean of the scores that the sheet of subjects lists for a section, or for all."""
    if group.scope == "section":
        listed = [place for place, row in enumerate(rows) if row.section_key == group.key]
    elif group.scope == "unit" and complete:
        listed = list(range(len(rows)))
    else:
        listed = []
    scores = [score.value for place in listed if (score := rows[place].score) is not None]
    if not scores or len(scores) != len(listed) or len(scores) != group.members:
        return "–"
    sheet = _("Subjects").replace("'", "''")
    cells = _ranges([place + 3 for place in listed])
    return checks.mean(",".join(f"'{sheet}'!{cells_range}" for cells_range in cells), scores)


def _ranges(rows: Sequence[int]) -> list[str]:
    """Return the names of the cells of the score column, rows in a run joined."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return [f"E{first}:E{last}" for first, last in runs]
