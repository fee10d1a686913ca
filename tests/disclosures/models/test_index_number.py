"""Index numbers: made on publication, unique, without gaps."""

import datetime
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from freezegun import freeze_time

from disclosures.models import DisclosurePage, IndexNumberCounter
from disclosures.models.index_number import format_index_number
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def test_number_is_written_as_documented() -> None:
    assert format_index_number(code="政", year=2026, number=1) == "公开-2026-政-0001"
    assert format_index_number(code="政", year=2026, number=12345) == "公开-2026-政-12345"


def test_draft_has_no_number_and_publication_gives_the_next() -> None:
    first, second = make.draft(), make.draft()
    assert first.index_number is None

    with freeze_time("2026-06-01 04:00"):
        second.get_latest_revision().publish()
        first.get_latest_revision().publish()

    numbers = [DisclosurePage.objects.get(pk=page.pk).index_number for page in (second, first)]
    assert numbers == ["公开-2026-政-0001", "公开-2026-政-0002"]


def test_columns_and_years_count_for_themselves() -> None:
    culture = make.column("文", "文化建设", "culture")

    with freeze_time("2026-06-01 04:00"):
        pages = [make.published(), make.published(inside=culture)]
    # Midnight in Shanghai, not in Greenwich, ends the year.
    with freeze_time("2026-12-31 16:30"):
        pages.append(make.published())

    assert [page.index_number for page in pages] == ["公开-2026-政-0001", "公开-2026-文-0001", "公开-2027-政-0001"]


def test_later_publications_keep_the_number() -> None:
    page = make.published()
    number = page.index_number

    page.title = "廉政监督卡管理办法（修订）"
    page.save_revision().publish()
    page.refresh_from_db()
    assert (page.title, page.index_number) == ("廉政监督卡管理办法（修订）", number)
    page.unpublish()
    page.get_latest_revision().publish()

    assert DisclosurePage.objects.get(pk=page.pk).index_number == number
    assert IndexNumberCounter.objects.get().last == 1


def test_old_revision_and_stale_copy_do_not_take_the_number_away() -> None:
    stale = make.draft()
    stale.get_latest_revision().publish()

    stale.save()
    page = DisclosurePage.objects.get(pk=stale.pk)
    page.revisions.order_by("created_at").first().publish()

    assert DisclosurePage.objects.get(pk=page.pk).index_number.endswith("-0001")


def test_publication_that_fails_leaves_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    page = make.draft()

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    @transaction.atomic
    def publish() -> None:
        page.get_latest_revision().publish()

    with monkeypatch.context() as patch:
        patch.setattr("wagtail.actions.publish_page_revision.page_published.send", fail)
        with pytest.raises(RuntimeError):
            publish()

    assert DisclosurePage.objects.get(pk=page.pk).index_number is None
    assert make.published().index_number.endswith("-0001")


def test_copy_gets_no_number() -> None:
    page = make.published()

    copy = page.copy(update_attrs={"slug": "copy", "title": "copy"}, keep_live=False)

    assert copy.index_number is None


def test_database_refuses_a_number_twice() -> None:
    one, other = make.published(), make.draft()

    with pytest.raises(IntegrityError), transaction.atomic():
        DisclosurePage.objects.filter(pk=other.pk).update(index_number=one.index_number)


@pytest.mark.django_db(transaction=True)
def test_number_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        IndexNumberCounter.lock(code="政", year=2026)


@pytest.mark.django_db(transaction=True)
def test_publishing_at_once_gives_each_number_once_without_gaps() -> None:
    pages = [make.draft(document_date=datetime.date(2026, 3, number)) for number in range(1, 7)]
    # The last page is published by two people at once.
    work = [*pages, pages[-1]]
    together = threading.Barrier(len(work))
    errors = []

    def publish(pk: int) -> None:
        try:
            revision = DisclosurePage.objects.get(pk=pk).get_latest_revision()
            together.wait(10)
            with transaction.atomic():
                revision.publish()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=[page.pk]) for page in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    numbers = sorted(DisclosurePage.objects.values_list("index_number", flat=True))
    assert [number[-4:] for number in numbers] == ["0001", "0002", "0003", "0004", "0005", "0006"]
    assert IndexNumberCounter.objects.get().last == 6
