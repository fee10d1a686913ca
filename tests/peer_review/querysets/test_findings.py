"""Which findings: those that a user raised, answers for, or might have raised."""

import pytest
from django.contrib.auth.models import AnonymousUser

from peer_review.models import RaisedFinding
from tests.factories.peer_review.frozen_schemes import frozen_form
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_user

pytestmark = pytest.mark.django_db

SHOWN = frozen_form(visibility={"section_head": True, "leadership": True})


def test_findings_are_read_by_whoever_raised_answers_or_might_have_raised_them() -> None:
    raiser, responsible, head, staff = (make_user() for _number in range(4))
    round = RoundFactory(state="published", form=SHOWN)
    make_member(round, head, section="a", is_head=True)
    said = {"round": round, "source": "result", "text": "The counter opens late.", "raised_by": raiser}
    of_section = RaisedFinding.objects.create(section_key="a", responsible=responsible, **said)
    of_all = RaisedFinding.objects.create(**said)
    every = RaisedFinding.objects.order_by("pk")

    assert list(every.visible_to(raiser)) == [of_section, of_all]
    assert list(every.raisable_by(raiser)) == []
    assert list(every.visible_to(responsible)) == [of_section]
    assert list(every.visible_to(head)) == list(every.raisable_by(head)) == [of_section]
    for user in (make_user("", "leadership"), make_user("", "inspector"), round.organiser):
        assert list(every.raisable_by(user)) == [of_section, of_all]
    for stranger in (staff, None, AnonymousUser(), make_user("", "inspector", is_active=False)):
        assert not every.visible_to(stranger).exists()
