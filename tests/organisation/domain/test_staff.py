"""Hire, transfer, leave, return."""

import datetime

import pytest
from django.utils import timezone

from organisation.domain import staff as verbs
from organisation.domain.grants import confirm
from organisation.enums import Role
from organisation.exceptions import (
    AlreadyLeft,
    LeavesBeforeJoining,
    MembershipOverlap,
    NotLeft,
    NumberTaken,
    UsernameTaken,
)
from organisation.models import RoleGrant, Section, Staff
from tests.factories.organisation import RankFactory, SectionFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


DAY = datetime.timedelta(days=1)


def roles_of(person: Staff) -> set[str]:
    return set(person.user.groups.values_list("name", flat=True))


def proposed_sections(person: Staff) -> list[Section | None]:
    grants = RoleGrant.objects.proposed().filter(person=person.user, role=Role.SECTION_HEAD)
    return [grant.section for grant in grants]


def history(person: Staff) -> list[tuple[int, datetime.date, datetime.date | None]]:
    return list(person.memberships.order_by("from_date").values_list("section_id", "from_date", "to_date"))


def test_hire_makes_an_account_without_password() -> None:
    person = verbs.hire(
        name="张三",
        employee_number="7",
        section=SectionFactory(),
        rank=RankFactory(),
        joined=timezone.localdate(),
        is_head=True,
    )

    assert (person.user.username, person.user.get_full_name()) == ("7", "张三")
    assert not person.user.has_usable_password()
    assert roles_of(person) == {Role.STAFF}
    assert proposed_sections(person) == [person.place.section]
    assert person.place.is_head


def test_hire_refuses_a_number_or_user_name_twice() -> None:
    person = StaffFactory(employee_number="7")
    UserFactory(username="8")
    place = {"section": SectionFactory(), "rank": RankFactory(), "joined": timezone.localdate(), "name": "李"}

    with pytest.raises(NumberTaken):
        verbs.hire(employee_number=person.employee_number, **place)
    with pytest.raises(UsernameTaken):
        verbs.hire(employee_number="8", **place)


def test_transfer_keeps_history_and_headship_follows() -> None:
    person = StaffFactory()
    before = person.memberships.get()
    section = SectionFactory()

    verbs.transfer(staff=person, section=section, rank=before.rank, is_head=True, since=timezone.localdate() - DAY)

    assert history(person) == [
        (before.section_id, person.joined, timezone.localdate() - DAY),
        (section.pk, timezone.localdate() - DAY, None),
    ]
    assert (roles_of(person), proposed_sections(person)) == ({Role.STAFF}, [section])
    confirm(grants=RoleGrant.objects.proposed(), by=UserFactory(roles=[Role.INSPECTOR]))
    assert roles_of(person) == {Role.STAFF, Role.SECTION_HEAD}
    verbs.transfer(staff=person, section=section, rank=before.rank, is_head=False, since=timezone.localdate())
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
    verbs.transfer(staff=person, section=SectionFactory(), rank=place.rank, since=timezone.localdate() + 30 * DAY)

    verbs.leave(staff=person, on=timezone.localdate())

    person = Staff.objects.get(pk=person.pk)
    assert history(person) == [(place.section_id, person.joined, timezone.localdate())]
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

    verbs.leave(staff=person, on=timezone.localdate() + DAY)

    person = Staff.objects.get(pk=person.pk)
    assert person.is_current
    assert person.user.is_active
    assert person in Staff.objects.current()
    assert person not in Staff.objects.current(timezone.localdate() + DAY)
    assert roles_of(person) == {Role.STAFF}
    assert verbs.close_departed() == 0

    Staff.objects.update(left=timezone.localdate())
    assert (verbs.close_departed(), verbs.close_departed()) == (1, 0)
    person = Staff.objects.get(pk=person.pk)
    assert (person.user.is_active, roles_of(person)) == (False, set())


def test_return_begins_a_new_membership() -> None:
    person = StaffFactory()
    place = person.memberships.get()
    with pytest.raises(NotLeft):
        verbs.return_to_work(staff=person, section=place.section, rank=place.rank)
    verbs.leave(staff=person, on=timezone.localdate() - 10 * DAY)
    with pytest.raises(MembershipOverlap):
        verbs.return_to_work(
            staff=person, section=place.section, rank=place.rank, since=timezone.localdate() - 11 * DAY
        )

    verbs.return_to_work(staff=person, section=place.section, rank=place.rank)

    person = Staff.objects.get(pk=person.pk)
    assert history(person) == [
        (place.section_id, person.joined, timezone.localdate() - 10 * DAY),
        (place.section_id, timezone.localdate(), None),
    ]
    assert person.user.is_active


def test_particulars_are_corrected_and_the_place_stays() -> None:
    person = StaffFactory(name="张三", employee_number="7")
    before = history(person)

    verbs.correct_details(
        staff=person,
        name="张三丰",
        employee_number="8",
        joined=person.joined,
        position="处长",
        phone="8001",
        email="a@example.org",
    )

    corrected = Staff.objects.get(pk=person.pk)
    assert (corrected.user.name, corrected.employee_number, corrected.position) == ("张三丰", "8", "处长")
    assert (corrected.phone, history(corrected)) == ("8001", before)
    assert (corrected.user.email, corrected.user.address_change.address) == ("", "a@example.org")


def test_correction_to_a_number_that_is_taken_or_a_day_after_leaving_is_refused() -> None:
    person, other = StaffFactory(left=timezone.localdate()), StaffFactory()
    particulars = {"staff": person, "name": "张三", "joined": person.joined}

    with pytest.raises(NumberTaken):
        verbs.correct_details(employee_number=other.employee_number, **particulars)
    with pytest.raises(LeavesBeforeJoining):
        verbs.correct_details(employee_number="x", **{**particulars, "joined": timezone.localdate() + DAY})


def test_announced_leaving_closes_the_account_when_its_day_has_come() -> None:
    gone, staying, later = (StaffFactory() for _number in range(3))
    Staff.objects.filter(pk=gone.pk).update(left=timezone.localdate())
    Staff.objects.filter(pk=later.pk).update(left=timezone.localdate() + DAY)

    assert verbs.close_departed() == 1
    assert verbs.close_departed() == 0

    active = {person.pk: Staff.objects.get(pk=person.pk).user.is_active for person in (gone, staying, later)}
    assert active == {gone.pk: False, staying.pk: True, later.pk: True}
    assert roles_of(gone) == set()


def form(person: Staff, **changes: object) -> dict[str, object]:
    """What the form of a person says."""
    place = person.memberships.order_by("from_date").last()
    assert place is not None
    return {
        "staff": person,
        "name": person.user.name,
        "employee_number": person.employee_number,
        "joined": person.joined,
        "section": place.section,
        "rank": place.rank,
        "is_head": place.is_head,
        "left": person.left,
        **changes,
    }


def test_form_transfers_lets_go_and_brings_back() -> None:
    person, section = StaffFactory(), SectionFactory()

    verbs.revise(**form(person))
    assert len(history(person)) == 1

    verbs.revise(**form(person, section=section, since=timezone.localdate() - 2 * DAY))
    assert person.place.section == section

    gone = verbs.revise(**form(person, left=timezone.localdate()))
    assert (gone.left, roles_of(gone)) == (timezone.localdate(), set())

    back = verbs.revise(**form(gone, left=None, since=timezone.localdate()))
    assert (back.left, roles_of(back)) == (None, {Role.STAFF})
    assert Staff.objects.get(pk=person.pk).left is None


def test_form_does_not_change_a_day_of_leaving() -> None:
    person = StaffFactory()
    verbs.leave(staff=person, on=timezone.localdate())
    person.refresh_from_db()

    with pytest.raises(AlreadyLeft):
        verbs.revise(**form(person, left=timezone.localdate() + DAY, name="别名"))

    assert Staff.objects.get(pk=person.pk).user.name != "别名"
