"""The words of an announcement: what everybody is told, then the organiser's own words; a header of one line."""

import pytest
from django.urls import reverse

from peer_review.domain.announcements.messages import heading, paragraphs, place
from peer_review.enums import AnnouncementKind, Collection, RoundState, VoidReason
from peer_review.models import Announcement, Round
from tests.factories.peer_review.rounds import RoundFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def round() -> Round:
    return RoundFactory(title="House\r\nBcc: everybody")


@pytest.mark.parametrize("kind", AnnouncementKind.values)
def test_paragraphs_of_every_kind_are_sentences_without_blanks_to_fill(round: Round, kind: str) -> None:
    if kind == AnnouncementKind.VOID:
        round.state, round.void_reason = RoundState.VOID, VoidReason.RETURN_RATE

    told = paragraphs(Announcement(round=round, kind=kind))

    assert told
    assert all(sentence and "%(" not in sentence for sentence in told)


def test_heading_is_one_line_whatever_the_title_holds(round: Round) -> None:
    assert heading(Announcement(round=round, kind="closed")) == "The round has closed: House Bcc: everybody"


def test_paragraphs_end_with_the_organisers_own_words(round: Round) -> None:
    round.title = "House"

    extended = paragraphs(Announcement(round=round, kind=AnnouncementKind.EXTENDED, text="Flood %(last)s 100 %"))

    assert extended[0].startswith("“House” stays open longer, until ")
    assert extended[1:] == ["Flood %(last)s 100 %"]


def test_an_extension_without_a_reason_says_that_drawing_was_ended_late(round: Round) -> None:
    round.title = "House"

    (late,) = paragraphs(Announcement(round=round, kind=AnnouncementKind.EXTENDED))

    assert late.startswith("Drawing was ended later than planned.")
    assert "“House” stays open longer, until " in late
    assert "reason" not in late


def test_paragraphs_of_a_two_stage_round_say_that_papers_are_drawn_first(round: Round) -> None:
    round.title, round.collection, round.casts_at = "House", Collection.TWO_STAGE, round.opens_at

    first, second = paragraphs(Announcement(round=round, kind=AnnouncementKind.OPENED))

    assert first.startswith("“House” has begun, in two stages.")
    assert second.endswith("Whoever has not drawn by then cannot cast.")


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        (AnnouncementKind.OPENED, "round-detail"),
        (AnnouncementKind.REMINDER, "round-detail"),
        (AnnouncementKind.OUTCOME, "my-outcome"),
        (AnnouncementKind.ANSWERED, "my-outcome"),
    ],
)
def test_place_is_the_page_where_one_reads_on(round: Round, kind: str, page: str) -> None:
    assert place(Announcement(round=round, kind=kind)) == reverse(f"peer_review:{page}", args=[round.public_id])


def test_place_of_a_question_to_an_answerer_is_not_the_page_of_the_round(round: Round) -> None:
    assert round.public_id not in place(Announcement(round=round, kind=AnnouncementKind.ASKED))
