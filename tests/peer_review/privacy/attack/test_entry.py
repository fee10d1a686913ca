"""The form of a ballot, attacked: what a recovery code, a revision, a write to the box or a disk tells and allows.

Each attack worked on the form before, or works on the form as it is with one part taken away; that it does is shown
beside it.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from peer_review.box import store
from peer_review.conf import conf
from peer_review.domain.ballots.recent_casts import recent_casts
from peer_review.domain.keys.custody import box_public
from peer_review.domain.schemes import ballot_papers
from peer_review.domain.tally.count import counted_entries
from peer_review.protocol.ballots import ballot_message
from peer_review.protocol.credentials import Credential, new_master
from peer_review.protocol.revisions import salt_of
from tests.factories.peer_review.box import NO_PADDING
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.envelopes import make_envelopes, make_paper_round
from tests.factories.peer_review.rounds import Evaluator, RunningRound, make_open_round
from tests.peer_review.protocol.election import CELLS, ROUND, leaf_of
from zhengyan_crypto import canonical, sealing
from zhengyan_crypto.encoding import b64u_decode, b64u_encode

TOKEN = bytes(range(256))
DRAWN_AT = 1_790_000_000_000
#: Every answer on a five-point scale to three questions, 不了解 among them.
ANSWERS = [
    dict(zip(("virtue", "ability", "diligence"), given, strict=True))
    for given in itertools.product((1, 2, 3, 4, 5, "dk"), repeat=3)
]


# A leaf, tried against every possible answer by somebody who has read the recovery code


def entries_of(credential: Credential, own: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the entry for each possible answer, as whoever holds the code and the token can sign it again."""
    for answers in ANSWERS:
        ballot = {
            "round": ROUND,
            "cell": credential.cell,
            "pk": b64u_encode(credential.public_key),
            "pre": b64u_encode(credential.prefix),
            "a": answers,
            **own,
        }
        label = ballot_message(ballot).replace(b"/v2", b"/v%d" % own["v"], 1)
        signature = credential.signing_key.sign(label)
        yield answers, {"ballot": ballot, "sig": b64u_encode(signature), "tok": b64u_encode(TOKEN)}


def guessed(leaf: bytes, credential: Credential, forms: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the answers that give the leaf in one of the forms he tries."""
    for own in forms:
        for answers, entry in entries_of(credential, own):
            if leaf_of(entry) == leaf:
                return answers
    return None


def derivable(credential: Credential, revision: int) -> list[bytes]:
    """Return nonces that a browser could have derived from the code, had it been told to."""
    purposes = ("nonce", "rev", "salt", "ed25519", "prefix")
    return [
        *(credential._derive(purpose, 16) for purpose in purposes),
        *(hashlib.sha256(part).digest()[:16] for part in (credential.master, credential.public_key)),
        bytes(16),
        revision.to_bytes(16, "big"),
    ]


def salted(nonce: bytes, revision: int) -> dict[str, Any]:
    return {"v": 2, "salt": b64u_encode(salt_of(nonce, revision))}


def test_a_code_does_not_open_a_leaf_even_to_whoever_knows_the_revision() -> None:
    """He has the code, the token, the published leaves, and is told the revision, which nobody keeps."""
    credential = Credential(new_master(), ROUND, CELLS[0])
    revision = credential.revision_of(1, drawn_at=DRAWN_AT)
    answers = ANSWERS[100]
    cast: Any = credential.make_cast(answers, token=TOKEN, revision=revision)
    forms = [salted(nonce, revision) for nonce in derivable(credential, revision)]

    assert guessed(leaf_of(cast["entry"]), credential, forms) is None
    # With the nonce, which no code gives back, he would find it: all the rest of what he does is right.
    assert guessed(leaf_of(cast["entry"]), credential, [salted(b64u_decode(cast["nonce"]), revision)]) == answers


def test_a_salt_derived_from_the_code_would_open_the_leaf() -> None:
    credential = Credential(new_master(), ROUND, CELLS[0])
    revision = credential.revision_of(1, drawn_at=DRAWN_AT)
    nonce = credential._derive("nonce", 16)
    weak: Any = credential.make_cast(ANSWERS[7], token=TOKEN, revision=revision, nonce=nonce)

    forms = [salted(tried, revision) for tried in derivable(credential, revision)]
    assert guessed(leaf_of(weak["entry"]), credential, forms) == ANSWERS[7]


def test_without_a_salt_the_leaf_opens_to_whoever_tries_the_first_versions() -> None:
    """The form before: the revision was derived from the code, but for a small number of versions."""
    credential = Credential(new_master(), ROUND, CELLS[0])
    start = int.from_bytes(credential._derive("rev", 8), "big") % 900_000
    own = {"v": 1, "rev": start + 2}
    entry = next(entry for answers, entry in entries_of(credential, own) if answers == ANSWERS[55])

    forms = [{"v": 1, "rev": start + version} for version in (1, 2, 3)]
    assert guessed(leaf_of(entry), credential, forms) == ANSWERS[55]


# The first browser against the one that took over with the recovery code

database = pytest.mark.django_db(databases=["default", "box"])


#: What everybody but the one under attack says: their ballots bring the cell to the floor.
OTHERS = 99


def counted_quality(running: RunningRound) -> list[int]:
    """Let two others vote, count, and return what is counted beside their ballots."""
    for other in running.evaluators[1:3]:
        cast_anywhere(running, other, OTHERS)
    count_all(running)
    counted = sorted(canonical.loads(raw)["ballot"]["a"]["quality"] for raw in counted_entries(running.round))
    assert counted[-2:] == [OTHERS, OTHERS]
    return counted[:-2]


def taken_over(running: RunningRound, first: Evaluator) -> Evaluator:
    """Return the browser that took over with the recovery code, a millisecond later at the least."""
    second = Evaluator(first.user, running.round, master=first.master)
    while second.drawn_at is None or second.drawn_at <= (first.drawn_at or 0):
        second.drawn_at = None
        second.draw()
    return second


def cast_anywhere(running: RunningRound, browser: Evaluator, quality: int) -> None:
    """Cast through a process that remembers nothing: only the count decides."""
    recent_casts.clear()
    assert all(answer["ok"] for answer in running.vote(browser, {"quality": quality, "spirit": 50}))


@database
def test_no_later_cast_of_the_first_browser_outranks_the_one_that_took_over() -> None:
    running = make_open_round(evaluators=4)
    first = running.evaluators[0]
    cast_anywhere(running, first, 10)
    second = taken_over(running, first)
    cast_anywhere(running, second, 20)
    for _again in range(20):
        # In one visit a browser draws again for every cast, and a reload of the page changes nothing of what it keeps.
        first.draw()
        cast_anywhere(running, first, 10)
    third = taken_over(running, second)
    cast_anywhere(running, second, 20)
    cast_anywhere(running, third, 30)
    for browser, quality in ((second, 20), (first, 10)):
        cast_anywhere(running, browser, quality)

    assert counted_quality(running) == [30]


@database
def test_a_browser_that_took_the_time_of_each_new_draw_would_outrank_the_one_that_took_over() -> None:
    """Without the rule that a browser keeps the time of its own first draw."""
    running = make_open_round(evaluators=4)
    first = running.evaluators[0]
    cast_anywhere(running, first, 10)
    second = taken_over(running, first)
    cast_anywhere(running, second, 20)
    first = taken_over(running, second)  # what a careless browser would do before each cast
    cast_anywhere(running, first, 10)

    assert counted_quality(running) == [10]


@database
def test_versions_of_two_browsers_that_took_over_within_one_millisecond_tie_and_one_stands() -> None:
    running = make_open_round(evaluators=4)
    first = running.evaluators[0]
    first.draw()
    second = Evaluator(first.user, running.round, master=first.master, tokens=first.tokens, drawn_at=first.drawn_at)
    cast_anywhere(running, first, 10)
    cast_anywhere(running, second, 20)
    [one], [other] = first.made, second.made
    assert one["rev"] == other["rev"]
    lowest = min((one["entry"], other["entry"]), key=leaf_of)

    assert counted_quality(running) == [lowest["ballot"]["a"]["quality"]]


# Somebody who can write to the box


def put(running: RunningRound, cast: Any) -> None:
    """Seal a cast into the box past the server."""
    length = ballot_papers.row_length(running.round)
    public_id = running.round.public_id
    row = sealing.seal(canonical.dumps(cast), box_public=box_public(running.round), round_id=public_id, length=length)
    store.insert_sealed(public_id, [(sealing.new_row_id(), row)])


@database
def test_an_older_version_written_to_the_box_with_a_higher_revision_is_refused_by_the_count() -> None:
    """He holds an older version whole, revision and nonce too, and the newest one's as well."""
    running = make_open_round(evaluators=4)
    voter = running.evaluators[0]
    for quality in (10, 20):
        running.vote(voter, {"quality": quality, "spirit": 50})
    old, new = voter.made
    highest = f"{2**63 - 1:016x}"
    tried = [
        old | {"rev": highest},
        old | {"rev": f"{int(new['rev'], 16) + 1:016x}"},
        old | {"rev": new["rev"], "nonce": new["nonce"]},
        old | {"rev": highest, "nonce": b64u_encode(bytes(16))},
    ]
    for forged in tried:
        put(running, forged)
    put(running, old)  # again, as it was: it is old

    assert counted_quality(running) == [20]
    run = running.round.count_run
    assert run.rejected == {"bad_revision": len(tried)}
    # Of what was replaced no number is kept: with the others it would tell how many ballots were destroyed.
    assert (run.accepted, run.total) == (3, 3)


# A row of the box, told by its length


@database
def test_rows_of_every_path_and_version_are_of_one_length() -> None:
    """Ordinary, changed, taken over, from an envelope at the kiosk: the same paper, and nothing longer or shorter."""
    running = make_paper_round(evaluators=8)
    _urn, envelopes = make_envelopes(running)
    voter = running.evaluators[0]
    for _version in range(2):
        assert all(answer["ok"] for answer in running.vote(voter))
    assert all(answer["ok"] for answer in running.vote(taken_over(running, voter)))
    assert all(answer["ok"] for answer in running.cast(envelopes[0].entries(running.answers)))
    public_id = running.round.public_id

    with connections[conf.BOX_DATABASE].cursor() as cursor:
        cursor.execute(f'SELECT length(ciphertext), count(*) FROM "sealed_{public_id}" GROUP BY 1')
        ((_length, rows),) = cursor.fetchall()
    store.seal_off(public_id, padding=NO_PADDING)
    ids = [row_id for row_id, _epk in store.closed_rows(public_id, limit=10)]
    sealed = store.closed_ciphertexts(public_id, ids).values()

    assert rows == len(sealed) == 4
    assert {len(row) for row in sealed} == {ballot_papers.row_length(running.round)}


# What lies on a disk after the count


def forms_of(cast: dict[str, Any]) -> list[bytes]:
    """Return a cast's revision and nonce in every form in which something might be written."""
    nonce, revision = b64u_decode(cast["nonce"]), int(cast["rev"], 16)
    return [
        nonce,
        nonce.hex().encode(),
        cast["nonce"].encode(),
        cast["rev"].encode(),
        str(revision).encode(),
        revision.to_bytes(8, "big"),
        revision.to_bytes(8, "little"),
    ]


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_after_the_count_no_disk_holds_what_opens_a_salt_to_its_revision(disk: Callable[[], bytes]) -> None:
    """Versions of every path, superseded ones too: cast through the server, opened, counted, wiped."""
    running = make_open_round(evaluators=5, subjects=1)
    first, *others = running.evaluators
    for voter in (first, *others, first):
        assert all(answer["ok"] for answer in running.vote(voter))
    second = taken_over(running, first)
    assert all(answer["ok"] for answer in running.vote(second))
    casts = [cast for browser in (*running.evaluators, second) for cast in browser.made]
    collecting = disk()
    count_all(running)
    counted = disk()

    assert len(casts) == 6
    for name, written in (("while ballots are collected", collecting), ("after the count", counted)):
        assert [form for cast in casts for form in forms_of(cast) if form in written] == [], name
    # What is kept is found where it lies, so what is not found is not there.
    (stands,) = second.made
    for cast in (stands, *(voter.made[0] for voter in others)):
        assert cast["entry"]["ballot"]["salt"].encode() in counted
    assert first.made[0]["entry"]["ballot"]["salt"].encode() not in counted


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_a_cast_that_was_kept_whole_would_be_found(disk: Callable[[], bytes]) -> None:
    """The detector bites: entries with their revision beside them, as a count might keep them that forgot to cut."""
    running = make_open_round(evaluators=4, subjects=1)
    voter = running.evaluators[0]
    (cast,) = voter.entries(running.answers)
    public_id = running.round.public_id
    token = hashlib.sha256(b64u_decode(cast["entry"]["ballot"]["pk"])).digest()
    store.write_ballots(public_id, [store.Ballot(token, cast["entry"]["ballot"]["cell"], canonical.dumps(cast))])

    written = disk()

    assert {form for form in forms_of(cast) if form in written} == {cast["nonce"].encode(), cast["rev"].encode()}
    store.drop_round(public_id)
