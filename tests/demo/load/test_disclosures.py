"""Disclosures over three columns, the newest still on their way."""

import datetime

import pytest
from django.utils import timezone

from demo.load import disclosures as loader
from demo.load.content import DisclosureEntry, disclosures
from demo.load.people import load_people
from disclosures.models import DisclosureColumnPage, DisclosurePage
from tests.factories.home import home_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[DisclosureEntry]:
    """One document of each sort: in the workflow, published, with a table, repealed, and its successor."""
    every = disclosures()
    repealed = next(entry for entry in every if "repealed_by" in entry)
    chosen = [
        next(entry for entry in every if entry["days_ago"] <= loader.WAITING_DAYS),
        next(entry for entry in every if "table" in entry and entry["days_ago"] > loader.WAITING_DAYS),
        repealed,
        next(entry for entry in every if entry["title"] == repealed["repealed_by"]),
    ]
    monkeypatch.setattr(loader, "disclosures", lambda: sorted(chosen, key=lambda entry: -entry["days_ago"]))
    return chosen


def test_documents_are_loaded_once_as_the_workflow_leaves_them(entries: list[DisclosureEntry]) -> None:
    load_people(120)
    waiting, with_table, repealed, successor = entries

    assert loader.load_disclosures(home_page()) == 4
    assert loader.load_disclosures(home_page()) == 0

    pages = {page.title: page for page in DisclosurePage.objects.all()}
    assert set(DisclosureColumnPage.objects.values_list("code", flat=True)) == {"党", "政", "文"}
    assert not pages[waiting["title"]].live
    assert pages[waiting["title"]].current_workflow_state is not None
    assert pages[with_table["title"]].index_number is not None
    assert [block.block_type for block in pages[with_table["title"]].body] == ["text", "table"]
    marked = pages[repealed["title"]]
    assert (marked.validity, marked.successor) == ("repealed", pages[successor["title"]])
    assert marked.first_published_at is not None
    assert marked.first_published_at < timezone.now() - datetime.timedelta(days=1)
