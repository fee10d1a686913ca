"""What the ballot page is made of, whoever fills it in: a signed-in evaluator, or an envelope's holder at the kiosk."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from peer_review.domain.schemes.labels import audience_names, bands_in_ranges, bands_of
from peer_review.models import Round
from peer_review.views.ballots import client_messages
from peer_review.views.ballots.paper_cards import PaperCard, open_papers


def ballot_context(
    round: Round, cards: Iterable[PaperCard], *, mode: str, now: datetime, draw: str, drawn: bool = False, **more: Any
) -> dict[str, Any]:
    """Return the page's context. `draw`: the address that signs; `drawn`: whether it has; `more`: for the script."""
    cards = list(cards)
    boxes = [row.comment for card in cards for row in card.rows if row.comment is not None]
    address = [round.public_id]
    config = {
        "round": round.public_id,
        "title": round.title,
        "fingerprint": round.fingerprint,
        "manifest": reverse("peer_review:manifest", args=address),
        "draw": draw,
        "cast": reverse("peer_review:cast", args=address),
        "mode": mode,
        "min": round.form["min"],
        "max": round.form["max"],
        "bands": bands_of(round.form),
        # Versions of a browser that takes over are told from minutes of the round's own age.
        "minutes": int((now - (round.opened_at or now)).total_seconds() // 60),
        "drawn": drawn,
        "cells": [*(card.cell for card in cards), *(box.cell for box in boxes)],
        "papers": open_papers(round, cards),
        "criteria": [{"key": one["key"], "label": one["label"]} for one in round.form["criteria"]],
        **more,
    }
    return {
        "papers": cards,
        "form": round.form,
        "has_comments": bool(boxes),
        "bands": bands_in_ranges(round.form),
        "audiences": audience_names(round.form),
        "early": now < round.opens_at,
        "mode": mode,
        "config": config,
        "words": client_messages.ballot(),
    }
