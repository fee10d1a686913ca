"""What all reports on paper have in common: the head of the first page, what stands on every page, and the proof."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from peer_review.domain.publication.figures import Mark, too_few
from peer_review.domain.results.read_models import Head
from peer_review.reports.blocks import Across, Block, Cell, Fact, Facts, Heading, PlotRow, Point, Report, Text

#: Characters of the fingerprint above each page, enough to tell rounds apart; the whole stands under "Proof".
SHORT = 16
#: Longer ones are cut above each page, in characters; the first page has them whole.
LONGEST_ROUND, LONGEST_NAME = 60, 30
#: More criteria than this lie across.
MOST_UPRIGHT = 7


def language() -> str:
    """Return the language in which a report is being made: "zh" or "en"."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def day_of(head: Head) -> str:
    """Return the day of publication in words."""
    return date_format(localtime(head.published_at), "DATE_FORMAT") if head.published_at else ""


def make_report(
    head: Head,
    *,
    title: str,
    subtitle: str,
    facts: Sequence[Fact],
    blocks: Sequence[Block],
) -> Report:
    """Return a report in its frame, in the language that is active. `facts` stand before those of the round."""
    published = localtime(head.published_at).date() if head.published_at else timezone.localdate()
    return Report(
        title=title,
        subtitle=subtitle,
        kicker=head.title,
        description=f"{head.title}: {title}",
        header=f"{Truncator(head.title).chars(LONGEST_ROUND)} · {Truncator(title).chars(LONGEST_NAME)}",
        footer=_("Made of the round's published figures. No ballot is in it, and nobody's name beside a mark."),
        language=language(),
        day=published,
        fingerprint=grouped(head.fingerprint[:SHORT]),
        root=head.root,
        words={
            "fingerprint": _("Fingerprint"),
            "root": _("Bulletin root"),
            "page": _("Page {n} of {all}"),
            "numbered": _(
                "What stands as [U+…] is a character that no font of the server has; whoever runs it can install one."
            ),
        },
        facts=[
            *facts,
            Fact(_("Published on"), day_of(head)),
            Fact(_("Shown from"), floor_of(head)),
        ],
        blocks=[*blocks, *proof(head)],
    )


def floor_of(head: Head) -> str:
    """Return the floor k in words."""
    return _("%(floor)s answers on") % {"floor": head.floor}


def proof(head: Head) -> list[Block]:
    """Return what proves the count, and how to check it."""
    facts = [
        Fact(_("Round"), f"{head.title} ({head.public_id})"),
        Fact(_("Root of the bulletin"), grouped(head.root), mono=True),
        Fact(_("Fingerprint of the keys"), grouped(head.fingerprint), mono=True),
    ]
    how = _(
        "Root and fingerprint stand in the public bulletin of the round. If they are the same there, this report tells "
        "of that count and of no other. Everybody who voted can find their own ballot in the bulletin."
    )
    return [
        Heading(_("What proves the count")),
        Text(head.counted_in_words, sticky=True),
        Facts(facts),
        Text(how, muted=True),
    ]


def across(blocks: Sequence[Block], *, columns: int) -> list[Block]:
    """Return pieces with a column for each of so many criteria, on pages that lie across where they need it."""
    return [Across(blocks)] if columns > MOST_UPRIGHT else list(blocks)


def grouped(value: str) -> str:
    """Return hexadecimal digits in fours, as people compare them."""
    return " ".join(value[start : start + 4] for start in range(0, len(value), 4))


def joined(sentences: Iterable[str]) -> str:
    """Return sentences one after the other; Chinese ones need no blank between."""
    return ("" if language() == "zh" else " ").join(sentences)


def digits(value: float) -> str:
    """Return a figure as it is shown everywhere: one decimal, a full stop."""
    return f"{value:.1f}"


def in_words(rows: Sequence[PlotRow], others: Sequence[str]) -> str:
    """Return what a picture of these rows shows, for whoever does not see it."""
    words = []
    for row in rows:
        beside = [f"{name} {_in_words(point)}" for name, point in zip(others, row.others, strict=True)]
        words.append(f"{row.label}: {', '.join([_in_words(row.own), *beside])}")
    return "; ".join(words)


def _in_words(point: Point | None) -> str:
    return f"{point.text} ({digits(point.low)}–{digits(point.high)})" if point is not None else too_few()


def point(mark: Mark | None) -> Point | None:
    """Return a figure for a picture."""
    return Point(mark.value, mark.low, mark.high, mark.text) if mark is not None else None


def few() -> Cell:
    """Return the cell that says 样本不足."""
    return Cell(too_few(), few=True)


class Bounded(Protocol):
    """A figure and the bounds of its 95 % interval: figures.Mark, trends.Point."""

    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def text(self) -> str: ...


def value_cell(mark: Bounded | None, *, strong: bool = False) -> Cell:
    """Return the cell of a figure alone."""
    return Cell(mark.text, strong=strong) if mark is not None else few()


def interval_cell(mark: Bounded | None) -> Cell:
    """Return the cell of a figure's interval."""
    return Cell(f"{digits(mark.low)} – {digits(mark.high)}") if mark is not None else few()


def interval_name() -> str:
    """Return the head of a column of intervals."""
    return _("95 %% interval") % {}


def heat_cell(mark: Mark | None) -> Cell:
    """Return the cell of a figure with its grade in words, and the tint that only repeats the word."""
    return Cell(mark.text, sub=mark.grade_label, tint=mark.grade) if mark is not None else few()


def count_cell(number: int | None) -> Cell:
    """Return the cell of a count that is held back with its figure."""
    return Cell(str(number)) if number is not None else few()
