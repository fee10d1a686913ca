"""People and sections are found by user name, employee number or exact name."""

from dataclasses import replace
from typing import Any

import pytest

from peer_review.domain.planning.people_lookup import Directory
from peer_review.exceptions.planning import AmbiguousPerson, UnknownPerson
from peer_review.models import Round
from tests.factories.peer_review.houses import house, make_house_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def draft(settings: Any) -> Round:
    return make_house_draft(settings)


def test_directory_finds_by_name_number_or_user_name(draft: Round) -> None:
    people = [replace(one, name="张 三" if n < 2 else one.name, number=f"N{n}") for n, one in enumerate(house(draft))]
    directory = Directory("tier", people)

    assert directory.person(" n3 ").name == "Person 3"
    assert directory.subject("Person 2").user_id == people[2].user_id
    with pytest.raises(AmbiguousPerson):
        directory.person("张三")
    with pytest.raises(UnknownPerson):
        directory.person("Nobody")
    assert Directory("section", people).subject("A").key == "sa"
    with pytest.raises(UnknownPerson):
        Directory("section", people).subject("Person 2")


def test_directory_finds_a_section_by_key_or_name_and_refuses_two_of_one_name(draft: Round) -> None:
    people = [replace(one, section_name="Twin" if one.section_key in "ab" else "Office") for one in house(draft)]
    directory = Directory("section", people)

    assert directory.subject(" B ").section_key == "b"
    with pytest.raises(AmbiguousPerson):
        directory.subject("Twin")
    with pytest.raises(UnknownPerson):
        directory.subject("")


def test_directory_takes_one_query_for_everybody(draft: Round, django_assert_num_queries: Any) -> None:
    people = house(draft)
    with django_assert_num_queries(1):
        directory = Directory("tier", people)
        assert [directory.person(one.name) for one in people] == people
