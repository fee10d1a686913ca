"""Each act by hand is one plain sentence."""

from typing import Any

import pytest
from django.db.models import Count, Prefetch

from peer_review.domain.planning.roll_touches import touch_roll
from peer_review.enums import RollTouchKind
from peer_review.models import RollTouch, Round, TouchedSubject
from peer_review.views.planning.touch_messages import NAMED, touch_lines
from tests.factories.peer_review.rounds import RoundFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def listed(round: Round) -> list[RollTouch]:
    named = Prefetch("subjects", TouchedSubject.objects.order_by("pk")[:NAMED], to_attr="named_subjects")
    return list(round.roll_touches.annotate(subject_count=Count("subjects")).prefetch_related(named).order_by("pk"))


def line(round: Round, kind: RollTouchKind, *, with_reasons: bool = True, **fields: Any) -> Any:
    touch_roll(round, kind, by=round.organiser, **fields)
    return touch_lines(listed(round), {}, with_reasons=with_reasons)[-1]


@pytest.mark.parametrize("kind", RollTouchKind)
def test_every_kind_has_a_sentence_without_blanks(kind: RollTouchKind) -> None:
    found = line(RoundFactory(), kind, person_name="Li 100 %", subjects=[("p1", "Wang")], detail="Peers", number=3)

    assert found.words.endswith(".")
    assert "%(" not in found.words
    assert (found.by, found.subjects) == ("Organiser", 1)
    about = kind in (RollTouchKind.SEED, RollTouchKind.NOT_ANONYMOUS, RollTouchKind.EARLIER)
    assert ("Li 100 %" in found.words or "Wang" in found.words) is not about


def test_a_changed_class_and_a_paper_withdrawn_are_two_sentences() -> None:
    round = RoundFactory()
    about: dict[str, Any] = {"person_name": "Li", "subjects": [("p1", "Wang")]}

    assert line(round, RollTouchKind.VOTER_CLASS, detail="Peers", **about).words == (
        "Li evaluates Wang in the voter class “Peers”."
    )
    assert line(round, RollTouchKind.VOTER_CLASS, **about).words == "Li does not evaluate Wang any more."


def test_reasons_of_exclusions_are_for_readers_who_may_see_them() -> None:
    round = RoundFactory()
    fields: dict[str, Any] = {"person_name": "Li", "subjects": [("p1", "Wang")], "detail": "Kin"}

    assert line(round, RollTouchKind.EXCLUDED, **fields).reason == "Kin"
    hidden = line(round, RollTouchKind.EXCLUDED, with_reasons=False, **fields)
    assert hidden.reason == ""
    assert "Kin" not in hidden.words


def test_many_subjects_are_named_in_part_and_counted_whole() -> None:
    round = RoundFactory()
    subjects = [(f"p{number}", f"Name {number}") for number in range(NAMED + 3)]

    found = line(round, RollTouchKind.LIST, subjects=subjects, number=40)

    assert found.subjects == NAMED + 3
    assert f"Name {NAMED - 1} and 3 more" in found.words
    assert f"Name {NAMED}" not in found.words


def test_subjects_go_by_the_name_on_the_roll_then_by_the_one_they_had() -> None:
    round = RoundFactory()
    touch_roll(round, RollTouchKind.LIST, by=round.organiser, subjects=[("p1", ""), ("p2", "Gone"), ("p3", "")])

    (found,) = touch_lines(listed(round), {"p1": "Wang"}, with_reasons=True)

    assert "Wang, Gone, p3" in found.words
