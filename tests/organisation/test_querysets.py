"""Which sections, memberships and people."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from organisation.models import Membership, Section, Staff
from tests.factories.organisation import MembershipFactory, SectionFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def test_sections_below_several_are_found_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    top, other = SectionFactory(), SectionFactory()
    middle = SectionFactory(parent=top)
    bottom = SectionFactory(parent=middle)

    with django_assert_num_queries(1):
        assert Section.objects.ids_below(top.pk) == {top.pk, middle.pk, bottom.pk}
    with django_assert_num_queries(1):
        assert Section.objects.ids_below(middle.pk, other.pk) == {middle.pk, bottom.pk, other.pk}


def test_parents_are_known_for_every_section() -> None:
    top = SectionFactory()
    below = SectionFactory(parent=top)

    assert Section.objects.parent_ids() == {top.pk: None, below.pk: top.pk}


@pytest.fixture
def memberships() -> dict[str, Membership]:
    """One that ended yesterday, one of today, one that begins tomorrow; each of another person."""
    spans = {"past": (-10, -1), "present": (-10, None), "future": (1, None)}
    return {
        name: MembershipFactory(
            from_date=timezone.localdate() + begins * DAY,
            to_date=None if ends is None else timezone.localdate() + ends * DAY,
        )
        for name, (begins, ends) in spans.items()
    }


@pytest.mark.parametrize(
    ("offset", "names"),
    [
        (None, {"present"}),
        (0, {"present"}),
        (-2, {"past", "present"}),
        # The first day on which it no longer holds, and the first on which it does.
        (-1, {"present"}),
        (1, {"present", "future"}),
        (-11, set()),
    ],
)
def test_memberships_of_a_day(memberships: dict[str, Membership], offset: int | None, names: set[str]) -> None:
    rows = Membership.objects.on(None if offset is None else timezone.localdate() + offset * DAY)

    assert set(rows) == {memberships[name] for name in names}


def test_open_memberships_have_no_end(memberships: dict[str, Membership]) -> None:
    assert set(Membership.objects.open()) == {memberships["present"], memberships["future"]}


@pytest.mark.parametrize(
    ("begins", "ends", "names"),
    [
        (-5, -3, {"past", "present"}),
        (-1, 1, {"present"}),
        (0, 2, {"present", "future"}),
        (0, None, {"present", "future"}),
        (-20, -10, set()),
    ],
)
def test_overlapping_memberships_share_a_day(
    memberships: dict[str, Membership], begins: int, ends: int | None, names: set[str]
) -> None:
    rows = Membership.objects.overlapping(
        from_date=timezone.localdate() + begins * DAY,
        to_date=None if ends is None else timezone.localdate() + ends * DAY,
    )

    assert set(rows) == {memberships[name] for name in names}


def test_current_staff_have_not_left_by_the_day() -> None:
    stays, leaves_today, leaves_tomorrow = (
        StaffFactory(),
        StaffFactory(left=timezone.localdate()),
        StaffFactory(left=timezone.localdate() + DAY),
    )

    assert set(Staff.objects.current()) == {stays, leaves_tomorrow}
    assert set(Staff.objects.current(timezone.localdate() - DAY)) == {stays, leaves_today, leaves_tomorrow}
    assert set(Staff.objects.current(timezone.localdate() + DAY)) == {stays}


def test_directory_shows_current_staff_to_whoever_is_signed_in() -> None:
    person, _left = StaffFactory(), StaffFactory(left=timezone.localdate())

    seen = {
        name: list(Staff.objects.visible_to(user))
        for name, user in {
            "colleague": UserFactory(),
            "locked": UserFactory(is_active=False),
            "stranger": AnonymousUser(),
            "nobody": None,
        }.items()
    }

    assert seen == {"colleague": [person], "locked": [], "stranger": [], "nobody": []}


def test_people_of_sections_belong_there_today() -> None:
    section = SectionFactory()
    here, gone = StaffFactory(), StaffFactory()
    Membership.objects.filter(staff=here).update(section=section)
    Membership.objects.filter(staff=gone).update(section=section, to_date=timezone.localdate())

    assert list(Staff.objects.in_sections({section.pk})) == [here]
    assert list(Staff.objects.in_sections(set())) == []


@pytest.mark.parametrize("count", [1, 3])
def test_place_of_many_costs_two_queries(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _number in range(count):
        StaffFactory()

    with django_assert_num_queries(2):
        places = [
            (person.user.name, person.place.section.name, person.place.rank.name)
            for person in Staff.objects.with_place()
        ]

    assert len(places) == count


def test_nobody_in_particular_is_named_by_nothing() -> None:
    person = StaffFactory(name="张三")

    assert list(Staff.objects.named_like("zs")) == [person]
    assert list(Staff.objects.named_like("李")) == []
    assert list(Staff.objects.named_like(" . ")) == [person]


def test_those_without_a_password_wait_for_an_invitation() -> None:
    waiting, closed, left, _settled = (StaffFactory() for _number in range(4))
    for person in (waiting, closed, left):
        person.user.set_unusable_password()
        person.user.is_active = person is not closed
        person.user.save()
    Staff.objects.filter(pk=left.pk).update(left=timezone.localdate())

    assert list(Staff.objects.awaiting_invitation()) == [waiting]
