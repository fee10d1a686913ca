"""Search the directory."""

import pytest

from organisation.forms.directory import DirectoryForm


@pytest.mark.parametrize(("words", "is_valid"), [("", True), ("张三", True), ("a" * 60, True), ("a" * 61, False)])
def test_words_are_short(words: str, is_valid: bool) -> None:
    assert DirectoryForm({"q": words}).is_valid() is is_valid
