"""Schemes and their rows: what the database refuses whoever writes it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from peer_review.enums import Audience
from peer_review.models import Criterion, Scheme, VoterClass
from peer_review.models.scheme import ascii_key, default_bands, default_visibility
from tests.factories.peer_review.rounds import SchemeFactory


def refused(action: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        action()


def test_defaults_show_results_to_those_concerned_and_name_three_bands() -> None:
    assert default_visibility() == {"subject": True, "section_head": True, "leadership": True, "staff": False}
    assert set(default_visibility()) == set(Audience.values)
    assert default_bands() == [90, 70, 60]
    assert default_bands() is not default_bands()


@pytest.mark.parametrize("key", ["a", "peers_2", "x" * 31])
def test_ascii_key_accepts_lower_case_words(key: str) -> None:
    ascii_key(key)


@pytest.mark.parametrize("key", ["", "A", "2a", "_a", "a-b", "票", "x" * 32])
def test_ascii_key_refuses_other_words(key: str) -> None:
    with pytest.raises(ValidationError):
        ascii_key(key)


@pytest.mark.django_db
class TestConstraints:
    def test_a_version_of_a_name_is_there_once(self) -> None:
        SchemeFactory(name="Autumn")

        refused(lambda: Scheme.objects.create(name="Autumn"))
        assert Scheme.objects.create(name="Autumn", version=2).pk

    def test_no_floor_under_three(self) -> None:
        refused(lambda: Scheme.objects.create(name="Autumn", floor=2))

    @pytest.mark.parametrize(
        ("quota", "approval", "sound"), [(20, "", True), (21, "", False), (25, "doc", True), (26, "doc", False)]
    )
    def test_a_quota_above_twenty_percent_is_approved_and_none_above_twenty_five(
        self, quota: int, approval: str, sound: bool
    ) -> None:
        def make() -> Scheme:
            return Scheme.objects.create(name="Autumn", excellent_quota=quota, quota_approval=approval)

        if sound:
            assert make().excellent_quota == quota
        else:
            refused(make)

    def test_keys_are_there_once_a_scheme(self) -> None:
        scheme = SchemeFactory()

        refused(lambda: Criterion.objects.create(scheme=scheme, key="quality", label="Again", weight=1))
        refused(lambda: VoterClass.objects.create(scheme=scheme, key="all", label="Again", weight=1))

    def test_weights_are_above_zero(self) -> None:
        scheme = SchemeFactory()

        refused(lambda: Criterion.objects.create(scheme=scheme, key="x", label="X", weight=0))
        refused(lambda: VoterClass.objects.create(scheme=scheme, key="x", label="X", weight=0))


@pytest.mark.django_db
@pytest.mark.usefixtures("in_english")
def test_a_scheme_says_its_version_and_whether_it_is_offered() -> None:
    scheme = SchemeFactory(name="Autumn", version=2)

    assert (str(scheme), str(scheme.standing)) == ("Autumn, version 2", "offered")
    scheme.retired = True
    assert str(scheme.standing) == "retired"
    assert (str(scheme.criteria.first()), str(scheme.voter_classes.first())) == ("Quality", "All")
