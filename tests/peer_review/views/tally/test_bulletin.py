import json

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import Round
from peer_review.protocol.bulletin import verify_block, verify_bulletin, verify_head
from peer_review.views.tally.bulletin import MOST_CELLS
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
    answer = client.get(address(round, "bulletin-head"))
    head, signature = answer.json()["head"], answer.json()["sig"]
    verify_head(head, signature, receipt_key=b64u_decode(round.receipt_public))
    [cell] = round.cells.values_list("key", flat=True)
    proofs = client.get(address(round, "bulletin-cells"), {"cell": cell})
    [proof] = proofs.json()["cells"]
    steps = [bytes.fromhex(step) for step in proof["proof"]]
    verify_block(head, proof["row"], bytes.fromhex(proof["block"]), index=proof["index"], proof=steps)
    assert (answer["Cache-Control"], proofs["Cache-Control"]) == ("no-store", "no-store")
    assert not client.cookies


@pytest.mark.parametrize("cell", ["0" * 16, "", "x", "\x00", "‮"])
def test_an_unknown_cell_is_a_plain_404(cell: str, round: Round, client: Client) -> None:
    answer = client.get(address(round, "bulletin-cells"), {"cell": cell})
    assert (answer.status_code, answer.json()) == (404, {"error": "unknown_block"})


def test_more_cells_than_a_browser_asks_for_are_refused(round: Round, client: Client) -> None:
    cells = [f"{number:016x}" for number in range(MOST_CELLS + 1)]
    assert client.get(address(round, "bulletin-cells"), {"cell": cells}).status_code == 413


@pytest.mark.parametrize("state", ["draft", "open", "closed"])
def test_nothing_is_there_before_the_count(state: str, round: Round, client: Client) -> None:
    Round.objects.filter(pk=round.pk).update(state=state)
    for name in ("bulletin-json", "bulletin-head", "bulletin-cells"):
        assert client.get(address(round, name)).status_code == 404
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
    assert set(json.loads(text)["cells"][0]) == {"cell", "eligible", "fate", "drawn", "counted"}


def test_verifier_is_handed_out_as_one_file(client: Client) -> None:
    answer = client.get(reverse("peer_review:verifier"))
    text = b"".join(answer.streaming_content)
    assert b"verify_bulletin.py --manifest" in text
    compile(text, "verify_bulletin.py", "exec")
