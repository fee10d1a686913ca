"""The form of the search page."""

from django.utils import translation

from search.forms import SearchForm
from search.sources import SOURCES


def cleaned(**data: str) -> dict[str, object]:
    form = SearchForm(data)
    form.is_valid()
    return form.cleaned_data


def test_words_lose_the_space_around_them_and_may_be_long() -> None:
    assert cleaned(q=" 监督 ") == {"q": "监督", "kind": ""}
    assert cleaned(q="字" * 5000)["q"] == "字" * 5000


def test_unknown_kind_and_unreadable_words_are_left_out() -> None:
    assert cleaned(q="监督", kind="secrets") == {"q": "监督"}
    assert cleaned(q="监\x00督", kind="people") == {"kind": "people"}


def test_kinds_are_those_of_the_sources_in_the_readers_language() -> None:
    with translation.override("en"):
        choices = [(value, str(label)) for value, label in SearchForm().fields["kind"].choices]  # type: ignore[attr-defined]

    assert choices == [
        ("", "Everything"),
        ("disclosures", "Disclosures"),
        ("topics", "Topics"),
        ("comments", "Comments"),
        ("people", "People"),
    ]
    assert [value for value, _label in choices[1:]] == list(SOURCES)
