"""Sentences of the scrutineer's page: none is missing that its script or the server can speak."""

import re
from pathlib import Path

from django.utils import translation

import peer_review
from peer_review.views.keys.client_messages import scrutineer
from zhengyan_crypto import errors

SCRIPTS = Path(peer_review.__file__).parent / "static_src" / "src"


def sentences() -> dict[str, str]:
    """Return every sentence by its name, those of errors too."""
    said = scrutineer()
    refused = said["errors"]
    assert isinstance(refused, dict)
    return {**{f"errors.{code}": str(text) for code, text in refused.items()}} | {
        name: str(text) for name, text in said.items() if name != "errors"
    }


def test_every_fault_of_a_key_or_a_share_has_a_sentence() -> None:
    faults = {errors.WrongKey, errors.BadBoxKey, errors.BadShare, errors.SharesMixed, errors.WrongShares, errors.BadKey}

    assert {f"errors.{kind.code}" for kind in faults} <= sentences().keys()


def test_every_fault_that_the_scripts_make_has_a_sentence() -> None:
    scripts = [SCRIPTS / "pages" / "scrutineer.js", *SCRIPTS.glob("keys/*.js")]
    made = {code for path in scripts for code in re.findall(r"ClientError\(\s*\"(\w+)\"", path.read_text("utf-8"))}

    assert made
    # Some are said beside the field by a sentence of the page.
    assert {code for code in made if not {code, f"errors.{code}"} & sentences().keys()} == set()


def test_blanks_are_those_that_the_scripts_fill() -> None:
    blanks = {name: set(re.findall(r"%\((\w+)\)s", text)) for name, text in sentences().items()}

    assert {name: found for name, found in blanks.items() if found} == {
        "errors.wrong_shares": {"names"},
        "errors.all_shares_wrong": {"names"},
        "errors.unknown": {"code"},
        "share_title": {"number", "total", "name"},
        "share_call": {"name"},
        "share_rule": {"threshold", "total"},
        "share_of": {"number", "name"},
        "share_false": {"names"},
        "shares_missing": {"missing"},
        "opening": {"opened", "total"},
        "opened": {"total"},
        "counting": {"done", "total"},
        "writing": {"done", "total"},
        "minutes_left": {"text", "minutes"},
    }


def test_translations_keep_every_blank_and_leave_no_sentence_out() -> None:
    with translation.override("en"):
        english = sentences()
    with translation.override("zh-hans"):
        chinese = sentences()

    assert [name for name in english if english[name] == chinese[name]] == []
    for name, text in english.items():
        assert set(re.findall(r"%\((\w+)\)s", text)) == set(re.findall(r"%\((\w+)\)s", chinese[name])), name
