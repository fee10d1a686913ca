"""The workbook of one subject: the figures of the page, and how they are made of each other."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from peer_review.domain.publication.figures import Mark, too_few
from peer_review.domain.results.read_models import ClassReading, SubjectReading
from peer_review.reports import checks
from peer_review.reports.book import COUNT, SHARE, Figure, Formula, Sheet, Value, at, down
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
from peer_review.reports.subject import comments_note, own_name, sure, written_by


def subject_book(reading: SubjectReading) -> bytes:
    """Return the workbook of one subject."""
    book = new_book(reading.head, reading.label)
    _score_sheet(book.sheet(_("Score")), reading)
    if reading.classes:
        _class_sheet(book.sheet(_("Voter classes")), reading)
    _distribution_sheet(book.sheet(_("Distribution")), reading)
    rounds_sheet(book, reading.trend, [(line.key, line.label) for line in reading.criteria])
    if reading.comments.asked:
        _comment_sheet(book.sheet(_("Comments")), reading)
    if reading.self_lines:
        _self_sheet(book.sheet(_("Self-evaluation")), reading)
    sheet = about(book, reading.head, what=reading.label)
    for answer in sure(reading) if reading.score is not None else []:
        sheet.text([answer.question, f"{answer.lead}: {answer.text}" if answer.lead else answer.text])
    paragraphs(sheet, _("Voter classes"), reading.ladder)
    paragraphs(sheet, _("How the figure is made"), [step.text for step in reading.steps])
    return book.save()


def _score_sheet(sheet: Sheet, reading: SubjectReading) -> None:
    """Write criteria and score: A label, B weight, C share, D figure, E and F bounds, G grade, H answers, I 不了解, and
    two columns a comparison from J on."""
    labels = [
        _("Criterion"),
        _("Weight"),
        _("Share of the score"),
        own_name(reading),
        _("Low (95 %)"),
        _("High (95 %)"),
        _("Grade"),
        _("Answers"),
        _("Do not know enough"),
    ]
    for other in reading.comparisons:
        labels += [other.label, _("Difference from %(mean)s") % {"mean": other.label}]
    first = sheet.head(labels) + 1
    last = first + len(reading.criteria) - 1
    weights_at, values_at = down(2, first, last), down(4, first, last)
    for row, line in enumerate(reading.criteria, start=first):
        own = line.own
        percent = line.share
        share: Value = too_few()
        if percent is not None:
            share = checks.share(at(2, row), weights_at, values_at, percent=percent)
        cells: list[Value] = [line.label, Figure(line.weight, SHARE), share, value(own), *bounds(own), grade(own)]
        cells += [count(own.n if own else None), _unknown(own)]
        sheet.line([*cells, *_compared(row, 4, figure_of(own), line.others)])
    row = sheet.row + 1
    score = reading.score
    published: list[Value] = [_("Score"), None, None, value(score), *bounds(score), grade(score), None, None]
    others = [comparison.score for comparison in reading.comparisons]
    sheet.line([*published, *_compared(row, 4, figure_of(score), others)], strong=True)
    check = checks.weighted_mean(
        weights_at,
        values_at,
        weights=[line.weight for line in reading.criteria],
        values=[figure_of(line.own) for line in reading.criteria],
    )
    sheet.line([_("Check"), None, None, shown(check)], muted=True)
    less = checks.difference(at(4, row + 1), at(4, row), check.value if check else None, figure_of(score))
    sheet.line([_("Check less published"), None, None, shown(less)], muted=True)
    explain_checks(sheet)


def _unknown(mark: Mark | None) -> Value:
    """Return the cell of the number of 不了解: in words where it is under the floor."""
    if mark is not None and mark.abstentions is None:
        return mark.abstentions_text
    return count(mark.abstentions if mark is not None else None)


def _compared(row: int, own_column: int, own: float | None, others: Sequence[Mark | None]) -> list[Value]:
    """Return each comparison's figure and the own figure less it."""
    cells: list[Value] = []
    for number, other in enumerate(others):
        column = 10 + 2 * number
        less = checks.difference(at(own_column, row), at(column, row), own, figure_of(other))
        cells += [value(other), shown(less)]
    return cells


def _class_sheet(sheet: Sheet, reading: SubjectReading) -> None:
    """Write classes down and criteria across: A label, B weight, C score, then one column a criterion."""
    first = sheet.head([_("Voter class"), _("Weight"), _("Score"), *(line.label for line in reading.criteria)]) + 1
    last = first + len(reading.classes) - 1
    for voters in reading.classes:
        alone = _("declared not anonymous")
        name = f"{voters.label} ({alone})" if voters.alone else voters.label
        cells = [
            value(mark) if asked else pgettext("criterion", "not asked")
            for mark, asked in zip(voters.marks, voters.asked, strict=True)
        ]
        sheet.line([name, Figure(voters.weight, SHARE), value(voters.score), *cells])
    if not reading.classes_shown:
        if reading.score is not None:
            sheet.space()
            sheet.note(
                _(
                    "The classes are shown together only: at least one of them has fewer than %(floor)s answers, and "
                    "it could be found by subtracting the others from the whole."
                )
                % {"floor": reading.head.floor}
            )
        return
    class_checks: list[Formula | None] = [
        _class_check(reading.classes, [voters.score for voters in reading.classes], 3, first, last)
        if reading.classes_add_up
        else None
    ]
    for number in range(len(reading.criteria)):
        marks = [voters.marks[number] for voters in reading.classes]
        class_checks.append(_class_check(reading.classes, marks, 4 + number, first, last))
    figures = [reading.score, *(line.own for line in reading.criteria)]
    row = sheet.line([_("All classes, published"), None, *(value(mark) for mark in figures)], strong=True)
    sheet.line([_("Check"), None, *(_check_words(check) for check in class_checks)], muted=True)
    less = [
        checks.difference(at(3 + number, row + 1), at(3 + number, row), check.value if check else None, figure_of(mark))
        for number, (check, mark) in enumerate(zip(class_checks, figures, strict=True))
    ]
    sheet.line([_("Check less published"), None, *(_check_words(check) for check in less)], muted=True)
    explain_checks(sheet)
    if not reading.classes_add_up:
        sheet.note(
            _(
                "Not every class is asked every criterion, so the classes' scores are means of different criteria and "
                "do not add up to the score."
            )
        )


def _check_words(formula: Formula | None) -> Value:
    return formula if formula is not None else "–"


def _class_check(
    classes: Sequence[ClassReading], marks: Sequence[Mark | None], column: int, first: int, last: int
) -> Formula | None:
    return checks.weighted_mean(
        down(2, first, last),
        down(column, first, last),
        weights=[voters.weight for voters in classes],
        values=[figure_of(mark) for mark in marks],
    )


def _distribution_sheet(sheet: Sheet, reading: SubjectReading) -> None:
    sheet.head([_("Criterion"), _("Answer"), _("Ballots")])
    for line in reading.criteria:
        if line.own is None:
            sheet.line([line.label, too_few(), too_few()])
        elif not line.bars:
            sheet.line([line.label, _("not shown"), _("not shown")])
        for bar in line.bars:
            sheet.line([line.label, bar.label, Figure(bar.count, COUNT)])
    sheet.space()
    sheet.note(
        _(
            "“Not shown”: the answers lie too close together, or too few ballots lie apart from the others. "
            "Neighbouring answers are joined until each bar that is not empty holds three ballots."
        )
    )


def _comment_sheet(sheet: Sheet, reading: SubjectReading) -> None:
    sheet.head([_("Comments")])
    for text in reading.comments.texts:
        sheet.text([text])
    if not reading.comments.texts:
        sheet.text([too_few()])
    sheet.space()
    sheet.note(comments_note(reading))


def _self_sheet(sheet: Sheet, reading: SubjectReading) -> None:
    sheet.head([_("Criterion"), _("Own answer"), _("Points"), _("The others"), _("Difference")])
    for line in reading.self_lines:
        row = sheet.row + 1
        less = checks.difference(at(3, row), at(4, row), line.points, figure_of(line.others))
        sheet.line([line.label, line.answer, Figure(line.points), value(line.others), shown(less)])
    sheet.space()
    if reading.self_words:
        sheet.text([reading.self_words])
    sheet.note(written_by(reading))
