"""Hire, transfer, leave, return: the history stays whole."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from organisation.author_lines import author_lines
from organisation.domain import staff as verbs
from organisation.domain.sections import move_section
from organisation.enums import Role
from organisation.exceptions import (
    AlreadyLeft,
    LeavesBeforeJoining,
    MembershipOverlap,
    NotLeft,
    NumberTaken,
    SectionCycle,
    UsernameTaken,
)
from organisation.models import Membership, Section, Staff, User
from organisation.pinyin import name_keys, needle
from organisation.roll import propose_roll
from tests.factories.organisation import MembershipFactory, RankFactory, SectionFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


def roles_of(person: Staff) -> set[str]:
    return set(person.user.groups.values_list("name", flat=True))


def history(person: Staff) -> list[tuple[int, datetime.date, datetime.date | None]]:
    return list(person.memberships.order_by("from_date").values_list("section_id", "from_date", "to_date"))


def test_hire_makes_an_account_without_password() -> None:
    person = verbs.hire(
        name="张三",
        employee_number="7",
        section=SectionFactory(),
        rank=RankFactory(),
        joined=TODAY,
        is_head=True,
    )

    assert (person.user.username, person.user.get_full_name()) == ("7", "张三")
    assert not person.user.has_usable_password()
    assert roles_of(person) == {Role.STAFF, Role.SECTION_HEAD}
    assert person.place.is_head


def test_hire_refuses_a_number_or_user_name_twice() -> None:
    person = StaffFactory(employee_number="7")
    UserFactory(username="8")
    place = {"section": SectionFactory(), "rank": RankFactory(), "joined": TODAY, "name": "李"}

    with pytest.raises(NumberTaken):
        verbs.hire(employee_number=person.employee_number, **place)
    with pytest.raises(UsernameTaken):
        verbs.hire(employee_number="8", **place)


def test_transfer_keeps_history_and_headship_follows() -> None:
    person = StaffFactory()
    before = person.memberships.get()
    section = SectionFactory()

    verbs.transfer(staff=person, section=section, rank=before.rank, is_head=True, since=TODAY - DAY)

    assert history(person) == [
        (before.section_id, person.joined, TODAY - DAY),
        (section.pk, TODAY - DAY, None),
    ]
    assert roles_of(person) == {Role.STAFF, Role.SECTION_HEAD}
    verbs.transfer(staff=person, section=section, rank=before.rank, is_head=False, since=TODAY)
    assert roles_of(person) == {Role.STAFF}


def test_transfer_to_the_same_place_changes_nothing_and_on_the_first_day_corrects() -> None:
    person = StaffFactory()
    place = person.memberships.get()
    section = SectionFactory()

    verbs.transfer(staff=person, section=place.section, rank=place.rank)
    assert history(person) == [(place.section_id, person.joined, None)]

    verbs.transfer(staff=person, section=section, rank=place.rank, since=person.joined)
    assert history(person) == [(section.pk, person.joined, None)]


def test_transfer_before_the_present_membership_is_refused() -> None:
    person = StaffFactory()
    rank = RankFactory()

    with pytest.raises(MembershipOverlap):
        verbs.transfer(staff=person, section=SectionFactory(), rank=rank, since=person.joined - DAY)


def test_leave_ends_memberships_and_drops_those_to_come() -> None:
    person = StaffFactory()
    place = person.memberships.get()
    verbs.transfer(staff=person, section=SectionFactory(), rank=place.rank, since=TODAY + 30 * DAY)

    verbs.leave(staff=person, on=TODAY)

    person = Staff.objects.get(pk=person.pk)
    assert history(person) == [(place.section_id, person.joined, TODAY)]
    assert (person.is_current, person.user.is_active, roles_of(person)) == (False, False, set())
    with pytest.raises(AlreadyLeft):
        verbs.leave(staff=person)
    with pytest.raises(AlreadyLeft):
        verbs.transfer(staff=person, section=place.section, rank=place.rank)


def test_leave_before_joining_is_refused() -> None:
    person = StaffFactory()

    with pytest.raises(LeavesBeforeJoining):
        verbs.leave(staff=person, on=person.joined - DAY)


def test_leaving_in_the_future_keeps_the_account_open_until_then() -> None:
    person = StaffFactory()

    verbs.leave(staff=person, on=TODAY + DAY)

    person = Staff.objects.get(pk=person.pk)
    assert person.is_current
    assert person.user.is_active
    assert person in Staff.objects.current()
    assert person not in Staff.objects.current(TODAY + DAY)
    assert roles_of(person) == {Role.STAFF}
    assert verbs.close_departed() == 0

    Staff.objects.update(left=TODAY)
    assert (verbs.close_departed(), verbs.close_departed()) == (1, 0)
    person = Staff.objects.get(pk=person.pk)
    assert (person.user.is_active, roles_of(person)) == (False, set())


def test_return_begins_a_new_membership() -> None:
    person = StaffFactory()
    place = person.memberships.get()
    with pytest.raises(NotLeft):
        verbs.return_to_work(staff=person, section=place.section, rank=place.rank)
    verbs.leave(staff=person, on=TODAY - 10 * DAY)
    with pytest.raises(MembershipOverlap):
        verbs.return_to_work(staff=person, section=place.section, rank=place.rank, since=TODAY - 11 * DAY)

    verbs.return_to_work(staff=person, section=place.section, rank=place.rank)

    person = Staff.objects.get(pk=person.pk)
    assert history(person) == [
        (place.section_id, person.joined, TODAY - 10 * DAY),
        (place.section_id, TODAY, None),
    ]
    assert person.user.is_active


def test_overlapping_memberships_are_refused_by_clean_and_two_open_ones_by_the_database() -> None:
    person = StaffFactory()
    other = Membership(
        staff=person, section=SectionFactory(), rank=RankFactory(), from_date=TODAY, to_date=TODAY + 5 * DAY
    )

    with pytest.raises(ValidationError, match=r"already belongs|已"):
        other.full_clean()
    other.to_date = None
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()
    other.from_date, other.to_date = TODAY, TODAY
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


def test_section_cannot_lie_below_itself() -> None:
    top = SectionFactory()
    middle = SectionFactory(parent=top)
    bottom = SectionFactory(parent=middle)

    for parent in (top, middle, bottom):
        with pytest.raises(SectionCycle):
            move_section(section=top, parent=parent)
    top.parent = bottom
    with pytest.raises(ValidationError, match=r"itself|自身"):
        top.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Section.objects.filter(pk=top.pk).update(parent=top.pk)
    move_section(section=bottom, parent=top)
    assert Section.objects.ids_below(top.pk) == {top.pk, middle.pk, bottom.pk}


def test_two_sections_of_one_name_at_one_place_are_refused_by_the_database() -> None:
    top = SectionFactory(name="甲")
    SectionFactory(name="乙", parent=top)

    with pytest.raises(IntegrityError), transaction.atomic():
        SectionFactory(name="甲")
    with pytest.raises(IntegrityError), transaction.atomic():
        SectionFactory(name="乙", parent=top)
    assert SectionFactory(name="甲", parent=top).pk


@pytest.mark.parametrize(
    ("name", "sort", "found_by", "not_by"),
    [
        ("张三", "zhang san", ["张", "三", "zhangsan", "Zhang San", "san", "zs", "zh"], ["hang", "s an g", "李"]),
        ("单晓华", "shan xiao hua", ["shanxiaohua", "dan", "xiaohua", "sxh", "dxh"], ["hua"]),
        ("欧阳娜娜", "ou yang na na", ["ouyang", "nana", "oynn", "阳娜"], ["yang"]),
        ("吕布", "lv bu", ["lvbu", "lübu", "lyubu", "lb", "LÜ"], ["lubu"]),
        ("John Smith", "johnsmith", ["john", "smith", "js", "JOHN SMITH"], ["mith"]),
        ("买买提·艾力", "mai mai ti ai li", ["买买提艾力", "maimaiti", "mmtal"], []),
        ("𠮷田", "𠮷 tian", ["田", "𠮷"], []),
    ],
)
def test_name_is_found_by_characters_pinyin_and_initials(
    name: str, sort: str, found_by: list[str], not_by: list[str]
) -> None:
    keys = name_keys(name)

    assert keys.sort == sort
    assert [words for words in found_by if needle(words) not in keys.search] == []
    assert [words for words in not_by if needle(words) in keys.search] == []


def test_name_keys_follow_a_corrected_name() -> None:
    person = StaffFactory(name="张三")

    verbs.correct_details(staff=person, name="李四", employee_number=person.employee_number, joined=person.joined)

    assert Staff.objects.named_like("lisi").get() == person
    assert not Staff.objects.named_like("zs").exists()


def test_author_lines_take_one_query(django_assert_num_queries: object) -> None:
    here = StaffFactory(name="张三", membership__section__name="办公室")
    verbs.transfer(staff=here, section=SectionFactory(name="检疫科"), rank=RankFactory(), since=TODAY)
    gone = StaffFactory(name="李四", membership=None)
    admin = UserFactory(name="", username="root")

    with django_assert_num_queries(1):
        lines = author_lines([here.user_id, gone.user_id, admin.pk])

    assert lines == {here.user_id: "张三 · 检疫科", gone.user_id: "李四", admin.pk: "root"}
    assert author_lines([]) == {}


def test_roll_proposes_current_members_with_heads_and_tiers(django_assert_num_queries: object) -> None:
    section = SectionFactory(code="BG", name="办公室", sort_order=0)
    high, low = RankFactory(code="H", order=1), RankFactory(code="L", order=2)
    person = StaffFactory(name="李四", membership__section=section, membership__rank=low)
    head = StaffFactory(name="张三", membership__section=section, membership__rank=high, membership__is_head=True)
    verbs.leave(staff=StaffFactory(), on=TODAY)
    closed = StaffFactory()
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    MembershipFactory(staff__joined=TODAY + DAY)

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
