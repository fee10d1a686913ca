"""Every new tree of disclosures gets its workflow."""

import pytest
from wagtail.models import WorkflowPage

from disclosures.apps import attach_workflow
from disclosures.models import DisclosureIndexPage
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def test_new_index_page_gets_the_workflow() -> None:
    assert WorkflowPage.objects.filter(page=make.index_page()).exists()


@pytest.mark.parametrize(("created", "raw"), [(False, False), (True, True), (False, True)])
def test_later_saves_and_fixtures_attach_nothing(created: bool, raw: bool) -> None:
    index_page = make.index_page()
    WorkflowPage.objects.all().delete()

    attach_workflow(sender=DisclosureIndexPage, instance=index_page, created=created, raw=raw)

    assert not WorkflowPage.objects.exists()
