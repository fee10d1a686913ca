"""The roll's rows: one member a person, one subject a key, one exclusion a pair, in each round."""

import pytest
from django.db import IntegrityError, transaction

from peer_review.models import Exclusion, RollMember, Subject
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db


def test_a_person_is_on_a_roll_once() -> None:
    member = make_member(RoundFactory(), make_user("Li"))

    with pytest.raises(IntegrityError), transaction.atomic():
        make_member(member.round, member.user)
    assert make_member(RoundFactory(), member.user).pk
    assert str(member) == "Li"


def test_a_subject_is_evaluated_once_a_round() -> None:
    round = RoundFactory()
    subject = make_subject(round, make_member(round, make_user("Li")))

    with pytest.raises(IntegrityError), transaction.atomic():
        Subject.objects.create(round=round, key=subject.key, label="Again")
    assert Subject.objects.create(round=RoundFactory(), key=subject.key, label="Elsewhere").pk
    assert str(subject) == "Li"


def test_a_pair_is_excluded_once() -> None:
    round, user = RoundFactory(), make_user()
    exclusion = Exclusion.objects.create(round=round, evaluator=user, subject_key="p1", reason="x")

    with pytest.raises(IntegrityError), transaction.atomic():
        Exclusion.objects.create(round=round, evaluator=user, subject_key="p1", reason="y")
    assert str(exclusion) == f"{user.pk} ↛ p1"


def test_members_come_by_section_rank_and_name_and_subjects_in_their_order() -> None:
    round = RoundFactory()
    for name, section, rank in (("c", "b", 1), ("b", "a", 2), ("a", "a", 2), ("z", "a", 1)):
        make_subject(round, make_member(round, make_user(name), section=section, rank_order=rank))

    assert [member.name for member in RollMember.objects.all()] == ["z", "a", "b", "c"]
    assert [subject.label for subject in Subject.objects.all()] == ["c", "b", "a", "z"]
