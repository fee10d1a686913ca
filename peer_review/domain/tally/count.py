"""The count: the box is opened row by row, then all ballots are checked, written and signed for.

The box key never reaches the server; the scrutineer's browser derives one content key a row. Every opened row is
checked again as if it had just arrived; rows that fail are counted by reason, and none is dropped silently. The count
may be stopped and started again at any point: opened rows stay opened, and it goes on from the opened rows, or from the
written ballots once those exist.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth import get_user_model
from django.db import transaction
from django_tasks import task

from peer_review import audit_log
from peer_review.box import store
from peer_review.domain.ballots.turnout import drawn_by_cell, ids_drawn
from peer_review.domain.keys.server_keys import key_of
from peer_review.domain.locks import check_state, lock_round
from peer_review.domain.rounds.lifecycle import mark_counted, mark_void
from peer_review.domain.rounds.return_rate import needed_percent
from peer_review.domain.schemes.ballot_papers import papers_of
from peer_review.domain.tally.blocks import make_documents, written_count
from peer_review.domain.tally.bulletin import is_void, make_bulletin
from peer_review.domain.tally.check_pool import CheckPool, processes_for
from peer_review.domain.tally.fates import Fates, decide_fates, group_outcomes, is_blank, outcomes, round_totals
from peer_review.domain.tally.merged_groups import merge
from peer_review.domain.tally.opened_rows import (
    WRITTEN,
    StandingBallots,
    check_opened_rows,
    standing_ballots,
    standing_entries,
    wrap_cast,
)
from peer_review.domain.tally.return_rate import final_return_rate
from peer_review.domain.tally.wipe import wipe
from peer_review.enums import CellKind, CountPhase, RoundState, VoidReason
from peer_review.exceptions.base import RoundStateInvalid, WrongKey
from peer_review.exceptions.keys import RoundKeyUnreadable
from peer_review.exceptions.tally import BoxStillSealed, MoreBallotsThanDrawn, NotCounting
from peer_review.models import CountRun, Drawn, Round, Ticket
from peer_review.protocol.bulletin import CellOutcome, Fate, Totals
from peer_review.protocol.checking import Terms
from peer_review.users import User
from zhengyan_crypto import sealing
from zhengyan_crypto.encoding import b64u_encode
from zhengyan_crypto.errors import CryptoError
from zhengyan_crypto.round_key import RoundKey

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
    """How far the count is, in steps that grow from 0 to `total`: rows of the box while they are checked, hundredths of
    the work while ballots are written. Neither is a number of ballots, and once all is done there are none.
    """

    phase: str
    done: int
    total: int


# Opening


def opening(round: Round) -> Opening:
    """Return how many of the box's rows are opened.

    Raises: RoundStateInvalid unless the round is closed.
    """
    check_state(round, {RoundState.CLOSED})
    opened = store.count_rows("opened", round.public_id)
    return Opening(opened=opened, total=opened + store.count_rows("closed", round.public_id))


def sealed_rows(round: Round, *, limit: int = MAX_ROWS) -> list[dict[str, str]]:
    """Return up to `limit` rows still sealed, each with its id and the ephemeral key that the box key is combined with.

    The remaining rows are dealt out evenly: a last chunk of one row would tell which entry lay in that row.
    Raises: RoundStateInvalid.
    """
    check_state(round, {RoundState.CLOSED})
    left = store.count_rows("closed", round.public_id)
    if not left:
        return []
    chunks = -(-left // max(1, min(limit, MAX_ROWS)))
    rows = store.closed_rows(round.public_id, limit=-(-left // chunks))
    return [{"id": row_id.hex(), "epk": b64u_encode(epk)} for row_id, epk in rows]


def open_rows(round: Round, *, by: User, keys: dict[bytes, bytes]) -> Opening:
    """Open all of these rows with their content keys, {row id: key}, or none of them.

    A row that is open already is skipped, so a chunk may be sent twice.
    Raises: RoundStateInvalid; WrongKey if one key does not open its row.
    """
    check_state(round, {RoundState.CLOSED})
    start_run(round, by=by)
    if not store.table_exists("closed", round.public_id):
        return opening(round)
    own_key = key_of(round)
    rows = store.closed_ciphertexts(round.public_id, list(keys))
    opened = {}
    for row_id, ciphertext in rows.items():
        try:
            cast = sealing.open_row(ciphertext, keys[row_id], round_id=round.public_id)
        except CryptoError as error:
            raise WrongKey from error
        opened[row_id] = wrap_cast(own_key, cast, length=len(ciphertext))
    store.move_opened(round.public_id, opened)
    return opening(round)


@transaction.atomic
def start_run(round: Round, *, by: User) -> CountRun:
    """Return the round's count. The first call begins it and puts that on record.

    Raises: RoundStateInvalid.
    """
    locked = lock_round(round, expect={RoundState.CLOSED})
    run, created = CountRun.objects.get_or_create(round=locked)
    if created:
        audit_log.record(locked, "peer_review.round.unseal", by=by)
    return run


# Counting


def finish_opening(round: Round, *, by: User) -> CountRun:
    """Start the count in the background, or start it anew where it was stopped. No row may be sealed any more.

    Raises: RoundStateInvalid, BoxStillSealed.
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
    """Count a round in the background. Any number of these jobs may run at once or again: all write the same."""
    round = Round.objects.get(pk=round_pk)
    user = get_user_model()._default_manager.filter(pk=user_pk).first() if user_pk is not None else None
    try:
        count_round(round, by=user)
    except (RoundStateInvalid, MoreBallotsThanDrawn, RoundKeyUnreadable) as refusal:
        return refusal.code
    return "counted"


def count_progress(round: Round) -> Progress:
    """Return how far a round's count is.

    Raises: MoreBallotsThanDrawn if the count was stopped by that.
    """
    run = CountRun.objects.filter(round=round).first()
    if run is None:
        return Progress(CountPhase.OPENING, 0, 0)
    if run.phase == CountPhase.VOID:
        raise MoreBallotsThanDrawn
    if run.phase == CountPhase.DONE:
        return Progress(run.phase, 0, 0)
    return Progress(run.phase, run.done, WRITTEN if run.phase == CountPhase.WRITING else run.total)


def count_round(round: Round, *, by: User | None = None) -> CountRun:
    """Check every opened ballot, keep the last of each credential, decide the fates of all cells in memory, write what
    is kept, and sign the bulletin.

    Then destroy who drew, the receipt key and the round's key. Writing the ballots has removed the sealed rows.
    Raises: RoundStateInvalid; NotCounting if the box was not opened; BoxStillSealed; RoundKeyUnreadable;
        MoreBallotsThanDrawn, and then the round is void, and no ballot of it is kept either.
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
    _report(run, phase=CountPhase.WRITING, done=WRITTEN)
    counted = _conclude(round, run, by=by)
    wipe(round)
    return counted


def _check_and_write(round: Round, run: CountRun, cells: dict[str, str]) -> None:
    key = key_of(round)
    total = run.total or store.count_rows("opened", round.public_id)
    _report(run, phase=CountPhase.CHECKING, done=0, total=total)
    terms = Terms(round_id=round.public_id, cells=cells, papers=papers_of(round))
    with CheckPool(terms, processes=processes_for(total)) as pool:
        standing = check_opened_rows(round.public_id, pool, key=key, report=_throttled_report(run))
    if standing.seen < total:
        _expect_written(round, remaining=total - standing.seen)
        return
    counted, drawn = standing.per_cell(cells), drawn_by_cell(round)
    _check_figures(round, run, counted, drawn)
    try:
        fates = _fates(round, standing, counted, cells, key=key)
        kept = standing.within(cells, fates.of(Fate.COUNTED))
        totals = round_totals(round, fates, counted)
        # The bulletin's number and no other: with the words in it the two would tell how many wrote words.
        _report(
            run,
            phase=CountPhase.WRITING,
            done=0,
            accepted=totals.counted,
            rejected=_rejected(round, standing.rejected),
        )
        ballots = standing_ballots(round.public_id, kept, cells, key=key, report=_throttled_report(run))
        documents = _documents(round, standing, fates, outcomes(round, fates), totals, cells, key=key)
        store.write_ballots(round.public_id, ballots, documents)
    except store.TableMissing:
        _expect_written(round, remaining=total)
        return


def _fates(
    round: Round, standing: StandingBallots, counted: Counter[str], cells: dict[str, str], *, key: RoundKey
) -> Fates:
    """Return the fates of all cells. Of a void round every ballot's is the same."""
    if not final_return_rate(round, counted).is_enough:
        return Fates(dict.fromkeys(cells, Fate.VOID))
    comments = set(round.cells.filter(kind=CellKind.COMMENT).values_list("key", flat=True))
    enough = {cell for cell in comments if counted[cell] >= round.frozen_scheme.floor}
    names = list(cells)
    written: Counter[str] = Counter()
    for row, entry in standing_entries(round.public_id, standing.within(cells, enough), key=key):
        written[names[row["cell"]]] += not is_blank(entry)
    return decide_fates(round, counted, written=written)


def _documents(
    round: Round,
    standing: StandingBallots,
    fates: Fates,
    rows: list[CellOutcome],
    totals: Totals,
    cells: dict[str, str],
    *,
    key: RoundKey,
) -> Iterator[store.Document]:
    """Yield what the box keeps beside the ballots: the merged groups, how many ballots others may know, and what the
    bulletin will say."""
    yield fates.document()
    group_of = [fates.group_of.get(cell, 0) for cell in cells]
    joined = standing.within(cells, fates.group_of).ordered_by(group_of)
    entries = standing_entries(round.public_id, joined, key=key)
    hashes = {}
    for number, of_group in groupby(entries, key=lambda pair: group_of[pair[0]["cell"]]):
        least = round.frozen_scheme.floor + fates.known_of(number)
        group = merge(fates.groups[number], (entry for _row, entry in of_group), floor=least)
        hashes[number] = group.digest
        yield from group.documents(number)
    yield from make_documents(rows, group_outcomes(hashes), totals, standing.leaves_per_cell(cells), key=key)


def _rejected(round: Round, rejected: dict[str, int]) -> dict[str, int | None]:
    """Return the numbers of rows that are no ballots, by reason; None for fewer than the floor."""
    floor = round.frozen_scheme.floor
    return {reason: many if many >= floor else None for reason, many in rejected.items()}


def _expect_written(round: Round, *, remaining: int) -> None:
    """Accept that another process has written the ballots and removed the opened rows meanwhile.

    Raises: BoxStillSealed if no ballots were written.
    """
    if not store.table_exists("ballot", round.public_id):
        raise BoxStillSealed(remaining=remaining)


def _check_figures(round: Round, run: CountRun, counted: Counter[str], drawn: Counter[int]) -> None:
    """Refuse a count in which a cell has more ballots than credentials. These numbers are told to nobody.

    Raises: MoreBallotsThanDrawn, after that has been put on record.
    """
    for cell in round.cells.with_eligible():
        if not counted[cell.key] <= drawn[cell.pk] <= cell.eligible:
            _report(run, phase=CountPhase.VOID, error=MoreBallotsThanDrawn.code)
            with transaction.atomic():
                mark_void(round, by=None, reason=VoidReason.MORE_BALLOTS)
                _forget_drawing(round)
            wipe(round)
            raise MoreBallotsThanDrawn


@transaction.atomic
def _conclude(round: Round, run: CountRun, *, by: User | None) -> CountRun:
    """Sign the bulletin, destroy keys and blind signatures, and record the count, in one transaction.

    A round of which too few papers came back is void: it has a bulletin and nothing else to publish.
    """
    round = lock_round(round, expect={RoundState.CLOSED})
    bulletin = make_bulletin(round, written_count(round.public_id))
    _forget_drawing(round)
    # How many rows lay in the box would tell, with the others, how many were destroyed.
    run.phase, run.done, run.total = CountPhase.DONE, run.accepted, run.accepted
    run.save(update_fields=["phase", "done", "total"])
    run.refresh_from_db()
    if is_void(bulletin):
        mark_void(round, by=by, reason=VoidReason.RETURN_RATE, needed=needed_percent(round))
    else:
        mark_counted(round, by=by, accepted=run.accepted, rejected=sorted(run.rejected))
    return run


def _forget_drawing(round: Round) -> None:
    """Delete who drew, the tickets and the receipt key, and mark the round's key for destruction."""
    ids = sorted(ids_drawn(round))
    for start in range(0, len(ids), 500):
        Drawn.objects.filter(id__in=ids[start : start + 500]).delete()
    Ticket.objects.filter(urn__round=round).delete()
    Round.objects.filter(pk=round.pk).update(receipt_key=b"", wipe_pending=True)


def _throttled_report(run: CountRun) -> Callable[[int], None]:
    """Return a function that reports the number done, at most once in REPORT_AFTER seconds."""
    last = time.monotonic()

    def report(done: int) -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= REPORT_AFTER:
            last = now
            _report(run, done=done)

    return report


def _report(run: CountRun, **changes: object) -> None:
    """Write progress at once, outside any longer transaction, so that the scrutineer's page sees it."""
    for name, value in changes.items():
        setattr(run, name, value)
    CountRun.objects.filter(pk=run.pk).update(**changes)


def counted_entries(round: Round) -> Iterator[bytes]:
    """Yield the canonical entry of every counted ballot, in the order of the tokens, for auditors."""
    for ballot in store.ballots(round.public_id):
        yield ballot.entry
