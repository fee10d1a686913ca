"""Rows that answer a query, as a queryset like any other."""

from types import SimpleNamespace

import pytest

from disclosures.models import DisclosurePage
from foundation import matching as matching_module
from foundation.matching import is_searchable, matching
from tests.factories import disclosures as make


@pytest.mark.parametrize(
    ("text", "has_words"), [("监督", True), ("ISO", True), ("7", True), ("《》", False), ("  ", False), ("", False)]
)
def test_text_with_a_word_can_be_looked_for(text: str, has_words: bool) -> None:
    assert is_searchable(text) is has_words


@pytest.mark.django_db
def test_rows_keep_their_conditions_and_their_order() -> None:
    for number in range(3):
        make.published(title=f"监督卡{number}", slug=f"d{number}", audience="public" if number else "staff")

    rows = matching(DisclosurePage.objects.filter(audience="public").order_by("title"), "监督")

    assert [page.title for page in rows] == ["监督卡1", "监督卡2"]
    assert [page.title for page in rows.exclude(title="监督卡1")] == ["监督卡2"]


@pytest.mark.django_db
def test_query_without_a_word_finds_nothing() -> None:
    make.published()

    assert not matching(DisclosurePage.objects.all(), "《》").exists()


@pytest.mark.django_db
def test_engine_outside_the_database_is_asked_for_keys_and_sees_no_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden, shown = make.published(audience="staff"), make.published(audience="public", slug="public")
    backend = SimpleNamespace(
        query_compiler_class=lambda *args, **options: None,
        results_class=lambda *args: SimpleNamespace(),
        search=lambda query, rows: [hidden, shown],
    )
    monkeypatch.setattr(matching_module, "get_search_backend", lambda: backend)

    assert list(matching(DisclosurePage.objects.filter(audience="public"), "监督")) == [shown]
