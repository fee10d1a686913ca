"""What all workbooks have in common: the cells of figures, the words about checks, and the sheet about the file."""

from collections.abc import Sequence

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from peer_review.counting.small_groups import ShownJson
from peer_review.domain.publication.figures import Mark, shown_in_words, too_few
from peer_review.domain.results.read_models import Head
from peer_review.domain.results.trends import Trend
from peer_review.reports.book import COUNT, Book, Figure, Formula, Sheet, Value
from peer_review.reports.frame import day_of, floor_of, language
from peer_review.reports.words import day_of_round, held_back


def new_book(head: Head, name: str) -> Book:
    """Return an empty workbook about something of a round, in the language that is active."""
    moment = localtime(head.published_at) if head.published_at is not None else localtime()
    return Book(
        title=f"{head.title}: {name}",
        footer=" ".join([_("Bulletin root"), head.root]),
        day=moment.date(),
        language=language(),
    )


def value(mark: Mark | None) -> Value:
    """Return the cell of a figure."""
    return figure_cell(mark.value, mark.shown) if mark is not None else too_few()


def figure_cell(value: float, shown: ShownJson | None) -> Figure:
    """Return the cell of a figure. Of a range it holds the number that formulas reckon with, and reads as the range."""
    if shown is None:
        return Figure(value)
    words = shown_in_words(value, shown).replace('"', "")
    return Figure(value, f'"{words}"')


def bounds(mark: Mark | None) -> list[Value]:
    """Return the cells of low and high."""
    return [Figure(mark.low), Figure(mark.high)] if mark is not None else [too_few(), too_few()]


def grade(mark: Mark | None) -> Value:
    """Return the cell of the grade that a figure proposes."""
    return mark.grade_label if mark is not None else too_few()


def count(number: int | None) -> Value:
    """Return the cell of a count that is held back with its figure."""
    return Figure(number, COUNT) if number is not None else too_few()


def figure_of(mark: Mark | None) -> float | None:
    """Return a figure for a formula to be computed with."""
    return mark.value if mark is not None else None


def shown(formula: Formula | None) -> Value:
    """Return a formula, or 样本不足 where one of its parts is."""
    return formula if formula is not None else too_few()


def rounds_sheet(book: Book, trend: Trend | None, criteria: Sequence[tuple[str, str]]) -> None:
    """Write a score and its criteria, (key, label), over the rounds, newest first; nothing without earlier ones."""
    if trend is None or (len(trend.points) < 2 and not trend.held_back):
        return
    sheet = book.sheet(_("Over the rounds"))
    heads = [_("Round"), _("Published on"), _("Score"), _("Low (95 %)"), _("High (95 %)")]
    sheet.head([*heads, *(label for _key, label in criteria)])
    for point in reversed(trend.points):
        shown = point.score
        cells: list[Value] = [point.title, day_of_round(point)]
        if shown is not None:
            cells += [figure_cell(shown.value, shown.shown), Figure(shown.low), Figure(shown.high)]
        else:
            cells += [too_few()] * 3
        for key, _label in criteria:
            criterion = point.criteria.get(key)
            cells.append(figure_cell(criterion.value, criterion.shown) if criterion is not None else too_few())
        sheet.line(cells)
    sheet.space()
    sheet.note(_("Where two intervals overlap, the rise or fall may be chance."))
    if words := held_back(trend):
        sheet.note(words)


def explain_checks(sheet: Sheet) -> None:
    """Say under a table what its checks are, and why they may be off."""
    sheet.space()
    sheet.note(_("“Check” recomputes the published figure beside it from the other figures of this sheet."))
    sheet.note(
        _(
            "Every published figure was rounded once, each for itself. Where a check is made of rounded figures it may "
            "differ by 0.1; “Check less published” says so."
        )
    )
    sheet.note(
        _(
            "A figure that reads as a range stands in formulas with its bound or its middle, so checks made of it may "
            "differ by more."
        )
    )
    sheet.note(_("Where figures read “too few”, the weights of the others are raised to fill 100 %."))


def about(book: Book, head: Head, *, what: str) -> Sheet:
    """Write what the file is, and what proves it."""
    sheet = book.sheet(_("About this file"))
    sheet.head([_("About this file"), ""])
    for label, text in (
        (_("Round"), head.title),
        (_("Results of"), what),
        (_("Published on"), day_of(head)),
        (_("Responsible organiser"), head.organiser),
        (_("Shown from"), floor_of(head)),
        (_("“Too few”"), _("held back, whatever the reason: too few answers, or a figure that would give others away")),
        (_("Ballots"), head.counted_in_words),
        (_("Root of the bulletin"), head.root),
        (_("Fingerprint of the keys"), head.fingerprint),
        (_("Number of the round"), head.public_id),
        (
            _("What this file holds"),
            _(
                "The round's published figures as the pages show them to you, in one decimal, and formulas that "
                "recompute them. No ballot is in it. Root and fingerprint stand in the public bulletin of the round."
            ),
        ),
    ):
        sheet.text([label, text])
    return sheet


def paragraphs(sheet: Sheet, title: str, texts: Sequence[str]) -> None:
    """Write texts one under the other, the title beside the first."""
    for number, text in enumerate(texts):
        sheet.text([title if number == 0 else "", text])
