"""What other apps ask about people."""

import pytest
from django.utils import timezone

from organisation.author_lines import author_lines
from organisation.domain import staff as verbs
from tests.factories.organisation import RankFactory, SectionFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_author_lines_take_one_query(django_assert_num_queries: object) -> None:
    here = StaffFactory(name="张三", membership__section__name="办公室")
    verbs.transfer(staff=here, section=SectionFactory(name="检疫科"), rank=RankFactory(), since=timezone.localdate())
    gone = StaffFactory(name="李四", membership=None)
    admin = UserFactory(name="", username="root")

    with django_assert_num_queries(1):
        lines = author_lines([here.user_id, gone.user_id, admin.pk])

    assert lines == {here.user_id: "张三 · 检疫科", gone.user_id: "李四", admin.pk: "root"}
    assert author_lines([]) == {}
