"""The form of the search."""

from __future__ import annotations

import pytest

from forum_pages.forms.search import SearchForm


def test_search_form_cleans_the_query() -> None:
    form = SearchForm({"q": " 整\u200b改 ", "below": "12"})
    assert form.is_valid()
    assert form.cleaned_data == {"q": "整改", "kind": "", "below": 12}


@pytest.mark.parametrize("data", [{"q": "长" * 101}, {"kind": "people"}, {"below": "x"}, {"below": "0"}])
def test_search_form_refuses(data: dict[str, str]) -> None:
    assert not SearchForm(data).is_valid()
