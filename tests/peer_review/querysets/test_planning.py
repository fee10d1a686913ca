"""Which members of a roll: searched, ordered by section, paged by key, chosen by whom they evaluate."""

from collections.abc import Iterable

import pytest

from peer_review.models import RollMember, Round
from tests.factories.peer_review.rounds import (
    RoundFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Round:
    """Four people in two sections, made across them."""
    round = RoundFactory()
    for name, section in (("Li", "b"), ("Wang", "a"), ("Zhao", "b"), ("Qian", "a")):
        make_member(round, make_user(name), section=section)
    return round


def names(members: Iterable[RollMember]) -> list[str]:
    return [member.name for member in members]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Wang", "Qian", "Li", "Zhao"]),
        ("an", ["Wang", "Qian"]),
        ("ZHAO", ["Zhao"]),
        ("Section b", ["Li", "Zhao"]),
        ("%", []),
    ],
)
def test_matching_searches_names_and_sections(draft: Round, text: str, found: list[str]) -> None:
    assert names(draft.members.by_section().matching(text)) == found


def test_after_pages_by_section_without_gap_or_repetition(draft: Round) -> None:
    members = draft.members.by_section()
    pages: list[str] = []
    pk, section = 0, ""
    while page := list(members.after(pk, section)[:1]):
        pages.append(page[0].name)
        pk, section = page[0].pk, page[0].section_key

    assert pages == ["Wang", "Qian", "Li", "Zhao"]


def test_besides_leaves_out_the_subject_and_nobody_for_a_section(draft: Round) -> None:
    subject = make_subject(draft, draft.members.get(name="Li"))
    assert names(draft.members.by_section().besides(subject)) == ["Wang", "Qian", "Zhao"]

    subject.member = None
    assert draft.members.besides(subject).count() == 4


def test_evaluating_holds_a_paper_or_a_sheet_and_not_a_comment(draft: Round) -> None:
    subject = make_subject(draft, draft.members.get(name="Li"))
    wang, zhao, qian = (RollMember.objects.get(name=name).user for name in ("Wang", "Zhao", "Qian"))
    make_cell(subject, [wang])
    make_sheet([subject], [zhao])
    make_comment_cell(subject, [qian])

    assert names(draft.members.by_section().evaluating(subject)) == ["Wang", "Zhao"]
