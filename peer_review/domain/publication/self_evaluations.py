"""What people who are evaluated say of themselves: with their name, beside the others' figures, in no figure ever.

Nothing here is put on record, and the row has no time: it is written in the sitting in which papers are drawn or cast.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from peer_review.domain.locks import lock_round
from peer_review.domain.voting_period import check_collecting
from peer_review.exceptions.ballots import BadAnswers, NotEligible
from peer_review.models import Round, SelfEvaluation, Subject
from peer_review.users import User


@transaction.atomic
def save_self_evaluation(
    round: Round, *, by: User, answers: Mapping[str, object], text: str = "", now: datetime | None = None
) -> SelfEvaluation:
    """Keep what `by`, who is evaluated, says of themself; a later one replaces it until the round closes.

    Every criterion is answered, on the round's scale and without 不了解: people know themselves.
    Raises: NotOpenYet, RoundClosed; NotEligible for others than those evaluated, and where the scheme does not ask;
        BadAnswers.
    """
    round = lock_round(round)
    check_collecting(
        state=round.state,
        opens_at=round.opens_at,
        closes_at=round.closes_at,
        opened_at=round.opened_at,
        now=now or timezone.now(),
    )
    subject = Subject.objects.filter(round=round, member__user=by).first()
    if subject is None or not round.frozen_scheme.self_evaluation:
        raise NotEligible
    _check_answers(round, answers)
    text = text.replace("\r\n", "\n").strip()
    if len(text) > round.frozen_scheme.comment_limit:
        raise BadAnswers
    kept, _created = SelfEvaluation.objects.update_or_create(
        subject=subject, defaults={"answers": dict(answers), "text": text}
    )
    return kept


def _check_answers(round: Round, answers: Mapping[str, object]) -> None:
    if answers.keys() != set(round.frozen_scheme.criterion_keys):
        raise BadAnswers
    low, high = round.frozen_scheme.min, round.frozen_scheme.max
    if not all(type(value) is int and low <= value <= high for value in answers.values()):
        raise BadAnswers
