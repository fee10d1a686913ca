"""Rounds in which some vote on paper, and the envelopes that the organiser's browser makes for them."""

import json
from typing import Any

from django.test import Client
from django.urls import reverse

from peer_review.domain.rounds.lifecycle import open_round
from peer_review.models import Urn
from peer_review.protocol.credentials import Credential, new_master
from tests.factories.peer_review.rounds import RunningRound, make_ready_round
from zhengyan_crypto.blindsig import decode_spki
from zhengyan_crypto.encoding import b64u_encode


class Envelope:
    """What the organiser's browser makes and prints: one secret, good for all papers of the urn."""

    def __init__(self, urn: Urn) -> None:
        self.round, self.master = urn.round, new_master()
        self.cells = dict(urn.cells.values_list("key", "spki"))

    def credential(self, cell: str) -> Credential:
        return Credential(self.master, self.round.public_id, cell)

    def blinded(self) -> dict[str, bytes]:
        return {cell: self.credential(cell).blind(decode_spki(spki)).blinded for cell, spki in self.cells.items()}

    def entries(self, signed: dict[str, bytes], answers: dict[str, Any]) -> list[dict[str, Any]]:
        tokens = {cell: self.credential(cell).finalize(decode_spki(self.cells[cell]), signed[cell]) for cell in signed}
        return [self.credential(cell).make_entry(answers, token=token, revision=1) for cell, token in tokens.items()]


def make_paper_round(*, evaluators: int = 6, subjects: int = 1, on_paper: int = 3) -> RunningRound:
    """Return an open round in which the last so many evaluators vote on paper."""
    running = make_ready_round(evaluators=evaluators, subjects=subjects)
    voters = [one.user for one in running.evaluators[-on_paper:]]
    running.round.members.filter(user__in=voters).update(on_paper=True)
    running.round = open_round(running.round, by=running.round.organiser)
    for evaluator in running.evaluators:
        evaluator.round = running.round
    return running


def encoded(blinded: dict[str, bytes]) -> dict[str, str]:
    """Return blinded values as a browser sends them."""
    return {cell: b64u_encode(value) for cell, value in blinded.items()}


def print_envelopes(running: RunningRound, many: int = 3) -> list[Envelope]:
    """Make an urn's envelopes, as the organiser's browser does."""
    urn = running.round.urns.get()
    envelopes = [Envelope(urn) for _number in range(many)]
    client = Client()
    client.force_login(running.round.organiser)
    answer = client.post(
        reverse("peer_review:envelopes-sign", args=[running.round.public_id, urn.number]),
        json.dumps({"envelopes": [encoded(envelope.blinded()) for envelope in envelopes]}),
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    assert [one.keys() for one in answer.json()["signed"]] == [envelope.cells.keys() for envelope in envelopes]
    return envelopes
