"""Pages for when something goes wrong, and the language switch."""

import pytest
from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.test import Client

from tests.factories import disclosures
from tests.factories.home import home_page
from tests.factories.peer_review.rounds import make_user

ENGLISH, CHINESE = {"accept-language": "en"}, {"accept-language": "zh-CN"}


@pytest.mark.parametrize("code", ["400", "500"])
def test_page_of_last_resort_needs_nothing_and_speaks_both_languages(code: str) -> None:
    source = get_template(f"{code}.html").template.source

    assert "{%" not in source
    assert "{{" not in source
    html = get_template(f"{code}.html").template.render(Context())
    assert 'lang="zh-Hans"' in html
    assert 'lang="en"' in html
    assert "<script" not in html


@pytest.mark.django_db
class TestErrors:
    def test_unforeseen_error_gets_the_page_and_no_detail(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fall(*args: object, **kwargs: object) -> None:
            raise ValueError("the password is 123")

        monkeypatch.setattr("config.views.HttpResponse", fall)

        response = Client(raise_request_exception=False).get("/robots.txt")

        assert response.status_code == 500
        assert "系统出错了" in response.content.decode()
        assert "123" not in response.content.decode()

    @pytest.mark.parametrize(("headers", "words"), [(ENGLISH, "Page not found"), (CHINESE, "页面不存在")])
    def test_missing_page_is_said_in_the_readers_language(self, headers: dict[str, str], words: str) -> None:
        home_page()
        client = Client(headers=headers)
        client.force_login(disclosures.person())

        response = client.get("/no-such-page/")

        assert response.status_code == 404
        assert f"<h1>{words}</h1>" in response.content.decode()

    @pytest.mark.parametrize(("headers", "words"), [(ENGLISH, "This form has expired"), (CHINESE, "表单已失效")])
    def test_stale_form_is_said_in_the_readers_language(self, headers: dict[str, str], words: str) -> None:
        response = Client(enforce_csrf_checks=True, headers=headers).post("/accounts/login/", {"username": "li"})

        assert response.status_code == 403
        assert f"<h1>{words}</h1>" in response.content.decode()

    def test_strange_host_is_refused(self, settings: object) -> None:
        settings.ALLOWED_HOSTS = ["intranet.example"]

        response = Client(headers={"host": "evil.example"}).get("/accounts/login/")

        assert response.status_code == 400
        assert "这个请求有误" in response.content.decode()


@pytest.mark.django_db
class TestLanguage:
    @pytest.mark.parametrize(
        ("header", "lang"),
        [("en-GB,en;q=0.9", "en"), ("zh-CN,zh;q=0.9", "zh-Hans"), ("fr", "zh-Hans"), ("", "zh-Hans")],
    )
    def test_browser_is_followed_and_chinese_comes_first(self, header: str, lang: str) -> None:
        html = Client(headers={"accept-language": header}).get("/accounts/login/").content.decode()

        assert f'<html lang="{lang}"' in html

    def test_switch_is_remembered_and_comes_back_to_the_page(self) -> None:
        client = Client(headers=CHINESE)
        assert 'value="en" lang="en">English</button>' in client.get("/accounts/login/?next=/forum/").content.decode()

        response = client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/?next=/forum/"})

        assert response.headers["Location"] == "/accounts/login/?next=/forum/"
        assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
        assert '<html lang="en"' in client.get("/accounts/login/").content.decode()

    def test_switch_is_also_the_language_of_mails_to_whoever_is_signed_in(self, client: Client) -> None:
        from peer_review.providers.languages import from_wagtail_profiles

        user = make_user("Reader", "staff")
        client.force_login(user)

        client.post("/i18n/setlang/", {"language": "en"})
        assert from_wagtail_profiles([user.pk]) == {user.pk: "en"}
        client.post("/i18n/setlang/", {"language": "tlh"})
        client.get("/i18n/setlang/", {"language": "zh-hans"})
        assert from_wagtail_profiles([user.pk]) == {user.pk: "en"}

    def test_switch_does_not_lead_to_another_site(self) -> None:
        response = Client().post("/i18n/setlang/", {"language": "en", "next": "https://evil.example/"})

        assert "evil.example" not in response.headers["Location"]


@pytest.mark.django_db
def test_search_engines_are_sent_away(client: Client) -> None:
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"
    assert '<meta name="robots" content="noindex, nofollow">' in client.get("/accounts/login/").content.decode()
