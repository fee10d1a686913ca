"""System checks: settings under which ballots would not be anonymous are refused."""

from pathlib import Path
from typing import Any

import pytest

from peer_review.checks import (
    MIDDLEWARE,
    check_box_database,
    check_fonts,
    check_middleware,
    check_round_keys,
    check_sessions,
)
from peer_review.reports import fonts


def codes(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_the_settings_of_this_project_pass() -> None:
    assert check_box_database(None) == check_sessions(None) == check_round_keys(None) == check_middleware(None) == []


@pytest.mark.parametrize("alias", ["default", "nowhere"])
def test_the_box_needs_a_database_of_its_own(settings: Any, alias: str) -> None:
    settings.PEER_REVIEW_BOX_DATABASE = alias
    assert codes(check_box_database(None)) == ["peer_review.E001"]


def test_the_box_must_not_be_the_main_database_under_another_name(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES, "box", settings.DATABASES["default"])
    settings.DATABASE_ROUTERS = []
    assert codes(check_box_database(None)) == ["peer_review.E002", "peer_review.E003"]


@pytest.mark.parametrize(
    ("folders", "expected"),
    [([], ["peer_review.E004"]), (["a"], ["peer_review.W004"]), (["a", "./a"], ["peer_review.W004"]), (["a", "b"], [])],
)
def test_the_rounds_keys_need_a_place_and_a_second_copy(settings: Any, folders: list[str], expected: list[str]) -> None:
    settings.PEER_REVIEW_ROUND_KEY_FOLDERS = folders
    assert codes(check_round_keys(None)) == expected


def test_a_store_of_ones_own_needs_no_folders(settings: Any) -> None:
    settings.PEER_REVIEW_ROUND_KEY_FOLDERS = []
    settings.PEER_REVIEW_ROUND_KEY_STORE = "elsewhere.Store"
    assert check_round_keys(None) == []


def test_sessions_saved_on_every_request_would_tell_when_somebody_drew(settings: Any) -> None:
    settings.SESSION_SAVE_EVERY_REQUEST = True
    assert codes(check_sessions(None)) == ["peer_review.W001"]


def test_folders_of_fonts_that_are_none_are_named(settings: Any, tmp_path: Path) -> None:
    settings.PEER_REVIEW_FONT_PATHS = [tmp_path, tmp_path / "nowhere"]

    (found,) = [message for message in check_fonts(None) if message.id == "peer_review.W003"]

    assert str(found.msg).endswith(f"no folder: {tmp_path / 'nowhere'}.")


def test_a_computer_without_chinese_fonts_is_told_so(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PEER_REVIEW_FONT_PATHS = []
    monkeypatch.setattr(fonts, "families", list)
    assert codes(check_fonts(None)) == ["peer_review.W002"]

    monkeypatch.setattr(fonts, "families", lambda: ["Noto Serif CJK SC"])
    assert check_fonts(None) == []


def test_a_site_that_lets_ballot_pages_pass_their_address_on_is_warned(settings: Any) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != MIDDLEWARE]
    assert codes(check_middleware(None)) == ["peer_review.W005"]
