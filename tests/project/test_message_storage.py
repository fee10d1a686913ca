"""Sentences shown once: their cookie is of this host alone, and gone after they were read."""

from types import SimpleNamespace

import pytest
from django.contrib import messages
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.message_storage import MessageStorage

Settings = SimpleNamespace


def request_of(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/")
    request.session = SessionStore()
    return request


@pytest.mark.parametrize(("name", "is_secure"), [("messages", False), ("__Host-messages", True)])
def test_cookie_has_its_name_and_path_and_is_secure_where_sessions_are(
    rf: RequestFactory, settings: Settings, name: str, is_secure: bool
) -> None:
    settings.MESSAGES_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = name, is_secure
    request, response = request_of(rf), HttpResponse()
    storage = MessageStorage(request)

    storage.add(messages.SUCCESS, "已保存。")
    storage.update(response)

    assert list(response.cookies) == [name]
    cookie = response.cookies[name]
    assert (cookie["path"], cookie["domain"], bool(cookie["secure"]), cookie["httponly"]) == ("/", "", is_secure, True)


def test_sentence_is_read_once(rf: RequestFactory, settings: Settings) -> None:
    settings.MESSAGES_COOKIE_NAME = "__Host-messages"
    request, response = request_of(rf), HttpResponse()
    storage = MessageStorage(request)
    storage.add(messages.SUCCESS, "已保存。")
    storage.update(response)
    later = request_of(rf)
    later.COOKIES["__Host-messages"] = response.cookies["__Host-messages"].value

    reading, emptied = MessageStorage(later), HttpResponse()

    assert [str(message) for message in reading] == ["已保存。"]
    reading.update(emptied)
    assert emptied.cookies["__Host-messages"]["max-age"] == 0
