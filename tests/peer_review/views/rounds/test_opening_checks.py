"""The opening checklist: every refusal of the opening checks names its remedy, and its link leads to a page."""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review import exceptions
from peer_review.domain.planning.envelope_groups import envelope_refusals
from peer_review.domain.planning.roll_confirmation import confirmation_refusals
from peer_review.domain.preflight.opening_proof import exposure_refusals
from peer_review.domain.preflight.sheet_checks import sheet_refusals
from peer_review.domain.rounds import opening_checks
from peer_review.domain.rounds.reviewer_checks import reviewer_refusals
from peer_review.domain.schemes.schemes import check_scheme
from peer_review.exceptions.base import EmptyRoll, OpeningRefusal, Refusal, SchemeInvalid
from peer_review.exceptions.planning import PaperVotersTooFew
from peer_review.exceptions.rounds import ClockSetBack, KeysMissing
from peer_review.models import Round
from peer_review.views.rounds.opening_checks import checklist
from tests.factories.peer_review.rounds import RoundFactory, make_ready_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])

#: What an organiser cannot remove, so that the checklist names whom to ask instead of a page.
ASKED_OF_OTHERS = {"clock_set_back", "scheme_invalid", "no_box_key", "shares_unconfirmed", "box_key_untested"}
#: The functions that refuse an opening.
CHECKS: list[Callable[..., Any]] = [
    opening_checks.unmet_requirements,
    opening_checks._roll_refusals,
    opening_checks.check_terms,
    check_scheme,
    reviewer_refusals,
    exposure_refusals,
    sheet_refusals,
    envelope_refusals,
    confirmation_refusals,
]


def subclasses(of: type[OpeningRefusal]) -> Iterator[type[OpeningRefusal]]:
    for refusal in of.__subclasses__():
        if refusal.__module__.startswith(exceptions.__name__):  # not what a test defines
            yield refusal
        yield from subclasses(refusal)


def every_opening_refusal() -> list[type[OpeningRefusal]]:
    """Return the classes of all features, in the order of their codes."""
    for module in pkgutil.iter_modules(exceptions.__path__, "peer_review.exceptions."):
        importlib.import_module(module.name)
    return sorted(subclasses(OpeningRefusal), key=lambda refusal: refusal.code)


def refusals_named_by(check: Callable[..., Any]) -> set[str]:
    """Return the class names after `yield` and `raise`, read from the source of a check."""
    names = set()
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(check)))):
        value = node.exc if isinstance(node, ast.Raise) else node.value if isinstance(node, ast.Yield) else None
        value = value.func if isinstance(value, ast.Call) else value
        if isinstance(value, ast.Name) and value.id[0].isupper():
            names.add(value.id)
    return names


def one_of(refusal: type[OpeningRefusal]) -> OpeningRefusal:
    return SchemeInvalid(["A fault."]) if refusal is SchemeInvalid else refusal()


def test_every_refusal_of_the_opening_checks_is_an_opening_refusal() -> None:
    named = {name for check in CHECKS for name in refusals_named_by(check)}
    # Passed on from what another function raises (check_shares_confirmed) and keeps (OpeningProof).
    named |= {"SharesUnconfirmed", "ExposureUnproved", "SubjectsSubtractable", "RepeatedWithFewOthers"}

    assert named == {refusal.__name__ for refusal in every_opening_refusal()}


@pytest.mark.parametrize("refusal", every_opening_refusal(), ids=lambda refusal: refusal.code)
def test_an_opening_refusal_has_a_remedy_whose_link_leads_to_a_page(
    client: Client, refusal: type[OpeningRefusal]
) -> None:
    round = RoundFactory()
    client.force_login(round.organiser)

    (item,) = checklist(round, [one_of(refusal)])

    assert item.code == refusal.code
    assert item.remedy == str(refusal.remedy.label) != ""
    assert (item.url == "") == (refusal.code in ASKED_OF_OTHERS)
    if item.url:
        assert client.get(item.url).status_code == 200


def test_a_refusal_without_a_remedy_cannot_be_defined() -> None:
    with pytest.raises(TypeError, match="Forgotten names no remedy"):
        type("Forgotten", (OpeningRefusal,), {"code": "forgotten"})
    assert not hasattr(Refusal, "remedy")


def test_checklist_keeps_the_order_and_fills_in_the_details(in_english: None) -> None:
    round = RoundFactory()
    refusals = [ClockSetBack(), KeysMissing(missing=2, total=6), PaperVotersTooFew(names="A、B", least=3), EmptyRoll()]

    items = checklist(round, refusals)

    dashboard, roll = (
        reverse(f"peer_review:{name}", args=[round.public_id]) for name in ("round-dashboard", "round-roll")
    )
    assert [(item.code, item.url) for item in items] == [
        ("clock_set_back", ""),
        ("keys_missing", dashboard + "#keys"),
        ("paper_voters_too_few", roll),
        ("empty_roll", roll),
    ]
    assert items[1].message == "2 of 6 keys are not ready yet."
    assert items[2].remedy == "Go to the roll"
    assert checklist(round, []) == []


def test_the_dashboard_links_paper_voters_who_are_too_few_to_the_roll(client: Client) -> None:
    round = make_ready_round(evaluators=4).round
    round.members.filter(user__in=round.cells.get().assignments.values("evaluator")[:1]).update(on_paper=True)
    client.force_login(round.organiser)

    response = client.get(reverse("peer_review:round-dashboard", args=[round.public_id]))

    roll = reverse("peer_review:round-roll", args=[round.public_id])
    assert [(item.code, item.url) for item in response.context["obstacles"]] == [("paper_voters_too_few", roll)]
    assert (response.context["step"].code, response.context["step"].url) == ("paper_voters_too_few", roll)
    assert Round.objects.get(pk=round.pk).state == "draft"
