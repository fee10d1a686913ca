"""Sentences of the protocol's refusals: none is missing that the server or a script can speak."""

import re
from pathlib import Path

import pytest
from django.utils import translation

import peer_review
import zhengyan_crypto
from peer_review.exceptions import ballots as ballot_refusals
from peer_review.exceptions.base import (
    BadEncoding,
    LoginRequired,
    NotOpenYet,
    Refusal,
    RoundClosed,
    TooLarge,
    UnknownRound,
)
from peer_review.views.shared.client_messages import protocol_errors
from zhengyan_crypto import errors

SCRIPTS = Path(peer_review.__file__).parent / "static_src" / "src"
CRYPTO = Path(zhengyan_crypto.__file__).parent / "browser"
#: Refusals of drawing and casting that the evaluator's scripts never meet: a kiosk's, and an organiser's.
OF_ENVELOPES = {"envelopes_printed", "envelopes_unwitnessed", "same_scrutineer", "unknown_envelope"}


def test_every_refusal_of_drawing_and_casting_has_a_sentence() -> None:
    kinds = [kind for kind in vars(ballot_refusals).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
    kinds += [BadEncoding, LoginRequired, NotOpenYet, RoundClosed, TooLarge, UnknownRound]
    codes = {kind.code for kind in kinds if kind is not Refusal} - OF_ENVELOPES

    assert codes - set(protocol_errors()) == set()


def test_every_fault_of_a_ballot_has_a_sentence() -> None:
    of_ballots = (errors.BadEncoding, errors.TooLarge, errors.UnknownCell, errors.BadToken, errors.BadBallotSignature)
    of_ballots += (errors.BadRevision,)

    assert {kind.code for kind in (*of_ballots, errors.BadAnswers, errors.BadKey)} <= set(protocol_errors())


def test_every_fault_that_the_ballots_script_makes_has_a_sentence() -> None:
    scripts = [*SCRIPTS.glob("ballot/*.js"), *CRYPTO.glob("*.js")]
    made = {code for path in scripts for code in re.findall(r"ClientError\(\s*\"(\w+)\"", path.read_text("utf-8"))}
    of_others = {"bad_box_key", "bad_share", "shares_missing", "shares_mixed", "wrong_shares", "bad_bulletin"}

    assert made
    assert made - of_others - set(protocol_errors()) == set()


def test_what_is_not_foreseen_is_said_with_its_code() -> None:
    assert "%(code)s" in protocol_errors()["unknown"]
    assert [code for code, sentence in protocol_errors().items() if "%(" in sentence] == ["unknown"]


@pytest.mark.usefixtures("in_english")
def test_what_was_filled_in_is_said_to_be_kept_where_trying_again_helps() -> None:
    kept = {code for code, sentence in protocol_errors().items() if sentence.endswith("is still here.")}

    assert {"login", "network", "busy", "box_unavailable", "bad_answers", "internal_error"} <= kept
    assert not {"round_closed", "stale_revision", "not_eligible", "draw_closed"} & kept


def test_every_sentence_is_translated() -> None:
    with translation.override("en"):
        english = protocol_errors()
    with translation.override("zh-hans"):
        chinese = protocol_errors()

    assert english.keys() == chinese.keys()
    assert [code for code in english if english[code] == chinese[code]] == []
