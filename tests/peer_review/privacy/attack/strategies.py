"""What he tries. Each strategy names an author for every counted ballot; none of them knows the truth.

A counted ballot can give itself away by where it lies or what it says (OF_BALLOT), or through the sealed row it once
was (THROUGH_ROW). The latter takes two things: a link from the ballot to its sealed row, and a trace of the moment at
which that row arrived. Every pair of the two is a strategy. What he has put in order he lays beside the people in the
order in which they came.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from tests.peer_review.privacy.attack.evidence import Counted, Evidence, Row, token_of
from tests.peer_review.privacy.attack.judging import Guess, Strategy
from zhengyan_crypto import canonical, merkle


def in_step(evidence: Evidence, rank: Callable[[Counted], Any]) -> Guess:
    """Name, cell by cell, the first that came as author of the first ballot by this rank, and so on."""
    guess: Guess = {}
    for cell in evidence.cells:
        ballots = sorted(evidence.ballots_of(cell), key=lambda one: (rank(one), one.token))
        people = [who for who in evidence.order if who in set(evidence.candidates[cell])]
        guess.update((ballot.token, who) for ballot, who in zip(ballots, people, strict=False))
    return guess


# Where the counted ballot lies


def place_of_ballot(evidence: Evidence) -> Guess:
    """The place of its row in the file."""
    return in_step(evidence, lambda ballot: ballot.row.place)


def transaction_of_ballot(evidence: Evidence) -> Guess:
    """The transaction that wrote it."""
    return in_step(evidence, lambda ballot: (ballot.row.transaction, ballot.row.place))


def log_of_ballot(evidence: Evidence) -> Guess:
    """Its first appearance in the write-ahead log."""
    return in_step(evidence, lambda ballot: ballot.row.logged)


def key_of_ballot(evidence: Evidence) -> Guess:
    """Its key: were it a number that counts up, this would be the order of arrival."""
    return in_step(evidence, lambda ballot: ballot.row.id)


def time_of_ballot(evidence: Evidence) -> Guess:
    """A time written beside it."""
    guess = key_of_ballot(evidence)
    for ballot in evidence.counted:
        if ballot.row.at is not None:
            at, candidates = ballot.row.at, set(evidence.candidates[ballot.cell])
            near = [(abs(when - at), who) for when, who in evidence.seen if who in candidates]
            guess[ballot.token] = min(near)[1]
    return guess


def place_of_leaf(evidence: Evidence) -> Guess:
    """The place of its leaf among the published ones."""
    places = {leaf: place for block in evidence.blocks.values() for place, leaf in enumerate(block)}
    return in_step(evidence, lambda ballot: places.get(merkle.leaf_hash(ballot.row.payload), len(places)))


# What the counted ballot says, or with the box key said when it was cast


def _revision(evidence: Evidence, ballot: Counted) -> int:
    """Return its revision, 0 for one that he does not know."""
    return evidence.revision_of(ballot) or 0


def revision_of_ballot(evidence: Evidence) -> Guess:
    """Its revision: who came back has a higher one."""
    guess: Guess = {}
    for cell in evidence.cells:
        ballots = sorted(evidence.ballots_of(cell), key=lambda one: (_revision(evidence, one), one.token))
        people = sorted(evidence.candidates[cell], key=lambda who: (evidence.times(who), who))
        guess.update((ballot.token, who) for ballot, who in zip(ballots, people, strict=False))
    return guess


def order_of_revision(evidence: Evidence) -> Guess:
    """The time of the draw in its revision: who came later has a higher one."""
    return in_step(evidence, lambda ballot: _revision(evidence, ballot))


def revision_of_kiosk(evidence: Evidence) -> Guess:
    """Its revision: ballots with the lowest ones come from the kiosk, so from those who vote on paper."""
    guess: Guess = {}
    for cell in evidence.cells:
        ballots = sorted(evidence.ballots_of(cell), key=lambda one: (_revision(evidence, one), one.token))
        people = sorted(evidence.candidates[cell], key=lambda who: (who not in evidence.on_paper, who))
        guess.update((ballot.token, who) for ballot, who in zip(ballots, people, strict=False))
    return guess


def gap_of_revision(evidence: Evidence) -> Guess:
    """Ballots that share a revision are one person's: their list names its author by the gap."""
    groups: dict[int | bytes, list[Counted]] = defaultdict(list)
    for ballot in evidence.counted:
        groups[evidence.revision_of(ballot) or ballot.token].append(ballot)
    return by_gaps(evidence, groups.values())


def by_gaps(evidence: Evidence, groups: Iterable[list[Counted]]) -> Guess:
    """Name authors of ballots that were cast together: whoever's own cell is short of a ballot must be among them."""
    guess: Guess = {}
    for ballots in groups:
        lying = Counter(ballot.cell for ballot in ballots)
        most = max(lying.values())
        suspects = [who for cell, who in evidence.subjects.items() if lying[cell] < most]
        others = [who for who in evidence.order if who not in set(evidence.subjects.values())]
        taken: Counter[str] = Counter()
        for ballot in sorted(ballots, key=lambda one: one.token):
            fitting = [who for who in suspects or others if who in set(evidence.candidates[ballot.cell])]
            fitting = fitting or evidence.candidates[ballot.cell]
            guess[ballot.token] = fitting[taken[ballot.cell] % len(fitting)]
            taken[ballot.cell] += 1
    return guess


# From the counted ballot to the sealed row it was

Link = Callable[[Evidence], dict[bytes, bytes]]


def sealed_rows(evidence: Evidence) -> dict[bytes, Row]:
    """Every sealed row of any copy, as it was first seen."""
    rows: dict[bytes, Row] = {}
    for copy in evidence.backups:
        for row_id, row in copy.rows.items():
            rows.setdefault(row_id, row)
    return rows


def by_name(evidence: Evidence) -> dict[bytes, bytes]:
    """The opened row bears the sealed row's name, and can be read."""
    sealed = sealed_rows(evidence)
    return _last_versions(
        (row_id, canonical.loads(row.payload))
        for row_id, row in evidence.opened.rows.items()
        if row_id in sealed and b'"pk":"' in row.payload
    )


def by_box_key(evidence: Evidence) -> dict[bytes, bytes]:
    """The box key opens the row. Only he who holds it can."""
    return _last_versions(evidence.unsealed.items())


def _last_versions(casts: Iterable[tuple[bytes, Any]]) -> dict[bytes, bytes]:
    links: dict[bytes, tuple[str, bytes]] = {}
    for row_id, cast in casts:
        token = token_of(cast["entry"])
        links[token] = max(links.get(token, ("", b"")), (cast["rev"], row_id))
    return {token: row_id for token, (_revision, row_id) in links.items()}


def by_length(evidence: Evidence) -> dict[bytes, bytes]:
    """A longer ballot lay in a longer row."""
    rows = sorted(sealed_rows(evidence).values(), key=lambda row: (len(row.payload), row.id))
    ballots = sorted(evidence.counted, key=lambda one: (len(one.row.payload), one.token))
    if len({len(row.payload) for row in rows}) > 1:
        # As if padded with nothing: the difference is the sealing's own.
        own = min(len(row.payload) for row in rows) - min(len(one.row.payload) for one in ballots)
        exact = defaultdict(list)
        for row in rows:
            exact[len(row.payload) - own].append(row.id)
        return {one.token: exact[len(one.row.payload)].pop() for one in ballots if exact[len(one.row.payload)]}
    return {one.token: row.id for one, row in zip(ballots, rows, strict=False)}


# When the sealed row arrived

Trace = Callable[[Evidence, dict[bytes, Row]], dict[bytes, Any]]


def first_backup(evidence: Evidence, rows: dict[bytes, Row]) -> dict[bytes, Any]:
    """Between which two backups it came."""
    return {row_id: next(n for n, copy in enumerate(evidence.backups) if row_id in copy.rows) for row_id in rows}


def transaction(evidence: Evidence, rows: dict[bytes, Row]) -> dict[bytes, Any]:
    """With which batch it was written, told by the first copy that has it."""
    return {row_id: (n, rows[row_id].transaction) for row_id, n in first_backup(evidence, rows).items()}


def log(evidence: Evidence, rows: dict[bytes, Row]) -> dict[bytes, Any]:
    """Where it first appears in the log."""
    return {row_id: (n, rows[row_id].logged) for row_id, n in first_backup(evidence, rows).items()}


def through_row(link: Link, trace: Trace) -> Strategy:
    """Return the strategy that follows `link` to the sealed row and puts ballots in the order `trace` tells."""

    def strategy(evidence: Evidence) -> Guess:
        rows = sealed_rows(evidence)
        links, traces = link(evidence), trace(evidence, rows)
        nowhere = (len(evidence.backups), 0)
        first = {token: traces[row_id] for token, row_id in links.items()}
        ranks = sorted(set(map(_pair, first.values())))
        order = {rank: number for number, rank in enumerate(ranks)}
        return in_step(evidence, lambda ballot: order.get(_pair(first.get(ballot.token, nowhere)), len(order)))

    strategy.__name__ = f"{link.__name__}_and_{trace.__name__}"
    return strategy


def _pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, 0)


def gap_of_batch(evidence: Evidence) -> Guess:
    """Ballots written in one transaction were cast by few: a gap in what they cover names one of them."""
    links = by_box_key(evidence) or by_name(evidence)
    traces = transaction(evidence, sealed_rows(evidence))
    groups: dict[Any, list[Counted]] = defaultdict(list)
    for ballot in evidence.counted:
        groups[traces.get(links.get(ballot.token, b""))].append(ballot)
    return by_gaps(evidence, groups.values())


OF_BALLOT: list[Strategy] = [
    place_of_ballot,
    transaction_of_ballot,
    log_of_ballot,
    key_of_ballot,
    time_of_ballot,
    place_of_leaf,
    revision_of_ballot,
    order_of_revision,
    revision_of_kiosk,
    gap_of_revision,
]
TRACES: list[Trace] = [first_backup, transaction, log]
THROUGH_ROW: list[Strategy] = [
    *[through_row(link, trace) for link in (by_name, by_length) for trace in TRACES],
    gap_of_batch,
]
WITH_BOX_KEY: list[Strategy] = [through_row(by_box_key, trace) for trace in TRACES]
EVERY_STRATEGY = OF_BALLOT + THROUGH_ROW


# What drawing left, beside the token that came out of it


def factors(evidence: Evidence, cell: str) -> dict[tuple[bytes, str], int]:
    """Return, for each ballot of a cell and each person, the blinding factor that would make them fit.

    There is always one: blind signature = signature * factor modulo n. That is what makes the signature blind. What
    he can hope for is that the true one looks like it.
    """
    n = evidence.keys[cell].public_numbers().n
    found = {}
    for ballot in evidence.ballots_of(cell):
        inverse = pow(int.from_bytes(evidence.signatures[ballot.token], "big"), -1, n)
        for who in evidence.candidates[cell]:
            _blinded, signed = evidence.drawn[who, cell]
            found[ballot.token, who] = int.from_bytes(signed, "big") * inverse % n
    return found


def short_factor(evidence: Evidence) -> Guess:
    """A factor much shorter than the modulus was chosen so, and is no chance."""
    guess: Guess = {}
    for cell in evidence.cells:
        found = factors(evidence, cell)
        for ballot in evidence.ballots_of(cell):
            guess[ballot.token] = min(evidence.candidates[cell], key=lambda who: found[ballot.token, who])
    return guess


def factor_used_again(evidence: Evidence) -> Guess:
    """A factor that fits several pairs was used by a browser again and again."""
    guess: Guess = {}
    for cell in evidence.cells:
        found = factors(evidence, cell)
        seen = Counter(found.values())
        for ballot in evidence.ballots_of(cell):
            guess[ballot.token] = max(evidence.candidates[cell], key=lambda who: seen[found[ballot.token, who]])
    return guess


def order_of_signatures(evidence: Evidence) -> Guess:
    """Blind signatures and signatures in the same order."""
    guess: Guess = {}
    for cell in evidence.cells:
        ballots = sorted(evidence.ballots_of(cell), key=lambda one: evidence.signatures[one.token])
        people = sorted(evidence.candidates[cell], key=lambda who: evidence.drawn[who, cell][1])
        guess.update((ballot.token, who) for ballot, who in zip(ballots, people, strict=False))
    return guess


OF_DRAWING: list[Strategy] = [short_factor, factor_used_again, order_of_signatures]
