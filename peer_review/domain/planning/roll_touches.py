"""What was done to a draft's roll by hand: put down with every such act, forgotten when the plan writes the roll anew.

A roll that a rule makes tells nothing of whoever started it. One that was chosen name by name may be tailored to one
person's ballot, so it needs a second person (domain/planning/roll_confirmation.py), and those who are asked see names.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from peer_review.domain.planning.plan import Plan
from peer_review.enums import HAND_WORK, RollTouchKind
from peer_review.models import Exclusion, RollTouch, Round, TouchedSubject
from peer_review.users import User

#: Rows of one statement.
BATCH = 2000


def touch_roll(
    round: Round,
    kind: RollTouchKind,
    *,
    by: User,
    person: int | None = None,
    person_name: str = "",
    subjects: Iterable[tuple[str, str]] = (),
    detail: str = "",
    number: int = 0,
    now: datetime | None = None,
) -> RollTouch:
    """Put down an act by hand and return its row. Inside the transaction of the act.

    person: user id of the evaluator it is about. subjects: (key, label) of those whose evaluators it changes.
    """
    touch = RollTouch.objects.create(
        round=round,
        kind=kind,
        by=by,
        touched_at=now or timezone.now(),
        person_id=person,
        person_name=person_name[:80],
        detail=detail[:200],
        number=number,
    )
    TouchedSubject.objects.bulk_create(
        [TouchedSubject(touch=touch, subject_key=key, label=label[:80]) for key, label in dict(subjects).items()],
        batch_size=BATCH,
    )
    return touch


def mark_on_paper(round: Round, *, by: User, person: int, name: str, on_paper: bool) -> None:
    """Put down that somebody votes on paper, or in the browser; a mark that is taken back is as if it never was."""
    undone = round.roll_touches.filter(kind__in=_PAPER_MARKS, person=person)
    kind = RollTouchKind.ON_PAPER if on_paper else RollTouchKind.AT_COMPUTER
    if undone.exclude(kind=kind).exists():
        undone.delete()
    else:
        touch_roll(round, kind, by=by, person=person, person_name=name)


_PAPER_MARKS = (RollTouchKind.ON_PAPER, RollTouchKind.AT_COMPUTER)


def touch_by_plan(round: Round, *, by: User, plan: Plan) -> None:
    """Forget the hand's work that writing this plan replaces; what the plan itself holds by hand stays or is put down.

    Marks for paper and exclusions outlive the writing, and so do their rows; a renewed seed does where chance chooses.
    """
    round.roll_touches.filter(kind__in=HAND_WORK).delete()
    lifted = round.roll_touches.filter(kind=RollTouchKind.EXCLUDED).exclude(Exists(_exclusions_of_touch()))
    RollTouch.objects.filter(pk__in=list(lifted.values_list("pk", flat=True))).delete()
    if not plan.is_random:
        round.roll_touches.filter(kind=RollTouchKind.SEED).delete()
    if plan.line_count:
        keys = sorted({key for subjects in plan.lines.values() for key in subjects})
        touch_roll(round, RollTouchKind.LIST, by=by, subjects=[(key, "") for key in keys], number=plan.line_count)


def _exclusions_of_touch() -> "QuerySet[Exclusion]":
    """Return the exclusions that still stand and of which a touch tells, for a query over touches."""
    pair = TouchedSubject.objects.filter(touch=OuterRef(OuterRef("pk")), subject_key=OuterRef("subject_key"))
    return Exclusion.objects.filter(Exists(pair), round=OuterRef("round"), evaluator=OuterRef("person"))


def forget_touches(round: Round) -> None:
    """Forget what was done to a roll that has been emptied. Exclusions and the seed stay with the draft."""
    round.roll_touches.exclude(kind__in=(RollTouchKind.EXCLUDED, RollTouchKind.SEED)).delete()


def is_touched(round: Round) -> bool:
    """Return whether anything was done to the roll by hand. One query."""
    return bool(round.roll_touches.exists())
