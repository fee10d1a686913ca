"""Envelopes: urns of people who have the same papers, tickets that nobody is tied to, and the kiosk's door."""

import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from peer_review.domain.ballots.cast import cast
from peer_review.domain.ballots.credentials import issue_credentials
from peer_review.domain.ballots.envelopes import (
    draw_with_ticket,
    make_tickets,
    needs_witness,
    open_envelope,
    witness_tickets,
)
from peer_review.domain.ballots.turnout import drawn_by_cell
from peer_review.domain.planning.envelope_groups import envelope_groups
from peer_review.domain.rounds.lifecycle import open_round, pass_barrier
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.exceptions.ballots import (
    AlreadyDrawn,
    DrawClosed,
    EnvelopesPrinted,
    EnvelopesUnwitnessed,
    SameScrutineer,
    UnknownEnvelope,
    VotesOnPaper,
)
from peer_review.exceptions.base import BadEncoding, UnknownRound
from peer_review.exceptions.planning import PaperVotersTooFew
from peer_review.models import Drawn, Round, Ticket, Urn
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.envelopes import Envelope, make_envelopes
from tests.factories.peer_review.rounds import RunningRound, make_ready_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def on_paper(running: RunningRound, *numbers: int) -> None:
    users = [running.evaluators[number].user.pk for number in numbers]
    running.round.members.filter(user__in=users).update(on_paper=True)


def opened(running: RunningRound) -> RunningRound:
    running.round = open_round(running.round, by=running.round.organiser)
    for evaluator in running.evaluators:
        evaluator.round = running.round
    return running


@pytest.fixture
def running() -> RunningRound:
    """Eight people who evaluate the first two of them; the last four vote on paper."""
    running = make_ready_round(evaluators=8, subjects=2)
    on_paper(running, 4, 5, 6, 7)
    return opened(running)


@pytest.fixture
def alone() -> RunningRound:
    """Six people evaluate one, and all of them vote on paper; a second scrutineer is named."""
    running = make_ready_round(evaluators=7, subjects=1)
    on_paper(running, *range(6))
    running.round.scrutineers.add(make_user("Second", "scrutineer"))
    return opened(running)


def test_people_with_the_same_papers_share_an_urn() -> None:
    running = make_ready_round(evaluators=8, subjects=2)
    assert envelope_groups(running.round) == []
    on_paper(running, 0, 4, 5, 6)  # the first of them is evaluated: the paper about them goes to the other three
    own = running.round.cells.get(subject__member__user=running.evaluators[0].user)
    other = running.round.cells.exclude(pk=own.pk).get()
    everyone = frozenset(running.evaluators[number].user.pk for number in (0, 4, 5, 6))

    groups = envelope_groups(running.round)

    assert [(group.cells, group.people) for group in groups] == [
        ((other.pk,), everyone),
        ((own.pk,), everyone - {running.evaluators[0].user.pk}),
    ]


def test_an_urn_of_two_would_tell_who_drew_what_so_the_round_cannot_open() -> None:
    running = make_ready_round(evaluators=8, subjects=2)
    on_paper(running, 6, 7)

    obstacles = opening_refusals(running.round)

    assert [type(one) for one in obstacles] == [PaperVotersTooFew]
    assert "3" in obstacles[0].message
    with pytest.raises(PaperVotersTooFew):
        open_round(running.round, by=running.round.organiser)


def test_opening_keeps_the_urns(running: RunningRound) -> None:
    urn = running.round.urns.get()
    assert (urn.number, urn.envelopes, urn.made_by, urn.tickets.count()) == (1, 4, None, 0)
    assert urn.cells.count() == 2


def test_an_envelope_is_opened_at_the_kiosk_cast_and_counted() -> None:
    running = make_ready_round(evaluators=11, subjects=2)
    on_paper(running, 7, 8, 9, 10)
    opened(running)
    _urn, envelopes = make_envelopes(running)
    for number, envelope in enumerate(envelopes):
        assert open_envelope(running.round.public_id, envelope.ticket).number == 1
        answers = {"quality": 60 + number, "spirit": 70}
        results = cast(running.round.public_id, envelope.entries(answers), box=running.inline)
        assert all(result["ok"] for result in results)
    cells = running.round.cells.values_list("pk", flat=True)
    assert dict(drawn_by_cell(running.round)) == dict.fromkeys(cells, 4)

    # Whoever made the envelopes may know these four ballots: beside them, as many as the floor are counted.
    for evaluator in running.evaluators[:7]:
        running.vote(evaluator)

    round = count_all(running)

    assert round.bulletin.size == 2 * (4 + 6)
    assert round.count_run.rejected == {}
    assert not Ticket.objects.exists()


def test_whoever_made_a_ticket_holds_no_credential(running: RunningRound) -> None:
    """The attack: the organiser's own session had the envelopes signed, so the organiser held what they cast with.

    Whoever makes a ticket, and keeps a copy, knows 20 bytes that say nothing of the credentials: the kiosk's browser
    makes those. Used first, the copy shows itself to the ticket's holder.
    """
    _urn, (envelope, *_others) = make_envelopes(running)
    public_id, copied = running.round.public_id, envelope.ticket
    signed = envelope.draw().signed
    thief = Envelope(envelope.round.urns.get())

    with pytest.raises(AlreadyDrawn):
        draw_with_ticket(public_id, copied, thief.blinded())
    assert envelope.draw().signed == signed
    as_if_recovered = [Envelope(envelope.round.urns.get()) for _try in range(2)]
    for guess in as_if_recovered:
        guess.master = copied  # a ticket read as a recovery code derives nothing that was drawn
        with pytest.raises(AlreadyDrawn):
            draw_with_ticket(public_id, copied, guess.blinded())


def test_a_ticket_draws_once_and_a_lost_reply_costs_nothing(running: RunningRound) -> None:
    _urn, envelopes = make_envelopes(running)
    first = envelopes[0].draw().signed
    assert envelopes[0].draw().signed == first
    assert Drawn.objects.count() == 1
    envelopes[0].master = secrets.token_bytes(20)
    with pytest.raises(AlreadyDrawn):
        envelopes[0].draw()
    assert envelopes[1].draw().signed.keys() == first.keys()


def test_tickets_name_nobody(running: RunningRound) -> None:
    """Neither a ticket nor its drawing holds a person, and no assignment changes."""
    _urn, envelopes = make_envelopes(running)
    before = list(running.round.cells.values_list("assignments", "assignments__evaluator"))
    envelopes[0].draw()
    assert {field.name for field in Ticket._meta.get_fields()} == {"id", "urn", "digest"}
    assert {field.name for field in Drawn._meta.get_fields()} == {"id", "value"}
    assert list(running.round.cells.values_list("assignments", "assignments__evaluator")) == before
    assert envelopes[0].ticket not in [bytes(digest) for digest in Ticket.objects.values_list("digest", flat=True)]


def test_tickets_are_made_once_and_the_same_again_changes_nothing(running: RunningRound) -> None:
    urn, envelopes = make_envelopes(running)
    scrutineer = running.round.scrutineers.get()

    make_tickets(urn, by=scrutineer, digests=[one.digest for one in reversed(envelopes)])

    assert (urn.made_by, urn.tickets.count()) == (scrutineer, 4)
    with pytest.raises(EnvelopesPrinted):
        make_tickets(urn, by=scrutineer, digests=[Envelope(urn).digest for _number in range(4)])


@pytest.mark.parametrize("fault", ["too few", "too many", "one twice", "short", "none"])
def test_a_wrong_set_of_hashes_is_refused_and_none_is_kept(running: RunningRound, fault: str) -> None:
    urn = running.round.urns.get()
    digests = [Envelope(urn).digest for _number in range(4)]
    wrong = {
        "too few": digests[:3],
        "too many": [*digests, Envelope(urn).digest],
        "one twice": [*digests[:3], digests[0]],
        "short": [*digests[:3], b"short"],
        "none": [],
    }[fault]
    with pytest.raises(BadEncoding):
        make_tickets(urn, by=running.round.scrutineers.get(), digests=wrong)
    assert not Ticket.objects.exists()
    assert Urn.objects.get(pk=urn.pk).made_by is None


def test_tickets_are_made_before_casting_begins_but_not_after_drawing_ends(running: RunningRound) -> None:
    urn, scrutineer = running.round.urns.get(), running.round.scrutineers.get()
    digests = [Envelope(urn).digest for _number in range(4)]
    with pytest.raises(DrawClosed):
        make_tickets(urn, by=scrutineer, digests=digests, now=running.round.closes_at)
    running.round.opens_at = timezone.now() + timedelta(hours=2)
    running.round.save()
    make_tickets(urn, by=scrutineer, digests=digests)
    assert urn.tickets.count() == 4


def test_paper_voters_do_not_draw_in_a_browser_too(running: RunningRound) -> None:
    voter = running.evaluators[5]
    with pytest.raises(VotesOnPaper):
        issue_credentials(voter.user, running.round, voter.blinded())
    assert not Drawn.objects.exists()


def test_nobody_opens_what_is_no_envelope(running: RunningRound) -> None:
    urn, envelopes = make_envelopes(running)
    public_id, ticket = running.round.public_id, envelopes[0].ticket
    for wrong in (Envelope(urn).ticket, envelopes[0].digest[:20], bytes(20)):
        with pytest.raises(UnknownEnvelope):
            open_envelope(public_id, wrong)
    blinded = envelopes[0].blinded()
    for values in ({}, dict(list(blinded.items())[:1]), blinded | {"0" * 16: bytes(256)}):
        with pytest.raises(BadEncoding):
            draw_with_ticket(public_id, ticket, values)
    assert not Drawn.objects.exists()
    with pytest.raises(UnknownRound):
        open_envelope("0" * 32, ticket)
    running.close()
    with pytest.raises(DrawClosed):
        open_envelope(public_id, ticket)


def test_a_ticket_of_one_round_opens_in_no_other(running: RunningRound) -> None:
    _urn, envelopes = make_envelopes(running)
    other = make_ready_round(evaluators=8, subjects=2)
    on_paper(other, 4, 5, 6, 7)
    opened(other)
    make_envelopes(other)
    with pytest.raises(UnknownEnvelope):
        open_envelope(other.round.public_id, envelopes[0].ticket)


class TestPapersVotedWithEnvelopesAlone:
    def test_need_a_second_scrutineer_before_the_kiosk_takes_them(self, alone: RunningRound) -> None:
        urn, envelopes = make_envelopes(alone)
        first, second = alone.round.scrutineers.order_by("pk")
        assert needs_witness(urn)
        with pytest.raises(EnvelopesUnwitnessed):
            envelopes[0].draw()
        with pytest.raises(SameScrutineer):
            witness_tickets(urn, by=first)

        witness_tickets(urn, by=second)
        witness_tickets(urn, by=second)

        assert Urn.objects.get().witness == second
        assert len(envelopes[0].draw().signed) == 1

    def test_cannot_be_witnessed_before_they_are_made(self, alone: RunningRound) -> None:
        with pytest.raises(EnvelopesUnwitnessed):
            witness_tickets(alone.round.urns.get(), by=make_user("Second", "scrutineer"))

    def test_differ_from_those_that_others_vote_at_computers(self, running: RunningRound) -> None:
        assert not needs_witness(running.round.urns.get())


def two_stages(running: RunningRound) -> Round:
    Round.objects.filter(pk=running.round.pk).update(
        collection="two_stage", casts_at=timezone.now() + timedelta(hours=1)
    )
    running.round.refresh_from_db()
    return running.round


def test_barrier_counts_people_at_computers_and_no_tickets(running: RunningRound) -> None:
    """Three people at computers are the floor; with two, four tickets beside them keep the paper closed."""
    round = two_stages(running)
    make_envelopes(running)
    for evaluator in running.evaluators[2:4]:
        evaluator.draw()
    round = pass_barrier(round, by=None, now=round.casts_at)
    assert set(round.cells.values_list("closed", flat=True)) == {True}


def test_barrier_keeps_papers_voted_with_envelopes_alone(alone: RunningRound) -> None:
    round = two_stages(alone)
    urn, envelopes = make_envelopes(alone)
    witness_tickets(urn, by=round.scrutineers.order_by("pk")[1])
    round = pass_barrier(round, by=None, now=round.casts_at)
    assert set(round.cells.values_list("closed", flat=True)) == {False}
    # A ticket names nobody, so it draws when it casts.
    later: Any = round.casts_at + timedelta(minutes=1)
    assert len(draw_with_ticket(round.public_id, envelopes[0].ticket, envelopes[0].blinded(), now=later).signed) == 1
