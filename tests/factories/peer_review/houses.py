"""Small houses that propose their people for a roll.

The house has two leaders, and two sections of a head and three clerks each.
"""

from typing import Any

from peer_review.enums import CellKind
from peer_review.models import Assignment, Round
from peer_review.providers.roll import Person
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_user

#: (section, tier) of each person, in the order in which they are made.
PLACES = [("o", 0), ("o", 0), ("a", 1), ("b", 1), *[("a", 2), ("b", 2)] * 3]
PEERS = {
    "pattern": "matrix",
    "sample": {"peers": 2},
    "matrix": [{"from": "t2", "to": "t2", "class": "peers", "reach": "house"}],
}
DOWN = {"from": "t0", "to": "t2", "class": "superiors", "reach": "house"}


def house(round: object) -> list[Person]:
    from django.contrib.auth import get_user_model

    users = get_user_model().objects.filter(groups__name="house").order_by("pk")
    return [
        Person(user.pk, user.get_full_name(), section, section.upper(), f"r{rank}", f"Rank {rank}", rank, rank == 1)
        for user, (section, rank) in zip(users, PLACES, strict=True)
    ]


def staff_in_one_section(round: object) -> list[Person]:
    """Propose everyone who is not organiser or scrutineer, in section a."""
    from django.contrib.auth import get_user_model

    users = get_user_model().objects.filter(groups__name="staff").order_by("pk")
    return [Person(user_id=user.pk, name=user.get_full_name(), section_key="a", section_name="A") for user in users]


def staff_in_two_sections(round: object) -> list[Person]:
    """Propose whoever has a username that begins with "house", in sections a and b by turns."""
    from django.contrib.auth import get_user_model

    users = get_user_model().objects.filter(username__startswith="house").order_by("pk")
    return [
        Person(user.pk, user.get_full_name(), "ab"[number % 2], "AB"[number % 2], "staff", "Staff", 1)
        for number, user in enumerate(users)
    ]


def make_staff_draft(settings: Any) -> Round:
    """Return a draft whose roll is proposed from one section of four people."""
    settings.PEER_REVIEW_ROLL_SOURCE = f"{__name__}.staff_in_one_section"
    for number in range(4):
        make_user(f"Person {number}", "staff")
    return RoundFactory()


def make_house_draft(settings: Any) -> Round:
    """Return a draft by tier whose roll is proposed by a house of ten people."""
    settings.PEER_REVIEW_ROLL_SOURCE = f"{__name__}.house"
    for number in range(len(PLACES)):
        make_user(f"Person {number}", "house")
    classes = [("superiors", 50), ("peers", 30), ("subordinates", 20)]
    return RoundFactory(kind="tier", scheme=SchemeFactory(classes=classes))


def papers(round: Round, **cell: Any) -> set[tuple[str, int]]:
    """Return (subject's key, evaluator) of the rating papers."""
    found = Assignment.objects.filter(cell__round=round, cell__kind=CellKind.RATING)
    return set(
        found.filter(**{f"cell__{key}": value for key, value in cell.items()}).values_list(
            "cell__subject__key", "evaluator_id"
        )
    )
