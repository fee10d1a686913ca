"""Wagtail's search on the database in use, with the segmenter."""

import pytest
from django.core.management import call_command
from modelsearch.query import MATCH_ALL, And, Boost, Not, Or, Phrase, PlainText
from wagtail.images.models import Image
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from disclosures.models import DisclosurePage
from foundation.matching import matching
from search.backends.segmenting import is_nothing, segmented
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db
TITLE = "廉政监督卡管理办法"


def titles(results: object) -> set[str]:
    return {page.title for page in results}  # type: ignore[attr-defined]


def test_pages_are_found_by_chinese_words() -> None:
    make.published(title=TITLE, summary="犇羴鱻公司 ISO9001 说明 2026 年")
    make.published(title="食堂通知", summary="周一休息。", slug="canteen")

    for words in ["监督", "监督卡", "廉", "管理办法", "廉政办法", "廉政 2026", "ISO", "犇羴"]:
        assert titles(Page.objects.search(words)) == {TITLE}, words
        assert titles(matching(DisclosurePage.objects.all(), words)) == {TITLE}, words


def test_admin_finds_titles_while_typing() -> None:
    make.published(title=TITLE)
    make.published(title="Internal audit", slug="audit")

    assert titles(Page.objects.autocomplete("监督")) == {TITLE}
    assert titles(Page.objects.autocomplete("inter")) == {"Internal audit"}
    assert titles(Page.objects.autocomplete("督")) == {TITLE}


SIGNS = [
    "",
    " ",
    '"',
    "'",
    "* OR 1",
    '监督" OR "食堂',
    "NEAR(监督 食堂)",
    "监督 NOT 卡(",
    "a:*",
    "%s %d {x}",
    "\\",
    "监督" * 300,
]


def test_signs_of_query_languages_are_harmless() -> None:
    make.published(title=TITLE)

    for words in SIGNS:
        for found in (matching(DisclosurePage.objects.all(), words), Page.objects.search(words)):
            assert titles(found) <= {TITLE}, words


def test_rows_keep_their_conditions_and_order() -> None:
    pages = [make.published(title=f"{TITLE} {number}") for number in range(3)]

    found = matching(DisclosurePage.objects.exclude(pk=pages[1].pk).order_by("-pk"), "监督卡")

    assert list(found) == [pages[2], pages[0]]


def test_index_follows_changes_and_deletions() -> None:
    page = make.draft(title=TITLE, summary="摘要")
    page.title = "食堂通知"
    page.save()
    assert not matching(DisclosurePage.objects.all(), "监督").exists()
    assert matching(DisclosurePage.objects.all(), "食堂").exists()

    page.delete()

    assert not Page.objects.search("食堂")


def test_whole_index_is_rebuilt_by_command() -> None:
    make.published(title=TITLE)
    get_search_backend().reset_indexes()
    assert not Page.objects.search("监督")

    call_command("update_index", verbosity=0)

    assert titles(Page.objects.search("监督")) == {TITLE}


def test_very_long_text_is_indexed_by_its_beginning() -> None:
    text = "开头" + "".join(chr(0x4E00 + number % 20_000) for number in range(100_000))

    page = make.draft(title=TITLE, body=[("text", f"<p>{text}</p>")])

    assert matching(DisclosurePage.objects.all(), "开头").get() == page


def test_search_within_one_field() -> None:
    make.draft(title=TITLE, summary="食堂")
    make.draft(title="食堂", summary="监督卡", slug="canteen")
    backend = get_search_backend()

    assert titles(backend.search("监督卡", Page.objects.all(), fields=["title"])) == {TITLE}
    assert not backend.search("监督卡", Image)


def test_compound_queries() -> None:
    make.draft(title=TITLE)
    make.draft(title="食堂监督", summary="摘要", slug="canteen")
    card = PlainText("监督卡")

    for query, found in [
        (And([PlainText("监督"), card]), {TITLE}),
        (Or([card, PlainText("食堂")]), {TITLE, "食堂监督"}),
        (Phrase("监督卡"), {TITLE}),
    ]:
        assert titles(Page.objects.search(query)) == found


def test_query_without_words_matches_nothing_wherever_it_stands() -> None:
    signs = PlainText("()")

    assert is_nothing(segmented(signs))
    assert is_nothing(segmented(And([signs, PlainText("监督")])))
    assert is_nothing(segmented(Or([signs, Phrase('"')])))
    assert not is_nothing(segmented(Or([signs, PlainText("监督")])))
    assert segmented(Boost(PlainText("监督卡"), 2)).subquery.query_string == "监督 督卡"
    assert segmented(Not(PlainText("监督"))).subquery.query_string == "监督"
    assert segmented(MATCH_ALL) is MATCH_ALL
