"""Messages of what was done to a roll by hand: one plain sentence an act."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from peer_review.enums import RollTouchKind
from peer_review.models import RollTouch, TouchedSubject

#: Subjects that a sentence names; the page of the act lists them all.
NAMED = 5

_SENTENCES: Mapping[str, str | Promise] = {
    RollTouchKind.ADDED: gettext_lazy("%(person)s was put on the roll."),
    RollTouchKind.REMOVED: gettext_lazy("%(person)s was taken off the roll, with all papers."),
    RollTouchKind.SUBJECT_ADDED: gettext_lazy("%(subjects)s was made a subject, evaluated by chosen sections."),
    RollTouchKind.SUBJECT_REMOVED: gettext_lazy("%(subjects)s is not evaluated any more."),
    RollTouchKind.MERGED: gettext_lazy("Voter classes were merged (%(detail)s) for %(subjects)s."),
    RollTouchKind.LIST: gettext_lazy("A list made by hand says who evaluates %(subjects)s."),
    RollTouchKind.ON_PAPER: gettext_lazy("%(person)s votes on paper."),
    RollTouchKind.AT_COMPUTER: gettext_lazy("%(person)s votes in the browser, not on paper as proposed."),
    RollTouchKind.EXCLUDED: gettext_lazy("%(person)s may not evaluate %(subjects)s."),
    RollTouchKind.ALLOWED: gettext_lazy("%(person)s may evaluate %(subjects)s again; an exclusion was lifted."),
    RollTouchKind.EARLIER: gettext_lazy(
        "This roll was written by an earlier version, which kept no record of what was changed by hand."
    ),
    RollTouchKind.NOT_ANONYMOUS: gettext_lazy(
        "The voter class “%(detail)s” was declared not anonymous: its ballots count towards nobody's floor."
    ),
}


@dataclass(frozen=True, slots=True)
class TouchLine:
    """One act as the page lists it. `reason` is that of an exclusion, for readers who may see it."""

    pk: int
    words: str
    by: str
    at: datetime
    subjects: int
    reason: str = ""


class ListedTouch(Protocol):
    """A row of RollTouch with the number of its subjects, and the first NAMED of them."""

    subject_count: int
    named_subjects: list[TouchedSubject]


def touch_lines(touches: Iterable[RollTouch], labels: Mapping[str, str], *, with_reasons: bool) -> list[TouchLine]:
    """Return acts as lines, each row with what ListedTouch adds to it.

    labels: the names of subjects that are on the roll, by key.
    """
    lines = []
    for touch in touches:
        listed = cast("ListedTouch", touch)
        subjects = [labels.get(subject.subject_key) or str(subject) for subject in listed.named_subjects]
        reason = touch.detail if with_reasons and touch.kind == RollTouchKind.EXCLUDED else ""
        lines.append(
            TouchLine(
                pk=touch.pk,
                words=_words(touch, subjects, listed.subject_count),
                by=touch.by.get_full_name(),
                at=touch.touched_at,
                subjects=listed.subject_count,
                reason=reason,
            )
        )
    return lines


def _words(touch: RollTouch, subjects: Sequence[str], total: int) -> str:
    values = {
        "person": touch.person_name,
        "subjects": _named(subjects, total),
        "detail": touch.detail,
        "n": touch.number,
    }
    if touch.kind == RollTouchKind.SEED:
        words = ngettext(
            "The seed of the random choice was renewed: another selection was drawn.",
            "The seed of the random choice was renewed, for the time number %(n)s: another selection was drawn.",
            touch.number,
        )
        return words % values
    if touch.kind == RollTouchKind.VOTER_CLASS:
        if touch.detail:
            return _("%(person)s evaluates %(subjects)s in the voter class “%(detail)s”.") % values
        return _("%(person)s does not evaluate %(subjects)s any more.") % values
    return str(_SENTENCES[touch.kind]) % values


def _named(subjects: Sequence[str], total: int) -> str:
    text = _(", ").join(subjects[:NAMED])
    more = total - len(subjects[:NAMED])
    return _("%(names)s and %(n)s more") % {"names": text, "n": more} if more > 0 else text
