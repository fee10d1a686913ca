"""Envelopes attacked by those inside: an organiser alone, and an organiser with a scrutineer who keeps every ticket.

Five people mark somebody; the organiser lets four of them vote on paper. Whoever knows the four envelopes' ballots
subtracts them from the figures and has the fifth's. That worked while the organiser printed credentials.
"""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.box import store
from peer_review.domain.planning.roll_confirmation import confirm_roll
from peer_review.domain.planning.roll_edits import set_on_paper
from peer_review.domain.planning.roll_fingerprint import roll_fingerprint
from peer_review.domain.publication.comments import finish_review
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.domain.tally import fates
from peer_review.domain.tally.merged_groups import read_columns
from peer_review.enums import CellKind
from peer_review.exceptions.ballots import UnknownEnvelope
from peer_review.exceptions.base import SecondPersonNeeded
from peer_review.exceptions.planning import RollUnconfirmed
from peer_review.models import Comment, CriterionResult, Drawn, Round, Ticket
from tests.factories.peer_review.counted_rounds import count_all, open_ready, publish
from tests.factories.peer_review.envelopes import Envelope, make_envelopes
from tests.factories.peer_review.rounds import (
    RunningRound,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_ready_round,
    make_user,
)
from zhengyan_crypto.encoding import b64u_encode

pytestmark = pytest.mark.django_db(databases=["default", "box"])

FLOOR = 5
#: What the target thinks, and what the attackers put into the four envelopes.
MARKS, WORDS = {"quality": 37, "spirit": 55}, "He sleeps in the archive"
KNOWN, KNOWN_WORDS = {"quality": 80, "spirit": 80}, "-"


def tailored_draft(*, at_computers: int = 1) -> RunningRound:
    """Return a draft about one person in which the organiser has put all voters but the last few on paper."""
    running = make_ready_round(
        evaluators=FLOOR + at_computers, subjects=1, scheme=SchemeFactory(floor=FLOOR, comments=True, trim=False)
    )
    voters = [evaluator.user for evaluator in running.evaluators]
    Round.objects.filter(pk=running.round.pk).update(comment_reviewer=make_user("Reviewer", "inspector"))
    running.round.refresh_from_db()
    make_comment_cell(running.round.subjects.get(), voters)
    for member in running.round.members.filter(user__in=voters[: FLOOR - 1]):
        set_on_paper(running.round, by=running.round.organiser, member=member, on_paper=True)
    return running


def tailored_round(*, at_computers: int = 1) -> RunningRound:
    """Return that round, opened: an inspector read the list and let it pass."""
    running = tailored_draft(at_computers=at_computers)
    inspector = make_user("Inspector", "inspector")
    confirm_roll(running.round, by=inspector, fingerprint=roll_fingerprint(running.round))
    return open_ready(running)


def answers_of(running: RunningRound, marks: dict[str, Any], words: str) -> dict[str, dict[str, Any]]:
    kinds = running.round.cells.values_list("key", "kind")
    return {cell: {"text": words} if kind == CellKind.COMMENT else marks for cell, kind in kinds}


@dataclass
class Conspirators:
    """The organiser and a scrutineer, who have used all tickets before the people whose they are, with known marks."""

    running: RunningRound

    def use_all_tickets(self) -> None:
        _urn, envelopes = make_envelopes(self.running)
        comments = set(self.running.round.cells.filter(kind=CellKind.COMMENT).values_list("key", flat=True))
        for envelope in envelopes:
            drawing = envelope.draw()
            marks, words = (envelope.entries(said, drawing=drawing) for said in (KNOWN, {"text": KNOWN_WORDS}))
            casts = [one for one in marks if of(one) not in comments] + [one for one in words if of(one) in comments]
            assert [answer["ok"] for answer in self.running.cast(casts)] == [True, True]

    def mark_of_the_target(self, criterion: str) -> float | None:
        """Return what the target gave, as far as the published figures tell; None where none is published."""
        shown = CriterionResult.objects.filter(
            result__round=self.running.round, result__scope="subject", criterion=criterion, value__isnull=False
        ).first()
        return None if shown is None else FLOOR * shown.value - (FLOOR - 1) * KNOWN[criterion]


def of(entry: dict[str, Any]) -> str:
    return str(entry["entry"]["ballot"]["cell"])


def hold(running: RunningRound) -> Conspirators:
    """Let the conspirators use the tickets and the others vote, and publish what is allowed to be."""
    together = Conspirators(running)
    together.use_all_tickets()
    for evaluator in running.evaluators[FLOOR - 1 :]:
        assert all(answer["ok"] for answer in running.vote(evaluator, answers_of(running, MARKS, WORDS)))
    finish_review(count_all(running), by=running.round.comment_reviewer)
    publish(running)
    return together


# The organiser alone


def test_an_organiser_opens_no_round_whose_voters_they_put_on_paper() -> None:
    """The list waits for a second person who did not touch it, and who is not its organiser."""
    draft = tailored_draft()
    with pytest.raises(SecondPersonNeeded):
        confirm_roll(draft.round, by=draft.round.organiser, fingerprint=roll_fingerprint(draft.round))
    with pytest.raises(RollUnconfirmed):
        open_ready(draft)

    confirm_roll(draft.round, by=make_user("Inspector", "inspector"), fingerprint=roll_fingerprint(draft.round))
    # Nothing else stood in the way.
    assert open_round(draft.round, by=draft.round.organiser).state == "open"


def test_an_organiser_makes_no_envelope() -> None:
    """The page that once had credentials signed in the organiser's session makes not even tickets in it."""
    running = tailored_round()
    urn = running.round.urns.get()
    client = Client()
    client.force_login(running.round.organiser)

    made = client.post(
        reverse("peer_review:envelopes-make", args=[running.round.public_id, urn.number]),
        {"digests": [b64u_encode(Envelope(urn).digest) for _number in range(urn.envelopes)]},
        content_type="application/json",
    )

    assert made.status_code == 403
    assert not Ticket.objects.exists()


def test_an_organiser_draws_for_nobody() -> None:
    """Neither with their own session for a voter on paper, nor by a ticket of their own making."""
    running = tailored_round()
    blinded = {cell: b64u_encode(value) for cell, value in running.evaluators[0].blinded().items()}
    client = Client()
    client.force_login(running.round.organiser)

    drawn = client.post(
        reverse("peer_review:draw", args=[running.round.public_id]),
        {"blinded": blinded},
        content_type="application/json",
    )
    with pytest.raises(UnknownEnvelope):
        Envelope(running.round.urns.get()).draw()

    assert 400 <= drawn.status_code < 500
    assert not Drawn.objects.exists()


# The organiser and a scrutineer


def test_whoever_knows_four_of_five_ballots_is_shown_nothing_of_the_fifth() -> None:
    running = tailored_round()

    together = hold(running)

    assert [together.mark_of_the_target(criterion) for criterion in MARKS] == [None, None]
    assert not Comment.objects.filter(text__contains=WORDS).exists()
    assert {row["fate"] for row in running.round.bulletin.read_outcome()["cells"]} == {"few"}


def without_tickets(_round: Round) -> Counter[int]:
    """The floor as this software first had it: every ballot counts, whoever could have cast it."""
    return Counter()


def test_where_tickets_count_towards_the_floor_the_fifth_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack bites: figures of five and the marks of four give the mark of the fifth, and the words are read."""
    monkeypatch.setattr(fates, "_tickets", without_tickets)
    running = tailored_round()

    together = hold(running)

    for criterion, mark in MARKS.items():
        recovered = together.mark_of_the_target(criterion)
        assert recovered is not None
        # Figures are whole points: of five answers, half a point is two and a half.
        assert math.isclose(recovered, mark, abs_tol=2.5)
    assert Comment.objects.filter(text__contains=WORDS).exists()


def test_with_as_many_at_computers_as_the_floor_all_are_counted_and_nobody_is_singled_out() -> None:
    """The tickets hide among those at computers, and what conspirators subtract is the floor's worth of people."""
    running = tailored_round(at_computers=FLOOR)

    together = hold(running)

    assert together.mark_of_the_target("quality") is not None
    bulletin = running.round.bulletin
    assert [row["fate"] for row in bulletin.read_outcome()["cells"]] == ["counted"] * 2
    of_cells = Counter(ballot.cell for ballot in store.ballots(running.round.public_id))
    assert [many - (FLOOR - 1) for many in of_cells.values()] == [FLOOR] * 2
    # One of the papers is for words. Of those on paper the number who drew is not told.
    assert bulletin.size == FLOOR + FLOOR - 1
    head = bulletin.read_head()
    assert (head["people"], head["drawn"]) == (FLOOR, FLOOR)


def test_a_joined_group_keeps_no_question_of_which_others_know_all_but_one_answer() -> None:
    """Two of five leaders join three of the staff at computers and four on paper; one of these five at computers
    answers."""
    scheme = SchemeFactory(floor=FLOOR, trim=False, classes=[("leaders", 60), ("staff", 40)])
    running = make_ready_round(evaluators=15, subjects=1, scheme=scheme)
    round = running.round
    everybody = [evaluator.user for evaluator in running.evaluators]
    round.cells.all().delete()
    for of, users in (("leaders", everybody[:5]), ("staff", everybody[5:])):
        make_cell(round.subjects.get(), users, of)
    on_paper = everybody[5:9]
    round.members.filter(user__in=on_paper).update(on_paper=True)
    open_ready(running)
    _urn, envelopes = make_envelopes(running)
    for envelope in envelopes:
        assert all(answer["ok"] for answer in running.cast(envelope.entries(KNOWN)))
    target, *others = running.evaluators[:2] + running.evaluators[9:12]
    assert all(answer["ok"] for answer in running.vote(target, MARKS))
    for evaluator in others:
        assert all(answer["ok"] for answer in running.vote(evaluator, {**MARKS, "quality": "dk"}))
    count_all(running)

    (columns, _salt) = read_columns(round.public_id)[1]

    assert (columns["counted"], set(columns["columns"])) == (9, {"spirit"})
    assert CriterionResult.objects.filter(result__round=publish(running), criterion="quality", n__gt=0).count() == 0


def test_whoever_knows_four_of_five_answers_to_a_question_is_shown_nothing_of_the_fifth() -> None:
    """Enough people vote at computers, but all of them but one say 不了解 to one question."""
    running = tailored_round(at_computers=FLOOR)
    together = Conspirators(running)
    together.use_all_tickets()
    target, *others = running.evaluators[FLOOR - 1 :]
    assert all(answer["ok"] for answer in running.vote(target, answers_of(running, MARKS, WORDS)))
    for evaluator in others:
        said = answers_of(running, {**MARKS, "quality": "dk"}, WORDS)
        assert all(answer["ok"] for answer in running.vote(evaluator, said))
    finish_review(count_all(running), by=running.round.comment_reviewer)
    publish(running)

    assert together.mark_of_the_target("spirit") is not None
    assert together.mark_of_the_target("quality") is None
