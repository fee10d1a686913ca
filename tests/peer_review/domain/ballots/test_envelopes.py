"""Envelopes: urns of people who have the same papers, credentials that nobody is tied to, and the kiosk's door."""

from datetime import timedelta

import pytest
from django.utils import timezone

from peer_review.domain.ballots.cast import cast
from peer_review.domain.ballots.credentials import issue_credentials
from peer_review.domain.ballots.envelopes import open_envelope, sign_envelopes
from peer_review.domain.planning.envelope_groups import envelope_groups
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.exceptions.ballots import DrawClosed, EnvelopesPrinted, UnknownEnvelope, VotesOnPaper
from peer_review.exceptions.base import BadEncoding, UnknownRound
from peer_review.exceptions.planning import PaperVotersTooFew
from peer_review.models import Assignment, Urn
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.envelopes import Envelope, make_paper_round
from tests.factories.peer_review.rounds import RunningRound, make_ready_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def on_paper(running: RunningRound, *numbers: int) -> None:
    users = [running.evaluators[number].user.pk for number in numbers]
    running.round.members.filter(user__in=users).update(on_paper=True)


@pytest.fixture
def running() -> RunningRound:
    """Eight people who evaluate the first two of them; the last four vote on paper."""
    return make_paper_round(evaluators=8, subjects=2, on_paper=4)


def printed(running: RunningRound) -> tuple[Urn, list[Envelope]]:
    urn = running.round.urns.get()
    envelopes = [Envelope(urn) for _one in range(urn.envelopes)]
    sign_envelopes(urn, by=running.round.organiser, blinded=[one.blinded() for one in envelopes])
    return urn, envelopes


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
    assert (urn.number, urn.envelopes, urn.printed) == (1, 4, False)
    assert urn.cells.count() == 2


def test_an_envelope_is_opened_at_the_kiosk_cast_and_counted(running: RunningRound) -> None:
    _urn, envelopes = printed(running)
    for number, envelope in enumerate(envelopes):
        found, signed = open_envelope(running.round.public_id, envelope.blinded())
        answers = {"quality": 60 + number, "spirit": 70}
        results = cast(running.round.public_id, envelope.entries(signed, answers), box=running.inline)
        assert found.number == 1
        assert all(result["ok"] for result in results)

    round = count_all(running)

    assert round.bulletin.size == 8
    assert round.count_run.rejected == {}


def test_which_place_an_envelope_takes_is_dealt_out_paper_by_paper(running: RunningRound) -> None:
    """Over many urns an envelope takes any place, and not the same one for both of its papers."""
    places, split = set(), 0
    for _time in range(12):
        Assignment.objects.update(blinded=None, blind_sig=None)
        Urn.objects.update(printed=False)
        _urn, envelopes = printed(running)
        taken = [
            Assignment.objects.get(cell__key=cell, blinded=value).evaluator_id
            for cell, value in envelopes[0].blinded().items()
        ]
        places.update(taken)
        split += len(set(taken)) > 1
    assert places == {running.evaluators[number].user.pk for number in (4, 5, 6, 7)}
    assert split > 0


def test_envelopes_are_made_once_and_a_lost_reply_costs_nothing(running: RunningRound) -> None:
    urn, envelopes = printed(running)
    first = [one.blinded() for one in envelopes]

    again = sign_envelopes(urn, by=running.round.organiser, blinded=first)

    assert again == [open_envelope(running.round.public_id, one)[1] for one in first]
    with pytest.raises(EnvelopesPrinted):
        sign_envelopes(urn, by=running.round.organiser, blinded=[Envelope(urn).blinded() for _one in range(4)])


@pytest.mark.parametrize("fault", ["too few", "too many", "a paper missing", "a stranger's paper"])
def test_a_wrong_set_of_values_is_refused_and_nothing_is_signed(running: RunningRound, fault: str) -> None:
    urn = running.round.urns.get()
    blinded: list[dict[str, bytes]] = [Envelope(urn).blinded() for _one in range(4)]
    if fault == "too few":
        blinded.pop()
    elif fault == "too many":
        blinded.append(Envelope(urn).blinded())
    elif fault == "a paper missing":
        blinded[0].popitem()
    else:
        blinded[0]["0" * 16] = blinded[0].popitem()[1]
    with pytest.raises(BadEncoding):
        sign_envelopes(urn, by=running.round.organiser, blinded=blinded)
    assert not Assignment.objects.drawn().exists()
    assert not Urn.objects.get(pk=urn.pk).printed


def test_envelopes_are_made_before_casting_begins_but_not_after_drawing_ends(running: RunningRound) -> None:
    urn = running.round.urns.get()
    blinded = [Envelope(urn).blinded() for _one in range(4)]
    with pytest.raises(DrawClosed):
        sign_envelopes(urn, by=running.round.organiser, blinded=blinded, now=running.round.closes_at)
    running.round.opens_at = timezone.now() + timedelta(hours=2)
    running.round.save()
    assert len(sign_envelopes(urn, by=running.round.organiser, blinded=blinded)) == 4


def test_paper_voters_do_not_draw_in_a_browser_too(running: RunningRound) -> None:
    voter = running.evaluators[5]
    with pytest.raises(VotesOnPaper):
        issue_credentials(voter.user, running.round, voter.blinded())
    assert not Assignment.objects.drawn().exists()


def test_nobody_opens_what_is_no_envelope(running: RunningRound) -> None:
    urn, envelopes = printed(running)
    public_id = running.round.public_id
    blinded = envelopes[0].blinded()
    mixed = blinded | dict([next(iter(envelopes[1].blinded().items()))])
    by_browser = running.evaluators[2].blinded()  # has the same cells, but drew nothing
    for wrong in (Envelope(urn).blinded(), {}, by_browser, dict([blinded.popitem()])):
        with pytest.raises(UnknownEnvelope):
            open_envelope(public_id, wrong)
    assert open_envelope(public_id, mixed)[1].keys() == mixed.keys()  # whoever holds both may use both
    with pytest.raises(UnknownRound):
        open_envelope("0" * 32, blinded)
    running.close()
    with pytest.raises(DrawClosed):
        open_envelope(public_id, envelopes[0].blinded())
