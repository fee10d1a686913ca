"""Form fields of the forum."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from forum_pages.forms.fields import ReasonField, SourceField, TitleField


def test_source_field_normalises_and_keeps_the_space_of_code() -> None:
    assert SourceField(limit="COMMENT_MAX", rows=5).clean("    code\r\n\x00line\n") == "    code\nline"


@pytest.mark.parametrize(("value", "code"), [("", "required"), ("\u200b \u3164\n", "empty")])
def test_source_field_refuses_what_nobody_sees(value: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SourceField(limit="COMMENT_MAX", rows=5).clean(value)
    assert refused.value.error_list[0].code == code


def test_source_field_says_how_long_the_text_is(settings: Settings) -> None:
    settings.FORUM_PAGES_COMMENT_MAX = 4
    field = SourceField(limit="COMMENT_MAX", rows=5)
    assert field.clean("四个汉字") == "四个汉字"
    with pytest.raises(ValidationError) as refused:
        field.clean("五个汉字了")
    assert (refused.value.error_list[0].code, refused.value.error_list[0].params) == (
        "too_long",
        {"length": 5, "most": 4},
    )


def test_title_field_is_one_line_without_invisible_characters(settings: Settings) -> None:
    settings.FORUM_PAGES_TITLE_MAX = 5
    assert TitleField().clean(" 通\u200b知\n二 ") == "通知 二"
    for value, code in (("", "required"), ("\u202e", "required"), ("\ue000", "empty"), ("六个汉字的题", "too_long")):
        with pytest.raises(ValidationError) as refused:
            TitleField().clean(value)
        assert refused.value.error_list[0].code == code


def test_reason_field_is_short_and_one_line() -> None:
    assert ReasonField().clean("离\u200b题\n了") == "离题 了"
    with pytest.raises(ValidationError):
        ReasonField().clean("长" * 301)
    assert ReasonField(required=False).clean(None) == ""
