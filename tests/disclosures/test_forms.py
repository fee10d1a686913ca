"""What a list may be asked, and what a comment may say."""

import pytest

from disclosures.forms import COMMENT_MAX, CommentForm, ListingForm
from organisation.models import Section
from tests.factories.organisation import SectionFactory


def listing(**data: str) -> ListingForm:
    form = ListingForm(data, sections=Section.objects.all(), years=[2026, 2025])
    form.is_valid()
    return form


@pytest.mark.django_db
def test_readable_wishes_are_cleaned() -> None:
    section = SectionFactory()

    cleaned = listing(q=" 监督卡 ", section=str(section.pk), year="2025").cleaned_data

    assert cleaned == {"q": "监督卡", "section": section, "year": 2025}


@pytest.mark.django_db
def test_unreadable_wishes_are_left_out_and_the_others_kept() -> None:
    form = listing(q="监督", section="x", year="1899")

    assert form.cleaned_data == {"q": "监督"}
    assert set(form.errors) == {"section", "year"}
    assert listing(q="监\x00督", year="2026").cleaned_data == {"section": None, "year": 2026}


@pytest.mark.django_db
def test_years_and_sections_are_those_of_the_documents() -> None:
    section = SectionFactory(name="办公室")

    form = listing()

    assert [value for value, _label in form.fields["year"].choices] == ["", 2026, 2025]  # type: ignore[attr-defined]
    assert list(form.fields["section"].queryset) == [section]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (" 支持。\r\n第二行\t末 ", "支持。\n第二行\t末"),
        ("a\u202eb\x07c", "abc"),
        ("字" * COMMENT_MAX, "字" * COMMENT_MAX),
    ],
)
def test_comment_keeps_lines_and_drops_what_nobody_sees(typed: str, text: str) -> None:
    form = CommentForm({"comment": typed})

    assert form.is_valid()
    assert form.cleaned_data["comment"] == text


@pytest.mark.parametrize("typed", ["", " ", "\u200b", "字" * (COMMENT_MAX + 1)])
def test_empty_and_overlong_comments_are_refused(typed: str) -> None:
    assert not CommentForm({"comment": typed}).is_valid()
