"""Schemes in Wagtail's admin: organisers only, and no scheme that could not be asked."""

from typing import Any

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from peer_review.enums import RoundState
from peer_review.models import Scheme
from tests.factories.peer_review.admin import admin_client
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory

pytestmark = pytest.mark.django_db

LIST = "wagtailsnippets_peer_review_scheme:list"
ADD = "wagtailsnippets_peer_review_scheme:add"


def data(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": "Autumn",
        "description": "",
        "scale": "anchors",
        "floor": "5",
        "trim": "on",
        "grade_set": "officials",
        "bands-0": "90",
        "bands-1": "70",
        "bands-2": "60",
        "paper": "subject",
        "comment_limit": "300",
        "min_return": "0",
        "excellent_quota": "20",
        "quota_approval": "",
        "criteria": [
            {"key": "care", "label": "Care", "description": "", "weight": "60", "anchors": "1\n2\n3\n4\n5"},
            {"key": "wit", "label": "Wit", "description": "", "weight": "40", "anchors": "1\n2\n3\n4\n5\n"},
        ],
        "voter_classes": [{"key": "all", "label": "All", "weight": "100"}],
        **changes,
    }
    values["criteria"] = inline_formset(values["criteria"])
    values["voter_classes"] = inline_formset(values["voter_classes"])
    return {**nested_form_data(values), "visibility": ["subject", "leadership"]}


def test_an_organiser_makes_a_scheme_with_criteria_and_classes_on_one_page() -> None:
    client = admin_client("organiser")

    response = client.post(reverse(ADD), data())

    assert response.status_code == 302, response.context["form"].errors
    scheme = Scheme.objects.get()
    assert [one.key for one in scheme.criteria.all()] == ["care", "wit"]
    assert scheme.criteria.first().anchors == ["1", "2", "3", "4", "5"]
    assert scheme.visibility == {"subject": True, "section_head": False, "leadership": True, "staff": False}
    assert ModelLogEntry.objects.filter(action="wagtail.create", object_id=str(scheme.pk)).exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"criteria": [{"key": "a", "label": "A", "weight": "100", "anchors": "1\n2"}]}, "has 2 anchors"),
        ({"voter_classes": [{"key": "all", "label": "All", "weight": "90"}]}, "add up to 90, not 100"),
        (
            {
                "voter_classes": [
                    {"key": "all", "label": "All", "weight": "50"},
                    {"key": "all", "label": "Again", "weight": "50"},
                ]
            },
            "all",
        ),
        ({"voter_classes": [{"key": "all", "label": "All", "weight": "0"}]}, "above 0"),
        ({"floor": "2"}, "3"),
        ({"excellent_quota": "21"}, "needs an approval"),
        ({"excellent_quota": "26", "quota_approval": "局发〔2026〕3 号"}, "25"),
        ({"voter_classes": [{"key": "Ä", "label": "All", "weight": "100"}]}, "Lower-case Latin"),
    ],
)
def test_a_scheme_that_could_not_be_asked_is_refused_with_words_and_kept_in_the_form(
    changes: dict[str, Any], words: str
) -> None:
    client = admin_client("organiser")

    response = client.post(reverse(ADD), data(**changes))

    assert response.status_code == 200
    assert words in response.content.decode()
    assert "Autumn" in response.content.decode()
    assert not Scheme.objects.exists()


def test_editing_shows_anchors_as_lines_and_audiences_as_ticks() -> None:
    client = admin_client("organiser")
    scheme = SchemeFactory(scale="anchors")

    page = client.get(reverse("wagtailsnippets_peer_review_scheme:edit", args=[scheme.pk])).content.decode()

    assert "Words 1\nWords 2" in page
    assert page.count('name="visibility"') == 4


def test_rules_about_a_sheet_and_bands_are_ordinary_fields() -> None:
    client = admin_client("organiser")
    rules = {"sheet_rules-quota_n": "3", "sheet_rules-quota_points": "90", "sheet_rules-not_all_max": "on"}

    response = client.post(reverse(ADD), data(paper="sheet", **{"bands-0": "95"}, **rules))

    assert response.status_code == 302, response.context["form"].errors
    scheme = Scheme.objects.get()
    assert scheme.sheet_rules == [{"kind": "quota", "n": 3, "points": 90}, {"kind": "not_all_max"}]
    assert scheme.bands == [95, 70, 60]
    page = client.get(reverse("wagtailsnippets_peer_review_scheme:edit", args=[scheme.pk])).content.decode()
    assert 'name="sheet_rules-quota_n" value="3"' in page
    assert 'name="sheet_rules-not_all_max" value="on" checked' in page
    assert 'name="bands-0" value="95"' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bands-0": "60"}, "each under the one before"),
        ({"bands-0": "much"}, "three lowest points"),
        ({"paper": "sheet", "sheet_rules-quota_n": "many", "sheet_rules-quota_points": "90"}, "at least 1"),
    ],
)
def test_bad_rules_and_bands_are_said_and_stay_in_the_form(changes: dict[str, str], words: str) -> None:
    response = admin_client("organiser").post(reverse(ADD), data(**changes))

    assert words in response.content.decode()
    name, typed = list(changes.items())[1 if "paper" in changes else 0]
    assert f'name="{name}" value="{typed}"' in response.content.decode()


@pytest.mark.parametrize(
    ("roles", "fields"),
    [((), {"is_superuser": True}), (("administrator",), {}), (("scrutineer",), {}), (("leadership",), {})],
)
def test_nobody_else_sees_schemes_not_even_a_superuser(roles: tuple[str, ...], fields: dict[str, Any]) -> None:
    scheme = SchemeFactory()
    client = admin_client(*roles, **fields)

    assert client.get(reverse(LIST)).status_code == 302
    assert client.get(reverse(ADD)).status_code == 302
    assert client.get(reverse("wagtailsnippets_peer_review_scheme:import")).status_code == 302
    assert client.get(reverse("wagtailsnippets_peer_review_scheme:export", args=[scheme.pk])).status_code == 302
    assert client.post(reverse("wagtailsnippets_peer_review_scheme:version", args=[scheme.pk])).status_code == 302
    assert Scheme.objects.count() == 1


def test_a_scheme_in_use_cannot_be_deleted() -> None:
    client = admin_client("organiser")
    scheme = RoundFactory().scheme

    response = client.post(reverse("wagtailsnippets_peer_review_scheme:delete", args=[scheme.pk]), follow=True)

    assert "A round uses this scheme" in response.content.decode()
    assert Scheme.objects.filter(pk=scheme.pk).exists()
    unused = SchemeFactory()
    client.post(reverse("wagtailsnippets_peer_review_scheme:delete", args=[unused.pk]))
    assert not Scheme.objects.filter(pk=unused.pk).exists()


def test_a_superuser_does_not_delete_schemes_in_bulk() -> None:
    """Wagtail's bulk action asks `user.has_perm`, which says yes to every superuser."""
    scheme = SchemeFactory()
    url = reverse("wagtail_bulk_action", args=["peer_review", "scheme", "delete"])

    admin_client(is_superuser=True).post(f"{url}?id={scheme.pk}")

    assert Scheme.objects.filter(pk=scheme.pk).exists()


def test_a_version_in_use_is_not_edited_but_followed_by_a_new_one() -> None:
    client = admin_client("organiser")
    scheme = RoundFactory(state=RoundState.OPEN).scheme
    edit = reverse("wagtailsnippets_peer_review_scheme:edit", args=[scheme.pk])

    page = client.get(edit, follow=True)

    assert "so it stays as it is" in page.content.decode()
    assert "Make version 2" in page.content.decode()
    assert client.post(edit, data()).status_code == 302
    scheme.refresh_from_db()
    assert scheme.name != "Autumn"
    made = client.post(page.request["PATH_INFO"], follow=True)
    assert made.status_code == 200
    assert Scheme.objects.get(previous=scheme).version == 2
