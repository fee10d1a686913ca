"""What no page can have sent is refused before a view reads it."""

import json

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import ResolverMatch, reverse
from django.utils.datastructures import MultiValueDictKeyError
from wagtail.admin.views.home import HomeView

from config.bad_requests import BadRequestMiddleware, bad_request, is_beyond, is_unwritable
from organisation.enums import Role
from organisation.models import Rank
from peer_review.views.overview.overview import RoundListView
from tests.factories import disclosures
from tests.factories.home import home_page
from tests.factories.organisation import MembershipFactory, UserFactory, hold

LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "a\x00b",
        "\ud800",
        '"\\u0000"',
        '{"a": "\\ud800"}',
        '{"\\u0000": 1}',
        '[["\\udfff"]]',
        "[" * 101 + "]" * 101,
        "[" * 9999 + "]" * 9999,
    ],
)
def test_text_that_no_database_takes_is_known_as_it_stands_and_as_json(text: str) -> None:
    assert is_unwritable(["fine", text])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "一",
        "𠮷",
        '{"a": "\\ud842\\udfb7"}',
        "A NUL is written \\u0000 in JSON.",
        "[see \\u0000]",
        "[" * 99 + "]" * 99,
        json.dumps([{"type": "paragraph", "value": "x"}] * 500),
    ],
)
def test_text_that_people_write_is_left_alone(text: str) -> None:
    assert not is_unwritable([text, None])


@pytest.mark.parametrize(
    ("value", "beyond"),
    [
        (LARGEST, False),
        (LARGEST + 1, True),
        (str(LARGEST), False),
        (str(LARGEST + 1), True),
        ("9" * 5000, True),
        ("１２", True),
        ("12a", False),
        ("", False),
        (None, False),
    ],
)
def test_number_beyond_every_key_is_known(value: object, beyond: bool) -> None:
    assert is_beyond(value) is beyond


@pytest.mark.django_db
class TestRequests:
    @pytest.fixture
    def signed_in(self) -> Client:
        home_page()
        client = Client()
        client.force_login(disclosures.person())
        return client

    @pytest.mark.parametrize("address", ["/admin/?q=%00", "/admin/?%00=1", "/review/rounds/%00/"])
    def test_nul_in_an_address_is_a_bad_request(self, signed_in: Client, address: str) -> None:
        answer = signed_in.get(address)

        assert answer.status_code == 400
        assert "这个请求有误" in answer.content.decode()
        assert "This request was not understood" in answer.content.decode()

    def test_nul_in_a_form_is_a_bad_request(self, signed_in: Client) -> None:
        assert signed_in.post("/admin/", {"q": "a\x00"}).status_code == 400

    def test_own_pages_answer_odd_words_themselves(self, signed_in: Client) -> None:
        assert signed_in.get("/directory/?q=%00").status_code == 200

    def test_name_of_a_round_may_be_all_digits(self, signed_in: Client) -> None:
        assert signed_in.get(f"/review/rounds/{'9' * 32}/manifest.json").json() == {"error": "unknown_round"}

    def test_script_gets_the_code(self) -> None:
        answer = Client().post("/review/rounds/%00/cast/", data=b"{}", content_type="application/json")

        assert (answer.status_code, answer.json()) == (400, {"error": "bad_encoding"})

    @pytest.mark.parametrize("number", [2**63, 10**40])
    def test_id_that_no_row_can_have_is_not_found(self, signed_in: Client, number: int) -> None:
        assert signed_in.get(f"/discuss/topics/{number}/").status_code == 404
        assert signed_in.get(f"/review/contests/{number}/").status_code == 404

    def test_stranger_is_asked_to_sign_in_whatever_the_id(self) -> None:
        assert Client().get(f"/discuss/topics/{10**40}/").status_code == 302

    @pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
    def test_trace_is_refused(self, method: str) -> None:
        answer = Client().generic(method, "/accounts/login/")

        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


class TestExceptions:
    """What Wagtail's own views make of requests that its pages do not send."""

    def answer(self, view: object, exception: Exception) -> HttpResponse | None:
        request: HttpRequest = RequestFactory().post("/admin/")
        request.resolver_match = ResolverMatch(view, (), {}, "view")
        return BadRequestMiddleware(lambda request: HttpResponse()).process_exception(request, exception)

    @pytest.mark.parametrize("kind", [ValueError, TypeError, KeyError, AttributeError, OverflowError])
    def test_fault_of_reading_in_a_view_of_wagtail_is_a_bad_request(self, kind: type[Exception]) -> None:
        answer = self.answer(HomeView.as_view(), kind("x"))

        assert answer is not None
        assert answer.status_code == 400

    @pytest.mark.parametrize("kind", [RuntimeError, OSError, AssertionError, ImportError])
    def test_other_fault_stays_the_servers(self, kind: type[Exception]) -> None:
        assert self.answer(HomeView.as_view(), kind("x")) is None

    def test_fault_of_our_own_view_stays_the_servers(self) -> None:
        assert self.answer(RoundListView.as_view(), ValueError("x")) is None

    def test_fault_of_our_own_code_below_a_view_of_wagtail_stays_the_servers(self) -> None:
        with pytest.raises(AttributeError) as caught:
            bad_request(None)

        assert self.answer(HomeView.as_view(), caught.value) is None

    def test_missing_parameter_is_a_bad_request_everywhere(self) -> None:
        answer = self.answer(RoundListView.as_view(), MultiValueDictKeyError("page"))

        assert answer is not None
        assert answer.status_code == 400

    def test_row_that_is_not_there_is_not_found(self) -> None:
        from django.http import Http404

        with pytest.raises(Http404):
            self.answer(HomeView.as_view(), ObjectDoesNotExist())


@pytest.mark.django_db
def test_rank_that_people_hold_is_not_deleted_and_the_page_says_why() -> None:
    membership = MembershipFactory()
    admin = UserFactory()
    hold(admin, Role.ADMINISTRATOR)
    client = Client()
    client.force_login(admin)

    answer = client.post(reverse("ranks:delete", args=[membership.rank_id]))

    assert answer.status_code == 409
    assert "还在使用" in answer.content.decode()
    assert Rank.objects.filter(pk=membership.rank_id).exists()
