"""Which schemes: who may manage them, and which a round may choose."""

import pytest
from django.contrib.auth.models import AnonymousUser

from peer_review.models import Scheme
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_user

pytestmark = pytest.mark.django_db


def test_manageable_by_organisers_and_nobody_else() -> None:
    scheme = SchemeFactory()

    assert list(Scheme.objects.manageable_by(make_user("", "organiser"))) == [scheme]
    for stranger in (None, AnonymousUser(), make_user("", "leadership"), make_user(is_superuser=True)):
        assert not Scheme.objects.manageable_by(stranger).exists()


def test_offered_are_those_not_retired_and_the_one_a_round_has() -> None:
    current, retired, other = SchemeFactory(), SchemeFactory(retired=True), SchemeFactory(retired=True)
    round = RoundFactory(scheme=retired)

    assert set(Scheme.objects.offered()) == {current}
    assert set(Scheme.objects.offered(round)) == {current, retired}
    assert other not in Scheme.objects.offered(round)
