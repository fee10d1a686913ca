"""Sections and ranks in Wagtail's admin."""

import pytest

from organisation.forms.ranks import RankForm
from organisation.forms.sections import SectionForm
from tests.factories.organisation import RankFactory, SectionFactory

pytestmark = pytest.mark.django_db


def test_section_is_not_put_below_itself() -> None:
    top = SectionFactory()
    below = SectionFactory(parent=top)

    form = SectionForm({"code": top.code, "name": top.name, "parent": below.pk, "sort_order": 0}, instance=top)

    assert set(form.errors) == {"parent"}


def test_two_ranks_do_not_share_an_order() -> None:
    RankFactory(code="KZ", name="科长", order=1)

    assert set(RankForm({"code": "KY", "name": "科员", "order": 1}).errors) == {"order"}
    assert RankForm({"code": "KY", "name": "科员", "order": 2}).is_valid()
