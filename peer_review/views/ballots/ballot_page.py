"""The context of the ballot page, whoever fills it in: a signed-in evaluator, or an envelope's holder at the kiosk."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from peer_review.domain.rounds.early_closing import standing_early_closing
from peer_review.domain.schemes.labels import audience_names, bands_in_ranges, bands_of
from peer_review.models import Round
from peer_review.views.ballots import client_messages
from peer_review.views.ballots.paper_cards import PaperCard, open_papers


def ballot_context(
    round: Round, cards: Iterable[PaperCard], *, mode: str, now: datetime, draw: str, drawn: bool = False, **more: str
) -> dict[str, object]:
    """Return the page's context. `draw`: the address that signs; `drawn`: whether it has; `more`: for the script."""
    cards = list(cards)
    boxes = [row.comment for card in cards for row in card.rows if row.comment is not None]
    address, scheme = [round.public_id], round.frozen_scheme
    config = {
        "round": round.public_id,
        "title": round.title,
        "fingerprint": round.fingerprint,
        "manifest": reverse("peer_review:manifest", args=address),
        "draw": draw,
        "cast": reverse("peer_review:cast", args=address),
        "mode": mode,
        "min": scheme.min,
        "max": scheme.max,
        "bands": bands_of(scheme),
        "drawn": drawn,
        "cells": [*(card.cell for card in cards), *(box.cell for box in boxes)],
        "papers": open_papers(round, cards),
        "criteria": [{"key": key, "label": label} for key, label in scheme.criterion_labels.items()],
        **more,
    }
    return {
        "papers": cards,
        "form": scheme,
        "has_comments": bool(boxes),
        "bands": bands_in_ranges(scheme),
        "audiences": audience_names(scheme.audiences),
        "early": now < round.opens_at,
        "early_closing": standing_early_closing(round),
        "mode": mode,
        "config": config,
        "words": client_messages.ballot(),
    }
