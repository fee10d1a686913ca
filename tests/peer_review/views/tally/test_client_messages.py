"""Sentences of the script that verifies a bulletin: none is missing that it asks for."""

import re
from pathlib import Path

import peer_review
from peer_review.views.tally.client_messages import verifier_messages

SOURCE = Path(peer_review.__file__).parent / "static_src" / "src"


def test_every_word_that_the_page_asks_for_is_there() -> None:
    script = (SOURCE / "pages" / "bulletin.js").read_text()
    asked = set(re.findall(r"\bwords\.(\w+)", script))
    assert asked >= {"checks", "notes", "faults", "errors", "holds", "fails"}
    assert asked <= set(verifier_messages())


def test_every_check_of_the_library_has_a_name() -> None:
    script = (SOURCE / "tally" / "verify.js").read_text()
    messages = verifier_messages()
    checks, faults = messages["checks"], messages["faults"]
    assert isinstance(checks, dict)
    assert isinstance(faults, dict)
    named = set(re.findall(r'"([a-z]+_[a-z]+)"', script)) & set(faults)
    assert len(named) > 10
    assert {fault.split("_")[0] for fault in faults} <= set(checks)


def test_errors_have_a_sentence_for_what_nobody_foresaw() -> None:
    errors = verifier_messages()["errors"]
    assert isinstance(errors, dict)
    assert "%(code)s" in str(errors["unknown"])
