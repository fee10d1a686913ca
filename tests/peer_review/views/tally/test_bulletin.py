import json

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import Round
from peer_review.protocol.ballots import verify_bulletin
from tests.factories.peer_review.counted_rounds import make_counted_round, papers
from tests.factories.peer_review.rounds import make_user
from zhengyan_crypto.encoding import b64u_decode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def round() -> Round:
    return make_counted_round({("甲", "all"): papers(6)})


def address(round: Round, name: str, *more: str) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *more])


def test_bulletin_and_proofs_need_no_cookie(round: Round, client: Client) -> None:
    published = client.get(address(round, "bulletin-json"))
    verify_bulletin(published.json(), receipt_key=b64u_decode(round.receipt_public))
    leaf = published.json()["leaves"][3]
    proof = client.get(address(round, "proof", leaf))
    assert proof.json()["root"] == round.bulletin.root
    assert proof.json()["index"] == 3
    assert proof["Cache-Control"] == "no-store"
    assert not client.cookies


def test_unknown_leaf_is_a_plain_404(round: Round, client: Client) -> None:
    answer = client.get(address(round, "proof", "0" * 64))
    assert (answer.status_code, answer.json()) == (404, {"error": "unknown_leaf"})


@pytest.mark.parametrize("state", ["draft", "open", "closed"])
def test_nothing_is_there_before_the_count(state: str, round: Round, client: Client) -> None:
    leaf = round.bulletin.leaf_hashes()[0].hex()
    Round.objects.filter(pk=round.pk).update(state=state)
    assert client.get(address(round, "bulletin-json")).status_code == 404
    assert client.get(address(round, "proof", leaf)).status_code == 404
    client.force_login(round.organiser)
    assert client.get(address(round, "bulletin")).status_code == 404


def test_page_shows_what_was_signed_to_those_who_may_know_the_round(round: Round, client: Client) -> None:
    assert client.get(address(round, "bulletin")).status_code == 302
    client.force_login(make_user("", "staff"))
    assert client.get(address(round, "bulletin")).status_code == 404
    client.force_login(round.organiser)
    page = client.get(address(round, "bulletin"))
    assert page.context["totals"] == {"eligible": 6, "drawn": 6, "counted": 6, "comments": 0}
    assert round.bulletin.signature in page.content.decode()


def test_bulletin_says_nothing_of_answers(round: Round, client: Client) -> None:
    text = client.get(address(round, "bulletin-json")).content.decode()
    assert "quality" not in text
    assert set(json.loads(text)["head"]["cells"][0]) == {"cell", "eligible", "drawn", "counted"}


def test_verifier_is_handed_out_as_one_file(client: Client) -> None:
    answer = client.get(reverse("peer_review:verifier"))
    text = b"".join(answer.streaming_content)
    assert b"verify_bulletin.py --manifest" in text
    compile(text, "verify_bulletin.py", "exec")
