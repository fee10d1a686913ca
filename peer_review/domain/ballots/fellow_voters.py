"""Who is asked with an evaluator: by what rule, how many, and by name where a list could have been tailored.

Whoever is one of few, or on a list that somebody changed by hand, can look whether the others are people who vote.
Nothing of this is ever shown to the subject of the paper, and never the reason of an exclusion.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from peer_review.domain.planning.plan import Pattern
from peer_review.enums import CellKind, RollTouchKind
from peer_review.models import Assignment, Cell, Round, SheetEntry, TouchedSubject
from peer_review.users import User

#: Acts that change who is on a list, or how somebody on it votes, and not the whole round alike.
_OF_PAPER = (RollTouchKind.ON_PAPER, RollTouchKind.AT_COMPUTER)


@dataclass(frozen=True, slots=True)
class FellowVoter:
    """Somebody who is asked with the reader. on_paper: with an envelope, which gives no cover."""

    name: str
    on_paper: bool


@dataclass(frozen=True, slots=True)
class FellowVoters:
    """The others on the list of one paper.

    count: how many they are; on_paper: how many of them vote with envelopes. rule: by what they were chosen, in words.
    named: where the list was changed by hand or few vote at computers; None where only their number is told.
    """

    count: int
    on_paper: int
    rule: str
    by_hand: bool
    named: Sequence[FellowVoter] | None = None


def fellow_voters(round: Round, cells: Iterable[Cell], *, user: User | None) -> dict[str, FellowVoters]:
    """Return the others on the list of each of these papers of marks, by the cell's key. Eight queries, however many.

    Nothing about a paper whose subject the reader is, and no names where nobody knows who reads (`user` None).
    """
    papers = [cell for cell in cells if cell.kind != CellKind.COMMENT]
    own = _about(user, papers)
    papers = [cell for cell in papers if cell.pk not in own]
    paper_voters = round.members.filter(on_paper=True).order_by().values("user_id")
    counts = {
        pk: (total, on_paper)
        for pk, total, on_paper in Cell.objects.filter(pk__in=[cell.pk for cell in papers])
        .annotate(
            total=Count("assignments"),
            on_paper=Count("assignments", filter=Q(assignments__evaluator__in=paper_voters)),
        )
        .values_list("pk", "total", "on_paper")
    }
    touched = _touched(round, papers)
    few = {pk for pk, (total, on_paper) in counts.items() if total - on_paper < 2 * round.floor}
    named = _named(round, (few | touched) & counts.keys(), user) if user is not None else {}
    rule = _rule_of(round)
    # The reader is one of them; at a kiosk they vote on paper, whoever they are.
    reader_on_paper = 0 if user is not None else 1
    return {
        cell.key: FellowVoters(
            count=max(0, counts[cell.pk][0] - 1),
            on_paper=max(0, counts[cell.pk][1] - reader_on_paper),
            rule=rule.of(cell.class_keys),
            by_hand=cell.pk in touched,
            named=named.get(cell.pk),
        )
        for cell in papers
    }


def _about(user: User | None, cells: Sequence[Cell]) -> set[int]:
    """Return the papers (primary keys) that are about this person, alone or on a sheet. One query."""
    if user is None:
        return set()
    about = Q(subject__member__user=user) | Q(sheet__entries__subject__member__user=user)
    return set(Cell.objects.filter(about, pk__in=[cell.pk for cell in cells]).values_list("pk", flat=True))


def _touched(round: Round, cells: Sequence[Cell]) -> set[int]:
    """Return the papers (primary keys) whose list was changed by hand, or on which somebody was marked for paper."""
    listed: dict[int | None, set[str]] = defaultdict(set)
    entries = SheetEntry.objects.filter(sheet__in=[cell.sheet_id for cell in cells if cell.sheet_id])
    for sheet, key in entries.order_by().values_list("sheet_id", "subject__key"):
        listed[sheet].add(key)
    about = {cell.pk: {cell.subject.key} if cell.subject is not None else listed[cell.sheet_id] for cell in cells}
    asked = {key for keys in about.values() for key in keys}
    rows = TouchedSubject.objects.filter(touch__round=round, subject_key__in=asked).order_by()
    by_hand = set(rows.values_list("subject_key", flat=True))
    marked = round.roll_touches.filter(kind__in=_OF_PAPER).order_by().values("person")
    marks = Assignment.objects.filter(cell__in=[cell.pk for cell in cells], evaluator__in=marked)
    touched = set(marks.order_by().values_list("cell_id", flat=True))
    return touched | {pk for pk, keys in about.items() if keys & by_hand}


def _named(round: Round, cells: Collection[int], user: User | None) -> dict[int, list[FellowVoter]]:
    """Return the others on these lists by name, in the order of the roll."""
    pairs = Assignment.objects.filter(cell__in=cells).exclude(evaluator=user).order_by()
    lists: dict[int, list[int]] = {pk: [] for pk in cells}
    for pk, evaluator in pairs.values_list("cell_id", "evaluator_id"):
        lists[pk].append(evaluator)
    members = round.members.filter(user__in=pairs.values("evaluator")).order_by(
        "section_key", "rank_order", "name", "pk"
    )
    rows = members.values_list("user_id", "name", "on_paper")
    people = {pk: FellowVoter(name, on_paper) for pk, name, on_paper in rows}
    place = {pk: at for at, pk in enumerate(people)}
    known = {pk: [user for user in evaluators if user in place] for pk, evaluators in lists.items()}
    return {pk: [people[user] for user in sorted(users, key=place.__getitem__)] for pk, users in known.items()}


@dataclass(frozen=True, slots=True)
class _Rule:
    """The rule of a plan in words. most: by voter class, how many chance chooses at most."""

    words: str
    most: Mapping[str, int]

    def of(self, classes: Sequence[str]) -> str:
        """Return the rule by which the voters of a paper were chosen. `classes`: those that vote on it."""
        chosen = [self.most[voters] for voters in classes if voters in self.most]
        if not chosen:
            return self.words
        by_chance = ngettext(
            "Of these, chance chose %(n)s; the seed stands on the round's page.",
            "Of these, chance chose %(n)s at most; the seed stands on the round's page.",
            sum(chosen),
        )
        return f"{self.words} {by_chance % {'n': sum(chosen)}}"


def _rule_of(round: Round) -> _Rule:
    """Return the rule of the round's plan.

    Asks the database for these two keys alone: a plan may hold a list of a hundred thousand lines.
    """
    pattern, sample = Round.objects.filter(pk=round.pk).values_list("plan__pattern", "plan__sample").get()
    if pattern == Pattern.MATRIX:
        words = _("They were chosen by a table that says which rank evaluates which.")
    elif pattern == Pattern.LIST:
        words = _("They were chosen by a list made by hand.")
    else:
        words = _("They were chosen by the usual pattern of this kind of round, from the organisation.")
    return _Rule(words, sample if pattern != Pattern.LIST and isinstance(sample, dict) else {})
