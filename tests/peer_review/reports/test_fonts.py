"""Chinese is set in a Chinese font, or not at all."""

from pathlib import Path

import pytest
from django.test import override_settings

from peer_review.checks import check_fonts
from peer_review.exceptions.results import NoChineseFont
from peer_review.reports import fonts
from peer_review.reports.blocks import Text
from peer_review.reports.pdf import render
from tests.peer_review.reports.plain import plain_report, text_of


@pytest.fixture
def no_fonts(tmp_path: Path) -> object:
    return override_settings(PEER_REVIEW_FONT_PATHS=[tmp_path], PEER_REVIEW_SYSTEM_FONTS=False)


def test_computer_of_the_suite_has_a_chinese_font() -> None:
    """On Debian: apt-get install fonts-noto-cjk."""
    assert fonts.families() != []
    assert check_fonts(None) == []


def test_report_without_a_chinese_font_is_refused_in_words(no_fonts: override_settings, in_english: None) -> None:
    with no_fonts, pytest.raises(NoChineseFont) as refused:
        render(plain_report(Text("诤言")))

    assert refused.value.status == 503
    assert "fonts-noto-cjk" in refused.value.message
    assert "whoever runs the server" in refused.value.message


def test_report_in_latin_letters_needs_no_chinese_font(no_fonts: override_settings) -> None:
    with no_fonts:
        made = render(plain_report(Text("Candid words"), title="Ann", header="R", kicker="R", description="R"))

    assert "Candid words" in text_of(made)


def test_font_that_is_installed_later_is_found_without_a_restart(tmp_path: Path) -> None:
    with override_settings(PEER_REVIEW_FONT_PATHS=[tmp_path], PEER_REVIEW_SYSTEM_FONTS=False):
        assert fonts.families() == []
        (tmp_path / "later.otf").symlink_to(fonts_file())

        assert fonts.families() != []


def fonts_file() -> Path:
    """Return a file of the font that reports are set in."""
    family = fonts.CHINESE[0]
    with override_settings(PEER_REVIEW_FONT_PATHS=[], PEER_REVIEW_SYSTEM_FONTS=True):
        [name] = fonts.families()
        return next(Path(str(one.path)) for one in fonts.fonts().fonts() if one.family == (name or family))


def test_family_of_another_name_is_found_by_what_it_can_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "CHINESE", ())

    [found] = fonts.families()

    assert "CJK" in found


@pytest.mark.parametrize("character", ["\uf8f0", "\ue000", "\U0001f44d", "\ufeff", "\u0378", "\x07"])
def test_character_that_cannot_be_set_stands_as_its_number_and_the_report_says_so(character: str) -> None:
    text = text_of(render(plain_report(Text(f"甲{character}乙"))))

    assert f"甲[U+{ord(character):04X}]乙" in text
    assert "\nN\n" in text


def test_many_characters_that_cannot_be_set_do_not_keep_a_report_from_being_made() -> None:
    said = "".join(chr(0xE000 + at) for at in range(1000))

    assert "[U+E3E7]" in text_of(render(plain_report(Text(said))))


def test_check_warns_of_a_computer_without_a_chinese_font(no_fonts: override_settings) -> None:
    with no_fonts:
        [warning] = check_fonts(None)

    assert (warning.id, "fonts-noto-cjk" in str(warning.hint)) == ("peer_review.W002", True)


def test_check_warns_of_a_folder_that_is_none(tmp_path: Path) -> None:
    with override_settings(PEER_REVIEW_FONT_PATHS=[tmp_path / "nowhere"]):
        found = [one.id for one in check_fonts(None)]

    assert found == ["peer_review.W003"]
