"""Sentences beside lists and trends, the same on paper as on the page."""

import itertools
from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peer_review.domain.results.rank_ranges import OrderCertainty
from peer_review.domain.results.read_models import Head, RoundReading, RowReading
from peer_review.domain.results.trends import Trend, TrendPoint
from peer_review.reports.frame import digits, joined


def day_of_round(point: TrendPoint) -> str:
    """Return the day on which the results of an earlier round were published."""
    return date_format(localtime(point.published_at), "DATE_FORMAT")


def held_back(trend: Trend) -> str:
    """Return how many earlier rounds are not set beside this one, and why; empty for none."""
    if not trend.held_back:
        return ""
    return ngettext(
        "%(counter)s earlier round is not set beside these: its voters differ by so few that the comparison would "
        "nearly tell their marks.",
        "%(counter)s earlier rounds are not set beside these: their voters differ by so few that the comparison would "
        "nearly tell their marks.",
        trend.held_back,
    ) % {"counter": trend.held_back}


def ties_in_words(ties: OrderCertainty) -> str:
    """Return how far the order of a list can be trusted; empty where there is none."""
    if ties.total < 2:
        return ""
    if ties.groups > 1:
        order = _(
            "The intervals of all %(total)s fall into %(groups)s groups that do not overlap; lines in the list part "
            "them. Within a group the order may be chance."
        ) % {"total": ties.total, "groups": ties.groups}
    else:
        order = _(
            "The intervals of all %(total)s overlap in one chain: nowhere does this list fall into a better and a "
            "worse part beyond chance."
        ) % {"total": ties.total}
    if not ties.certain:
        return joined([order, _("Nobody has a place of their own: every place is a range.")])
    certain = ngettext(
        "%(counter)s has a place of their own; every other place is a range.",
        "%(counter)s have a place of their own; every other place is a range.",
        ties.certain,
    ) % {"counter": ties.certain}
    return joined([order, certain])


def quota_in_words(reading: RoundReading) -> list[str]:
    """Return where the quota line lies, who is tied at it, and who cannot be told apart from it."""
    proposal, name = reading.proposal, reading.head.grades[0]
    line = proposal.line
    if proposal.places is None:
        words = _("This round has no quota: whoever reaches %(line)s points is proposed “%(excellent_name)s”.")
        sentences = [words % {"line": digits(line[0] if line else reading.head.bands[0]), "excellent_name": name}]
    else:
        places = ngettext(
            "%(counter)s place of “%(excellent_name)s” for %(everybody)s evaluated: %(quota)s %%, rounded down.",
            "%(counter)s places of “%(excellent_name)s” for %(everybody)s evaluated: %(quota)s %%, rounded down.",
            proposal.places,
        )
        numbers = {"counter": proposal.places, "everybody": len(proposal.grades), "quota": proposal.quota}
        sentences = [places % {**numbers, "excellent_name": name}]
        if proposal.approval:
            sentences.append(_("Approved by %(document)s.") % {"document": proposal.approval})
        sentences.append(_line_in_words(reading, line))
        if proposal.tied:
            sentences += [
                _("Tied at the line: %(names)s.")
                % {"names": _(", ").join(row.label for row in reading.rows if row.line == "tied")},
                _(
                    "The figures cannot tell them apart, and no order of a list decides. A named person does, with a "
                    "reason."
                ),
            ]
    if proposal.indistinct:
        near = ngettext(
            "%(counter)s more cannot be told apart from the line: the 95 %% interval overlaps it.",
            "%(counter)s more cannot be told apart from the line: their 95 %% intervals overlap it.",
            len(proposal.indistinct),
        )
        sentences.append(near % {"counter": len(proposal.indistinct)})
    return sentences


def _line_in_words(reading: RoundReading, line: tuple[float, float, float] | None) -> str:
    if line is None:
        return _("The group is too small for a place.")
    above = sum(row.line == "above" for row in reading.rows)
    if not reading.proposal.tied:
        words = _("The line lies at %(line)s points; %(above)s are proposed, nobody is tied.")
        return words % {"line": digits(line[0]), "above": above}
    left = reading.proposal.left or 0
    words = ngettext(
        "The line lies at %(line)s points. Above it: %(above)s. For the equal scores at it %(counter)s place is left.",
        "The line lies at %(line)s points. Above it: %(above)s. For the equal scores at it %(counter)s places are "
        "left.",
        left,
    )
    return words % {"line": digits(line[0]), "above": above, "counter": left}


def flags_of(row: RowReading) -> list[str]:
    """Return what is to be said of one subject of a list besides its figures."""
    flags = []
    if row.line == "tied":
        flags.append(_("tied at the line"))
    elif row.near_line:
        flags.append(_("cannot be told apart from the line"))
    if row.one_ballot:
        flags.append(_("one ballot decides"))
    if row.ladder:
        flags.append(row.ladder)
    return flags


def breaks_of(rows: Sequence[RowReading]) -> list[int]:
    """Return after which rows, numbered from 0, no interval above overlaps one below."""
    breaks = []
    for number, (row, other) in enumerate(itertools.pairwise(rows)):
        if row.place is not None and other.place is not None and row.place.group != other.place.group:
            breaks.append(number)
    return breaks


def line_of(reading: RoundReading) -> float | None:
    """Return where the quota line lies, None without one."""
    line = reading.proposal.line
    return line[0] if line is not None and reading.proposal.places is not None else None


def bands_of(head: Head) -> list[int]:
    """Return where the round's grades meet, lowest first."""
    return [int(edge) for edge in reversed(head.bands)]
