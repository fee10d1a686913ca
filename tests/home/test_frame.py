"""The frame: what the navigation shows, where one is, who sees the way into the admin."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.test import RequestFactory
from django.utils import translation
from wagtail.models import Site

from home.frame import Frame, frame, route
from tests.factories.forum_pages import board, forum, person
from tests.factories.home import home_page

pytestmark = pytest.mark.django_db


def frame_for(path: str, user: object = None) -> Frame:
    request = RequestFactory().get(path, headers={"host": "localhost"})
    request.user = user or AnonymousUser()
    return Frame(request)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def forum_page() -> None:
    home_page(site_name="望海检验检疫局")
    board("daily")


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/", ["Home"]),
        ("/forum/", ["Forum"]),
        ("/forum/daily/", ["Forum"]),
        ("/discuss/topics/1/", ["Forum"]),
        ("/review/rounds/0/", ["Peer review"]),
        ("/directory/", ["Directory"]),
        ("/accounts/password/", []),
    ],
)
def test_places_mark_the_section_that_a_page_belongs_to(forum_page: None, path: str, here: list[str]) -> None:
    places = frame_for(path).places

    assert [str(place.label) for place in places if place.is_here] == here


def test_places_leave_out_what_the_site_does_not_have() -> None:
    home_page()

    assert [str(place.label) for place in frame_for("/").places] == ["Home", "Forum", "Peer review", "Directory"]
    assert frame_for("/").disclosures_url == ""


def test_bureau_is_the_name_of_the_site(forum_page: None) -> None:
    assert frame_for("/").bureau == "望海检验检疫局"


def test_navigation_takes_two_queries(forum_page: None, django_assert_num_queries: object) -> None:
    forum("second")
    frame = frame_for("/")

    with django_assert_num_queries(2):
        assert frame.bureau
        assert frame.places[1].url == "/forum/"


def test_way_into_the_admin_is_shown_to_those_who_may_enter() -> None:
    permission = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    by_group, directly, stranger = person("li", "editor"), person("wang"), person("zhao", "staff")
    by_group.groups.get().permissions.add(permission)
    directly.user_permissions.add(permission)

    shown = [frame_for("/", user).may_enter_admin for user in (by_group, directly, stranger, AnonymousUser())]

    assert shown == [True, True, False, False]


def test_route_of_an_app_that_is_not_there_is_empty() -> None:
    assert (route("organisation:directory"), route("nobody:nothing")) == ("/directory/", "")


def test_every_template_has_the_frame() -> None:
    request = RequestFactory().get("/")

    assert frame(request)["frame"].request is request


def test_frame_of_a_host_without_a_site_is_empty() -> None:
    Site.objects.all().delete()

    empty = frame_for("/")

    assert (empty.site, empty.bureau, empty.page_urls) == (None, "", {})
