"""Entries of the ledger in words."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from peer_review.enums import RefusedReason
from peer_review.models import Round
from peer_review.views.ledger.messages import ScopeNames, audience_message, reason_message, scope_message
from tests.factories.peer_review.counted_rounds import make_crossed_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def round() -> Round:
    return make_crossed_round()


def said(round: Round, scope: str) -> str:
    return scope_message(scope, ScopeNames(round, [scope]))


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("section:a", "Results of Section a"),
        ("section:gone", "Results of gone"),
        ("rank:rank2", "Mean of the rank Rank 2"),
        ("rank:gone", "Mean of the rank gone"),
        ("subject:gone", "Result of gone"),
        ("criterion:quality", "All figures of the criterion Quality"),
        ("criterion:gone", "All figures of the criterion gone"),
        ("round", "All results"),
        ("summary", "Published summary"),
        ("patterns", "Patterns"),
        ("something new", "something new"),
        ('cell:["quality","a",null,"leaders"]', "Composed table: Quality · Section a · Leaders"),
        ('cell:["gone",null,"gone",null]', "Composed table: gone · gone"),
        ("trend:section:a:" + "0" * 32, f"Results of Section a, beside “{'0' * 32}”"),
    ],
)
def test_scope_is_named_and_what_is_gone_by_its_key(round: Round, scope: str, words: str) -> None:
    assert said(round, scope) == words


def test_subjects_and_other_rounds_are_named(round: Round) -> None:
    other = make_crossed_round()
    key = round.subjects.get(label="甲").key
    assert said(round, f"subject:{key}") == "Result of 甲"
    assert said(round, f"trend:subject:{key}:{other.public_id}") == f"Result of 甲, beside “{other.title}”"


@pytest.mark.parametrize("many", [1, 6])
def test_names_cost_the_same_queries_however_many_entries(
    round: Round, many: int, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    scopes = [f"subject:{key}" for key in round.subjects.values_list("key", flat=True)] * many
    with django_assert_num_queries(5):  # type: ignore[operator]
        names = ScopeNames(round, scopes)
        assert [scope_message(scope, names) for scope in scopes]


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        ("section_head:a", "Head of Section a"),
        ("section_head:gone", "Head of gone"),
        ("organiser", "The responsible organiser"),
        ("inspector", "Inspectors"),
        ("integration", "Another system, by its token"),
        ("leadership", "Leadership"),
        ("somebody else", "somebody else"),
    ],
)
def test_audience_is_a_role(round: Round, audience: str, words: str) -> None:
    assert audience_message(audience, ScopeNames(round, [])) == words


def test_every_reason_has_its_own_sentence() -> None:
    sentences = [reason_message(reason) for reason in RefusedReason]
    assert len(set(sentences)) == len(RefusedReason)
    assert not set(sentences) & set(RefusedReason)


def test_an_unknown_reason_is_an_error() -> None:
    with pytest.raises(ValueError, match="because"):
        reason_message("because")
