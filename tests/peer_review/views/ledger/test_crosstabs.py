"""Tables that leaders and heads compose: who may, what they offer; a held-back cell looks like an empty one."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import Refused, Round, Shown
from tests.factories.peer_review.counted_rounds import make_published_round, spread
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
ENGLISH = {"accept-language": "en"}

SECTIONS = {"甲": "a", "乙": "a", "丙": "b", "丁": "b"}


@pytest.fixture
def head() -> Any:
    return make_user("Head", "section_head")


@pytest.fixture
def round(head: Any) -> Round:
    """Leaders answered about 甲 and 乙 (three each) and about nobody of section b; rank 2 is 乙 and 丁."""
    return make_published_round(
        {
            **{(name, "leaders"): spread(3, 60) for name in "甲乙"},
            **{(name, "staff"): spread(6, 80) for name in SECTIONS},
        },
        sections=SECTIONS,
        ranks={"甲": 1, "乙": 2, "丙": 1, "丁": 2},
        heads={"a": head},
        eligible=10,
    )


def table(client: Client, round: Round, user: Any, **asked: str) -> list[list[str]]:
    """Return the rows of the composed table as text."""
    client.force_login(user)
    answer = client.get(reverse("peer_review:crosstab", args=[round.public_id]), asked, headers=ENGLISH)
    assert answer.status_code == 200
    body = answer.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, flags=re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows
    ]


def test_a_leader_composes_sections_by_rank(client: Client, round: Round) -> None:
    rows = table(client, round, make_user("", "leadership"), rows="section", rank="rank1")
    published = {one.label: one for one in round.results.filter(scope="subject").prefetch_related("criteria")}
    figures = {
        name: [f"{row.value:.1f}" for row in sorted(published[name].criteria.all(), key=lambda row: row.pk)]
        for name in "甲丙"
    }
    assert rows == [["Section a", *figures["甲"]], ["Section b", *figures["丙"]]]


def test_a_cell_nobody_answered_and_one_held_back_are_the_same_bytes(client: Client, round: Round) -> None:
    """Three leaders each of section a are held back in one rank; of section b no leader answered at all."""
    leader = make_user("", "leadership")
    client.force_login(leader)
    url = reverse("peer_review:crosstab", args=[round.public_id])
    page = client.get(
        url, {"rows": "section", "rank": "rank1", "voter_class": "leaders"}, headers=ENGLISH
    ).content.decode()
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.sub(r"\s+", " ", cell) for cell in re.findall(r"<td.*?</td>", body, flags=re.S)]
    assert len(cells) == 4
    assert set(cells) == {'<td class="pr-num"><span class="pr-few">too few</span> </td>'}
    assert Refused.objects.filter(round=round).count() == 4


def test_a_section_head_is_offered_the_own_section_and_asks_of_no_other(
    client: Client, round: Round, head: Any
) -> None:
    assert [row[0] for row in table(client, round, head, rows="section")] == ["Section a"]
    # Another section in the address is not another section on the page.
    assert table(client, round, head, rows="rank", section="b") == table(client, round, head, rows="rank")
    asked = [one.statements[0]["section"] for one in Shown.objects.all()]
    assert set(asked) == {"a"}
    assert set(Shown.objects.values_list("audience", flat=True)) == {"section_head:a"}


@pytest.mark.parametrize("role", ["staff", "inspector", "scrutineer", "superuser"])
def test_nobody_else_composes_tables(client: Client, round: Round, role: str) -> None:
    user = make_user("", is_superuser=True) if role == "superuser" else make_user("", role)
    client.force_login(user)
    answer = client.get(reverse("peer_review:crosstab", args=[round.public_id]), {"rows": "section"})
    assert answer.status_code in (403, 404)
    assert not Shown.objects.exists()


def test_the_page_asks_nothing_before_a_table_is_composed(client: Client, round: Round) -> None:
    client.force_login(make_user("", "leadership"))
    page = client.get(reverse("peer_review:crosstab", args=[round.public_id])).content.decode()
    assert "<tbody>" not in page
    assert not Shown.objects.filter(scope__startswith="cell:").exists()


@pytest.mark.parametrize("asked", [{"rows": "people"}, {"rows": "section", "rank": "rank9"}, {"rows": ""}])
def test_what_is_not_offered_is_said_at_the_field_and_asked_of_nobody(
    client: Client, round: Round, asked: dict[str, str]
) -> None:
    client.force_login(make_user("", "leadership"))
    answer = client.get(reverse("peer_review:crosstab", args=[round.public_id]), asked, headers=ENGLISH)
    assert answer.status_code == 200
    assert 'class="pr-error"' in answer.content.decode()
    assert not Shown.objects.exists()
    assert not Refused.objects.exists()


def test_a_table_known_to_the_ledger_costs_the_same_queries_whatever_its_size(
    client: Client, round: Round, django_assert_max_num_queries: Any
) -> None:
    leader = make_user("", "leadership")
    for rows in ("section", "class"):
        table(client, round, leader, rows=rows)
    for rows in ("section", "class"):
        with django_assert_max_num_queries(24):
            table(client, round, leader, rows=rows)
