"""What the ledger knows of a reader: the role and the channel, never the person."""

from typing import Any

import pytest

from peer_review.domain.ledger.readers import Reader
from peer_review.enums import Channel, RefusedReason
from peer_review.models import DisclosureEntry, RefusedQuery, Round
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return RoundFactory()  # type: ignore[no-any-return]  # factories are not typed


def lines() -> set[tuple[str, str, str]]:
    return set(DisclosureEntry.objects.values_list("scope", "channel", "audience"))


def test_the_role_follows_from_the_user_and_from_what_is_read(round: Round) -> None:
    head, person = make_user(), make_user()
    make_member(round, head, section="a", is_head=True)
    subject = make_subject(round, make_member(round, person, section="a"))

    Reader(person).record(round, ["subject:p"], subject=subject)
    Reader(head).record(round, ["subject:p"], subject=subject)
    Reader(head, Channel.PDF).record(round, ["section:a"], section_key="a")
    Reader(head).record(round, ["section:b"], section_key="b")
    Reader(make_user("", "leadership")).record(round, ["round"])
    Reader(round.organiser, Channel.XLSX).record(round, ["round"])
    Reader(make_user("", "inspector")).record(round, ["subject:p"], subject=subject)

    assert lines() == {
        ("subject:p", "page", "subject"),
        ("subject:p", "page", "section_head:a"),
        ("section:a", "pdf", "section_head:a"),
        ("section:b", "page", "staff"),
        ("round", "page", "leadership"),
        ("round", "xlsx", "organiser"),
        ("subject:p", "page", "inspector"),
    }


def test_a_reader_with_a_role_has_it_whatever_is_read(round: Round) -> None:
    leader = make_user("", "leadership")

    Reader(leader, Channel.API, role="integration").record(round, ["summary"], role="staff")
    Reader(leader).record(round, ["summary"], role="staff")

    assert lines() == {("summary", "api", "integration"), ("summary", "page", "staff")}


def test_figures_of_several_sections_are_recorded_each_for_its_head(round: Round) -> None:
    head = make_user()
    make_member(round, head, section="a", is_head=True)

    Reader(head).record_sections(round, {"a": ["section:a", "subject:p"], "b": ["section:b"], "": ["round"]})

    assert lines() == {
        ("section:a", "page", "section_head:a"),
        ("subject:p", "page", "section_head:a"),
        ("section:b", "page", "staff"),
        ("round", "page", "staff"),
    }


def test_a_scope_is_recorded_once(round: Round, django_assert_num_queries: Any) -> None:
    reader = Reader(make_user("", "leadership"))
    reader.record(round, ["round", "round"])
    with django_assert_num_queries(1):
        reader.record(round, ["round"])

    assert DisclosureEntry.objects.count() == 1


def test_nothing_read_leaves_no_line(round: Round) -> None:
    reader = Reader(make_user("", "leadership"))
    reader.record(round, [])
    reader.record_sections(round, {})
    reader.record_held_back(round, [], reason=RefusedReason.ROLLS)

    assert (DisclosureEntry.objects.count(), RefusedQuery.objects.count()) == (0, 0)


def test_what_is_held_back_is_recorded_with_its_reason_and_without_a_role(round: Round) -> None:
    reader = Reader(make_user("", "leadership"), Channel.PDF)
    for _twice in range(2):
        reader.record_held_back(round, ["trend:round:x"], reason=RefusedReason.ROLLS)

    assert list(RefusedQuery.objects.values_list("round", "scope", "reason")) == [(round.pk, "trend:round:x", "rolls")]
    assert not DisclosureEntry.objects.exists()
