"""Envelopes for tests: tickets as a scrutineer's browser makes them, used as the kiosk's browser does."""

import secrets
from typing import Any

from peer_review.domain.ballots.drawing import Drawing
from peer_review.domain.ballots.envelopes import TICKET_LENGTH, draw_with_ticket, make_tickets, ticket_digest
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.models import Urn
from peer_review.protocol.credentials import Credential, new_master
from tests.factories.peer_review.rounds import RunningRound, make_ready_round
from zhengyan_crypto.blindsig import decode_spki


class Envelope:
    """A slip with a ticket, and the credentials that one kiosk's browser makes with it."""

    def __init__(self, urn: Urn) -> None:
        self.round, self.ticket, self.master = urn.round, secrets.token_bytes(TICKET_LENGTH), new_master()
        self.cells = dict(urn.cells.values_list("key", "spki"))

    @property
    def digest(self) -> bytes:
        return ticket_digest(self.round.public_id, self.ticket)

    def credential(self, cell: str) -> Credential:
        return Credential(self.master, self.round.public_id, cell)

    def blinded(self) -> dict[str, bytes]:
        return {cell: self.credential(cell).blind(decode_spki(spki)).blinded for cell, spki in self.cells.items()}

    def draw(self) -> Drawing:
        """Draw at the kiosk and return the signatures and the time."""
        return draw_with_ticket(self.round.public_id, self.ticket, self.blinded())

    def entries(self, answers: dict[str, Any], *, drawing: Drawing | None = None) -> list[dict[str, Any]]:
        """Return one ballot a paper as it is cast, with the same answers on each."""
        entries = []
        signed, drawn_at = drawing or self.draw()
        for cell, signature in signed.items():
            credential = self.credential(cell)
            token = credential.finalize(decode_spki(self.cells[cell]), signature)
            revision = credential.revision_of(1, drawn_at=drawn_at)
            entries.append(dict(credential.make_cast(answers, token=token, revision=revision)))
        return entries


def make_paper_round(*, evaluators: int = 6, subjects: int = 1, on_paper: int = 3) -> RunningRound:
    """Return an open round in which the last so many evaluators vote on paper."""
    running = make_ready_round(evaluators=evaluators, subjects=subjects)
    voters = [one.user for one in running.evaluators[-on_paper:]]
    running.round.members.filter(user__in=voters).update(on_paper=True)
    running.round = open_round(running.round, by=running.round.organiser)
    for evaluator in running.evaluators:
        evaluator.round = running.round
    return running


def make_envelopes(running: RunningRound, number: int = 1) -> tuple[Urn, list[Envelope]]:
    """Make the envelopes of an urn, as the round's first scrutineer."""
    urn = running.round.urns.get(number=number)
    envelopes = [Envelope(urn) for _number in range(urn.envelopes)]
    scrutineer = running.round.scrutineers.first()
    make_tickets(urn, by=scrutineer, digests=[envelope.digest for envelope in envelopes])
    urn.refresh_from_db()
    return urn, envelopes
