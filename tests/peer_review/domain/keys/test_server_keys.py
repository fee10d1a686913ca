"""Keys: one a cell, from the pool, resumable; the box key proves itself on a test row."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import IntegrityError, transaction

from peer_review.domain.keys import server_keys
from peer_review.domain.keys.custody import confirm_box_key, set_box_key
from peer_review.enums import RoundState
from peer_review.exceptions.base import NoBoxKey, RoundFrozen, WrongKey
from peer_review.exceptions.keys import BadBoxKey
from peer_review.models import PooledKey, Round
from tests.factories.peer_review.rounds import (
    RoundFactory,
    give_box_key,
    make_cell,
    make_member,
    make_subject,
    make_user,
    stock_key_pool,
)
from zhengyan_crypto import sealing
from zhengyan_crypto.blindsig import decode_private, encode_spki
from zhengyan_crypto.errors import KeyUnreadable

pytestmark = pytest.mark.django_db


def draft_with_cells(number: int) -> Round:
    round = RoundFactory()
    for _ in range(number):
        make_cell(make_subject(round, make_member(round, make_user())), [make_user()])
    return round


def test_prepare_keys_gives_each_cell_its_own_and_goes_on_where_it_stopped() -> None:
    round = draft_with_cells(3)
    stock_key_pool(2)
    server_keys._give_keys(round)
    assert server_keys.key_progress(round) == server_keys.KeyProgress(ready=2, total=3)
    assert server_keys.key_progress(round).percent == 66

    assert server_keys.prepare_keys(round) == 1
    assert server_keys.prepare_keys(round) == 0

    assert server_keys.key_progress(round).percent == 100
    spkis = list(round.cells.values_list("spki", flat=True))
    assert len(set(spkis)) == 3
    cell = round.cells.first()
    private = decode_private(server_keys.decrypt_at_rest(cell.private_key, purpose=server_keys.CELL_KEY))
    assert encode_spki(private) == cell.spki
    assert not PooledKey.objects.exists()


def test_two_cells_never_share_a_key() -> None:
    round = draft_with_cells(2)
    stock_key_pool(2)
    server_keys.prepare_keys(round)
    first, second = round.cells.all()

    second.spki = first.spki
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


def test_private_keys_are_encrypted_at_rest_under_the_secret_of_the_settings(settings) -> None:
    stock_key_pool(1)
    stored = bytes(PooledKey.objects.get().private_key)
    clear = server_keys.decrypt_at_rest(stored, purpose=server_keys.CELL_KEY)

    assert clear not in stored
    settings.PEER_REVIEW_KEY_SECRET = "another"
    with pytest.raises(KeyUnreadable):
        server_keys.decrypt_at_rest(stored, purpose=server_keys.CELL_KEY)


def test_request_keys_runs_in_the_background_and_refuses_an_opened_round(
    django_capture_on_commit_callbacks,
) -> None:
    round = draft_with_cells(1)
    stock_key_pool(1)

    with django_capture_on_commit_callbacks(execute=True):
        before = server_keys.request_keys(round, by=round.organiser)

    assert before.ready == 0
    assert server_keys.key_progress(round).ready == 1
    Round.objects.filter(pk=round.pk).update(state=RoundState.OPEN)
    with pytest.raises(RoundFrozen):
        server_keys.request_keys(round, by=round.organiser)


def test_box_key_opens_its_test_row_and_only_the_right_key_does() -> None:
    round = RoundFactory()
    private = X25519PrivateKey.generate()
    scrutineer = round.scrutineers.get()
    with pytest.raises(NoBoxKey):
        confirm_box_key(round, by=scrutineer, key=bytes(32))

    epk = set_box_key(round, by=scrutineer, public=private.public_key().public_bytes_raw())
    with pytest.raises(WrongKey):
        confirm_box_key(round, by=scrutineer, key=bytes(32))
    round.refresh_from_db()
    assert not round.box_key_tested

    right = sealing.content_key(private.private_bytes_raw(), epk, round_id=round.public_id)
    confirm_box_key(round, by=scrutineer, key=right)
    round.refresh_from_db()
    assert round.box_key_tested


def test_a_new_box_key_must_be_tested_again() -> None:
    round = RoundFactory()
    give_box_key(round)

    other = X25519PrivateKey.generate().public_key().public_bytes_raw()
    set_box_key(round, by=round.scrutineers.get(), public=other)

    round.refresh_from_db()
    assert not round.box_key_tested


@pytest.mark.parametrize("public", [b"", b"short", bytes(32)], ids=["empty", "short", "of small order"])
def test_set_box_key_refuses_what_is_no_key(public: bytes) -> None:
    round = RoundFactory()
    with pytest.raises(BadBoxKey):
        set_box_key(round, by=round.scrutineers.get(), public=public)
