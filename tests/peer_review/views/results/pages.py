"""Pages of results as tests read them: their addresses, their text, the numbers in it."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from peer_review.models import Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers

NAMES = "甲乙丙丁戊己庚"


def address(round: Round, name: str, *more: Any) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *more])


def subject(round: Round, name: str) -> Any:
    return round.subjects.get(label=name)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url, headers={"accept-language": "en"})
    assert answer.status_code == 200, url
    return answer.content.decode()


def numbers(text: str) -> set[float]:
    """Return every number that stands in a page's text, tags and classes left out, and codes, which are no figures."""
    text = re.sub(r'<dd class="pr-print">.*?</dd>', " ", text)
    return {float(one) for one in re.findall(r"\d+\.\d|\d+", re.sub(r"<[^>]*>", " ", text))}


def make_thin_round(head: Any) -> Round:
    """Seven subjects in section a, scores apart; a thin one in b, whose 31 and 37 must be nowhere."""
    cells = {(name, "all"): papers(6, 61 + 4 * at, 63 + 4 * at) for at, name in enumerate(NAMES)}
    cells["辛", "all"] = papers(3, 31, 37)
    return make_published_round(cells, sections={"辛": "b"}, heads={"a": head})
