"""Sentences about envelopes: a slip's own words before those of the protocol, and every blank filled."""

import re

import pytest
from django.utils import translation

from peer_review.exceptions.ballots import EnvelopesPrinted, EnvelopesUnwitnessed, UnknownEnvelope
from peer_review.views.ballots.envelope_messages import envelopes, errors, kiosk
from peer_review.views.shared.client_messages import protocol_errors

pytestmark = pytest.mark.usefixtures("in_english")


def test_refusals_of_envelopes_are_added_to_those_of_the_protocol() -> None:
    assert errors().keys() - protocol_errors().keys() == {
        UnknownEnvelope.code,
        EnvelopesPrinted.code,
        EnvelopesUnwitnessed.code,
    }
    changed = {code for code, sentence in protocol_errors().items() if errors()[code] != sentence}
    assert changed == {"bad_recovery_code"}
    assert "slip" in errors()["bad_recovery_code"]


def test_both_pages_know_every_refusal() -> None:
    assert kiosk() == {"errors": errors()}
    assert envelopes()["errors"] == errors()


def test_blanks_are_those_that_the_script_fills() -> None:
    blanks = {
        name: set(re.findall(r"%\((\w+)\)s", str(text))) for name, text in envelopes().items() if name != "errors"
    }

    assert {name: found for name, found in blanks.items() if found} == {
        "made": {"number", "count"},
        "slip_papers": {"papers"},
        "slip_where": {"kiosk", "last"},
    }


def test_the_words_are_those_of_the_readers_language() -> None:
    english = {**errors(), **{name: text for name, text in envelopes().items() if name != "errors"}}
    with translation.override("zh-hans"):
        chinese = {**errors(), **{name: text for name, text in envelopes().items() if name != "errors"}}

    assert english.keys() == chinese.keys()
    assert [name for name in english if english[name] == chinese[name]] == []
