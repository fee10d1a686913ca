"""Life of a round: one function per arrow, each with its own named refusals. Callers check permission."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone
from django.utils.formats import date_format

from peer_review import audit_log, signals
from peer_review.box import store
from peer_review.box.batcher import batcher
from peer_review.box.round_keys import make_round_key
from peer_review.domain.announcements.announcements import (
    announce_extension,
    announce_late_barrier,
    end_reminders_to_draw,
)
from peer_review.domain.ballots.box_padding import padding_of
from peer_review.domain.ballots.turnout import people_drawn_by_cell
from peer_review.domain.keys.custody import forget_key_of_leavers
from peer_review.domain.keys.server_keys import make_manifest, make_receipt_key, wrap_cell_keys
from peer_review.domain.locks import lock_draft, lock_openings, lock_round
from peer_review.domain.planning.comment_writers import comment_writers
from peer_review.domain.planning.envelope_groups import make_urns
from peer_review.domain.planning.roll import clear_roll
from peer_review.domain.planning.shared_papers import share_papers
from peer_review.domain.preflight.frozen_terms import freeze_exposure, logged_terms
from peer_review.domain.preflight.opening_proof import OpeningProof, proof_of
from peer_review.domain.preflight.preflight import Preflight, preflight
from peer_review.domain.preflight.terms_log import exposure_terms, record_new_terms
from peer_review.domain.rounds.automatic_extension import extend_automatically, extends_itself
from peer_review.domain.rounds.opening_checks import check_clock, check_terms, unmet_requirements
from peer_review.domain.schemes.schemes import check_scheme, freeze_for
from peer_review.domain.voting_period import LEAST_OPEN
from peer_review.enums import CellKind, Collection, RoundState, VoidReason
from peer_review.exceptions.base import NotOpenYet, ReasonMissing, RoundClosed, RoundStateInvalid
from peer_review.exceptions.keys import RoundKeyUnreadable
from peer_review.exceptions.rounds import ClockSetBack, ClosingTooEarly, EarlyClosingStands, ExtensionTooEarly
from peer_review.models import Cell, Round, Scheme
from peer_review.models.vacuum import vacuum_on_commit
from peer_review.users import User

_EDITABLE = frozenset(
    {
        "title",
        "purpose",
        "kind",
        "scheme",
        "organiser",
        "opens_at",
        "closes_at",
        "collection",
        "casts_at",
        "comment_reviewer",
        "batch_window",
        "batch_floor",
        "reminders",
        "extension_days",
    }
)


@transaction.atomic
def create_round(
    *,
    by: User,
    title: str,
    kind: str,
    scheme: Scheme,
    opens_at: datetime,
    closes_at: datetime,
    organiser: User | None = None,
    scrutineers: Iterable[User] = (),
    purpose: str = "",
    batch_window: int | None = None,
    batch_floor: int | None = None,
    collection: str = Collection.ONE_VISIT,
    casts_at: datetime | None = None,
    comment_reviewer: User | None = None,
    reminders: bool = True,
    extension_days: int = 0,
    now: datetime | None = None,
) -> Round:
    """Return a new draft. The responsible organiser is `by` unless another is named.

    Raises: SchemeInvalid, NotOrganiser, NotScrutineer, DatesInvalid, DatesInPast, CollectionInvalid,
        OpenTooBriefly, ExtensionInTwoStages, ExtensionWithoutRate, BatchSettingsInvalid.
    """
    round = Round(
        title=title,
        purpose=purpose,
        kind=kind,
        scheme=scheme,
        organiser=organiser or by,
        opens_at=opens_at,
        closes_at=closes_at,
        batch_window=batch_window,
        batch_floor=batch_floor,
        collection=collection,
        casts_at=casts_at,
        comment_reviewer=comment_reviewer,
        reminders=reminders,
        extension_days=extension_days,
    )
    scrutineers = list(scrutineers)
    check_scheme(scheme)
    check_terms(round, scrutineers, now or timezone.now())
    round.save()
    round.scrutineers.set(scrutineers)
    audit_log.record(round, "peer_review.round.create", by=by)
    return round


@transaction.atomic
def update_round(
    round: Round, *, by: User, scrutineers: Iterable[User] | None = None, now: datetime | None = None, **changes: object
) -> Round:
    """Return the draft with its terms changed. Another kind or scheme empties the roll, which no longer fits.

    Taking a scrutineer away who may hold the box key, or a share of it, forgets the key.
    Raises: RoundFrozen, SchemeInvalid, NotOrganiser, NotScrutineer, DatesInvalid, DatesInPast, CollectionInvalid,
        OpenTooBriefly, ExtensionInTwoStages, ExtensionWithoutRate, BatchSettingsInvalid; TypeError for a field that is
        not a term.
    """
    if unknown := set(changes) - _EDITABLE:
        raise TypeError(f"not editable: {sorted(unknown)}")
    round = lock_draft(round)
    before, terms = (round.kind, round.scheme_id), exposure_terms(round.scheme)
    former = set(round.scrutineers.all())
    for name, value in changes.items():
        setattr(round, name, value)
    chosen = former if scrutineers is None else set(scrutineers)
    check_scheme(round.scheme)
    check_terms(round, chosen, now or timezone.now())
    forget_key_of_leavers(round, by=by, leavers=former - chosen)
    round.save()
    round.scrutineers.set(chosen)
    if before != (round.kind, round.scheme_id):
        round.not_anonymous = []
        round.save(update_fields=["not_anonymous"])
        clear_roll(round)
    audit_log.record(round, "peer_review.round.update", by=by, fields=sorted(changes))
    record_new_terms(round, before=terms, after=exposure_terms(round.scheme), by=by)
    return round


@transaction.atomic
def delete_round(round: Round, *, by: User) -> None:
    """Delete a draft.

    Raises: RoundFrozen.
    """
    round = lock_draft(round)
    audit_log.record(round, "peer_review.round.delete", by=by)
    clear_roll(round)
    round.delete()


@transaction.atomic
def open_round(round: Round, *, by: User, now: datetime | None = None) -> Round:
    """Freeze form, roll and keys, make the box's table, publish manifest and fingerprint.

    Casting begins at `opens_at`, or at once if that has passed.
    Raises: RoundStateInvalid, and whatever opening_refusals would list.
    """
    now = now or timezone.now()
    lock_openings()
    round = lock_round(round, expect={RoundState.DRAFT})
    round.opened_at = now
    round_preflight = _proved(round, now)
    share_papers(round)
    # On disk before this transaction commits. Left behind by a failure it is unused, and found again.
    key = make_round_key(round.public_id)
    wrap_cell_keys(round, key)
    round.receipt_key, round.receipt_public = make_receipt_key(key)
    round.manifest, round.fingerprint = make_manifest(round)
    round.state = RoundState.OPEN
    freeze_exposure(round, round_preflight)
    round.save()
    make_urns(round)
    # In a database of its own, so not in this transaction. Left behind by a failure it is empty, and found again.
    store.create_table(round.public_id)
    audit_log.record(round, "peer_review.round.open", by=by, fingerprint=round.fingerprint, **logged_terms(round))
    _announce(signals.round_opened, round, by)
    return round


def _proved(round: Round, now: datetime) -> Preflight:
    """Freeze the scheme of a round that may be opened, and return the one pre-flight that both proved and describes it.

    Raises: the first refusal.
    """
    proved: list[Preflight] = []

    def prove(round: Round) -> OpeningProof:
        # What is proved is what is frozen, whoever edits the scheme meanwhile.
        round.form = freeze_for(round).as_json()
        round_preflight = preflight(round)
        proved.append(round_preflight)
        return proof_of(round_preflight.certificate, round_preflight.papers, round_preflight.subtraction)

    for refusal in unmet_requirements(round, now, proof_for=prove):
        raise refusal
    return proved[0]


@transaction.atomic
def close_round(round: Round, *, by: User | None, now: datetime | None = None) -> Round:
    """End drawing and casting, destroy the cells' private keys, seal the box off.

    `by` None is the clock. A person closes only what is due: see domain/rounds/early_closing.py. The box's rows are
    moved, and dummies among them, before the state is written: after a crash in between nothing can be cast, and
    closing again finishes the work.
    Raises: RoundStateInvalid, ClockSetBack; ClosingTooEarly for a person before the last moment.
    """
    now = now or timezone.now()
    round = lock_round(round, expect={RoundState.OPEN})
    check_clock(round, now)
    if by is not None and now < round.closes_at:
        last = date_format(timezone.localtime(round.closes_at), "DATETIME_FORMAT")
        raise ClosingTooEarly(last=last)
    early = round.early_closings.in_force().exists()
    batcher.flush(round.public_id)
    store.seal_off(round.public_id, padding=padding_of(round))
    round.cells.update(private_key=b"")
    round.state, round.closed_at = RoundState.CLOSED, now
    round.save(update_fields=["state", "closed_at"])
    audit_log.record(round, "peer_review.round.close", by=by, early=early)
    end_reminders_to_draw(round)
    vacuum_on_commit(Cell)
    _announce(signals.round_closed, round, by)
    return round


@transaction.atomic
def extend_round(round: Round, *, by: User, closes_at: datetime, reason: str, now: datetime | None = None) -> Round:
    """Move the closing time of an open round to a later moment and tell everybody on the roll the same text.

    Processes that take ballots read the new time within conf.CAST_STATE_AGE seconds.
    Raises: RoundStateInvalid; RoundClosed once the old time has passed: people were told that it was the last moment;
        ExtensionTooEarly, ReasonMissing; EarlyClosingStands while closing it early is asked for or announced.
    """
    now = now or timezone.now()
    round = lock_round(round, expect={RoundState.OPEN})
    if now >= round.closes_at:
        raise RoundClosed
    if round.early_closings.standing().exists():
        raise EarlyClosingStands
    if closes_at <= round.closes_at:
        raise ExtensionTooEarly
    if not reason.strip():
        raise ReasonMissing
    before, round.closes_at = round.closes_at, closes_at
    round.save(update_fields=["closes_at"])
    audit_log.record(
        round,
        "peer_review.round.extend",
        by=by,
        before=before.isoformat(),
        until=closes_at.isoformat(),
        reason=reason.strip(),
    )
    announce_extension(round, by=by, text=reason.strip(), now=now)
    return round


@transaction.atomic
def pass_barrier(round: Round, *, by: User | None, now: datetime | None = None) -> Round:
    """End the drawing of a two-stage round: cells that fewer people than the floor have drawn take no ballots.

    `by` None is the clock. Until this has been done nobody can cast. Harmless when done already. Where it is done late,
    the last moment moves, so that casting still lasts for LEAST_OPEN, and everybody is told; a later one stays.
    Raises: RoundStateInvalid; NotOpenYet before its time.
    """
    now = now or timezone.now()
    round = lock_round(round, expect={RoundState.OPEN})
    if round.barrier_at is not None:
        return round
    if round.casts_at is None or now < round.casts_at:
        raise NotOpenYet
    closed = Cell.objects.filter(pk__in=_cells_under_floor(round)).update(closed=True)
    round.barrier_at = now
    round.save(update_fields=["barrier_at"])
    audit_log.record(round, "peer_review.round.barrier", by=by, closed=closed)
    _keep_casting_long_enough(round, now)
    end_reminders_to_draw(round)
    _announce(signals.round_casting, round, by)
    return round


def _keep_casting_long_enough(round: Round, now: datetime) -> None:
    """Move the last moment of a round whose casting begins now to where casting lasts for LEAST_OPEN, if it is earlier.

    No early closing is in force: none can be asked for before casting has begun.
    """
    before, least = round.closes_at, now + LEAST_OPEN
    if before >= least:
        return
    round.closes_at = least
    round.save(update_fields=["closes_at"])
    audit_log.record(
        round, "peer_review.round.late_barrier", by=None, before=before.isoformat(), until=least.isoformat()
    )
    announce_late_barrier(round, now=now)


def _cells_under_floor(round: Round) -> list[int]:
    """Return the cells (primary keys) that need the floor and that fewer people have drawn.

    Papers of marks of a class declared not anonymous need none: each of their ballots counts in full.

    Tickets do not count towards the floor: whoever printed them might know them all. Where a paper is voted with
    envelopes alone, their number counts, and two scrutineers have seen them made. Of comment papers as many are taken
    off as people of classes declared not anonymous hold them, as at the count.
    """
    writers = comment_writers(round, round.frozen_scheme)
    floor, drawn = round.frozen_scheme.floor, people_drawn_by_cell(round)
    alone = {
        cell.pk: urn.envelopes
        for urn in round.urns.prefetch_related("cells")
        for cell in urn.cells.with_eligible()
        if cell.eligible == urn.envelopes
    }
    declared = [voters.key for voters in round.frozen_scheme.classes if not voters.anonymous]
    needs_floor = ~Q(voter_class__in=declared) | Q(kind=CellKind.COMMENT)
    return [
        pk
        for pk in round.cells.filter(needs_floor).values_list("pk", flat=True)
        if max(drawn[pk], alone.get(pk, 0)) - (writers[pk].declared if pk in writers else 0) < floor
    ]


def pass_due_barriers(*, now: datetime | None = None) -> list[Round]:
    """Pass the barrier of every round whose time for casting has come and return them."""
    now = now or timezone.now()
    passed = []
    for round in Round.objects.due_to_cast(now).order_by("pk"):
        try:
            passed.append(pass_barrier(round, by=None, now=now))
        except RoundStateInvalid:
            continue  # Closed meanwhile.
    return passed


@transaction.atomic
def end_collecting(round: Round, *, by: User | None, now: datetime | None = None) -> Round:
    """Close a round whose last moment has come, or keep it open once, as was declared before it opened; return it.

    The one is as due by hand as by the clock, so nobody passes the extension by. A round of two stages in which nobody
    could cast yet, because the drawing was never ended, does not close: its casting begins.
    Raises: RoundStateInvalid, ClockSetBack, RoundKeyUnreadable; ClosingTooEarly for a person before the last moment.
    """
    now = now or timezone.now()
    round = lock_round(round, expect={RoundState.OPEN})
    check_clock(round, now)
    if round.casts_at is not None and round.barrier_at is None and now >= round.closes_at:
        return pass_barrier(round, by=by, now=now)
    if extends_itself(round, now=now):
        return extend_automatically(round, now=now)
    return close_round(round, by=by, now=now)


def close_due_rounds(*, now: datetime | None = None) -> list[Round]:
    """Close every open round whose time has come and return them; those that stay open once as declared are not among
    them. A refusal leaves that round for the next time.
    """
    now = now or timezone.now()
    ended = []
    for round in Round.objects.due_to_close(now).order_by("pk"):
        try:
            ended.append(end_collecting(round, by=None, now=now))
        except (RoundStateInvalid, ClockSetBack, RoundKeyUnreadable):
            continue  # Another process was faster, or the clock or the key's store is wrong: the next tick sees.
    return [round for round in ended if round.state == RoundState.CLOSED]


def mark_counted(round: Round, *, by: User | None, now: datetime | None = None, **data: object) -> Round:
    """Record that the ballots of a closed round have been counted. Called by domain.count, in its transaction.

    Raises: RoundStateInvalid, ClockSetBack.
    """
    return _advance(
        round, RoundState.CLOSED, RoundState.COUNTED, "peer_review.round.count", signals.round_counted, by, now, data
    )


@transaction.atomic
def mark_void(round: Round, *, by: User | None, reason: VoidReason, **data: object) -> Round:
    """Record that a closed round came to nothing: no figure of it is ever published. Called by domain.count.

    Raises: RoundStateInvalid.
    """
    round = lock_round(round, expect={RoundState.CLOSED})
    round.state, round.void_reason = RoundState.VOID, reason
    round.save(update_fields=["state", "void_reason"])
    audit_log.record(round, "peer_review.round.void", by=by, reason=str(reason), **data)
    _announce(signals.round_voided, round, by)
    return round


def mark_published(round: Round, *, by: User, now: datetime | None = None, **data: object) -> Round:
    """Record that the results may be read. Called by domain.results, in its transaction.

    Raises: RoundStateInvalid, ClockSetBack.
    """
    return _advance(
        round,
        RoundState.COUNTED,
        RoundState.PUBLISHED,
        "peer_review.round.publish",
        signals.round_published,
        by,
        now,
        data,
        stamp="published_at",
    )


def archive_round(round: Round, *, by: User, now: datetime | None = None) -> Round:
    """Put a published round away; its results stay readable.

    Raises: RoundStateInvalid, ClockSetBack.
    """
    return _advance(
        round,
        RoundState.PUBLISHED,
        RoundState.ARCHIVED,
        "peer_review.round.archive",
        signals.round_archived,
        by,
        now,
        {},
    )


@transaction.atomic
def _advance(
    round: Round,
    source: RoundState,
    target: RoundState,
    action: str,
    signal: Signal,
    by: User | None,
    now: datetime | None,
    data: dict[str, object],
    *,
    stamp: str | None = None,
) -> Round:
    now = now or timezone.now()
    round = lock_round(round, expect={source})
    check_clock(round, now)
    round.state = target
    if stamp:
        setattr(round, stamp, now)
    round.save(update_fields=["state", *([stamp] if stamp else [])])
    audit_log.record(round, action, by=by, **data)
    _announce(signal, round, by)
    return round


def _announce(signal: Signal, round: Round, by: User | None) -> None:
    send: Callable[[], object] = partial(signal.send_robust, sender=Round, round=round, by=by)
    transaction.on_commit(send)
