"""What stands between a draft and its opening: the organiser's to-do list, the ones that matter most first."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import F, Max, Q
from django.utils import timezone

from peer_review.domain.keys.custody import check_shares_confirmed
from peer_review.domain.keys.server_keys import key_progress
from peer_review.domain.planning.envelope_groups import envelope_refusals
from peer_review.domain.planning.plan_state import is_being_written
from peer_review.domain.planning.roll_confirmation import confirmation_refusals
from peer_review.domain.preflight.opening_proof import OpeningProof, exposure_refusals, kept_proof
from peer_review.domain.rounds.reviewer_checks import reviewer_refusals
from peer_review.domain.schemes.schemes import check_scheme
from peer_review.domain.voting_period import has_least_stages
from peer_review.enums import CellKind, Collection
from peer_review.exceptions.base import (
    EmptyRoll,
    NoBoxKey,
    NotOrganiser,
    NotScrutineer,
    OpeningRefusal,
    OwnAssignment,
    RollBeingWritten,
    SharesUnconfirmed,
    UnknownVoterClass,
)
from peer_review.exceptions.rounds import (
    BatchSettingsInvalid,
    BoxKeyUntested,
    CellWithNobody,
    ClockSetBack,
    CollectionInvalid,
    DatesInPast,
    DatesInvalid,
    ExtensionInTwoStages,
    ExtensionWithoutRate,
    KeysMissing,
    NoScrutineer,
    OpenTooBriefly,
    SubjectWithNobody,
)
from peer_review.models import Assignment, Round
from peer_review.roles import users_with_role
from peer_review.users import User

#: How far two servers' clocks may differ before we speak of a clock set back.
CLOCK_TOLERANCE = timedelta(seconds=5)


def opening_refusals(round: Round, *, now: datetime | None = None) -> list[OpeningRefusal]:
    """Return every reason why this draft cannot be opened yet; empty when it can. The organiser's to-do list.

    The guarantee is proved anew only if the draft has changed (opening_proof.kept_proof).
    """
    return list(unmet_requirements(round, now or timezone.now(), proof_for=kept_proof))


def unmet_requirements(
    round: Round, now: datetime, *, proof_for: Callable[[Round], OpeningProof]
) -> Iterator[OpeningRefusal]:
    """Yield refusals, the ones that matter most first. `proof_for` gives the proof of the draft's guarantee."""
    latest = Round.objects.aggregate(a=Max("opened_at"), b=Max("closed_at"), c=Max("published_at"))
    if any(moment is not None and now < moment - CLOCK_TOLERANCE for moment in latest.values()):
        yield ClockSetBack()
    try:
        check_terms(round, round.scrutineers.all(), now)
        check_scheme(round.scheme)
    except OpeningRefusal as refusal:
        yield refusal
    if not round.scrutineers.exists():
        yield NoScrutineer()
    yield from reviewer_refusals(round)
    cells = round.cells.count()
    if is_being_written(round):
        yield RollBeingWritten()
    elif not cells:
        yield EmptyRoll()
    else:
        yield from _roll_refusals(round)
        yield from exposure_refusals(round, proof_for=proof_for)
        yield from confirmation_refusals(round)
        yield from envelope_refusals(round)
        progress = key_progress(round)
        if progress.ready < progress.total:
            yield KeysMissing(missing=progress.total - progress.ready, total=progress.total)
    if not round.box_public:
        yield NoBoxKey()
    elif not round.box_key_tested:
        try:
            check_shares_confirmed(round)
        except SharesUnconfirmed as refusal:
            yield refusal
        yield BoxKeyUntested()


def _roll_refusals(round: Round) -> Iterator[OpeningRefusal]:
    own = Q(cell__subject__member__user_id=F("evaluator_id"))
    if Assignment.objects.filter(own, cell__round=round).exists():
        yield OwnAssignment()
    asked = round.subjects.filter(Q(cells__kind=CellKind.RATING) | Q(sheet_entries__isnull=False))
    if unevaluated := list(round.subjects.exclude(pk__in=asked.values("pk")).values_list("label", flat=True)[:5]):
        yield SubjectWithNobody(subjects="、".join(unevaluated))
    empty = round.cells.filter(assignments__isnull=True).values_list("subject__label", "sheet__label")
    if labels := [subject or sheet for subject, sheet in empty[:5]]:
        yield CellWithNobody(subjects="、".join(labels))
    known = {"", *round.scheme.voter_classes.values_list("key", flat=True)}
    if set(round.cells.order_by().values_list("voter_class", flat=True).distinct()) - known:
        yield UnknownVoterClass()


def check_terms(round: Round, scrutineers: Iterable[User], now: datetime) -> None:
    if not users_with_role("organiser").filter(pk=round.organiser_id).exists():
        raise NotOrganiser
    scrutineers = list(scrutineers)
    allowed = set(users_with_role("scrutineer").filter(pk__in=[scrutineer.pk for scrutineer in scrutineers]))
    for scrutineer in scrutineers:
        if scrutineer not in allowed:
            raise NotScrutineer(name=scrutineer.get_full_name())
    if round.closes_at <= round.opens_at:
        raise DatesInvalid
    if round.closes_at <= now:
        raise DatesInPast
    two_stage = round.collection == Collection.TWO_STAGE
    if two_stage != (round.casts_at is not None):
        raise CollectionInvalid
    if round.casts_at is not None and not round.opens_at < round.casts_at < round.closes_at:
        raise CollectionInvalid
    if not has_least_stages(opens_at=round.opens_at, casts_at=round.casts_at, closes_at=round.closes_at, now=now):
        raise OpenTooBriefly
    if round.extension_days and two_stage:
        raise ExtensionInTwoStages
    if round.extension_days and not round.scheme.min_return:
        raise ExtensionWithoutRate
    window, floor = round.batch_window, round.batch_floor
    if (floor is not None and window is None) or 0 in (window, floor):
        raise BatchSettingsInvalid


def check_clock(round: Round, now: datetime) -> None:
    recorded = [moment for moment in (round.opened_at, round.closed_at, round.published_at) if moment is not None]
    if recorded and now < max(recorded) - CLOCK_TOLERANCE:
        raise ClockSetBack
