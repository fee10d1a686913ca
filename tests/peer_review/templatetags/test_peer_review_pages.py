"""Filters and tags of the pages: codes in groups, grades by name, people as a list, modules by hash."""

import json
import re

import pytest

from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.templatetags.peer_review_pages import INTEGRITY, full_names, grade_name, grouped, module
from tests.factories.peer_review.rounds import SchemeFactory, make_user

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.mark.parametrize(
    ("value", "size", "expected"),
    [("abcdefgh", 4, "abcd efgh"), ("abcde", 4, "abcd e"), ("", 4, ""), (None, 4, ""), (123456, 3, "123 456")],
)
def test_codes_stand_in_groups(value: object, size: int, expected: str) -> None:
    assert grouped(value, size) == expected


@pytest.mark.django_db
def test_grades_have_the_names_of_the_round() -> None:
    officials, institutions = (
        freeze_scheme(SchemeFactory(grade_set=grade_set)) for grade_set in ("officials", "institutions")
    )

    assert (grade_name("competent", officials), grade_name("competent", institutions)) == ("Competent", "Qualified")
    assert grade_name("", officials) == "Not graded"
    with pytest.raises(KeyError):
        grade_name("superb", officials)


@pytest.mark.django_db
def test_people_are_a_list_of_full_names() -> None:
    assert full_names([make_user("Ada"), make_user("Ben")]) == "Ada, Ben"
    assert full_names([]) == ""


def test_a_module_is_pinned_to_its_published_hash() -> None:
    hashes = json.loads(INTEGRITY.read_text())
    name = next(key for key in sorted(hashes) if key != "curves.js").removesuffix(".js")

    element = module(name)

    assert re.findall(r'integrity="([^"]+)"', element) == [hashes[f"{name}.js"], hashes["curves.js"]]
    assert 'type="module"' in element


def test_a_module_that_was_not_built_is_an_error() -> None:
    with pytest.raises(KeyError):
        module("nothing")
