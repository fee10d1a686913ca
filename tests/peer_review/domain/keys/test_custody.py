"""Who keeps the box key: k of n, each holder confirms, the test shows that what lies on paper opens the box."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from wagtail.models import ModelLogEntry

from peer_review.domain.keys import custody
from peer_review.domain.keys.custody import box_public
from peer_review.domain.rounds.lifecycle import update_round
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.enums import RoundState
from peer_review.exceptions.base import RoundFrozen, RoundStateInvalid, SharesUnconfirmed, WrongKey
from peer_review.exceptions.keys import BadBoxKey, BoxKeyReplaced, NotHolder, SharesInvalid, UnknownShare
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory, give_box_key, make_user
from zhengyan_crypto import sealing
from zhengyan_crypto.sharing import combine, split

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

PRIVATE = bytes(range(32))
PUBLIC = X25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()


def scrutineers(number: int) -> list[Any]:
    return [make_user(f"Scrutineer {letter}", "scrutineer") for letter in "ABCDE"[:number]]


def round_of(*holders: Any) -> Round:
    return RoundFactory(scrutineers=holders)


def share_out(round: Round, holders: list[Any], *, threshold: int = 2) -> bytes:
    """Give a draft a key in shares, not yet confirmed; return the test row's public key."""
    return custody.set_box_key(round, by=holders[0], public=PUBLIC, threshold=threshold, holders=holders)


def confirm(round: Round, *, by: Any, number: int) -> None:
    """Confirm a share of the key that the round has now."""
    epk = custody.probe_key(Round.objects.get(pk=round.pk))
    custody.confirm_share(round, by=by, number=number, epk=epk)


def prove(round: Round, epk: bytes, private: bytes = PRIVATE) -> None:
    key = sealing.content_key(private, epk, round_id=round.public_id)
    custody.confirm_box_key(round, by=round.scrutineers.first(), key=key)


def make_kept_round() -> tuple[Round, list[Any]]:
    """A draft whose key is shared out, 2 of 3, confirmed and tested."""
    holders = scrutineers(3)
    round = round_of(*holders)
    epk = share_out(round, holders)
    for number in (1, 2, 3):
        confirm(round, by=holders[0], number=number)
    prove(round, epk)
    round.refresh_from_db()
    return round, holders


def codes(round: Round) -> set[str]:
    return {obstacle.code for obstacle in opening_refusals(Round.objects.get(pk=round.pk))}


def test_two_of_three_from_making_to_readiness() -> None:
    holders = scrutineers(3)
    round = round_of(*holders)
    assert custody.custody(round) == custody.Custody(1, 1, False, False, ())
    epk = share_out(round, holders)
    round.refresh_from_db()
    found = custody.custody(round)
    assert (found.threshold, found.total, found.made, found.tested, found.is_split) == (2, 3, True, False, True)
    assert [(one.number, one.holder, one.confirmed, one.destroyed) for one in found.shares] == [
        (number, holder, False, False) for number, holder in enumerate(holders, start=1)
    ]
    assert found.shares_of(holders[1]) == [found.shares[1]]
    assert {"shares_unconfirmed", "box_key_untested"} <= codes(round)

    confirm(round, by=holders[0], number=1)
    confirm(round, by=holders[0], number=3)
    with pytest.raises(SharesUnconfirmed, match="Scrutineer B have not"):
        prove(round, epk)
    confirm(round, by=holders[1], number=2)
    confirm(round, by=holders[1], number=2)
    made = split(PRIVATE, threshold=2, shares=3)
    prove(round, epk, combine([made[2], made[0]], public=box_public(round)).secret)

    round.refresh_from_db()
    assert custody.custody(round).is_ready
    assert not {"shares_unconfirmed", "box_key_untested", "no_box_key"} & codes(round)
    acts = list(ModelLogEntry.objects.for_instance(round).order_by("pk").values_list("action", flat=True))
    assert [act.rpartition(".")[2] for act in acts] == ["box_key", "share", "share", "share", "box_key_test"]


def test_a_key_of_other_shares_does_not_pass_the_test() -> None:
    round, holders = make_kept_round()
    epk = share_out(round, holders)
    for number in (1, 2, 3):
        confirm(round, by=holders[0], number=number)
    with pytest.raises(WrongKey):
        prove(round, epk, bytes(32))


def test_a_share_of_a_key_that_was_replaced_is_not_confirmed() -> None:
    """Somebody makes a key while others still write down the shares of the one before, or the same anew."""
    holders = scrutineers(3)
    round = round_of(*holders)
    before = share_out(round, holders)
    epk = share_out(round, holders[::-1])

    for stale in (before, b"", bytes(32)):
        with pytest.raises(BoxKeyReplaced):
            custody.confirm_share(round, by=holders[0], number=1, epk=stale)

    assert not any(share.confirmed for share in custody.custody(Round.objects.get(pk=round.pk)).shares)
    custody.confirm_share(round, by=holders[0], number=1, epk=epk)
    assert [share.confirmed for share in custody.custody(Round.objects.get(pk=round.pk)).shares] == [True, False, False]


def test_a_whole_key_is_kept_by_whoever_made_it() -> None:
    round = RoundFactory()
    give_box_key(round)
    found = custody.custody(round)
    assert (found.threshold, found.total, found.is_split, found.is_ready) == (1, 1, False, True)
    assert [(one.holder, one.confirmed) for one in found.shares] == [(round.scrutineers.get(), True)]
    with pytest.raises(UnknownShare):
        confirm(round, by=round.scrutineers.get(), number=1)


def test_a_new_key_forgets_the_shares_of_the_old() -> None:
    round, holders = make_kept_round()
    custody.set_box_key(round, by=holders[0], public=PUBLIC)
    round.refresh_from_db()
    found = custody.custody(round)
    assert (found.threshold, found.total, found.tested) == (1, 1, False)
    assert [one.holder for one in found.shares] == [holders[0]]


@pytest.mark.parametrize(
    ("threshold", "chosen"),
    [(1, [0, 1]), (3, [0, 1]), (0, [0, 1]), (2, [0, 0]), (2, [0, 4]), (2, []), (2, [0]), (2, None)],
    ids=["one opens", "more than holders", "none", "twice the same", "a stranger", "nobody", "alone", "no holders"],
)
def test_refuses_holders_that_make_no_sense(threshold: int, chosen: list[int] | None) -> None:
    people = scrutineers(5)
    round = round_of(*people[:4])
    holders = None if chosen is None else [people[at] for at in chosen]
    with pytest.raises(SharesInvalid):
        custody.set_box_key(round, by=people[0], public=PUBLIC, threshold=threshold, holders=holders)
    round.refresh_from_db()
    assert (round.box_public, round.key_shares.count()) == ("", 0)


def test_a_bad_public_half_changes_nothing() -> None:
    round, holders = make_kept_round()
    with pytest.raises(BadBoxKey):
        custody.set_box_key(round, by=holders[0], public=bytes(32), threshold=2, holders=holders)
    round.refresh_from_db()
    assert custody.custody(round).is_ready


class TestLeavers:
    """Who leaves takes the key along, if they may have it or a part of it."""

    def test_a_holder_leaving_forgets_the_key(self) -> None:
        round, holders = make_kept_round()
        update_round(round, by=round.organiser, scrutineers=holders[:2])
        round.refresh_from_db()
        assert custody.custody(round) == custody.Custody(1, 1, False, False, ())
        assert bytes(round.box_test_row) == b""
        assert ModelLogEntry.objects.filter(action="peer_review.round.box_key_forgotten").count() == 1

    def test_one_who_keeps_no_share_may_come_and_go(self) -> None:
        round, holders = make_kept_round()
        more = make_user("Late", "scrutineer")
        update_round(round, by=round.organiser, scrutineers=[*holders, more])
        update_round(round, by=round.organiser, scrutineers=holders)
        round.refresh_from_db()
        assert custody.custody(round).is_ready

    def test_anybody_leaving_forgets_a_whole_key_that_may_have_been_copied(self) -> None:
        first, second = scrutineers(2)
        round = round_of(first, second)
        give_box_key(round)
        update_round(round, by=round.organiser, scrutineers=[first])
        round.refresh_from_db()
        assert not custody.custody(round).made


class TestDestroying:
    """After the count each holder says for themself that their share is gone."""

    def test_each_for_themself(self) -> None:
        round, holders = make_kept_round()
        Round.objects.filter(pk=round.pk).update(state=RoundState.COUNTED)
        custody.destroy_share(round, by=holders[1])
        custody.destroy_share(round, by=holders[1])
        found = custody.custody(round)
        assert [one.destroyed for one in found.shares] == [False, True, False]
        assert [one.holder for one in found.undestroyed] == [holders[0], holders[2]]
        assert list(custody.rounds_to_destroy_key_of(holders[0])) == [round]
        assert list(custody.rounds_to_destroy_key_of(holders[1])) == []
        entry = ModelLogEntry.objects.get(action="peer_review.round.share_destroyed")
        assert (entry.user, entry.data) == (holders[1], {"numbers": [2]})

    def test_only_holders(self) -> None:
        round, _holders = make_kept_round()
        Round.objects.filter(pk=round.pk).update(state=RoundState.VOID)
        with pytest.raises(NotHolder):
            custody.destroy_share(round, by=make_user("Late", "scrutineer"))

    @pytest.mark.parametrize("state", [RoundState.DRAFT, RoundState.OPEN, RoundState.CLOSED])
    def test_not_while_it_is_needed(self, state: str) -> None:
        round, holders = make_kept_round()
        Round.objects.filter(pk=round.pk).update(state=state)
        with pytest.raises(RoundStateInvalid):
            custody.destroy_share(round, by=holders[0])
        assert custody.custody(round).undestroyed == list(custody.custody(round).shares)
        assert list(custody.rounds_to_destroy_key_of(holders[0])) == []


def test_nothing_about_the_key_changes_after_opening() -> None:
    round, holders = make_kept_round()
    Round.objects.filter(pk=round.pk).update(state=RoundState.OPEN)
    with pytest.raises(RoundFrozen):
        confirm(round, by=holders[0], number=1)
    with pytest.raises(RoundFrozen):
        share_out(round, holders)


@pytest.mark.parametrize(("holders", "threshold"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_more_than_half_is_recommended(holders: int, threshold: int) -> None:
    assert custody.recommended_threshold(holders) == threshold


def test_custody_is_one_query(django_assert_num_queries: Any) -> None:
    round, _holders = make_kept_round()
    with django_assert_num_queries(1):
        assert [one.holder.get_full_name()[-1] for one in custody.custody(round).shares] == ["A", "B", "C"]
