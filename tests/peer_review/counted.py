"""Rounds that have been counted or published, for the tests of what is read afterwards."""

import secrets
from typing import Any

from peer_review.box import store
from peer_review.crypto import canonical, sealing
from peer_review.crypto.encoding import b64u_decode
from peer_review.domain import count, keys
from peer_review.domain.bulletin import make_bulletin
from peer_review.domain.results import publish_round
from peer_review.domain.schemes import freeze_scheme
from peer_review.enums import RoundState
from peer_review.models import Assignment, CountRun, Round
from tests.factories.peer_review import (
    RoundFactory,
    RunningRound,
    SchemeFactory,
    make_cell,
    make_member,
    make_open_round,
    make_subject,
    make_user,
)


def content_keys(running: RunningRound, rows: list[dict[str, str]]) -> dict[bytes, bytes]:
    """Derive what the scrutineer's browser would send."""
    return {
        bytes.fromhex(row["id"]): sealing.content_key(
            running.box_private, b64u_decode(row["epk"]), round_id=running.round.public_id
        )
        for row in rows
    }


def open_box(running: RunningRound) -> None:
    """Open every row, as the scrutineer."""
    scrutineer = running.round.scrutineers.first()
    while rows := count.sealed_rows(running.round):
        count.open_rows(running.round, by=scrutineer, keys=content_keys(running, rows))


def count_all(running: RunningRound) -> Round:
    """Close if open, open the box, count; return the counted round."""
    if running.round.state == "open":
        running.close()
    open_box(running)
    count.finish_opening(running.round, by=running.round.scrutineers.first())
    running.round.refresh_from_db()
    return running.round


def publish(running: RunningRound) -> Round:
    """Count if need be, and publish."""
    if running.round.state != "counted":
        count_all(running)
    running.round = publish_round(running.round, by=running.round.organiser)
    return running.round


def make_voted_round(*, voters: int = 8, answers: dict[str, Any] | None = None, **kwargs: Any) -> RunningRound:
    """Return an open round in whose box `voters` evaluators have put their papers."""
    running = make_open_round(**kwargs)
    for at, evaluator in enumerate(running.evaluators[:voters]):
        running.stuff(evaluator, answers or {"quality": 70 + at, "spirit": 80})
    return running


# Rounds whose ballots were never cast: for what is made of ballots and never asks whether they are genuine


def make_counted_round(
    cells: dict[tuple[str, str], list[dict[str, Any]]],
    *,
    sections: dict[str, str] | None = None,
    heads: dict[str, Any] | None = None,
    visibility: dict[str, bool] | None = None,
    floor: int = 5,
    scale: str = "points",
    eligible: int = 0,
    **scheme: Any,
) -> Round:
    """Return a counted round in whose box lie these ballots: {(subject, voter class): [answers, …]}.

    `sections` maps subjects to sections ("a" where it does not), `heads` sections to users who head them. Each
    cell has as many eligible voters as ballots, at least `eligible`.
    """
    classes = list(dict.fromkeys(voter_class for _subject, voter_class in cells)) or ["all"]
    shares = {1: [100], 2: [60, 40], 3: [50, 30, 20]}[len(classes)]
    made = SchemeFactory(floor=floor, scale=scale, classes=list(zip(classes, shares, strict=True)), **scheme)
    round = RoundFactory(scheme=made, state=RoundState.COUNTED)
    round.form = freeze_scheme(made)
    round.form["visibility"] = visibility or dict.fromkeys(["subject", "section_head", "leadership", "staff"], True)
    round.receipt_key, round.receipt_public = keys.make_receipt_key()
    round.fingerprint, round.manifest = "0" * 64, "{}"
    round.opened_at = round.closed_at = round.opens_at
    round.save()
    ballots = []
    voters: list[Any] = []
    for name in dict.fromkeys(subject for subject, _voter_class in cells):
        section = (sections or {}).get(name, "a")
        subject = make_subject(round, make_member(round, make_user(name, "staff"), section=section))
        for (of, voter_class), papers in cells.items():
            if of != name:
                continue
            while len(voters) < max(eligible, len(papers)):
                voters.append(make_user())
            cell = make_cell(subject, voters[: max(eligible, len(papers))], voter_class)
            drawn = Assignment.objects.filter(cell=cell, evaluator__in=voters[: len(papers)])
            drawn.update(blinded=b"blinded", blind_sig=b"signed")
            for answers in papers:
                token = secrets.token_bytes(32)
                entry = canonical.dumps({"ballot": {"a": answers, "pk": token.hex()}})
                ballots.append(store.Ballot(token, cell.key, 1, entry))
    for section, user in (heads or {}).items():
        make_member(round, user, section=section, is_head=True)
    total = store.write_ballots(round.public_id, sorted(ballots))
    make_bulletin(round)
    CountRun.objects.create(round=round, phase="done", done=total, total=total, accepted=total)
    return round


def make_published_round(cells: dict[tuple[str, str], list[dict[str, Any]]], **kwargs: Any) -> Round:
    """Return a published round; see make_counted_round."""
    round = make_counted_round(cells, **kwargs)
    return publish_round(round, by=round.organiser)


def papers(n: int, quality: Any = 80, spirit: Any = 70) -> list[dict[str, Any]]:
    """Return n ballots with the same answers."""
    return [{"quality": quality, "spirit": spirit} for _one in range(n)]


def spread(n: int, middle: int = 80) -> list[dict[str, Any]]:
    """Return n ballots whose answers differ."""
    return [{"quality": middle - 10 + at % 21, "spirit": middle - 10 + at * 7 % 21} for at in range(n)]
