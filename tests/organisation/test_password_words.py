"""Passwords made of words that everybody here knows."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tests.factories.organisation import SectionFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "password",
    ["zhengyan2026", "Zhengyan!!", "诤言诤言诤言诤言诤言", "旅检科旅检科旅检科20", "administrator1", "inspector-9!"],
)
def test_word_of_the_house_with_a_few_characters_is_refused(password: str) -> None:
    SectionFactory(name="旅检科")

    with pytest.raises(ValidationError) as refusal:
        validate_password(password)

    assert "own_words" in {error.code for error in refusal.value.error_list}


@pytest.mark.parametrize(
    "password", ["korrekt-pferd-batterie", "zhengyan und fünf Pferde", "x" * 10 + "é" * 60, "旅检科的马在河边喝水呢"]
)
def test_long_phrase_is_taken_whatever_it_holds(password: str) -> None:
    SectionFactory(name="旅检科")

    validate_password(password)
