"""Pages of published figures: shown under the terms that were frozen, to readers whom the ledger can name."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import DisclosureEntry, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.rounds import make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]
#: Pages that stand on the base, and who reads them.
PAGES = {"all-results": "leadership", "summary": "staff", "section-results": "head", "own-result": "subject"}
HIDDEN = dict.fromkeys(["subject", "section_head", "leadership", "staff"], False)


@pytest.fixture
def round() -> Round:
    head = make_user("Head", "section_head")
    return make_published_round({(name, "all"): papers(6) for name in "甲乙丙丁戊己"}, heads={"a": head})


def reader(round: Round, role: str) -> Any:
    if role == "head":
        return round.members.get(is_section_head=True).user
    if role == "subject":
        member = round.subjects.get(label="甲").member
        assert member is not None
        return member.user
    return make_user("", role)


def get(round: Round, name: str, user: Any) -> Any:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client.get(reverse(f"peer_review:{name}", args=[round.public_id]))


@pytest.mark.parametrize(("name", "role"), PAGES.items())
def test_figures_are_shown_under_the_frozen_terms(round: Round, name: str, role: str) -> None:
    assert get(round, name, reader(round, role)).status_code == 200


@pytest.mark.parametrize(("name", "role"), PAGES.items())
@pytest.mark.parametrize(
    "change",
    [
        lambda round: {"form": {**round.form, "floor": 1}},
        lambda round: {"form": {**round.form, "bands": [99, 98, 97]}},
        lambda round: {"exposure": {}},
        lambda round: {"exposure": {**round.exposure, "floor": 1}},
        lambda round: {"exposure": {**round.exposure, "visibility": HIDDEN}},
        lambda round: {"exposure": {**round.exposure, "form": "0" * 64}},
    ],
)
def test_nothing_is_shown_once_form_or_exposure_were_altered(round: Round, name: str, role: str, change: Any) -> None:
    """With SQL, past every door of the application: the page refuses, and the ledger has nothing to note."""
    user = reader(round, role)
    Round.objects.filter(pk=round.pk).update(**change(round))

    assert get(round, name, user).status_code == 403
    assert not DisclosureEntry.objects.exists()


def test_who_may_not_read_is_not_told_that_the_terms_were_altered(round: Round) -> None:
    Round.objects.filter(pk=round.pk).update(form={**round.form, "floor": 1, "visibility": HIDDEN})

    assert get(round, "all-results", make_user("", "staff")).status_code == 404


def test_what_is_read_is_noted_under_the_readers_role(round: Round) -> None:
    for name, role in PAGES.items():
        get(round, name, reader(round, role))

    audiences = set(DisclosureEntry.objects.values_list("scope", "audience"))
    subject = round.subjects.get(label="甲")
    assert audiences == {
        ("round", "leadership"),
        ("summary", "staff"),
        ("section:a", "section_head:a"),
        (f"subject:{subject.key}", "subject"),
    }


def test_a_finding_is_offered_about_what_the_reader_may_raise_one(round: Round) -> None:
    raises = {
        (name, role): get(round, name, reader(round, role)).context.get("may_raise")
        for name, role in (("all-results", "leadership"), ("section-results", "head"))
    }

    assert raises == {("all-results", "leadership"): True, ("section-results", "head"): True}
    assert not get(round, "own-result", reader(round, "subject")).context.get("may_raise")
