"""The invented people: the same for every run and every size."""

from itertools import islice

import pytest

from demo.people import POSITIONS, ROLE_SEATS, SECTIONS, names, people, position_title
from organisation.enums import Role


def test_names_come_without_end_and_few_twice() -> None:
    first = list(islice(names(), 2000))

    assert len(set(first[:120])) == 120
    assert 1900 < len(set(first)) < 2000
    assert first == list(islice(names(), 2000))


@pytest.mark.parametrize("size", [120, 300])
def test_everybody_has_a_number_and_a_user_name_of_their_own(size: int) -> None:
    staff = list(people(size))

    assert len(staff) == size
    assert len({person.number for person in staff}) == len({person.username for person in staff}) == size
    assert {person.section for person in staff} == {key for key, _name, _share in SECTIONS}


def test_reference_organisation_has_the_shares_it_names() -> None:
    staff = list(people(120))

    assert {key: sum(person.section == key for person in staff) for key, _name, _share in SECTIONS} == {
        key: share for key, _name, share in SECTIONS
    }


def test_larger_demonstration_only_adds_to_a_smaller_one() -> None:
    small = {person.number: (person.username, person.position, person.is_head) for person in people(120)}
    large = {person.number: (person.username, person.position, person.is_head) for person in people(600)}

    assert small.items() <= large.items()


def test_every_role_has_a_seat_at_which_it_signs_in() -> None:
    by_username = {person.username: person for person in people()}

    assert {username for username, _roles in ROLE_SEATS.values()} <= set(by_username)
    held = {role for username, _roles in ROLE_SEATS.values() for role in by_username[username].roles}
    assert held | {Role.STAFF.value} == set(Role.values)


def test_each_section_has_one_head_at_its_first_place() -> None:
    heads = [person for person in people() if person.is_head]

    assert [person.section for person in heads] == [key for key, _name, _share in SECTIONS]
    assert {person.rank for person in heads} == {"leader", "head"}


def test_positions_repeat_after_head_and_deputy() -> None:
    titles = POSITIONS["lab"]

    assert [position_title("lab", place) for place in (0, 1, 4)] == [titles[0], titles[1], titles[4]]
    assert {position_title("lab", place) for place in range(5, 50)} == set(titles[2:])
