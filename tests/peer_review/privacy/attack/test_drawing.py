"""Drawing: the blinded values and blind signatures of everybody, laid beside the tokens in the counted ballots.

Only the cryptography is run here, for more cells than a whole round could afford; test_full_path.py draws over HTTP.
"""

import logging
import random
import secrets
from collections.abc import Callable

import pytest

from peer_review.protocol.credentials import Credential, new_master
from tests.peer_review.privacy.attack import strategies as by
from tests.peer_review.privacy.attack.evidence import Copy, Counted, Evidence, Row, Trial
from tests.peer_review.privacy.attack.judging import LIMIT, Strategy, judge
from tests.peer_review.protocol.election import ROUND, cell_key
from zhengyan_crypto import blindsig

log = logging.getLogger(__name__)
CELLS = 40
PEOPLE = 8

#: (modulus) → the factor somebody's browser blinds with; None as it is built, derived from the master secret.
Chooser = Callable[[int], int] | None


def draw_cells(choose: Chooser = None) -> Trial:
    """Let everybody draw a paper in each cell, and return what that leaves."""
    people = [f"person{at}" for at in range(PEOPLE)]
    evidence = Evidence(candidates={}, seen=[], backups=[], opened=Copy(0, {}), counted=[])
    authors = {}
    for number in range(CELLS):
        cell, private = f"{number:016x}", cell_key(number % 3)
        evidence.candidates[cell] = people
        evidence.keys[cell] = public = private.public_key()
        for who in people:
            credential = Credential(new_master(), ROUND, cell)
            if choose is None:
                blinding = credential.blind(public)
            else:
                factor = choose(public.public_numbers().n)
                blinding = blindsig.blind(public, credential.message, salt=secrets.token_bytes(48), factor=factor)
            signed = blindsig.blind_sign(private, blinding.blinded)
            token = credential.public_key
            evidence.drawn[who, cell] = (blinding.blinded, signed)
            evidence.signatures[token] = blindsig.finalize(public, credential.message, signed, inverse=blinding.inverse)
            evidence.counted.append(Counted(token, cell, 1, Row(token, b"", 0, 0, 0)))
            authors[token] = who
    random.Random(1).shuffle(evidence.counted)
    return Trial(evidence, authors)


@pytest.fixture(scope="module")
def trial() -> Trial:
    return draw_cells()


@pytest.mark.parametrize("strategy", by.OF_DRAWING, ids=lambda strategy: strategy.__name__)
def test_what_was_drawn_names_no_more_authors_than_guessing(trial: Trial, strategy: Strategy) -> None:
    verdict = judge(strategy, [trial])
    log.info("%s: %s", strategy.__name__, verdict)
    assert verdict.sigmas < LIMIT, str(verdict)


def test_a_token_fits_everybody_equally_well(trial: Trial) -> None:
    """Not only can he not find the true factor: for every person there is one that would explain all he sees."""
    evidence = trial.evidence
    cell = evidence.counted[0].cell
    n = evidence.keys[cell].public_numbers().n
    for (token, who), factor in by.factors(evidence, cell).items():
        blinded, _signed = evidence.drawn[who, cell]
        message = pow(int.from_bytes(evidence.signatures[token], "big"), 65537, n)
        assert message * pow(factor, 65537, n) % n == int.from_bytes(blinded, "big")


@pytest.mark.parametrize(
    ("strategy", "choose"),
    [
        (by.short_factor, lambda n: secrets.randbits(64) | 1),
        (by.factor_used_again, lambda n: 0xFEDCBA987654321),
        (by.order_of_signatures, lambda n: 1),
    ],
    ids=["64 bits", "one factor for all", "not blinded"],
)
def test_each_strategy_bites_where_blinding_is_weak(strategy: Strategy, choose: Chooser) -> None:
    verdict = judge(strategy, [draw_cells(choose)])
    log.info("%s, weak: %s", strategy.__name__, verdict)
    assert verdict.success > 0.9, str(verdict)
