"""Opening the box and counting. The box key never comes here: only one content key a row, derived elsewhere.

Every row is opened and checked again as if it had just arrived; what fails is counted by reason, never dropped
silently. All of it may be stopped and started again at any point: opened rows stay opened, and the count of them is
repeated from the opened rows, or from the written ballots if those are there already.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django_tasks import task

from peer_review import audit_log
from peer_review.box import store
from peer_review.domain.locks import check_state, lock_round
from peer_review.domain.rounds.lifecycle import mark_counted, mark_void
from peer_review.domain.schemes.ballot_papers import papers_of
from peer_review.domain.tally.bulletin import WrittenLeaves, make_bulletin, written_leaves
from peer_review.domain.tally.check_pool import Checkers, processes_for
from peer_review.domain.tally.opened_rows import check_opened, put_away, standing_ballots
from peer_review.domain.tally.return_rate import final_return
from peer_review.enums import CountPhase, RoundState, VoidReason
from peer_review.exceptions.base import WrongKey, WrongState
from peer_review.exceptions.tally import BoxStillSealed, MoreBallotsThanDrawn, NotCounting
from peer_review.models import Assignment, CountRun, Round
from peer_review.protocol.checking import Terms
from peer_review.users import User
from zhengyan_crypto import sealing
from zhengyan_crypto.encoding import b64u_encode
from zhengyan_crypto.errors import CryptoError

#: Rows fetched at once, at most.
MAX_ROWS = 2000
#: Seconds between two reports of progress.
REPORT_AFTER = 0.5


@dataclass(frozen=True, slots=True)
class Opening:
    """How far the box is opened."""

    opened: int
    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the count is, in steps that grow from 0 to `total`."""

    phase: str
    done: int
    total: int


# Opening


def opening(round: Round) -> Opening:
    """Return how many of the box's rows are opened.

    Raises: WrongState unless the round is closed.
    """
    check_state(round, {RoundState.CLOSED})
    opened = store.count_rows("opened", round.public_id)
    return Opening(opened=opened, total=opened + store.count_rows("closed", round.public_id))


def sealed_rows(round: Round, *, limit: int = MAX_ROWS) -> list[dict[str, str]]:
    """Return up to `limit` rows still sealed, each with its name and what the box key is to be combined with.

    The rows that are left are dealt out evenly: a last chunk of one row would tell which entry lay in that row.
    Raises: WrongState.
    """
    check_state(round, {RoundState.CLOSED})
    left = store.count_rows("closed", round.public_id)
    if not left:
        return []
    chunks = -(-left // max(1, min(limit, MAX_ROWS)))
    rows = store.closed_rows(round.public_id, limit=-(-left // chunks))
    return [{"id": row_id.hex(), "epk": b64u_encode(epk)} for row_id, epk in rows]


def open_rows(round: Round, *, by: User, keys: dict[bytes, bytes]) -> Opening:
    """Open rows with their content keys, {row id: key}, all of them or none.

    A row that is open already is passed over, so a chunk may be sent twice.
    Raises: WrongState; WrongKey if one key does not open its row.
    """
    check_state(round, {RoundState.CLOSED})
    start_run(round, by=by)
    if not store.table_exists("closed", round.public_id):
        return opening(round)
    rows = store.closed_ciphertexts(round.public_id, list(keys))
    opened = {}
    for row_id, ciphertext in rows.items():
        try:
            entry = sealing.open_row(ciphertext, keys[row_id], round_id=round.public_id)
        except CryptoError as error:
            raise WrongKey from error
        opened[row_id] = put_away(entry, length=len(ciphertext))
    store.move_opened(round.public_id, opened)
    return opening(round)


@transaction.atomic
def start_run(round: Round, *, by: User) -> CountRun:
    """Return the round's count, begun and put on record the first time.

    Raises: WrongState.
    """
    locked = lock_round(round, expect={RoundState.CLOSED})
    run, created = CountRun.objects.get_or_create(round=locked)
    if created:
        audit_log.record(locked, "peer_review.round.unseal", by=by)
    return run


# Counting


def finish_opening(round: Round, *, by: User) -> CountRun:
    """Start the count in the background once no row is sealed any more. Called again, it starts a stopped one anew.

    Raises: WrongState, BoxStillSealed.
    """
    state = opening(round)
    if state.opened < state.total:
        raise BoxStillSealed(remaining=state.total - state.opened)
    run = start_run(round, by=by)
    # Once the ballots are written the opened rows are gone: the first figure stands.
    _report(run, phase=CountPhase.CHECKING, done=0, total=run.total or state.total, error="")
    count_round_task.enqueue(round.pk, by.pk if by is not None else None)
    run.refresh_from_db()
    return run


@task()
def count_round_task(round_pk: int, user_pk: int | None = None) -> str:
    """Background job of finish_opening. Any number may run at once or again: all write the same."""
    round = Round.objects.get(pk=round_pk)
    user = get_user_model()._default_manager.filter(pk=user_pk).first() if user_pk is not None else None
    try:
        count_round(round, by=user)
    except (WrongState, MoreBallotsThanDrawn) as refusal:
        return refusal.code
    return "counted"


def count_progress(round: Round) -> Progress:
    """Return how far a round's count is.

    Raises: MoreBallotsThanDrawn if it was stopped by that.
    """
    run = CountRun.objects.filter(round=round).first()
    if run is None:
        return Progress(CountPhase.OPENING, 0, 0)
    if run.phase == CountPhase.VOID:
        raise MoreBallotsThanDrawn
    return Progress(run.phase, run.done, run.total)


def count_round(round: Round, *, by: User | None = None) -> CountRun:
    """Check every opened ballot, keep the last of each credential, write them sorted, and sign the bulletin.

    Then blinded values, blind signatures and the receipt key are destroyed; the sealed rows went with the writing.
    Raises: WrongState; NotCounting if the box was not opened; BoxStillSealed; MoreBallotsThanDrawn, and then
        nothing is destroyed.
    """
    check_state(round, {RoundState.CLOSED})
    run = CountRun.objects.filter(round=round).first()
    if run is None:
        raise NotCounting
    if remaining := store.count_rows("closed", round.public_id):
        raise BoxStillSealed(remaining=remaining)
    cells = dict(round.cells.values_list("key", "spki"))
    if not store.table_exists("ballot", round.public_id) or store.table_exists("opened", round.public_id):
        _check_and_write(round, run, cells)
    _report(run, phase=CountPhase.WRITING, done=run.total)
    return _conclude(round, run, leaves=written_leaves(round), by=by)


def _check_and_write(round: Round, run: CountRun, cells: dict[str, str]) -> None:
    total = run.total or store.count_rows("opened", round.public_id)
    _report(run, phase=CountPhase.CHECKING, done=0, total=total)
    terms = Terms(round_id=round.public_id, cells=cells, papers=papers_of(round))
    with Checkers(terms, processes=processes_for(total)) as checkers:
        standing = check_opened(round.public_id, checkers, report=_now_and_then(run))
    if standing.seen < total:
        _expect_written(round, remaining=total - standing.seen)
        return
    _check_figures(round, run, standing.per_cell(cells))
    _report(
        run,
        phase=CountPhase.WRITING,
        done=0,
        accepted=len(standing.rows),
        superseded=standing.superseded,
        rejected=standing.rejected,
    )
    ballots = standing_ballots(round.public_id, standing, cells, report=_now_and_then(run))
    try:
        store.write_ballots(round.public_id, ballots)
    except store.TableMissing:
        _expect_written(round, remaining=total)


def _expect_written(round: Round, *, remaining: int) -> None:
    """Let another process's count stand, which has taken the opened rows away meanwhile.

    Raises: BoxStillSealed if there is none.
    """
    if not store.table_exists("ballot", round.public_id):
        raise BoxStillSealed(remaining=remaining)


def _check_figures(round: Round, run: CountRun, counted: Counter[str]) -> None:
    """Refuse a count in which a cell has more ballots than credentials.

    Raises: MoreBallotsThanDrawn, after it has been put on record.
    """
    for cell in round.cells.with_turnout():
        if not counted[cell.key] <= cell.drawn <= cell.eligible:
            _report(run, phase=CountPhase.VOID, error=MoreBallotsThanDrawn.code)
            mark_void(round, by=None, reason=VoidReason.MORE_BALLOTS)
            raise MoreBallotsThanDrawn


@transaction.atomic
def _conclude(round: Round, run: CountRun, *, leaves: WrittenLeaves, by: User | None) -> CountRun:
    """Sign the bulletin, destroy what is no longer needed and record the count, all in one transaction.

    A round of which too few papers came back is void, with its bulletin and nothing else to publish.
    """
    round = lock_round(round, expect={RoundState.CLOSED})
    bulletin = make_bulletin(round, leaves)
    Assignment.objects.filter(cell__round=round).update(blinded=None, blind_sig=None)
    Round.objects.filter(pk=round.pk).update(receipt_key=b"")
    run.phase, run.done = CountPhase.DONE, run.total
    run.save(update_fields=["phase", "done"])
    run.refresh_from_db()
    figures = {"accepted": run.accepted, "superseded": run.superseded, "rejected": sum(run.rejected.values())}
    came = final_return(round, bulletin)
    if came.is_enough:
        mark_counted(round, by=by, **figures)
    else:
        mark_void(round, by=by, reason=VoidReason.RETURN_RATE, **figures, percent=came.percent, needed=came.needed)
    transaction.on_commit(_wipe_drawn)
    return run


def _wipe_drawn() -> None:
    """Let PostgreSQL drop the row versions that still hold destroyed values; SQLite's secure_delete overwrites them."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            for model in (Assignment, Round):
                cursor.execute(f'VACUUM "{model._meta.db_table}"')


def _now_and_then(run: CountRun) -> Callable[[int], None]:
    """Return what reports how many are done, but no more often than somebody can look."""
    last = time.monotonic()

    def report(done: int) -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= REPORT_AFTER:
            last = now
            _report(run, done=done)

    return report


def _report(run: CountRun, **changes: Any) -> None:
    """Write progress at once, outside any longer transaction, so that whoever watches sees it."""
    for name, value in changes.items():
        setattr(run, name, value)
    CountRun.objects.filter(pk=run.pk).update(**changes)


def counted_entries(round: Round) -> Iterator[bytes]:
    """Yield the canonical entry of every counted ballot, in the order of their tokens. For auditors."""
    for ballot in store.ballots(round.public_id):
        yield ballot.entry
