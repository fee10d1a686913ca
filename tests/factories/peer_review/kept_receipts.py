"""What the ballot page keeps in somebody's browser once they have voted, written as that page writes it."""

import json
from collections import Counter
from typing import Any

from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from peer_review.domain.keys import server_keys
from peer_review.models import Bulletin
from peer_review.protocol.ballots import receipt_message
from peer_review.protocol.bulletin import head_message
from peer_review.views.ballots.ballot import browser_tag
from tests.e2e.sign_in import sign_in
from tests.factories.peer_review.rounds import Evaluator, RunningRound
from zhengyan_crypto import canonical, merkle
from zhengyan_crypto.encoding import b64u_encode

READY = "html[data-ready=check]"


class KeptReceipts:
    """One voter's receipts. Make it before the count, which destroys the key that signs them."""

    def __init__(self, running: RunningRound, voter: Evaluator) -> None:
        self.round, self.voter = running.round, voter
        self.key = server_keys.receipt_key(self.round)
        self.receipts = {
            cast["entry"]["ballot"]["cell"]: self.sign(merkle.leaf_hash(canonical.dumps(cast["entry"])).hex())
            for cast in voter.made
        }
        self.data: dict[str, Any] = {
            "v": 1,
            "receipts": self.receipts,
            "fingerprint": self.round.fingerprint,
            "receiptKey": json.loads(self.round.manifest)["receipt_key"],
        }
        self.name = f"peer-review/{self.round.public_id}/{browser_tag(voter.user, self.round)}"

    def sign(self, leaf: str) -> dict[str, Any]:
        """Return the server's receipt for a leaf."""
        signature = self.key.sign(receipt_message(self.round.public_id, leaf))
        return {"v": 1, "round": self.round.public_id, "leaf": leaf, "sig": b64u_encode(signature)}

    def put_into(self, context: BrowserContext, **changed: Any) -> None:
        """Keep this in a browser, with some values changed and those that are None left out."""
        kept = {name: value for name, value in {**self.data, **changed}.items() if value is not None}
        store = f"{json.dumps(self.name)}, {json.dumps(json.dumps(kept))}"
        # Once a tab: what the page itself changes stays changed when it is loaded anew.
        context.add_init_script(
            f"if (!sessionStorage.kept) {{ localStorage.setItem({store}); sessionStorage.kept = 'yes'; }}"
        )

    def open_check(self, page: Page, address: str) -> None:
        """Open the check page with the voter's sign-in, and wait until it has said all it has to say."""
        sign_in(page.context, address, self.voter.user)
        page.goto(address + reverse("peer_review:ballot-check", args=[self.round.public_id]))
        page.locator(READY).wait_for()

    def replace_bulletin_by_version_1(self, running: RunningRound) -> None:
        """Turn the count of the round into one from before there were blocks: one list of leaves, signed."""
        cast = [made["entry"] for evaluator in running.evaluators for made in evaluator.made]
        leaves = sorted(merkle.leaf_hash(canonical.dumps(entry)) for entry in cast)
        numbers = Counter(entry["ballot"]["cell"] for entry in cast)
        head = {
            "v": 1,
            "round": self.round.public_id,
            "manifest": self.round.fingerprint,
            "size": len(leaves),
            "root": merkle.root(leaves).hex(),
            "cells": [
                {"cell": cell, "eligible": count, "drawn": count, "counted": count}
                for cell, count in sorted(numbers.items())
            ],
        }
        Bulletin.objects.filter(round=self.round).update(
            head=canonical.dumps(head).decode(),
            signature=b64u_encode(self.key.sign(head_message(head))),
            root=head["root"],
            outcome="",
            leaves=b"".join(leaves),
        )
