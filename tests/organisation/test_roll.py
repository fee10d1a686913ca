"""Who may evaluate whom starts from the staff records."""

import datetime

import pytest
from django.utils import timezone

from organisation.domain import staff as verbs
from organisation.enums import Role
from organisation.models import User
from organisation.roll import propose_roll
from tests.factories.organisation import MembershipFactory, RankFactory, SectionFactory, StaffFactory, hold

pytestmark = pytest.mark.django_db


DAY = datetime.timedelta(days=1)


def test_roll_proposes_current_members_with_heads_and_tiers(django_assert_num_queries: object) -> None:
    section = SectionFactory(code="BG", name="办公室", sort_order=0)
    high, low = RankFactory(code="H", order=1), RankFactory(code="L", order=2)
    person = StaffFactory(name="李四", membership__section=section, membership__rank=low)
    head = StaffFactory(name="张三", membership__section=section, membership__rank=high, membership__is_head=True)
    hold(head.user, Role.SECTION_HEAD, section=section)
    verbs.leave(staff=StaffFactory(), on=timezone.localdate())
    closed = StaffFactory()
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    MembershipFactory(staff__joined=timezone.localdate() + DAY)

    with django_assert_num_queries(2):
        people = list(propose_roll(None))

    assert [
        (p.user_id, p.section_key, p.section_name, p.rank_key, p.rank_order, p.is_section_head) for p in people
    ] == [
        (head.user_id, "BG", "办公室", "H", 1, True),
        (person.user_id, "BG", "办公室", "L", 2, False),
    ]


def test_roll_knows_since_when_people_are_in_their_section_without_a_break() -> None:
    old, new, high = SectionFactory(), SectionFactory(), RankFactory()
    day = datetime.date(2020, 3, 1)
    person = StaffFactory(joined=day, membership__section=old, membership__from_date=day)
    promoted, moved, returned = (day.replace(year=year) for year in (2021, 2022, 2023))

    verbs.transfer(staff=person, section=old, rank=high, since=promoted)
    assert [one.since for one in propose_roll(None)] == [day]

    verbs.transfer(staff=person, section=new, rank=high, since=moved)
    assert [one.since for one in propose_roll(None)] == [moved]

    verbs.transfer(staff=person, section=old, rank=high, since=returned)
    assert [(one.since, one.number) for one in propose_roll(None)] == [(returned, person.employee_number)]


def test_head_of_the_records_alone_is_no_head_on_the_roll() -> None:
    person = StaffFactory(membership__is_head=True)
    hold(person.user, Role.SECTION_HEAD)  # of another section

    assert [one.is_section_head for one in propose_roll(None)] == [False]

    hold(person.user, Role.SECTION_HEAD, section=person.memberships.get().section)
    assert [one.is_section_head for one in propose_roll(None)] == [True]
