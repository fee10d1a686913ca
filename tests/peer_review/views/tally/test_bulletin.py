import gzip
import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.domain.tally.bulletin import RoundTotals
from peer_review.enums import RoundState
from peer_review.models import Bulletin, Round, Urn
from peer_review.protocol.bulletin import verify_block, verify_bulletin, verify_head
from peer_review.views.tally.bulletin import MOST_CELLS
from tests.factories.peer_review.counted_rounds import (
    count_all,
    make_counted_round,
    make_voted_round,
    open_ready,
    papers,
)
from tests.factories.peer_review.rounds import (
    Evaluator,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_ready_round,
    make_subject,
    make_user,
)
from zhengyan_crypto import canonical
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


@pytest.mark.parametrize("name", ["bulletin-json", "bulletin-head", "bulletin-cells"])
def test_what_is_checked_comes_compressed_to_whoever_takes_it(name: str, round: Round, client: Client) -> None:
    cells = {"cell": list(round.cells.values_list("key", flat=True))}
    plain, packed = (
        client.get(address(round, name), cells, headers={"accept-encoding": accepted})
        for accepted in ("identity", "br, gzip")
    )
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content)
    assert (packed["Content-Encoding"], plain.has_header("Content-Encoding")) == ("gzip", False)
    assert all("Accept-Encoding" in answer["Vary"] for answer in (packed, plain))
    assert packed["Cache-Control"] == plain["Cache-Control"]
    assert not packed.has_header("ETag")  # sent back, it would be a cookie


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
    assert client.get(address(round, "bulletin"), headers={"accept-language": "en"}).status_code == 302
    client.force_login(make_user("", "staff"))
    assert client.get(address(round, "bulletin"), headers={"accept-language": "en"}).status_code == 404
    client.force_login(round.organiser)
    page = client.get(address(round, "bulletin"), headers={"accept-language": "en"})
    assert page.context["totals"] == RoundTotals(6, 6, people=6, drawn=6, counted=6)
    assert round.bulletin.signature in page.content.decode()


def test_page_tells_every_fate_and_no_figure_of_what_was_destroyed(client: Client) -> None:
    round = make_counted_round(
        {
            ("甲", "leaders"): papers(13),
            ("甲", "staff"): papers(12),
            ("乙", "leaders"): papers(11),
            ("乙", "staff"): papers(4),
            ("丙", "leaders"): papers(1),
            ("丙", "staff"): papers(2),
        },
        eligible=17,
    )
    client.force_login(round.organiser)
    page = client.get(address(round, "bulletin"), headers={"accept-language": "en"})
    assert page.context["totals"] == RoundTotals(102, 68, people=17, drawn=13, counted=40)
    text = page.content.decode()
    assert "<strong>40</strong> of 68 ballot papers are counted." in text
    assert "Of the 17 people who hold these papers at computers, 13 had drawn them." in text
    lines = re.findall(r'<tr data-fate="(\w+)">.*?</tr>', text)
    assert lines == ["counted", "merged", "few"]
    few = re.search(r'<tr data-fate="few">.*?</tr>', text).group()
    assert re.findall(r'class="pr-num">(\d+)<', few) == ["2", "34"]  # cells, and what the roll says
    assert "102" in text
    assert "Of the others too few came back in their place, or none" in text


def test_page_of_a_whole_round_speaks_of_no_papers_that_are_missing(round: Round, client: Client) -> None:
    client.force_login(round.organiser)
    assert (
        "too few came back in their place"
        not in client.get(address(round, "bulletin"), headers={"accept-language": "en"}).content.decode()
    )


def test_page_of_a_round_in_which_nothing_is_kept_counts_nothing(client: Client) -> None:
    round = make_counted_round({("甲", "leaders"): papers(2)}, eligible=9)
    client.force_login(round.organiser)
    text = client.get(address(round, "bulletin"), headers={"accept-language": "en"}).content.decode()
    assert "No ballot was counted. There were 9 papers on the roll." in text
    assert re.findall(r'<tr data-fate="(\w+)">', text) == ["few"]


def test_page_of_a_void_round_tells_of_none_how_many_came_back(client: Client) -> None:
    running = make_voted_round(evaluators=9, voters=6, scheme=SchemeFactory(min_return=90))
    round = count_all(running)
    assert round.state == RoundState.VOID
    client.force_login(round.organiser)
    page = client.get(address(round, "bulletin"), headers={"accept-language": "en"})
    text = page.content.decode()
    assert re.findall(r'<tr data-fate="(\w+)">', text) == ["void"]
    assert "tells of none how many came back" in text
    assert "had drawn them" not in text
    assert "too few came back in their place" not in text
    assert "What is still too few, or cannot be joined" not in text
    assert page.context["totals"] == RoundTotals(8, 0, people=0, drawn=0, counted=0)


def test_page_says_how_envelopes_count_only_where_there_are_some(round: Round, client: Client) -> None:
    client.force_login(round.organiser)
    said = [client.get(address(round, "bulletin"), headers={"accept-language": "en"}).content.decode()]
    Urn.objects.create(round=round, number=1, envelopes=3)
    said.append(client.get(address(round, "bulletin"), headers={"accept-language": "en"}).content.decode())
    assert ["each envelope that was issued" in text for text in said] == [False, True]


@pytest.mark.parametrize("declared", [False, True])
def test_pages_say_how_people_of_declared_classes_count_for_words(client: Client, declared: bool) -> None:
    """Five comments hold words, and the one leader, who may write too, gives no cover: that is one too few."""
    running = make_ready_round(
        evaluators=10,
        subjects=0,
        scheme=SchemeFactory(floor=5, classes=[("leaders", 50), ("staff", 50)], comments=True),
        not_anonymous=["leaders"] if declared else [],
        comment_reviewer=make_user("Reviewer"),
    )
    first, *others = running.round.members.order_by("pk")
    people = [member.user for member in others]
    subject = make_subject(running.round, first)
    make_cell(subject, people[:1], "leaders")
    make_cell(subject, people[1:], "staff")
    words = make_comment_cell(subject, people)
    running.evaluators = [Evaluator(user, running.round) for user in people]
    open_ready(running)
    client.force_login(people[2])

    def is_said(name: str) -> bool:
        page = client.get(address(running.round, name), headers={"accept-language": "en"})
        return "Each of these people, whether they write or not, takes one away" in page.content.decode()

    assert is_said("ballot") is declared
    for number, evaluator in enumerate(running.evaluators[1:6]):
        running.stuff(evaluator, {words.key: {"text": f"words {number}"}})
    round = count_all(running)

    [fate] = [row["fate"] for row in round.bulletin.read_outcome()["cells"] if row["cell"] == words.key]
    assert fate == ("few" if declared else "counted")
    assert is_said("bulletin") is declared
    assert is_said("ballot-check") is declared


def test_page_of_version_1_has_no_fates(round: Round, client: Client) -> None:
    head = {"v": 1, "round": round.public_id, "manifest": "0" * 64, "size": 0, "root": "0" * 64, "cells": []}
    Bulletin.objects.update(head=canonical.dumps(head).decode(), outcome="", leaves=b"")
    client.force_login(round.organiser)
    page = client.get(address(round, "bulletin"), headers={"accept-language": "en"})
    assert page.status_code == 200
    assert 'data-fate="' not in page.content.decode()


def test_page_of_version_1_tells_of_papers_what_its_file_tells(round: Round, client: Client) -> None:
    rows = [{"cell": number * 16, "eligible": 9, "drawn": 7, "counted": 6} for number in "01"]
    head = {"v": 1, "round": round.public_id, "manifest": "0" * 64, "size": 12, "root": "0" * 64, "cells": rows}
    Bulletin.objects.update(head=canonical.dumps(head).decode(), outcome="", leaves=b"")
    client.force_login(round.organiser)
    page = client.get(address(round, "bulletin"), headers={"accept-language": "en"})
    assert page.context["totals"] == RoundTotals(18, 18, people=None, drawn=14, counted=12)
    assert "<strong>12</strong> of 18 ballot papers are counted; 14 had been drawn." in page.content.decode()


def test_bulletin_says_nothing_of_answers(round: Round, client: Client) -> None:
    text = client.get(address(round, "bulletin-json")).content.decode()
    assert "quality" not in text
    assert set(json.loads(text)["cells"][0]) == {"cell", "eligible", "fate"}


def test_verifier_is_handed_out_as_one_file(client: Client) -> None:
    answer = client.get(reverse("peer_review:verifier"))
    text = b"".join(answer.streaming_content)
    assert b"verify_bulletin.py --manifest" in text
    compile(text, "verify_bulletin.py", "exec")
