"""Schemes in Wagtail's admin: organisers only, and no scheme that could not be asked."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from peer_review.models import Scheme
from peer_review.permission_policies import SchemePermissionPolicy
from tests.factories.peer_review import RoundFactory, SchemeFactory, make_user

pytestmark = pytest.mark.django_db

LIST = "wagtailsnippets_peer_review_scheme:list"
ADD = "wagtailsnippets_peer_review_scheme:add"


def admin_client(*roles: str, **fields: Any) -> Client:
    user = make_user("", *roles, **fields)
    access, _created = Group.objects.get_or_create(name="enters the admin")
    access.permissions.add(Permission.objects.get(codename="access_admin"))
    user.groups.add(access)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def data(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": "Autumn",
        "description": "",
        "scale": "anchors",
        "floor": "5",
        "trim": "on",
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


@pytest.mark.parametrize(
    ("roles", "fields"),
    [((), {"is_superuser": True}), (("administrator",), {}), (("scrutineer",), {}), (("leadership",), {})],
)
def test_nobody_else_sees_schemes_not_even_a_superuser(roles: tuple[str, ...], fields: dict[str, Any]) -> None:
    SchemeFactory()
    client = admin_client(*roles, **fields)

    assert client.get(reverse(LIST)).status_code == 302
    assert client.get(reverse(ADD)).status_code == 302


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


def test_the_policy_answers_for_lists_as_it_does_for_single_schemes() -> None:
    scheme = SchemeFactory()
    policy = SchemePermissionPolicy(Scheme)
    organiser, superuser = make_user("", "organiser"), make_user(is_superuser=True)

    for user, allowed in ((organiser, True), (superuser, False)):
        assert policy.user_has_permission_for_instance(user, "change", scheme) is allowed
        assert policy.instances_user_has_any_permission_for(user, ["change"]).exists() is allowed
        assert (user in policy.users_with_any_permission(["change"])) is allowed
        assert (user in policy.users_with_any_permission_for_instance(["change"], scheme)) is allowed
