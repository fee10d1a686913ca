"""Holding a round once more: a new draft with the terms of one that is void or over."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from peer_review import audit_log
from peer_review.domain.locks import check_state
from peer_review.domain.planning.named_classes import declare_not_anonymous
from peer_review.domain.planning.plan_setup import save_plan
from peer_review.domain.planning.roll_touches import touch_roll
from peer_review.domain.rounds.lifecycle import create_round
from peer_review.domain.voting_period import LEAST_OPEN
from peer_review.enums import FROZEN_STATES, RollTouchKind, RoundState
from peer_review.models import Exclusion, Round
from peer_review.users import User

#: From here on nothing of the first round can be changed by the second.
REPEATABLE = FROZEN_STATES - {RoundState.OPEN, RoundState.CLOSED}
#: Days until the repeated round opens, for the roll, the keys and the key of the box to be made anew.
NOTICE_DAYS = 3


@transaction.atomic
def repeat_round(round: Round, *, by: User, now: datetime | None = None) -> Round:
    """Return a draft with the same terms, scheme, plan, exclusions and scrutineers, and as long, some days from now.

    The roll is proposed anew, because people come and go, and a random choice with a new seed; every key is made anew.
    Raises: RoundStateInvalid while the round is a draft, open or not yet counted; whatever create_round raises.
    """
    check_state(round, REPEATABLE)
    now = now or timezone.now()
    opens_at = _morning(now + timedelta(days=NOTICE_DAYS), like=round.opens_at)
    # Rounds from before there was a least duration may have been shorter.
    casts_at = None if round.casts_at is None else opens_at + max(round.casts_at - round.opens_at, LEAST_OPEN)
    closes_at = (casts_at or opens_at) + max(round.closes_at - (round.casts_at or round.opens_at), LEAST_OPEN)
    draft = create_round(
        by=by,
        title=round.title,
        purpose=round.purpose,
        kind=round.kind,
        scheme=round.scheme,
        opens_at=opens_at,
        closes_at=closes_at,
        organiser=round.organiser,
        scrutineers=round.scrutineers.all(),
        batch_window=round.batch_window,
        batch_floor=round.batch_floor,
        collection=round.collection,
        casts_at=casts_at,
        comment_reviewer=round.comment_reviewer,
        reminders=round.reminders,
        extension_days=round.extension_days if round.scheme.min_return else 0,
        now=now,
    )
    if round.plan:
        save_plan(draft, by=by, plan=round.plan)
    Exclusion.objects.bulk_create(
        Exclusion(
            round=draft, evaluator_id=exclusion.evaluator_id, subject_key=exclusion.subject_key, reason=exclusion.reason
        )
        for exclusion in round.exclusions.all()
    )
    labels = dict(round.subjects.values_list("key", "label"))
    for exclusion in round.exclusions.select_related("evaluator"):
        touch_roll(
            draft,
            RollTouchKind.EXCLUDED,
            by=by,
            person=exclusion.evaluator_id,
            person_name=exclusion.evaluator.get_full_name(),
            subjects=[(exclusion.subject_key, labels.get(exclusion.subject_key, ""))],
            detail=exclusion.reason,
        )
    for voters in round.not_anonymous:
        if round.scheme.voter_classes.filter(key=voters).exists():
            draft = declare_not_anonymous(draft, by=by, voter_class=voters)
    audit_log.record(draft, "peer_review.round.repeat", by=by, of=round.public_id)
    return draft


def _morning(day: datetime, *, like: datetime) -> datetime:
    """Return that day at the hour at which the first round opened, where people work."""
    hour: time = timezone.localtime(like).time()
    return timezone.make_aware(datetime.combine(timezone.localdate(day), hour))
